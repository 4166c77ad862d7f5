/** An error as a Catch node gets it: `msg.error.message` says what to do next, too, and `msg.error.code` is stable. */
export class Failure extends Error {
  /** One of the library's error codes. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

Object.defineProperty(Failure.prototype, "name", { value: "MfaResetError" });

export function invalidInput(message: string): Failure {
  return new Failure("invalidInput", message);
}

/** Only what the library says of an error is for a flow: a cause may hold what was sent. */
export function failure(thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  if (thrown instanceof Error && thrown.name === "MfaResetError" && "code" in thrown && "help" in thrown) {
    return new Failure(String(thrown.code), `${thrown.message.replace(/\.?$/, ".")} ${String(thrown.help)}`);
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new Failure("internal", `The node failed with ${name}. This is a defect: please report it, without any secret.`);
}
