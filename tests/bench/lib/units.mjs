/** Figures as people read them. */
export function seconds(milliseconds) {
  return milliseconds < 1000 ? `${round(milliseconds)} ms` : `${round(milliseconds / 1000)} s`;
}

export function mebibytes(bytes) {
  return bytes < 2 ** 20 ? `${round(bytes / 2 ** 10)} KiB` : `${round(bytes / 2 ** 20)} MiB`;
}

/** Three digits that count. */
export function round(number) {
  return Number(number.toPrecision(3)).toLocaleString("en-US");
}
