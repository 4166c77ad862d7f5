// Microsoft's cloud on this machine: the simulated tenant behind the names and the TLS of the real one.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { generate } from "selfsigned";
import { startTenant } from "./tenant.mjs";

/** Graph and the sign-in service of every cloud. */
const HOSTS = [
  "graph.microsoft.com",
  "graph.microsoft.us",
  "dod-graph.microsoft.us",
  "microsoftgraph.chinacloudapi.cn",
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.chinacloudapi.cn",
  "login.partner.microsoftonline.cn",
];
const METADATA_SERVICE = "169.254.169.254:80";
const REROUTE = new URL("reroute.mjs", import.meta.url);

/**
 * Starts a tenant and what stands before it. A process that gets `environment` reaches it as Graph and as the sign-in
 * service of every cloud and, with `metadata`, as the metadata service of a virtual machine. Nothing else but this
 * machine can be reached from there.
 *
 * @param {{ metadata?: boolean } & Parameters<typeof startTenant>[0]} options `metadata`, and those of the tenant
 */
export async function startCloud({ metadata = false, ...options } = {}) {
  const tenant = await startTenant(options);
  const folder = mkdtempSync(join(tmpdir(), "cloud-"));
  const { key, cert } = await certificate(HOSTS);
  const port = Number(new URL(tenant.url).port);
  const front = createServer({ key, cert }, (socket) => {
    const behind = connect(port, "127.0.0.1");
    socket.pipe(behind).pipe(socket);
    // Whoever hangs up on one side ends the other.
    socket.on("error", () => behind.destroy());
    behind.on("error", () => socket.destroy());
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  writeFileSync(join(folder, "root.pem"), cert);
  const routes = Object.fromEntries(HOSTS.map((host) => [`${host}:443`, front.address().port]));
  if (metadata) {
    routes[METADATA_SERVICE] = port;
  }
  return {
    tenant,
    environment: {
      NODE_EXTRA_CA_CERTS: join(folder, "root.pem"),
      NODE_OPTIONS: `--import=${REROUTE.href}`,
      TESTS_REROUTE: JSON.stringify(routes),
    },
    async stop() {
      front.close();
      await tenant.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * A certificate of these hosts and its key, made anew for each run, and trusted by nobody but who is told to.
 *
 * @param {string[]} hosts
 */
export async function certificate(hosts) {
  const { private: key, cert } = await generate([{ name: "commonName", value: "A cloud for tests" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { key, cert };
}
