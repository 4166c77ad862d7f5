import type { ErrorCode, Outcome, Report } from "../contract.js";
import { span } from "./span.js";

/** What a run over many users came to. */
export interface Totals {
  /** Reports of this run. */
  users: number;
  outcomes: Partial<Record<Outcome, number>>;
  errors: Partial<Record<ErrorCode, number>>;
  /** Members of the groups that are no users. */
  skippedMembers: number;
  /** Users that an earlier run of the same journal finished. */
  earlier: { complete: number; notComplete: number };
  graph: { httpRequests: number; calls: number; throttled: number; retried: number };
  startedAt: string;
  finishedAt: string;
  seconds: number;
  /** The input was not read to its end. */
  stopped: boolean;
  /** The command that goes on, where there is a journal and something is left. */
  resume?: string;
}

/** Adds up reports. */
export class Summary {
  readonly #started = Date.now();
  readonly #outcomes: Totals["outcomes"] = {};
  readonly #errors: Totals["errors"] = {};
  readonly #graph = { calls: 0, throttled: 0, retried: 0 };
  readonly earlier = { complete: 0, notComplete: 0 };
  users = 0;
  /** Reports that say anything less than complete or planned. */
  less = 0;
  skippedMembers = 0;

  get throttled(): number {
    return this.#graph.throttled;
  }

  add({ outcome, error, graph }: Report): void {
    this.users += 1;
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    if (outcome !== "complete" && outcome !== "planned") {
      this.less += 1;
    }
    if (error !== undefined) {
      this.#errors[error.code] = (this.#errors[error.code] ?? 0) + 1;
    }
    this.#graph.calls += graph.calls;
    this.#graph.throttled += graph.throttled;
    this.#graph.retried += graph.retried;
  }

  totals(httpRequests: number, stopped: boolean, resume: string | undefined): Totals {
    const now = Date.now();
    return {
      users: this.users,
      outcomes: this.#outcomes,
      errors: this.#errors,
      skippedMembers: this.skippedMembers,
      earlier: this.earlier,
      graph: { httpRequests, ...this.#graph },
      startedAt: new Date(this.#started).toISOString(),
      finishedAt: new Date(now).toISOString(),
      seconds: (now - this.#started) / 1000,
      stopped,
      ...(resume !== undefined && { resume }),
    };
  }
}

/** The totals for people. */
export function shown({ users, outcomes, errors, skippedMembers, earlier, graph, seconds }: Totals): string[] {
  const list = (counts: Partial<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, a = 0], [, b = 0]) => b - a)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ");
  const before = earlier.complete + earlier.notComplete;
  return [
    `${users} ${users === 1 ? "user" : "users"} in ${span(seconds * 1000)}${users === 0 ? "" : `: ${list(outcomes)}`}`,
    ...(Object.keys(errors).length > 0 ? [`Errors: ${list(errors)}`] : []),
    ...(before > 0 ? [`Finished by earlier runs: ${before}, ${earlier.notComplete} of them not complete`] : []),
    ...(skippedMembers > 0 ? [`Members of the groups that are no users: ${skippedMembers}`] : []),
    `Graph: ${graph.calls} calls in ${graph.httpRequests} HTTP requests, ${graph.throttled} throttled, ${graph.retried} tried again`,
  ];
}
