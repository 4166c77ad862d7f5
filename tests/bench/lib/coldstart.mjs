import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { start } from "./measure.mjs";

const LIMIT = 60_000;

/**
 * How long it takes until the first request is there: from the start of the process, and from the start of the import
 * where the side says when that was. Both in milliseconds.
 */
export async function coldStart(side, usersFile, token) {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  const spawned = now();
  const child = start(side, `http://127.0.0.1:${port}`, usersFile, token);
  try {
    let begin;
    createInterface({ input: child.stdout }).on("line", (line) => {
      begin ??= JSON.parse(line).begin;
    });
    child.stderr.resume();
    await once(server, "request", { signal: AbortSignal.timeout(LIMIT) });
    const arrived = now();
    return { process: arrived - spawned, ...(begin && { import: arrived - begin }) };
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
    server.closeAllConnections();
    server.close();
  }
}

function now() {
  return performance.timeOrigin + performance.now();
}
