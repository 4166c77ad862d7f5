// A real Node-RED: the packed nodes installed into its user folder, and its admin API.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runtime } from "../support/runtimes.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "tests/node_modules/node-red/red.js");

/** The nodes as somebody installs them: both packages, and nothing from a registry. */
function installed() {
  const folder = mkdtempSync(join(tmpdir(), "entra-node-red-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "node-red-project", private: true }));
  const packages = ["entra-mfa-reset.tgz", "node-red-contrib-entra-mfa-reset.tgz"].map((name) => join(ROOT, "dist", name));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const options = { cwd: folder, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" };
  execFileSync(npm, ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages], options);
  return folder;
}

/** Asks the system for a port; Node-RED does not say which one it got. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts it, with nothing deployed. */
export async function startNodeRed() {
  const folder = installed();
  const port = await freePort();
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    flowFile: "flows.json",
    credentialSecret: "only for this test",
    externalModules: { palette: { allowInstall: false } },
    editorTheme: { tours: false, projects: { enabled: false } },
    telemetry: { enabled: false },
    logging: { console: { level: "info" } },
  };
  writeFileSync(join(folder, "settings.js"), `module.exports = ${JSON.stringify(settings)};\n`);
  const line = [PROGRAM, "--userDir", folder, "--settings", join(folder, "settings.js")];
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(runtime("node24").path, line, { stdio: ["ignore", "pipe", "pipe"], env });
  const server = new NodeRed(child, `http://127.0.0.1:${port}`, folder);
  try {
    await server.logged("Started flows");
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class NodeRed {
  #child;
  #lines = [];
  #waiting = new Set();

  constructor(child, url, folder) {
    this.#child = child;
    /** Where it listens. */
    this.url = url;
    /** Its user folder, with flows.json and flows_cred.json. */
    this.folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        this.#waiting.forEach((look) => look());
      });
    }
    child.on("exit", () => this.#waiting.forEach((look) => look()));
  }

  /** Everything that it has said. */
  get log() {
    return this.#lines.join("\n");
  }

  /** Resolves when the log has this text, in a line after `from`. */
  async logged(text, from = 0) {
    await new Promise((resolve, reject) => {
      const look = () => {
        if (this.#lines.slice(from).some((line) => line.includes(text))) {
          this.#waiting.delete(look);
          resolve();
        } else if (this.#child.exitCode !== null) {
          reject(new Error(`Node-RED ended with ${this.#child.exitCode}:\n${this.log}`));
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Replaces all flows, and resolves when they run. */
  async deploy(flows) {
    const from = this.#lines.length;
    const response = await this.admin("POST", "/flows", { flows });
    if (response.status !== 200) {
      throw new Error(`the flows were refused with ${response.status}: ${await response.text()}`);
    }
    await this.logged("Started flows", from);
  }

  admin(method, path, body) {
    const headers = { "Content-Type": "application/json", "Node-RED-API-Version": "v2", Accept: "application/json" };
    return fetch(`${this.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  /** What lies in its folder. */
  read(file) {
    return readFileSync(join(this.folder, file), "utf8");
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.kill()) {
      await once(this.#child, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
