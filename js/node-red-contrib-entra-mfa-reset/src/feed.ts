/** Users on their way from messages to a run, which takes them when it has room. */
export class Feed<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: () => void = () => undefined;
  #isOpen = true;

  /** How many the run has not taken yet. */
  get length(): number {
    return this.#waiting.length;
  }

  push(value: T): void {
    this.#waiting.push(value);
    this.#wake();
  }

  /** Nobody else comes. */
  close(): void {
    this.#isOpen = false;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
      } else if (this.#isOpen) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        return;
      }
    }
  }
}
