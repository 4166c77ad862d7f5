import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "./vendor.js";

/** Control characters, which a name in a directory may hold and a terminal would obey. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What needs no closer look, and is nearly everything. */
const ASCII = /^[ -~]*$/;
/** Emoji, by themselves or because a selector says so. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** What shows nothing of its own: marks, joiners and selectors. */
const INVISIBLE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;
/** Where a word that is longer than a line is best broken: behind what joins its parts. */
const JOINT = /^.*[-.,@_/\\:=]/s;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A text from a directory, safe to print. */
export function plain(text: string): string {
  return text.replace(CONTROL, "�");
}

/** The columns that a text takes on a terminal. */
export function width(text: string): number {
  const seen = text.includes("\u001b") ? stripVTControlCharacters(text) : text;
  if (ASCII.test(seen)) {
    return seen.length;
  }
  let columns = 0;
  for (const { segment } of graphemes.segment(seen)) {
    columns += widthOf(segment);
  }
  return columns;
}

function widthOf(grapheme: string): number {
  return INVISIBLE.test(grapheme) ? 0 : EMOJI.test(grapheme) ? 2 : eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** Breaks a text at blanks, and a word only where it is longer than a line. */
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
      const head = part(rest, columns);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = line === "" ? rest : `${line} ${rest}`;
  }
  lines.push(line);
  return lines;
}

/** Wraps a text with every line but the first one indented. */
export function hanging(text: string, indent: number, columns: number): string[] {
  return wrap(text, columns - indent).map((line, at) => (at === 0 ? line : " ".repeat(indent) + line));
}

/** Wraps paragraphs, each within its own indentation, and entries of lists behind their marks. */
export function paragraphs(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    const [indent = "", mark = ""] = /^ *(\d+\. |- )?/.exec(line) ?? [];
    const blank = " ".repeat(indent.length);
    return wrap(line.slice(indent.length), columns - indent.length).map((one, at) => ((at === 0 && mark !== "" ? indent : blank) + one).trimEnd());
  });
}

/** As much of a text as fits into so many columns, with a mark where something was cut off. */
export function shorten(text: string, columns: number): string {
  return width(text) <= columns ? text : `${fit(text, columns - 1)}…`;
}

function part(word: string, columns: number): string {
  const head = fit(word, columns);
  const joined = JOINT.exec(head)?.[0] ?? "";
  return joined.length > head.length / 2 ? joined : head;
}

function fit(text: string, columns: number): string {
  let head = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > columns && head !== "") {
      break;
    }
    head += segment;
  }
  return head;
}
