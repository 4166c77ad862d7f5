import type { Node } from "node-red";

/** What a node has under way. It ends with the node: on a redeploy nothing more is started, and what has begun is settled. */
export class Runs {
  readonly #underWay = new Map<AbortController, Promise<unknown>>();
  #isClosing = false;

  constructor(node: Node, closed: () => void) {
    node.on("close", (done: () => void) => {
      this.#isClosing = true;
      for (const controller of this.#underWay.keys()) {
        controller.abort();
      }
      void Promise.all(this.#underWay.values()).then(() => {
        closed();
        done();
      });
    });
  }

  /** Whether the node is being taken away. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Starts it. It must not reject. */
  start(work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController();
    if (this.#isClosing) {
      controller.abort();
    }
    const ended = work(controller.signal).finally(() => this.#underWay.delete(controller));
    this.#underWay.set(controller, ended);
  }
}

/** One after another. */
export class Line {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** How many are under way or waiting. */
  get length(): number {
    return this.#length;
  }

  /** Does it when everything before it is done. */
  async add<T>(work: () => Promise<T>): Promise<T> {
    this.#length += 1;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.#length -= 1;
    }
  }
}
