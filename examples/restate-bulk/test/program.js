import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that was started here and ends with the test at the latest. */
export class Program {
  /** All that it has written, to either stream. */
  said = "";
  #child;
  #ended;

  constructor(command, line, env = {}) {
    // Nothing of the tester's own settings or credentials.
    const { PATH, HOME, SystemRoot } = process.env;
    this.#child = spawn(command, line, { env: { PATH, HOME, SystemRoot, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = once(this.#child, "close").then(([code]) => code);
    this.lines = createInterface({ input: this.#child.stdout });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.said += text));
    }
  }

  /** The exit code, or null after a signal. */
  get ended() {
    return this.#ended;
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal) {
    this.#child.kill(signal);
    return this.#ended;
  }

  /** The first line that `find` finds something in. */
  async line(find) {
    for await (const line of this.lines) {
      const found = find(line);
      if (found) {
        return found;
      }
    }
    throw new Error(`The program ended:\n${this.said}`);
  }
}

/** Waits until something holds. */
export async function until(holds, milliseconds = 30_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await holds();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error("It did not come true in time.");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
