// Cold starts with a sign-in: from nothing to the first request, of us and of those who use @azure/identity.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bytesOf, footprint } from "../../support/footprint.mjs";
import { certificate } from "../../support/cloud.mjs";
import { NODES, runtime } from "../../support/runtimes.mjs";
import { BENCH } from "./installation.mjs";

const LIMIT = 60_000;
const IDENTITY = "@azure/identity";
const SDK = ["@microsoft/msgraph-sdk", "@microsoft/msgraph-sdk-users", "@microsoft/kiota-authentication-azure"];

/** Who is compared. `packages` are those of tests/package.json. */
const STARTS = [
  { id: "fetch", name: "Node's fetch alone", packages: [] },
  { id: "ours", name: "entra-mfa-reset", packages: [], isOurs: true },
  { id: "ours-identity", name: `entra-mfa-reset with ${IDENTITY}`, packages: [IDENTITY], isOurs: true },
  { id: "graph-client", name: `${IDENTITY} + @microsoft/microsoft-graph-client`, packages: [IDENTITY, "@microsoft/microsoft-graph-client"] },
  { id: "msgraph-sdk", name: `${IDENTITY} + @microsoft/msgraph-sdk`, packages: [IDENTITY, ...SDK] },
];

/**
 * Starts each of them in turn, round after round, in each Node.
 *
 * @param {string} ours where our package is installed
 * @param {{ rounds: number, nodes?: { path: string, version: string }[], progress(text: string): void }} options
 */
export async function measureStarts(ours, { rounds, progress, nodes = here(progress) }) {
  const server = await serve();
  try {
    const results = STARTS.map(({ id, name, packages, isOurs = false }) => ({
      id,
      name,
      bytesInstalled: footprint(packages) + (isOurs ? bytesOf(join(ours, "node_modules/entra-mfa-reset")) : 0),
      nodes: [],
    }));
    for (const { path, version } of nodes) {
      progress(`cold starts with a sign-in: Node ${version}, ${rounds} rounds`);
      const starts = STARTS.map(() => []);
      // The first round warms the disk's cache and is not counted.
      for (let round = -1; round < rounds; round += 1) {
        for (const [place, { id }] of STARTS.entries()) {
          const start = await begin(path, id, ours, server);
          if (round >= 0) starts[place].push(start);
        }
      }
      for (const [place, result] of results.entries()) result.nodes.push({ version, starts: starts[place] });
    }
    return { rounds, results };
  } finally {
    server.close();
  }
}

/** Every Node that this machine has; not every platform has a package of each. */
function here(progress) {
  return NODES.flatMap((major) => {
    try {
      return [runtime(`node${major}`)];
    } catch (error) {
      progress(`not measured: ${error.message}`);
      return [];
    }
  });
}

/**
 * One start: milliseconds until the first request is handed to Node, until the server has it, and until the first one
 * to Graph is there, and the memory by then.
 */
async function begin(node, id, ours, server) {
  const env = { ...process.env, BENCH_OURS: ours, NODE_EXTRA_CA_CERTS: server.root };
  const spawned = now();
  const seen = server.expect();
  const child = spawn(node, [join(BENCH, `starts/${id}.mjs`), server.url], { env, stdio: ["ignore", "pipe", "pipe"] });
  const times = {};
  let said = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    Object.assign(times, { ...JSON.parse(line), ...times });
  });
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const closed = once(child, "close");
  try {
    const ended = closed.then(() => Promise.reject(new Error(`${id} ended before it asked Graph: ${said}`)));
    const late = AbortSignal.timeout(LIMIT);
    const timeout = once(late, "abort").then(() => Promise.reject(new Error(`${id} never asked Graph: ${said}`)));
    const { first, graph } = await Promise.race([seen, ended, timeout]);
    const { begin: begun, handed } = times;
    return { process: first - spawned, handed: handed - begun, import: first - begun, graph: graph - begun, peakKiB: peak(child.pid) };
  } finally {
    child.kill("SIGKILL");
    await closed.catch(() => undefined);
    server.forget();
  }
}

/** A sign-in service that gives everybody a token, and a Graph that never answers. */
async function serve() {
  const folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-bench-"));
  const { key, cert } = await certificate(["localhost"]);
  const root = join(folder, "root.pem");
  writeFileSync(root, cert);
  let first;
  let arrived = () => undefined;
  const server = createServer({ key, cert }, (request, response) => {
    first ??= now();
    request.resume();
    const [, tenant] = request.url.split("/");
    const json = (body) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(body));
    if (request.url.includes("/.well-known/openid-configuration")) {
      json(discovery(`${url}/${tenant}`));
    } else if (request.url.includes("/oauth2/v2.0/token")) {
      json({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token() });
    } else {
      arrived({ first, graph: now() });
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const url = `https://localhost:${server.address().port}`;
  return {
    url,
    root,
    expect() {
      first = undefined;
      return new Promise((resolve) => (arrived = resolve));
    },
    forget: () => server.closeAllConnections(),
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function discovery(authority) {
  return {
    issuer: `${authority}/v2.0`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  };
}

/** Nobody checks its signature. */
function token() {
  const part = (content) => Buffer.from(JSON.stringify(content)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3599;
  return `${part({ alg: "none", typ: "JWT" })}.${part({ aud: "https://graph.microsoft.com", exp, idtyp: "app", roles: [] })}.`;
}

/** Where the system tells it. */
function peak(pid) {
  return process.platform === "linux" ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) : undefined;
}

function now() {
  return performance.timeOrigin + performance.now();
}
