import { createReadStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Intent, PassReport, PlannedMethod, Report, ResetRequest } from "../contract.js";
import { Appender } from "./appender.js";
import { UsageError } from "./usage.js";
import { decode, lines } from "./lines.js";
import { Lock } from "./lock.js";

/** What the first line says, and what a restart must ask for again. */
export interface Asked {
  operation: "reset";
  request: Omit<ResetRequest, "user">;
}

/** How far an earlier run came with a user. */
export type Earlier =
  /** It told the outcome. */
  | { finished: "complete" | "notComplete" }
  /** It had begun, and only these may be removed. */
  | { planned: PlannedMethod[] };

interface Known {
  planned?: PlannedMethod[];
  finished?: "complete" | "notComplete";
}

const VERSION = 1;
const LINES = ['{"journal":', '{"started":', '{"finished":'];
/** A deadline may be moved; everything else changes what the run means. */
const MAY_CHANGE = ["notAfter"];

/**
 * What a run has begun and finished, on disk, so that another run goes on where it ended. It holds no pass and no
 * whole number.
 */
export class Journal {
  readonly #appender: Appender;
  readonly #lock: Lock;
  readonly #known: Map<string, Known>;

  private constructor(appender: Appender, lock: Lock, known: Map<string, Known>) {
    this.#appender = appender;
    this.#lock = lock;
    this.#known = known;
  }

  /** Creates the journal, or reads it and goes on. */
  static async open(path: string, asked: Asked): Promise<Journal> {
    const lock = await Lock.take(`${await real(path)}.lock`, `The journal ${path}`);
    try {
      const appender = await Appender.open(path, LINES);
      try {
        const known = await read(path, asked);
        if (known === undefined) {
          await appender.append({ journal: "entra-mfa-reset", version: VERSION, ...asked, at: new Date().toISOString() });
        }
        return new Journal(appender, lock, known ?? new Map<string, Known>());
      } catch (error) {
        await appender.close();
        throw error;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * What an earlier run knows of a user, by the name or id that it is asked for by now.
   *
   * @param retry - Whether to go on where a user is finished, but not complete.
   */
  earlier(user: string, retry: boolean): Earlier | undefined {
    const { finished, planned } = this.#known.get(key(user)) ?? {};
    if (finished === "complete" || (finished !== undefined && !retry)) {
      return { finished };
    }
    return planned === undefined ? undefined : { planned };
  }

  /** To be awaited before the user's first write. */
  started(intent: Intent): Promise<void> {
    return this.#appender.append({ started: intent });
  }

  /** The user is not looked at again. */
  finished(report: Report, asked: string | undefined): Promise<void> {
    return this.#appender.append({ finished: withoutSecrets(report), ...(asked !== undefined && { user: asked }) });
  }

  async close(): Promise<void> {
    await this.#appender.close();
    await this.#lock.release();
  }
}

/** What may be kept of a report. */
function withoutSecrets({ backup: _, temporaryAccessPass, ...rest }: Report): Report {
  return { ...rest, ...(temporaryAccessPass !== undefined && { temporaryAccessPass: withoutPass(temporaryAccessPass) }) };
}

/** What may be shown of a pass that goes elsewhere. */
export function withoutPass({ pass: _, ...about }: PassReport): PassReport {
  return about;
}

async function read(path: string, asked: Asked): Promise<Map<string, Known> | undefined> {
  const known = new Map<string, Known>();
  let any = false;
  for await (const { number, text } of lines(decode(createReadStream(path)), Infinity)) {
    const line = parse(text ?? "", path, number);
    if (!any) {
      any = true;
      compare(line, asked, path);
    } else if (!remember(known, line)) {
      throw unreadable(path, number);
    }
  }
  return any ? known : undefined;
}

function parse(text: string, path: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw unreadable(path, number);
}

function unreadable(path: string, number: number): UsageError {
  return new UsageError(`${path}, line ${number}, is no line of a journal.`, "Restore the file, or name another one; a new journal begins with every user again.");
}

function compare(line: Record<string, unknown>, asked: Asked, path: string): void {
  if (line["journal"] !== "entra-mfa-reset") {
    throw new UsageError(`${path} is no journal of this command.`, "Name another file.");
  }
  if (line["version"] !== VERSION) {
    throw new UsageError(`${path} was written by another version of this command.`, "Go on with that version, or name another file.");
  }
  const before = flat({ operation: line["operation"], ...(line["request"] as object) });
  const now = flat({ operation: asked.operation, ...asked.request });
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const other = names.filter((name) => before[name] !== now[name] && !MAY_CHANGE.includes(name));
  if (other.length > 0) {
    const said = other.map((name) => `${name} was ${before[name] ?? "not given"} and is ${now[name] ?? "not given"}`);
    throw new UsageError(`${path} belongs to a run with other flags: ${said.join("; ")}.`, "Repeat the flags of that run, or name another file.");
  }
}

function flat(asked: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, JSON.stringify(value)]));
}

function remember(known: Map<string, Known>, line: Record<string, unknown>): boolean {
  const started = line["started"] as Intent | undefined;
  const finished = line["finished"] as Report | undefined;
  if (started !== undefined && Array.isArray(started.planned)) {
    put(known, [started.userId, started.user, started.userPrincipalName], (user) => {
      user.planned = started.planned;
      delete user.finished;
    });
    return true;
  }
  if (finished?.user !== undefined && typeof finished.outcome === "string") {
    // The other mention of the same user tells how it went.
    if (finished.error?.code !== "duplicateUser") {
      put(known, [finished.user.id, line["user"] as string | undefined, finished.user.userPrincipalName], (user) => {
        user.finished = finished.outcome === "complete" ? "complete" : "notComplete";
      });
    }
    return true;
  }
  return false;
}

/** One lock for one file, whichever way leads to it. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return join(await realpath(dirname(path)), basename(path));
  }
}

/** All names of one user lead to one entry. */
function put(known: Map<string, Known>, names: (string | undefined)[], change: (user: Known) => void): void {
  const keys = names.filter((name) => name !== undefined).map(key);
  const user = keys.map((name) => known.get(name)).find((entry) => entry !== undefined) ?? {};
  change(user);
  for (const name of keys) {
    known.set(name, user);
  }
}

function key(user: string): string {
  return user.trim().toLowerCase();
}
