import { shorten } from "./text.js";
import { type Output, type Terminal, columnsOf, isLive } from "./terminal.js";

const CLEAR_REST = "\u001b[K";

/** The last line of a terminal, which says how things stand, below lines that stay. Elsewhere only those are written. */
export class LiveLine {
  readonly isLive: boolean;
  readonly #stream: Output;
  readonly #terminal: Pick<Terminal, "env">;
  #shown = "";

  constructor(terminal: Pick<Terminal, "env">, stream: Output) {
    this.#terminal = terminal;
    this.#stream = stream;
    this.isLive = isLive(terminal, stream);
  }

  /** The columns that the line may take. One stays free: some terminals wrap when the last one is written. */
  get columns(): number {
    return (columnsOf(this.#terminal, this.#stream) ?? Infinity) - 1;
  }

  /** Takes the place of what was shown. */
  show(text: string): void {
    if (this.isLive && text !== this.#shown) {
      this.#shown = text;
      this.#stream.write(this.#drawn());
    }
  }

  /** Writes lines that stay, above. In one piece, so that nothing flickers. */
  print(text: string): void {
    this.#stream.write(this.#shown === "" ? `${text}\n` : `\r${CLEAR_REST}${text}\n${this.#drawn()}`);
  }

  /** Lets something else write to the same terminal, and stands below it again. */
  async around<T>(write: () => Promise<T>): Promise<T> {
    if (this.#shown === "") {
      return write();
    }
    this.#stream.write(`\r${CLEAR_REST}`);
    const written = write();
    this.#stream.write(this.#drawn());
    return written;
  }

  clear(): void {
    this.show("");
  }

  #drawn(): string {
    return `\r${this.#shown === "" ? "" : shorten(this.#shown, this.columns)}${CLEAR_REST}`;
  }
}
