// The packed node, unpacked as n8n unpacks it, and the engine beside it.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { archive } from "../support/project.mjs";
import { runtime } from "../support/runtimes.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The workflows' time zone; the process has another. */
export const ZONE = "Pacific/Auckland";

/** Starts it. */
export async function startEngine() {
  // Below the tests, so that the node finds n8n-workflow where the engine does.
  const folder = mkdtempSync(join(HERE, "node_modules", ".packed-"));
  execFileSync("tar", ["-xzf", archive("n8n-nodes-entra-mfa-reset"), "-C", folder]);
  const home = mkdtempSync(join(tmpdir(), "n8n-home-"));
  const env = { ...process.env, N8N_USER_FOLDER: home, N8N_ENCRYPTION_KEY: "only for this test", ZONE, TZ: "UTC" };
  const child = fork(join(HERE, "engine.mjs"), [join(folder, "package")], { execPath: runtime("node24").path, execArgv: [], env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const engine = new Engine(child, [folder, home]);
  const [first] = await Promise.race([once(child, "message"), once(child, "exit").then(() => [{ ready: false }])]);
  if (!first.ready) {
    engine.clear();
    throw new Error(`n8n's engine did not start: ${engine.log}`);
  }
  return engine;
}

class Engine {
  #child;
  #folders;
  #asked = new Map();
  /** What n8n has logged. */
  log = "";
  #last = 0;

  constructor(child, folders) {
    this.#child = child;
    this.#folders = folders;
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding("utf8").on("data", (text) => (this.log += text));
    }
    child.on("message", ({ id, answer, error }) => {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      error === undefined ? asked?.resolve(answer) : asked?.reject(new Error(error));
    });
    child.on("exit", () => this.#asked.forEach(({ reject }) => reject(new Error("n8n's engine ended"))));
  }

  /** Runs a workflow: `items`, `parameters` of the node, `credentials`, and what n8n calls `onError`. */
  run(input) {
    return this.#call("run", input);
  }

  /** Runs the node alone, with `parameters` that n8n would not give it. */
  hand(input) {
    return this.#call("hand", input);
  }

  /** Ends the workflow that is running, as somebody who presses Stop. */
  cancel() {
    return this.#call("cancel");
  }

  testCredentials(credentials) {
    return this.#call("testCredentials", { credentials });
  }

  /** What the node says of itself, as n8n has loaded it. */
  describe() {
    return this.#call("describe");
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.kill()) {
      await once(this.#child, "exit");
    }
    this.clear();
  }

  clear() {
    this.#folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  }

  #call(call, input) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#child.send({ id, call, input });
    });
  }
}
