// A real Node-RED: the packed nodes installed into its user folder, and its admin API.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../support/port.mjs";
import { makeProject, ROOT } from "../support/project.mjs";
import { runtime } from "../support/runtimes.mjs";

const PROGRAM = join(ROOT, "tests/node_modules/node-red/red.js");

/** Starts it, with nothing deployed. */
export async function startNodeRed() {
  // As somebody installs them: both packages, and nothing from a registry.
  const project = await makeProject({ packages: ["entra-mfa-reset", "node-red-contrib-entra-mfa-reset"] });
  const { folder } = project;
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
  writeFileSync(join(folder, "settings.cjs"), `module.exports = ${JSON.stringify(settings)};\n`);
  const line = [PROGRAM, "--userDir", folder, "--settings", join(folder, "settings.cjs")];
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(runtime("node24").path, line, { stdio: ["ignore", "pipe", "pipe"], env });
  const server = new NodeRed(child, `http://127.0.0.1:${port}`, project);
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
  #project;
  #lines = [];
  #waiting = new Set();

  constructor(child, url, project) {
    this.#child = child;
    this.#project = project;
    /** Where it listens. */
    this.url = url;
    /** Its user folder, with flows.json and flows_cred.json. */
    this.folder = project.folder;
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
    this.#project.remove();
  }
}
