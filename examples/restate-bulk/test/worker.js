import { fileURLToPath } from "node:url";
import { Program } from "./program.js";

const WORKER = fileURLToPath(new URL("../worker.js", import.meta.url));

/** A worker with a door of its own to the tenant. */
export async function startWorker({ balancer, tenant, passes, intercept, env }) {
  const worker = new Program(process.execPath, [WORKER], {
    ENTRA_ACCESS_TOKEN: tenant.accessToken,
    GRAPH_URL: await tenant.door(intercept),
    PASSES_FILE: passes,
    PORT: "0",
    RESTATE_LOGGING: "WARN",
    ...env,
  });
  balancer.add(await worker.line((line) => /listens on .*:(\d+)$/.exec(line)?.[1]));
  return worker;
}
