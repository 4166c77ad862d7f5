import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

/** Asks for a typed yes. Anything else, the end of the input and an aborted signal are a no. */
export async function confirm(question: string, input: Readable, output: Writable, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([lines.question(`${question} Type yes to go on: `, { signal }), ended]);
    return answer.trim().toLowerCase() === "yes";
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
