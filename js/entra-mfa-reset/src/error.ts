import type { ErrorCode, ErrorInfo, GraphError } from "./contract.js";

/**
 * What ended before anything was written: bad input, no such user, not signed in, refused by the guard. Once
 * something may have been written, the report is the answer and nothing is thrown.
 */
export class MfaResetError extends Error {
  /** The stable name of what went wrong. */
  readonly code: ErrorCode;
  /** What to do next. */
  readonly help: string;
  /** Whether the same call may succeed later without any other change. */
  readonly retryable: boolean;
  /** What Graph answered, where Graph answered. */
  readonly graph?: GraphError;

  /**
   * An error of the contract, for whoever stands in for this package in a test.
   *
   * @param info - The error as the contract has it.
   * @param options - `cause`, as every `Error` takes it.
   */
  constructor(info: ErrorInfo, options?: ErrorOptions) {
    super(info.message, options);
    this.code = info.code;
    this.help = info.help;
    this.retryable = info.retryable;
    if (info.graph !== undefined) {
      this.graph = info.graph;
    }
  }

  /** The contract's form, the same that a report holds. */
  toJSON(): ErrorInfo {
    const { code, message, help, retryable, graph } = this;
    return { code, message, help, retryable, ...(graph === undefined ? {} : { graph }) };
  }
}

Object.defineProperty(MfaResetError.prototype, "name", { value: "MfaResetError", configurable: true, writable: true });

/** @internal */
export function invalidInput(message: string, help: string): MfaResetError {
  return new MfaResetError({ code: "invalidInput", message, help, retryable: false });
}

/** @internal */
export function internal(message: string, cause: unknown): MfaResetError {
  const help = "This is a defect. Please report it with the version and what was asked, without any secret.";
  return new MfaResetError({ code: "internal", message, help, retryable: false }, { cause });
}

/**
 * What the WebAssembly side threw: an `Error` whose message is the contract's error as JSON, or a trap.
 *
 * @internal
 */
export function fromWasm(thrown: unknown): MfaResetError {
  if (thrown instanceof Error && thrown.message.startsWith("{")) {
    try {
      return new MfaResetError(JSON.parse(thrown.message) as ErrorInfo);
    } catch {
      // Not ours after all.
    }
  }
  return internal("The engine stopped unexpectedly.", thrown);
}
