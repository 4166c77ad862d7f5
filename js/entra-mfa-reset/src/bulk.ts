import type { Intent, Report } from "./contract.js";
import { MfaResetError, invalidInput } from "./error.js";
import type { SentTarget } from "./wire.js";

/**
 * What a run over many users asks of its caller.
 *
 * @internal
 */
export interface Bulk {
  /** Resolves with the next users. Never rejects. */
  next(atMost: number): Promise<{ users: SentTarget[]; end: boolean }>;
  /** Resolves when the intent is remembered. */
  begin(intent: Intent): Promise<void>;
  /** Resolves when the report is taken. Never rejects. */
  report(report: Report): Promise<void>;
}

/**
 * The users as the caller gives them, read only when they are asked for.
 *
 * @internal
 */
export class Targets {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #isAsync: boolean;
  /** Asked for, but not there yet when the last portion left. */
  #pending: Promise<IteratorResult<unknown>> | undefined;
  #ended = false;
  #failure: { cause: unknown } | undefined;

  constructor(users: Iterable<unknown> | AsyncIterable<unknown>) {
    // Callers in JavaScript can pass anything, and a text is iterable, too.
    const given = (typeof users === "object" && users !== null ? users : {}) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    this.#isAsync = typeof given[Symbol.asyncIterator] === "function";
    const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]?.();
    if (iterator === undefined) {
      throw invalidInput("The users are no list.", "Pass an array, or anything that can be iterated.");
    }
    this.#iterator = iterator;
  }

  /** At least one user, and those that are there without waiting; fewer only at the end. */
  async next(atMost: number): Promise<{ users: SentTarget[]; end: boolean }> {
    const users: SentTarget[] = [];
    let turn: Promise<undefined> | undefined;
    try {
      while (!this.#ended && users.length < atMost) {
        const result = this.#isAsync
          ? await (users.length === 0 ? this.#ask() : Promise.race([this.#ask(), (turn ??= thisTurn())]))
          : (this.#iterator as Iterator<unknown>).next();
        if (result === undefined) {
          break;
        }
        this.#pending = undefined;
        if (result.done === true) {
          this.#ended = true;
        } else {
          users.push(sendable(result.value));
        }
      }
    } catch (cause) {
      this.#ended = true;
      this.#failure = { cause };
    }
    return { users, end: this.#ended };
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    const closed = Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    // A source that still waits for its next user may never end.
    if (this.#pending === undefined) {
      await closed;
    }
  }

  /** What the source threw. */
  get failure(): MfaResetError | undefined {
    if (this.#failure === undefined) {
      return undefined;
    }
    const { cause } = this.#failure;
    return cause instanceof MfaResetError
      ? cause
      : new MfaResetError(
          {
            code: "invalidInput",
            message: "The users could not be read to the end.",
            help: "The error's cause says why. The users that were read have their reports.",
            retryable: false,
          },
          { cause },
        );
  }

  #ask(): Promise<IteratorResult<unknown>> {
    this.#pending ??= Promise.resolve(this.#iterator.next());
    return this.#pending;
  }
}

/**
 * Reports on their way from the run to whoever takes them. One counts as taken when the next one is asked for.
 *
 * @internal
 */
export class Reports {
  readonly #waiting: { report: Report; taken: () => void }[] = [];
  #wake: () => void = () => undefined;
  #taken: () => void = () => undefined;
  #isOpen = true;

  /** Resolves when the report is taken, or nobody takes reports any more. */
  put(report: Report): Promise<void> {
    return new Promise((taken) => {
      if (this.#isOpen) {
        this.#waiting.push({ report, taken });
        this.#wake();
      } else {
        taken();
      }
    });
  }

  /** The next report, or nothing when there are no more. */
  async next(): Promise<Report | undefined> {
    this.#taken();
    while (this.#isOpen && this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const first = this.#waiting.shift();
    this.#taken = first?.taken ?? (() => undefined);
    return first?.report;
  }

  /** Nobody puts any more. What waits can still be taken. */
  end(): void {
    this.#isOpen = false;
    this.#wake();
  }

  /** Nobody takes any more. */
  close(): void {
    this.end();
    this.#taken();
    this.#waiting.splice(0).forEach(({ taken }) => taken());
  }
}

/** A request travels as text. The engine answers what is no request with a report; it only has to reach it. */
function sendable(target: unknown): SentTarget {
  if (typeof target === "string") {
    return target;
  }
  const user = typeof target === "object" && target !== null && "user" in target ? target.user : undefined;
  return { ...(typeof user === "string" && { user }), request: json(target) };
}

function json(value: unknown): string {
  try {
    // What has no JSON, such as a function, gives nothing.
    return (JSON.stringify(value) as string | undefined) ?? "null";
  } catch {
    return "null";
  }
}

function thisTurn(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0, undefined);
  });
}
