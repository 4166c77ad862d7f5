// The service in a host of its own, on a free port of loopback: in wasmtime, as `wasmtime serve` runs it, or in Node,
// through `jco serve`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./port.mjs";
import { bare } from "./program.mjs";
import { ROOT } from "./project.mjs";

const COMPONENT = join(ROOT, "dist/entra-mfa-reset-service-env.wasm");
const JCO = join(ROOT, "js/node_modules/@bytecodealliance/jco/dist/jco.js");

/**
 * Starts it with these environment variables, and none of the tester's.
 *
 * @param {{ host: "wasmtime" | "jco", variables?: Record<string, string> }} options
 */
export async function startService({ host, variables = {} }) {
  if (!existsSync(COMPONENT)) {
    throw new Error("the service is not built: run `just build` first");
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "entra-service-"));
  const jco = [JCO, "serve", COMPONENT, "--port", String(port), "--jco-dir", folder];
  const [program, line] = host === "jco" ? [process.execPath, jco] : [served(), ["service-env"]];
  // jco starts a program of its own, which ends with the group alone.
  const detached = process.platform !== "win32";
  const child = spawn(program, line, { env: { ...bare(), ...variables }, stdio: ["pipe", "pipe", "pipe"], detached });
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
  const end = () => (detached ? process.kill(-child.pid) : child.kill());
  process.once("exit", end);
  const stop = async () => {
    process.off("exit", end);
    if (child.exitCode === null && end()) {
      await once(child, "close");
    }
    rmSync(folder, { recursive: true });
  };
  try {
    return new Service(await ready, said, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

class Service {
  constructor(url, said, stop) {
    /** Where it listens. */
    this.url = url;
    /** What the host has printed. */
    this.said = said;
    /** Ends it. */
    this.stop = stop;
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
