// workerd itself, with a bundle as wrangler makes it: conditions of Workers, WebAssembly as modules beside the script.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { runtime } from "../support/runtimes.mjs";
import { played } from "./played.mjs";
import { Project, js } from "./project.mjs";

const { build } = js("esbuild");
const DATE = "2026-01-01";

const HANDLER = `
export default {
  async fetch(request) {
    return Response.json(await run(await request.json()));
  },
};
`;
/** Wrangler's rule CompiledWasm. */
const modules = {
  name: "wasm-modules",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\.wasm$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === "ours") {
        return undefined;
      }
      const found = await resolve(path, { ...from, pluginData: "ours", kind: "import-statement" });
      return { path: `./${basename(found.path)}`, external: true };
    });
  },
};

let project;
before(async () => (project = await Project.install()));
after(() => project.remove());

/** Bundles the worker, and starts it on a free port. */
async function serve(context, name, source) {
  project.write(`${name}.mjs`, source + HANDLER);
  await build({
    absWorkingDir: project.folder,
    entryPoints: [`${name}.mjs`],
    outfile: project.path(`out/${name}.js`),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [modules],
    logLevel: "error",
  });
  const script = readFileSync(project.path(`out/${name}.js`), "utf8");
  const wasm = [...new Set(script.match(/[a-z_]+_bg\.wasm(?=";)/g))].sort();
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker), (name = "internet", network = (allow = ["private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "out/${name}.js"),
    ${wasm.map((file) => `(name = "${file}", wasm = embed "node_modules/entra-mfa-reset/wasm/${file}"),`).join("\n    ")}
  ],
  compatibilityDate = "${DATE}",
);
`;
  const path = project.write(`${name}.capnp`, config);
  const child = spawn(runtime("workerd").path, ["serve", path, "--control-fd=3"], { stdio: ["ignore", "ignore", "inherit", "pipe"] });
  context.after(async () => {
    child.kill();
    await once(child, "exit");
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdio[3] }), "line"),
    once(child, "exit").then(() => Promise.reject(new Error("workerd did not start"))),
  ]);
  const url = `http://127.0.0.1:${JSON.parse(line).port}`;
  const ask = async (given) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(given) });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  return { wasm, ask };
}

test("imports it; engine and sandbox are modules of the worker", async (context) => {
  const { wasm, ask } = await serve(context, "worker", `import { run } from "./main.mjs";`);
  assert.deepEqual(wasm, ["entra_mfa_reset_bg.wasm", "sandbox_bg.wasm"]);
  await played(ask);
});

test("the slim entry takes the module that the worker imports", async (context) => {
  const source = `import { MfaResetClient, MfaResetError, provideEngine } from "entra-mfa-reset/slim";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import engine from "entra-mfa-reset/entra_mfa_reset_bg.wasm";
import { play } from "./scenario.mjs";
provideEngine(engine);
const run = (given) => play({ MfaResetClient, MfaResetError, SandboxTenant }, given);`;
  await played((await serve(context, "slim", source)).ask);
});
