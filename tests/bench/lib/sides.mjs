import { join } from "node:path";
import { BENCH } from "./installation.mjs";

/**
 * Who is compared. A side is a program that takes `--graph-url URL --users-file FILE`, one user a line, and the token
 * in ENTRA_ACCESS_TOKEN. It may print `{"begin": epoch milliseconds}` when its import begins, and ends with
 * `{"users", "wallMs", "outcomes": {name: number}, "peakKiB"}` on a line of its own.
 *
 * @param context - Where the things are: `ours`, `python` and `component` are absent where there are none.
 */
export function sides({ ours, python, component }) {
  const node = (script, options = [], env = {}) => ({
    command: [process.execPath, join(BENCH, "sides", script), ...options],
    env,
  });
  const graphClient = join(BENCH, "sides/graph-client/node_modules");
  return [
    {
      id: "fetch",
      name: "Node's fetch, one by one",
      short: "fetch",
      isSequential: true,
      ...node("fetch.mjs"),
    },
    {
      id: "graph-client",
      name: "microsoft-graph-client, one by one",
      short: "graph-client",
      isSequential: true,
      installed: [graphClient],
      ...node("graph-client/reset.mjs"),
    },
    {
      id: "graph-client-8",
      name: "microsoft-graph-client, 8 users at once",
      short: "graph-client × 8",
      isVariant: true,
      ...node("graph-client/reset.mjs", ["--parallel", "8"]),
    },
    python && {
      id: "msgraph-sdk",
      name: "msgraph-sdk for Python, one by one",
      short: "msgraph-sdk",
      isSequential: true,
      installed: [python],
      command: ["python3", join(BENCH, "sides/msgraph-sdk/reset.py")],
      env: { PYTHONPATH: python },
    },
    ours && {
      id: "ours",
      name: "entra-mfa-reset, npm package",
      short: "npm package",
      isOurs: true,
      installed: [join(ours, "node_modules")],
      ...node("ours.mjs", [], { BENCH_OURS: ours }),
    },
    component && {
      id: "component",
      name: "entra-mfa-reset, component in wasmtime",
      short: "component",
      isOurs: true,
      installed: [component.file],
      command: [component.host],
      env: { ENTRA_MFA_RESET_COMPONENT: component.file },
    },
  ].filter(Boolean);
}

/** A side that is told the tenant's limit. */
export function paced(side, callsPer10s) {
  return {
    ...side,
    id: `${side.id}-paced`,
    name: `${side.name}, callsPer10s ${callsPer10s}`,
    short: `${side.short}, paced`,
    command: [...side.command, "--calls-per-10s", String(callsPer10s)],
  };
}
