import { createRequire } from "node:module";
import { Program, until } from "./program.js";

/** The server's binary, or undefined where there is none for this platform. */
export function binary() {
  try {
    const name = `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

const NAMES = { "http-ingress-server": "ingress", "admin-api-server": "admin" };

/** A Restate server on loopback, on ports of its own choice, with its data in `folder`. */
export async function startRestate(folder) {
  const server = new Program(binary(), [], {
    DO_NOT_TRACK: "1",
    RESTATE_BASE_DIR: folder,
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_DEFAULT_NUM_PARTITIONS: "4",
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_LOG_FILTER: "warn,restate=info,octocrab=off",
    RESTATE_LOG_FORMAT: "json",
    RESTATE_NODE_NAME: "test",
    RESTATE_USE_RANDOM_PORTS: "true",
    // Otherwise all invocations travel over one connection, and a balancer of connections has nothing to balance.
    RESTATE_WORKER__INVOKER__HTTP2_STREAMS_PER_CONNECTION_LIMIT: "2",
    // A connection that is lost while it is made is noticed by this alone, after a minute otherwise.
    RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL: "2s",
    RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT: "2s",
    // So that a search of the data folder sees what is in it.
    RESTATE_WORKER__STORAGE__ROCKSDB_DISABLE_WAL_COMPRESSION: "true",
    RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_COMPRESSION: "true",
  });
  const urls = {};
  await server.line((line) => {
    const { span } = line.startsWith("{") ? JSON.parse(line) : {};
    const name = NAMES[span?.server_name];
    if (name !== undefined) {
      urls[name] = `http://127.0.0.1:${span["server.port"]}`;
    }
    return urls.ingress && urls.admin;
  });
  await until(async () => {
    if (!server.isRunning) {
      throw new Error(`Restate ended:\n${server.said}`);
    }
    const answer = await fetch(`${urls.admin}/health`).catch(() => undefined);
    return answer?.ok;
  });
  return Object.assign(server, urls);
}

/** Tells Restate where the workers are. */
export async function register({ admin }, uri) {
  const answer = await fetch(`${admin}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri }),
  });
  if (!answer.ok) {
    throw new Error(`${answer.status} ${await answer.text()}`);
  }
}
