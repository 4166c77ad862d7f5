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

const NARROWEST = 40;
const WITHOUT_TERMINAL = 100;

/** How things look on each of the two. */
export function views({ argv, env, stdout, stderr }: Terminal): { out: View; err: View } {
  const plain = argv.includes("--no-color") || Boolean(env["NO_COLOR"]) || env["TERM"] === "dumb";
  const see = (stream: Output): View => ({
    style: style(stream.isTTY === true && !plain),
    // Some pseudo-terminals say 0.
    columns: Math.max(NARROWEST, stream.columns || WITHOUT_TERMINAL),
  });
  return { out: see(stdout), err: see(stderr) };
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
