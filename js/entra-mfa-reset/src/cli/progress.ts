import type { LiveLine } from "./live.js";
import { span } from "./span.js";

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
/** A shorter bar says nothing. */
const SHORTEST_BAR = 8;

/** A bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #live: LiveLine;
  readonly #counts: () => Counts;
  readonly #now: () => number;
  #samples: { at: number; done: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(live: LiveLine, counts: () => Counts, now: () => number = Date.now) {
    this.#live = live;
    this.#counts = counts;
    this.#now = now;
  }

  start(): void {
    this.#sample();
    this.#timer = setInterval(() => this.tell(), this.#live.isLive ? TERMINAL_MILLISECONDS : LINES_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#live.clear();
  }

  tell(): void {
    this.#sample();
    if (this.#live.isLive) {
      this.#live.show(this.#bar(this.#live.columns));
    } else {
      this.#live.print(this.#line());
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

  /** As much of it as fits, the most important first. */
  #bar(columns: number): string {
    const { done, total, throttled, less } = this.#counts();
    const rate = this.#rate();
    const left = this.#left(rate);
    const count = total === undefined ? `${done} users` : `${done}/${total}`;
    const parts = [`${rate.toFixed(rate < 10 ? 1 : 0)}/s`, ...(left === undefined ? [] : [`ETA ${left}`]), `throttled ${throttled}`, `not complete ${less}`];
    const line = parts.reduce((all, part) => (all.length + 2 + part.length <= columns ? `${all}  ${part}` : all), count);
    const size = Math.min(BAR, columns - line.length - "[] ".length);
    const filled = total ? Math.floor((done / total) * size) : 0;
    return total === undefined || size < SHORTEST_BAR ? line : `[${"#".repeat(filled)}${"-".repeat(size - filled)}] ${line}`;
  }

  #line(): string {
    const { done, total, throttled, less } = this.#counts();
    const rate = this.#rate();
    const left = this.#left(rate);
    const of = total === undefined ? "" : ` of ${total}`;
    return `${done}${of} users, ${rate.toFixed(1)}/s${left === undefined ? "" : `, ${left} left`}, ${throttled} throttled, ${less} not complete`;
  }
}
