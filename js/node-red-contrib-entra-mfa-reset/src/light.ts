import type { Event, Outcome } from "entra-mfa-reset";
import type { Node, NodeAPI } from "node-red";

type Colour = "green" | "yellow" | "red";

const COLOURS: Record<Outcome, Colour> = {
  planned: "green",
  complete: "green",
  unverified: "yellow",
  partial: "yellow",
  failed: "red",
  refused: "red",
};

/** The light below a node: blue while it works, then green, yellow or red. */
export class Light {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  /** A simulation is never shown without saying so. */
  readonly #isSandbox: () => boolean;

  constructor(RED: NodeAPI, node: Node, isSandbox: () => boolean) {
    this.#RED = RED;
    this.#node = node;
    this.#isSandbox = isSandbox;
  }

  /** A run is under way; labels are masked by the library. */
  working(event?: Event): void {
    const label = event?.method?.label;
    this.#show("blue", "dot", [this.#text("working"), ...(label === undefined ? [] : [label])].join(": "));
  }

  /** Some of many are done. */
  counting(finished: number, notComplete: number): void {
    this.#show("blue", "dot", this.#text("counting", { finished, notComplete }));
  }

  /** How one run ended. */
  ended(outcome: Outcome): void {
    this.#end(COLOURS[outcome], this.#text(outcome));
  }

  /** How a run of many ended. */
  endedMany(outcomes: Partial<Record<Outcome, number>>): void {
    const names = Object.keys(outcomes) as Outcome[];
    const worst = (["red", "yellow"] as const).find((colour) => names.some((name) => COLOURS[name] === colour));
    const texts = names.map((name) => `${outcomes[name]} ${this.#text(name)}`);
    this.#end(worst ?? "green", texts.length > 0 ? texts.join(", ") : this.#text("nobody"));
  }

  /** Something was read. */
  read(methods: number): void {
    this.#end("green", this.#text("read", { methods }));
  }

  /** An error, by its code. */
  failed(code: string): void {
    this.#end("red", code);
  }

  clear(): void {
    this.#node.status({});
  }

  #end(colour: Colour, text: string): void {
    this.#show(colour, colour === "green" ? "dot" : "ring", text);
  }

  #show(fill: Colour | "blue", shape: "dot" | "ring", text: string): void {
    this.#node.status({ fill, shape, text: this.#isSandbox() ? `${this.#text("sandbox")}: ${text}` : text });
  }

  #text(key: string, values: Record<string, string | number> = {}): string {
    return String(this.#RED._(`entra-mfa-reset.light.${key}`, values));
  }
}
