import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    "graph-url": { type: "string" },
    "users-file": { type: "string" },
    parallel: { type: "string", default: "1" },
    "calls-per-10s": { type: "string" },
  },
});

export const graphUrl = values["graph-url"];
export const usersFile = values["users-file"];
export const token = process.env.ENTRA_ACCESS_TOKEN;
export const parallel = Number(values.parallel);
export const callsPer10s = values["calls-per-10s"] && Number(values["calls-per-10s"]);

/** One user a line. */
export function users() {
  return readFileSync(usersFile, "utf8").split("\n").filter(Boolean);
}

/** Says that the import begins: cold start counts from here. */
export function begin() {
  console.log(JSON.stringify({ begin: performance.timeOrigin + performance.now() }));
}

/** Runs the work, which counts outcomes, and prints the one line that the harness reads. */
export async function measure(work) {
  const outcomes = {};
  const count = (outcome) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const start = performance.now();
  await work(count);
  const wallMs = performance.now() - start;
  const reset = Object.values(outcomes).reduce((sum, number) => sum + number, 0);
  console.log(JSON.stringify({ users: reset, wallMs, outcomes, peakKiB: peak() }));
}

/** The most memory that this process ever had, without what the parent had when it forked. */
function peak() {
  if (process.platform === "linux") {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  }
  return process.resourceUsage().maxRSS;
}
