import { width, wrap } from "./text.js";

/** One column. */
export interface Column {
  title: string;
  /** Gives way when the table is too wide. */
  shrinks?: boolean;
}

const GAP = 2;
const INDENT = 2;

interface Measured extends Column {
  cells: readonly string[];
  width: number;
  /** Its longest word, or all of it where it does not give way. */
  least: number;
}

/**
 * A table that fits: columns that are empty go, and those that may shrink wrap at blanks. Where not even their longest
 * words fit beside each other, each row becomes a block of lines.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], total: number, title: (text: string) => string): string[] {
  const used = columns.map((column, at) => measure(column, rows.map((row) => row[at] ?? ""))).filter(({ cells }) => cells.some((cell) => cell !== ""));
  const gaps = GAP * (used.length - 1);
  if (sum(used.map(({ least }) => least)) + gaps > total) {
    return blocks(used, rows.length, total, title);
  }
  const widths = shrink(used, total - gaps);
  const line = (cells: readonly string[]): string => cells.map((cell, at) => pad(cell, widths[at] ?? 0)).join(" ".repeat(GAP)).trimEnd();
  const body = rows.flatMap((_, row) => {
    const cells = used.map((column, at) => wrap(column.cells[row] ?? "", widths[at] ?? 0));
    return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, at) => line(cells.map((cell) => cell[at] ?? "")));
  });
  return [title(line(used.map((column) => column.title))), ...body];
}

function measure(column: Column, cells: readonly string[]): Measured {
  const all = [column.title, ...cells];
  const widest = Math.max(...all.map(width));
  return { ...column, cells, width: widest, least: column.shrinks === true ? Math.max(...all.flatMap((cell) => cell.split(" ")).map(width)) : widest };
}

/** The widths that give the fewest lines; the columns on the left come first. */
function shrink(columns: readonly Measured[], total: number): number[] {
  const last = columns.map(({ shrinks }) => shrinks === true).lastIndexOf(true);
  let best = { height: Infinity, widths: columns.map((column) => column.width) };
  const choose = (widths: readonly number[], left: number): void => {
    const at = widths.length;
    const column = columns[at];
    if (column === undefined) {
      const height = heightOf(columns, widths);
      best = height <= best.height ? { height, widths: [...widths] } : best;
      return;
    }
    const most = Math.min(column.width, left - sum(columns.slice(at + 1).map(({ least }) => least)));
    for (let width = at === last ? most : column.least; width <= most; width += 1) {
      choose([...widths, width], left - width);
    }
  };
  choose([], total);
  return best.widths;
}

function heightOf(columns: readonly Measured[], widths: readonly number[]): number {
  const heights = columns.map(({ cells, shrinks }, at) => cells.map((cell) => (shrinks === true ? wrap(cell, widths[at] ?? 0).length : 1)));
  return sum((heights[0] ?? []).map((_, row) => Math.max(...heights.map((of) => of[row] ?? 0))));
}

/** Each row below its first cell, a line for each of the others. */
function blocks([first, ...others]: readonly Measured[], rows: number, total: number, title: (text: string) => string): string[] {
  const names = Math.max(0, ...others.map((column) => width(column.title)));
  const indent = INDENT + names + GAP;
  return Array.from({ length: rows }, (_, row) => [
    ...wrap(first?.cells[row] ?? "", total),
    ...others.flatMap((column) => {
      const cell = column.cells[row] ?? "";
      const lines = cell === "" ? [] : wrap(cell, Math.max(1, total - indent));
      return lines.map((line, at) => (at === 0 ? " ".repeat(INDENT) + title(pad(column.title, names)) + " ".repeat(GAP) : " ".repeat(indent)) + line);
    }),
  ]).flat();
}

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
