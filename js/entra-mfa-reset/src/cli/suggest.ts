import { distance } from "./vendor.js";

const SHORTEST_PART = 3;
const MOST = 3;

/** What may have been meant, as a sentence; nothing where nothing is near. */
export function didYouMean(given: string, known: readonly string[]): string[] {
  const near = nearest(bare(given), known);
  return near.length === 0 ? [] : [`Did you mean ${near.length === 1 ? near.join() : `${near.slice(0, -1).join(", ")} or ${near.at(-1)}`}?`];
}

function nearest(given: string, known: readonly string[]): string[] {
  const far = known.map((name) => ({ name, typos: distance(given, bare(name)) }));
  const fewest = Math.min(...far.map(({ typos }) => typos));
  // Two letters that changed places are two slips. What has less in common is another name.
  if (fewest <= (given.length <= SHORTEST_PART ? 1 : Math.max(2, given.length / 3))) {
    return far.filter(({ typos }) => typos === fewest).slice(0, MOST).map(({ name }) => name);
  }
  return given.length < SHORTEST_PART ? [] : known.filter((name) => bare(name).includes(given)).slice(0, MOST);
}

function bare(name: string): string {
  return name.replace(/^-+/, "").toLowerCase();
}
