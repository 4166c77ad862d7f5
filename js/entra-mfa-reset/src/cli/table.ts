/** One column. */
export interface Column {
  title: string;
  /** Gives way when the table is too wide. */
  shrinks?: boolean;
}

const GAP = 2;
const NARROWEST = 8;

/** Control characters, which a name in a directory may hold and a terminal would obey. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ESCAPE = /\u001b\[\d+m/g;
const WIDE = /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\uff01-\uff60]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A text from a directory, safe to print. */
export function plain(text: string): string {
  return text.replace(CONTROL, "�");
}

/** The columns that a text takes on a terminal. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text.replace(ESCAPE, ""))) {
    columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}

/** Breaks a text at blanks; a word that is too long breaks anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = word;
    if (line !== "" && width(line) + 1 + width(rest) > columns) {
      lines.push(line);
      line = "";
    }
    while (width(rest) > columns) {
      const head = fit(rest, columns);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = line === "" ? rest : `${line} ${rest}`;
  }
  lines.push(line);
  return lines;
}

function fit(text: string, columns: number): string {
  let head = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += width(segment);
    if (used > columns && head !== "") {
      break;
    }
    head += segment;
  }
  return head;
}

/** A table that fits: columns that are empty go, and those that may shrink wrap. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], total: number, title: (text: string) => string): string[] {
  const used = columns.map((column, index) => ({ ...column, index })).filter(({ index }) => rows.some((row) => row[index]));
  const widths = used.map(({ title: name, index }) => Math.max(width(name), ...rows.map((row) => width(row[index] ?? ""))));
  const sum = (): number => widths.reduce((all, one) => all + one, GAP * (widths.length - 1));
  while (sum() > total) {
    // The widest that may shrink gives way.
    const widest = used.reduce(
      (best, column, at) => (column.shrinks && (widths[at] ?? 0) > (widths[best] ?? NARROWEST) ? at : best),
      -1,
    );
    const now = widths[widest];
    if (now === undefined || now <= NARROWEST) {
      break;
    }
    widths[widest] = Math.max(NARROWEST, now - Math.max(1, Math.floor((sum() - total) / used.length)));
  }
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - width(cell)))).join(" ".repeat(GAP)).trimEnd();
  const head = line(used.map(({ title: name }) => name));
  const body = rows.flatMap((row) => {
    const cells = used.map(({ index }, at) => wrap(row[index] ?? "", widths[at] ?? 1));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) => line(cells.map((cell) => cell[at] ?? "")));
  });
  return [title(head), ...body];
}
