import { span } from "./span.js";
import type { Output } from "./terminal.js";

/** How far a run is. */
export interface Counts {
  done: number;
  /** Absent while nobody knows. */
  total: number | undefined;
  throttled: number;
  /** Ended as anything less than complete or planned. */
  less: number;
}

const TERMINAL_MILLISECONDS = 200;
const LINES_MILLISECONDS = 10_000;
/** The rate is that of the last while. */
const WINDOW_MILLISECONDS = 30_000;
const BAR = 24;

/** A bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #stream: Output;
  readonly #counts: () => Counts;
  readonly #now: () => number;
  #samples: { at: number; done: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Output, counts: () => Counts, now: () => number = Date.now) {
    this.#stream = stream;
    this.#counts = counts;
    this.#now = now;
  }

  start(): void {
    this.#sample();
    this.#timer = setInterval(() => this.tell(), this.#stream.isTTY === true ? TERMINAL_MILLISECONDS : LINES_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.hide();
  }

  /** Makes room for something else on the same terminal. */
  hide(): void {
    if (this.#stream.isTTY === true) {
      this.#stream.write("\r\u001b[K");
    }
  }

  tell(): void {
    this.#sample();
    if (this.#stream.isTTY === true) {
      // One column stays free: some terminals wrap when the last one is written.
      this.#stream.write(`\r${this.#bar().slice(0, (this.#stream.columns || 80) - 1)}\u001b[K`);
    } else {
      this.#stream.write(`${this.#line()}\n`);
    }
  }

  #sample(): void {
    const at = this.#now();
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW_MILLISECONDS);
    this.#samples.push({ at, done: this.#counts().done });
  }

  /** Users in a second. */
  #rate(): number {
    const [first, last] = [this.#samples.at(0), this.#samples.at(-1)];
    return first === undefined || last === undefined || last.at === first.at ? 0 : ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  #left(rate: number): string | undefined {
    const { done, total } = this.#counts();
    return total === undefined || rate === 0 ? undefined : span(((total - done) / rate) * 1000);
  }

  #bar(): string {
    const { done, total, throttled, less } = this.#counts();
    const rate = this.#rate();
    const left = this.#left(rate);
    const filled = total ? Math.floor((done / total) * BAR) : 0;
    return [
      ...(total === undefined ? [`${done} users`] : [`[${"#".repeat(filled)}${"-".repeat(BAR - filled)}] ${done}/${total}`]),
      `${rate.toFixed(rate < 10 ? 1 : 0)}/s`,
      ...(left === undefined ? [] : [`ETA ${left}`]),
      `throttled ${throttled}`,
      `not complete ${less}`,
    ].join("  ");
  }

  #line(): string {
    const { done, total, throttled, less } = this.#counts();
    const rate = this.#rate();
    const left = this.#left(rate);
    const of = total === undefined ? "" : ` of ${total}`;
    return `${done}${of} users, ${rate.toFixed(1)}/s${left === undefined ? "" : `, ${left} left`}, ${throttled} throttled, ${less} not complete`;
  }
}
