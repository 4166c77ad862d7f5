import type { Readable, Writable } from "node:stream";
import type { ErrorCode, Report, Status } from "../contract.js";
import type { Environment } from "./environment.js";
import type { Interrupts } from "./interrupts.js";
import { style } from "./style.js";
import type { View } from "./view.js";

/** Where the command writes. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** Everything that the command touches. */
export interface Terminal {
  argv: readonly string[];
  env: Environment;
  stdin: Readable & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Where there is something to do on the second one. */
  interrupts?: Interrupts;
}

/** What a process ends with. */
export const EXIT = { ok: 0, less: 1, usage: 2, guarded: 3, notPermitted: 4, ended: 130 } as const;

const NARROWEST = 20;
export const USUAL_COLUMNS = 80;

/** How things look on each of the two. */
export function views(terminal: Terminal): { out: View; err: View } {
  const { stdout, stderr } = terminal;
  const see = (stream: Output): View => ({ style: style(hasColours(terminal, stream)), columns: columnsOf(terminal, stream) ?? Infinity });
  return { out: see(stdout), err: see(stderr) };
}

/** The width of a stream's terminal; a file has none, and nothing is broken or cut there. */
export function columnsOf({ env }: Pick<Terminal, "env">, stream: Output): number | undefined {
  // Some pseudo-terminals say 0.
  return stream.isTTY === true ? Math.max(NARROWEST, stream.columns || Number(env["COLUMNS"]) || USUAL_COLUMNS) : undefined;
}

/** Whether what is written can be overwritten. */
export function isLive({ env }: Pick<Terminal, "env">, stream: Output): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

function hasColours(terminal: Terminal, stream: Output): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none } = terminal.env;
  if (terminal.argv.includes("--no-color")) {
    return false;
  }
  return forced ? forced !== "0" && forced !== "false" : !none && isLive(terminal, stream);
}

/** The exit code of one user. */
export function exitOf(result: Status | Report): number {
  if (!("outcome" in result) || result.outcome === "complete" || result.outcome === "planned") {
    return EXIT.ok;
  }
  const untouched = result.outcome === "refused" || result.outcome === "failed";
  return untouched && result.error !== undefined ? exitOfError(result.error.code) : EXIT.less;
}

/** The exit code of what ended before anything was written. */
export function exitOfError(code: ErrorCode): number {
  switch (code) {
    case "invalidInput":
      return EXIT.usage;
    case "protectedUser":
    case "managementRestricted":
      return EXIT.guarded;
    case "unauthenticated":
    case "forbidden":
      return EXIT.notPermitted;
    default:
      return EXIT.less;
  }
}
