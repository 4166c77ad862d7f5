import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { ResetTarget } from "../client.js";
import { UsageError } from "./usage.js";
import { type Line, decode, lines } from "./lines.js";
import { CsvError, parseCsv } from "./vendor.js";

/** One user as the input names it, or what is wrong with that part of the input. */
export type Entry = { target: ResetTarget } | { bad: Bad };

/** A part of the input that names nobody. */
export interface Bad {
  /** The file and the line. */
  where: string;
  message: string;
  help: string;
}

export const FORMATS = ["csv", "ndjson", "lines"] as const;
export type Format = (typeof FORMATS)[number];

/** Where to read. */
export interface Source {
  /** A path, or `-`. */
  from: string;
  /** Known from the name or from the first line when absent. */
  format: Format | undefined;
  stdin: Readable;
  /** Told what a person should know about how the file was understood. */
  note(text: string): void;
}

const NAMES = ["userprincipalname", "user principal name", "upn"];
const IDS = ["id", "objectid", "object id", "userid", "user id", "user"];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SNIFFED = 1 << 16;
/** A quoted field may span lines; one that spans more was never closed. */
const MOST_LINES = 100;

/** The users that a file or the standard input names, one after another. */
export async function* users(source: Source): AsyncGenerator<Entry, void> {
  const name = source.from === "-" ? "standard input" : basename(source.from);
  const text = decode(await bytes(source));
  const { head, all } = await peek(text);
  const format = source.format ?? byName(source.from) ?? byContent(head);
  const read = { csv, ndjson, lines: plain }[format];
  yield* read(lines(all), { name, delimiter: delimiter(head), note: source.note });
}

interface Reading {
  name: string;
  delimiter: string;
  note(text: string): void;
}

async function bytes({ from, stdin }: Source): Promise<AsyncIterable<Uint8Array>> {
  if (from === "-") {
    return stdin as AsyncIterable<Uint8Array>;
  }
  const file = await open(from, "r").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${from} cannot be read (${error.code ?? error.name}).`, "--from takes a file, or - for the standard input.");
  });
  return createReadStream(from, { fd: file });
}

/** What the text begins with, and the text from its beginning. */
async function peek(text: AsyncGenerator<string, void>): Promise<{ head: string; all: AsyncIterable<string> }> {
  let head = "";
  while (head.length < SNIFFED && !/\S.*[\r\n]/.test(head)) {
    const { done, value } = await text.next();
    if (done === true) {
      break;
    }
    head += value;
  }
  async function* all(): AsyncGenerator<string, void> {
    yield head;
    yield* text;
  }
  return { head, all: all() };
}

function byName(path: string): Format | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  switch (extension) {
    case "csv":
    case "tsv":
      return "csv";
    case "ndjson":
    case "jsonl":
      return "ndjson";
    default:
      return undefined;
  }
}

function byContent(head: string): Format {
  const first = head.trimStart();
  if (first.startsWith("{")) {
    return "ndjson";
  }
  const [line = ""] = first.split(/[\r\n]/, 1);
  return /[",;\t]/.test(line) || isHeader(line) ? "csv" : "lines";
}

/** Excel writes semicolons wherever the comma separates decimals. */
function delimiter(head: string): string {
  const [line = ""] = head.trimStart().split(/[\r\n]/, 1);
  const unquoted = line.replace(/"[^"]*"/g, "");
  const count = (mark: string): number => unquoted.split(mark).length - 1;
  return [",", ";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

async function* plain(input: AsyncIterable<Line>, { name }: Reading): AsyncGenerator<Entry, void> {
  for await (const line of input) {
    if (line.text?.trim() !== "") {
      yield named(line.text?.trim(), name, line.number);
    }
  }
}

async function* ndjson(input: AsyncIterable<Line>, { name }: Reading): AsyncGenerator<Entry, void> {
  for await (const { number, text } of input) {
    if (text?.trim() !== "") {
      yield request(text, name, number);
    }
  }
}

function request(text: string | undefined, name: string, line: number): Entry {
  const help = "A line is a request, {\"user\":\"adele.vance@contoso.com\"}, or a user in quotes.";
  if (text === undefined) {
    return bad(name, line, "The line is too long.", help);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad(name, line, "The line is no JSON.", help);
  }
  if (typeof value === "string") {
    return named(value.trim(), name, line);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return bad(name, line, "The line is neither a request nor a user.", help);
  }
  if ("allowPrivileged" in value) {
    return bad(name, line, "The line says allowPrivileged, which counts only as a flag.", "Give --allow-privileged if that is meant for every user.");
  }
  if (!("user" in value) || typeof value.user !== "string" || value.user.trim() === "") {
    return bad(name, line, "The line names no user.", help);
  }
  // The engine checks the other fields, and answers with a report.
  return { target: value as ResetTarget };
}

async function* csv(input: AsyncIterable<Line>, { name, delimiter: mark, note }: Reading): AsyncGenerator<Entry, void> {
  let columns: number[] | undefined;
  for await (const record of records(input, mark)) {
    const { cells, line } = record;
    if (cells === undefined) {
      yield bad(name, line, "The quotes of the line do not match.", "A quote inside a quoted field is written twice.");
      continue;
    }
    if (cells.every((cell) => cell === "")) {
      continue;
    }
    if (columns === undefined) {
      columns = header(cells);
      if (columns !== undefined) {
        continue;
      }
      columns = [0];
      const isHead = !isUser(cells[0]);
      if (isHead || cells.length > 1) {
        note(`${name}: no column is named userPrincipalName or id; the users are read from the first one${isHead ? `, ${JSON.stringify(cells[0])}` : ""}.`);
      }
      if (isHead) {
        continue;
      }
    }
    yield named(columns.map((column) => cells[column]).find((cell) => cell), name, line);
  }
}

interface Row {
  line: number;
  /** Absent where the quotes do not match. */
  cells?: string[];
}

/** Rows. One that cannot be read takes only its first line with it. */
async function* records(input: AsyncIterable<Line>, mark: string): AsyncGenerator<Row, void> {
  const open: Line[] = [];
  /** The quote that opens first was never closed: its line is lost, and the others are read again. */
  function* close(): Generator<Row, void> {
    const [first, ...rest] = open.splice(0);
    if (first !== undefined) {
      yield { line: first.number };
    }
    for (const line of rest) {
      yield* add(line);
    }
  }
  function* add(line: Line): Generator<Row, void> {
    if (line.text === undefined) {
      while (open.length > 0) {
        yield* close();
      }
      yield { line: line.number };
      return;
    }
    open.push(line);
    const cells = row(open.map(({ text }) => text).join("\n"), mark);
    if (cells === undefined || (cells === "open" && open.length > MOST_LINES)) {
      yield* close();
    } else if (cells !== "open") {
      const [start = line] = open.splice(0);
      yield { line: start.number, cells };
    }
  }
  for await (const line of input) {
    yield* add(line);
  }
  while (open.length > 0) {
    yield* close();
  }
}

function row(text: string, mark: string): string[] | "open" | undefined {
  if (!text.includes('"')) {
    return text.split(mark).map((cell) => cell.trim());
  }
  try {
    const [cells = []] = parseCsv(text, { delimiter: mark, relax_column_count: true, relax_quotes: true, trim: true }) as string[][];
    return cells;
  } catch (error) {
    return error instanceof CsvError && error.code === "CSV_QUOTE_NOT_CLOSED" ? "open" : undefined;
  }
}

/** The columns that name the user, the better one first; nothing where no column is known. */
function header(cells: readonly string[]): number[] | undefined {
  const known = [NAMES, IDS].map((names) => cells.findIndex((cell) => names.includes(cell.toLowerCase()))).filter((at) => at >= 0);
  return known.length > 0 ? known : undefined;
}

function isHeader(line: string): boolean {
  return header([line.trim()]) !== undefined;
}

function isUser(cell: string | undefined): boolean {
  return cell !== undefined && (cell.includes("@") || GUID.test(cell));
}

function named(user: string | undefined, name: string, line: number): Entry {
  if (user === undefined || user === "") {
    return bad(name, line, "The line names no user.", "A user is an object id or a user principal name.");
  }
  if (user.includes("\ufffd")) {
    return bad(name, line, "The line is not in UTF-8.", "Save the file as CSV UTF-8.");
  }
  return { target: user };
}

function bad(name: string, line: number, message: string, help: string): Entry {
  return { bad: { where: `${name}, line ${line}`, message, help } };
}
