/** One line of a text, without its end. */
export interface Line {
  /** From 1. */
  number: number;
  /** Absent where it is longer than any user or request. */
  text?: string;
}

/** A request with a thousand method ids is shorter. */
const LONGEST = 1 << 17;

/** Text from bytes: UTF-8, or what a byte order mark says, which Excel writes. */
export async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let first = new Uint8Array();
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    if (decoder === undefined) {
      first = Buffer.concat([first, chunk]);
      if (first.length < 2) {
        continue;
      }
      decoder = new TextDecoder(encoding(first));
      yield decoder.decode(first, { stream: true });
    } else {
      yield decoder.decode(chunk, { stream: true });
    }
  }
  // The rest of a character that was cut, or a text of one byte.
  yield decoder === undefined ? new TextDecoder().decode(first) : decoder.decode();
}

function encoding([first, second]: Uint8Array): string {
  return first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** Lines, whichever way they end. */
export async function* lines(chunks: AsyncIterable<string>, longest = LONGEST): AsyncGenerator<Line, void> {
  let number = 0;
  let rest = "";
  let skipping = false;
  const line = (text: string): Line => {
    number += 1;
    const long = skipping || text.length > longest;
    skipping = false;
    return long ? { number } : { number, text };
  };
  for await (const chunk of chunks) {
    // A carriage return at the end waits: a line feed may follow.
    const parts = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? "";
    for (const part of parts) {
      yield line(part);
    }
    if (rest.length > longest) {
      skipping = true;
      rest = rest.endsWith("\r") ? "\r" : "";
    }
  }
  if (rest !== "" || skipping) {
    yield line(rest.replace(/\r$/, ""));
  }
}
