// `wrangler dev` on a copy of the example: its own bundler, its own reading of wrangler.jsonc, and workerd.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { copied } from "../../../tests/support/copied.mjs";
import { bare } from "../../../tests/support/program.mjs";
import { runtime } from "../../../tests/support/runtimes.mjs";

const PACKAGE = createRequire(import.meta.url).resolve("wrangler/package.json");
const WRANGLER = join(dirname(PACKAGE), "bin/wrangler.js");

/** Starts the Worker on a free port, with these variables and secrets. `output()` is what it has logged. */
export async function startWorker({ vars, secrets }) {
  const { folder, remove } = copied("cloudflare-worker");
  const line = ["dev", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0", "--show-interactive-dev-session=false"];
  for (const [name, value] of Object.entries(vars)) {
    line.push("--var", `${name}:${value}`);
  }
  writeFileSync(join(folder, ".dev.vars"), Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`).join(""));
  const env = { ...bare(), HOME: folder, CI: "true", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(runtime("node24").path, [WRANGLER, ...line], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const url = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece) => {
        text += piece;
        const [, found] = /Ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(text) ?? [];
        if (found !== undefined) {
          resolve(found);
        }
      });
    }
    child.once("exit", () => reject(new Error(`wrangler did not start:\n${text}`)));
  });
  return {
    url: await url,
    output: () => text,
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      remove();
    },
  };
}
