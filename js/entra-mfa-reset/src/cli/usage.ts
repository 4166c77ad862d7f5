/** A mistake on the command line. */
export class UsageError extends Error {
  readonly help: string;

  override readonly name = "UsageError";

  constructor(message: string, help = "Run entra-mfa-reset --help for the flags and examples.") {
    super(message);
    this.help = help;
  }
}
