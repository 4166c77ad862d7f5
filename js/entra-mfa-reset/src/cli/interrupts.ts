import { EXIT } from "./terminal.js";

/** What a command is doing, as far as ending it matters. */
type Phase = "reading" | "asking" | "writing";

const FIRST: Record<Phase, string> = {
  reading: "Stopping. Press Ctrl-C again to end at once.",
  // The question ends where it stands.
  asking: "",
  writing: "Stopping: what is under way is settled, and nothing more is started. Press Ctrl-C again to end at once.",
};

const LAST: Record<Phase, string> = {
  reading: "Ended at once. Nothing was changed.",
  asking: "Ended at once. Nothing was changed.",
  writing: "Ended at once. The last step is in doubt: look at the user with `entra-mfa-reset status`.",
};

/** Ctrl-C, and what asks for the same: the first time nothing more is started, the second time all ends. */
export class Interrupts {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  /** How long a command may take after the second one. */
  patienceMilliseconds = 0;
  #phase: Phase = "reading";
  /** Where people read it. */
  say = (text: string): void => void process.stderr.write(`${text}\n`);

  /** Nothing more is to be started. */
  get first(): AbortSignal {
    return this.#first.signal;
  }

  /** What is under way is to end, too. */
  get second(): AbortSignal {
    return this.#second.signal;
  }

  enter(phase: Phase): void {
    this.#phase = phase;
  }

  /** What happens at each one. */
  readonly interrupt = (): void => {
    if (!this.first.aborted) {
      this.say(FIRST[this.#phase]);
      this.#first.abort();
    } else if (!this.second.aborted && this.patienceMilliseconds > 0) {
      this.say("Ending what is under way.");
      this.#second.abort();
      setTimeout(this.#end, this.patienceMilliseconds).unref();
    } else {
      this.#end();
    }
  };

  /** Nobody reads the reports any more, as behind `head`: finish what is under way, and start nothing more. */
  readonly stop = (): void => this.#first.abort();

  readonly #end = (): void => {
    this.say(LAST[this.#phase]);
    process.exit(EXIT.ended);
  };
}
