// The service in a host of its own, on a free port of loopback: in wasmtime, as `wasmtime serve` runs it, or in Node,
// through `jco serve`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMPONENT = join(ROOT, "dist/entra-mfa-reset-service-env.wasm");
const HAS_GROUPS = process.platform !== "win32";
const JCO = join(ROOT, "js/node_modules/@bytecodealliance/jco/dist/jco.js");

/**
 * Starts it with these environment variables, and none of this process's that it would read.
 *
 * @param {{ host: "wasmtime" | "jco", variables?: Record<string, string> }} options
 */
export async function startService({ host, variables = {} }) {
  if (!existsSync(COMPONENT)) {
    throw new Error("the service is not built: run `just build` first");
  }
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ENTRA_MFA_RESET_"));
  const env = { ...Object.fromEntries(inherited), ...variables };
  const port = await freePort();
  const [program, line] =
    host === "jco" ? [process.execPath, [JCO, "serve", COMPONENT, "--port", port]] : [served(), ["service-env"]];
  // `jco serve` starts a program of its own, which outlives it unless the whole group is ended.
  const child = spawn(program, line.map(String), { env, stdio: ["pipe", "pipe", "pipe"], detached: HAS_GROUPS });
  const said = [];
  const ready = new Promise((done, failed) => {
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on("line", (text) => {
        said.push(text);
        const [, found] = text.match(/(http:\/\/127\.0\.0\.1:\d+)$/) ?? [];
        if (found || text.includes("Server listening")) {
          done(found ?? `http://localhost:${port}`);
        }
      });
    }
    child.once("exit", () => failed(new Error(`the service did not start in ${host}: ${said.join("\n")}`)));
  });
  return new Service(child, await ready, said);
}

class Service {
  #child;

  constructor(child, url, said) {
    this.#child = child;
    /** Where it listens. */
    this.url = url;
    /** What the host has printed. */
    this.said = said;
  }

  async stop() {
    if (this.#child.exitCode === null) {
      const closed = once(this.#child, "close");
      HAS_GROUPS ? process.kill(-this.#child.pid) : this.#child.kill();
      await closed;
    }
  }
}

/** The program of tests/hosts. */
function served() {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
  const program = join(target, "debug", process.platform === "win32" ? "serve.exe" : "serve");
  if (!existsSync(program)) {
    throw new Error("the host is not built: cargo build -p hosts --bin serve");
  }
  return program;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
