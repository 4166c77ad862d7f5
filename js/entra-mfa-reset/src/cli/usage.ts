/** The system's name for what went wrong with a file. */
export function codeOf(error: unknown): string {
  return error instanceof Error ? ("code" in error && typeof error.code === "string" ? error.code : error.name) : "unknown";
}

/** A mistake on the command line. */
export class UsageError extends Error {
  readonly help: string;

  override readonly name = "UsageError";

  constructor(message: string, help = "Run entra-mfa-reset --help for the flags and examples.") {
    super(message);
    this.help = help;
  }
}
