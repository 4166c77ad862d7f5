import type { Event } from "../contract.js";
import type { LiveLine } from "./live.js";
import * as view from "./view.js";

/** What a person wants to read again later: what was written, and what did not go as it should. */
const WRITES: readonly Event["step"][] = ["temporaryAccessPass", "signInPreference", "method", "perUserMfa", "sessions"];

/** The steps of a run: on a terminal what is under way stands in the last line, elsewhere every step is a line. */
export class Steps {
  readonly #live: LiveLine;
  readonly #view: view.View;
  readonly #underWay = new Map<string, string>();
  /** Nothing says when it is over; the next step does. */
  #wait: string | undefined;

  constructor(live: LiveLine, see: view.View) {
    this.#live = live;
    this.#view = see;
  }

  /** What it is about, as long as nothing has happened. */
  begin(what: string): void {
    this.#live.show(`… ${what}`);
  }

  add(step: Event): void {
    if (!this.#live.isLive) {
      this.#live.print(view.event(step, this.#view));
      return;
    }
    const name = [step.step, step.method?.id].join(" ");
    this.#wait = step.step === "wait" ? view.what(step) : undefined;
    if (step.step === "finished") {
      // The report says the same, and more.
      this.#underWay.clear();
    } else if (this.#wait === undefined && step.outcome === "started") {
      this.#underWay.set(name, view.what(step));
    } else if (this.#wait === undefined) {
      this.#underWay.delete(name);
      if (WRITES.includes(step.step) || step.outcome !== "done") {
        this.#live.print(view.event(step, this.#view));
      }
    }
    this.#live.show(this.#line());
  }

  #line(): string {
    const [first, ...others] = this.#underWay.values();
    const now = this.#wait ?? first;
    return now === undefined ? "" : `… ${now}${this.#wait === undefined && others.length > 0 ? ` and ${others.length} more` : ""}`;
  }
}
