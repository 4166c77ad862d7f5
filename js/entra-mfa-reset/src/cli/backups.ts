import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Backup } from "../contract.js";
import { UsageError, codeOf } from "./usage.js";

/** A backup, and whose it is, where the file says so. */
interface Saved {
  names: string[] | undefined;
  backup: Backup;
}

const FORMS = "It holds a backup, a report with one, a list of reports, or the lines of --backups.";

/** What a file of backups holds. It is read once. */
export class Backups {
  readonly #saved: readonly Saved[];
  readonly #name: string;

  private constructor(saved: readonly Saved[], name: string) {
    this.#saved = saved;
    this.#name = name;
  }

  /** Reads a file, or the standard input as `-`. `note` is told what a person should know about the file. */
  static async read(path: string, stdin: Readable, note: (text: string) => void): Promise<Backups> {
    if (path === "-") {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
        chunks.push(Buffer.from(chunk));
      }
      return new Backups(parse(Buffer.concat(chunks).toString("utf8"), "the standard input"), "the standard input");
    }
    let text: string;
    try {
      text = await readFile(path, "utf8");
      const { mode } = await stat(path);
      // Windows has other rights than these.
      if (process.platform !== "win32" && (mode & 0o077) !== 0) {
        note(`${path} holds whole phone numbers, and others than its owner can read it: chmod 600.`);
      }
    } catch (error) {
      throw new UsageError(`${path} cannot be read (${codeOf(error)}).`, "Name the file with --backup-file.");
    }
    return new Backups(parse(text, path), path);
  }

  /** The backup of one user; `alone` when no other user is named. */
  of(user: string, alone: boolean): Backup {
    const wanted = user.trim().toLowerCase();
    const own = this.#saved.filter(({ names }) => (names === undefined ? alone && this.#saved.length === 1 : names.includes(wanted)));
    const [saved] = own;
    if (saved === undefined) {
      const help = this.#saved.some(({ names }) => names === undefined)
        ? "A backup that does not say whose it is goes to the one user of the command."
        : "A backup is put back only for the user that it was taken of. To give its content to another user, write it into a file of its own.";
      throw new UsageError(`${this.#name} has no backup of ${user}.`, help);
    }
    if (own.length > 1) {
      throw new UsageError(`${this.#name} has ${own.length} backups of ${user}.`, "Leave the one that is meant.");
    }
    return saved.backup;
  }
}

function parse(text: string, name: string): Saved[] {
  const saved = documents(text.replace(/^\uFEFF/, ""), name).flatMap((document) => read(document, name));
  if (saved.length === 0) {
    throw new UsageError(`${name} has no backup in it.`, "A reset takes one with --backup or --backups.");
  }
  return saved;
}

/** One document, or one a line. What it says is not repeated: it may hold phone numbers. */
function documents(text: string, name: string): unknown[] {
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? whole : [whole];
  } catch {
    return text.split(/\r?\n/).flatMap((line, at): unknown[] => {
      if (line.trim() === "") {
        return [];
      }
      try {
        return [JSON.parse(line)];
      } catch {
        throw new UsageError(`${name} is no JSON (line ${at + 1}).`, FORMS);
      }
    });
  }
}

function read(document: unknown, name: string): Saved[] {
  if (!isObject(document)) {
    throw new UsageError(`${name} has something in it that is no backup.`, FORMS);
  }
  const { user, userPrincipalName, backup } = document;
  // A report without a backup has nothing to put back.
  if (backup === undefined && "outcome" in document) {
    return [];
  }
  if (backup === undefined) {
    // The engine says what is wrong with it.
    return [{ names: undefined, backup: document as Backup }];
  }
  const found = isObject(user) ? [user["id"], user["userPrincipalName"]] : [user, userPrincipalName];
  const names = found.filter((text) => typeof text === "string").map((text) => text.toLowerCase());
  return [{ names: names.length === 0 ? undefined : names, backup: backup as Backup }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
