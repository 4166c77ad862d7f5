/** Colours, where they are wanted. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

const code =
  (open: number, close: number, on: boolean) =>
  (text: string): string =>
    on && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;

/** The style of one stream. */
export function style(on: boolean): Style {
  return {
    bold: code(1, 22, on),
    dim: code(2, 22, on),
    good: code(32, 39, on),
    bad: code(31, 39, on),
    warn: code(33, 39, on),
  };
}
