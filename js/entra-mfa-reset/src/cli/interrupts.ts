import { EXIT } from "./terminal.js";

/** Ctrl-C, and what asks for the same: the first time nothing more is started, the second time all ends. */
export class Interrupts {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  /** How long a command may take after the second one. */
  patienceMilliseconds = 0;

  /** Nothing more is to be started. */
  get first(): AbortSignal {
    return this.#first.signal;
  }

  /** What is under way is to end, too. */
  get second(): AbortSignal {
    return this.#second.signal;
  }

  /** What happens at each one. */
  readonly interrupt = (): void => {
    if (!this.first.aborted) {
      say("Stopping: nothing more is started. Press Ctrl-C again to end at once.");
      this.#first.abort();
    } else if (!this.second.aborted && this.patienceMilliseconds > 0) {
      say("Ending what is under way.");
      this.#second.abort();
      setTimeout(end, this.patienceMilliseconds).unref();
    } else {
      end();
    }
  };

  /** Nobody reads the reports any more, as behind `head`: finish what is under way, and start nothing more. */
  readonly stop = (): void => this.#first.abort();
}

/** A bar may stand in the line. */
function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${text}\n`);
}

function end(): void {
  say("Ended at once. The last step is in doubt: look at the user with `entra-mfa-reset status`.");
  process.exit(EXIT.ended);
}
