// What bundlers make of it, run where it is meant to run.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import { bundle, BUNDLERS } from "./bundle.mjs";
import { playInPage, visit } from "./page.mjs";
import { played } from "./played.mjs";
import { js, Project, tests } from "./project.mjs";
import { ADELE } from "./scenario.mjs";
import { entry } from "./targets.mjs";

const html = (src) => `<!doctype html><meta charset="utf-8"><title>Packaging</title><script type="module" src="/${src}"></script>`;

let project;
before(async () => {
  project = await Project.install();
  project.write("page.mjs", `import { run } from "./main.mjs";\nglobalThis.run = run;\n`);
  project.write("error.mjs", `import { MfaResetError } from "entra-mfa-reset";
console.log(new MfaResetError({ code: "conflict", message: "m", help: "h", retryable: false }).code);
`);
});
after(() => project.remove());

for (const name of Object.keys(BUNDLERS)) {
  describe(name, () => {
    test("for browsers", async () => {
      const made = await bundle(project, name, { input: "page.mjs", out: `${name}-browser`, platform: "browser" });
      assert.deepEqual(made.filter((file) => file.endsWith(".wasm")), [], `the entry is ${entry(name)}`);
      await playInPage(project.folder, html(`${name}-browser/main.js`));
    });

    test("for Node", async () => {
      await bundle(project, name, { input: "program.mjs", out: `${name}-node`, platform: "node" });
      const main = project.path(`${name}-node/main.js`);
      await played(async ({ graphUrl, accessToken }) => JSON.parse(await project.run(process.execPath, [main, graphUrl, accessToken])));
    });

    test("leaves out what is not used", async () => {
      await bundle(project, name, { input: "error.mjs", out: `${name}-error`, platform: "browser" });
      const main = project.path(`${name}-error/main.js`);
      assert.equal(await project.run(process.execPath, [main]), "conflict\n");
      assert.ok(statSync(main).size < 3_000, `${statSync(main).size} bytes`);
      assert.doesNotMatch(readFileSync(main, "utf8"), /WebAssembly|resetMany|getToken/);
    });
  });
}

// With the slim entry the engine is a file of its own, as each bundler treats files.
const SEPARATE = {
  esbuild: { line: `import file from "entra-mfa-reset/entra_mfa_reset_bg.wasm";`, loader: { ".wasm": "file" } },
  vite: { line: `import file from "entra-mfa-reset/entra_mfa_reset_bg.wasm?url";` },
  webpack: { line: `const file = new URL("entra-mfa-reset/entra_mfa_reset_bg.wasm", import.meta.url);` },
};

for (const [name, { line, loader }] of Object.entries(SEPARATE)) {
  test(`${name} keeps the engine of the slim entry in a file of its own`, async () => {
    const imports = line.startsWith("import") ? [line, ""] : ["", line];
    project.write(`slim-${name}.mjs`, `import { MfaResetClient, MfaResetError, provideEngine } from "entra-mfa-reset/slim";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
${imports[0]}
import { play } from "./scenario.mjs";
${imports[1]}
provideEngine(() => fetch(file));
globalThis.run = (given) => play({ MfaResetClient, MfaResetError, SandboxTenant }, given);
`);
    const made = await bundle(project, name, { input: `slim-${name}.mjs`, out: `${name}-slim`, platform: "browser", loader });
    assert.equal(made.filter((file) => file.endsWith(".wasm")).length, 1, made.join(", "));
    await playInPage(project.folder, html(`${name}-slim/main.js`));
  });
}

test("Vite's development server", async () => {
  const { createServer } = await import(pathToFileURL(tests.resolve("vite")).href);
  // Without an icon Chromium asks for one, and is told that there is none.
  project.write("index.html", `${html("page.mjs")}<link rel="icon" href="data:,">`);
  await played(async ({ graphUrl, accessToken }) => {
    const server = await createServer({
      root: project.folder,
      configFile: false,
      logLevel: "error",
      server: { host: "127.0.0.1", port: 0, hmr: false, ws: false, proxy: { "/v1.0": graphUrl, "/beta": graphUrl } },
    });
    try {
      await server.listen();
      const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
      return await visit(origin, { graphUrl: origin, accessToken });
    } finally {
      await server.close();
    }
  });
});

test("esbuild makes one CommonJS file of the inline entry, as functions want it", async () => {
  project.write("handler.mjs", `import { MfaResetClient, MfaResetError } from "entra-mfa-reset/inline";
export const handler = async ({ graphUrl, accessToken, user }) => {
  const client = new MfaResetClient({ accessToken }, { graphUrl });
  return client.plan({ user }).then(({ outcome }) => outcome, (error) => error instanceof MfaResetError && error.code);
};
`);
  const { build } = js("esbuild");
  const options = { absWorkingDir: project.folder, bundle: true, platform: "node", format: "cjs", logLevel: "error" };
  await build({ ...options, entryPoints: ["handler.mjs"], outfile: "function/handler.cjs" });
  project.write("call.cjs", `const { handler } = require("./function/handler.cjs");
const { SandboxTenant } = require("entra-mfa-reset/sandbox");
const tenant = new SandboxTenant();
globalThis.fetch = tenant.fetch;
const asked = { accessToken: tenant.accessToken, graphUrl: "http://127.0.0.1:1" };
Promise.all(["${ADELE}", "nobody@contoso.com"].map((user) => handler({ ...asked, user }))).then((all) => console.log(all.join()));
`);
  assert.equal(await project.run(process.execPath, ["call.cjs"]), "planned,userNotFound\n");
});

test("where a bundler lost the file, the error says which entry to take", async () => {
  const { build } = js("esbuild");
  // Whoever names conditions of their own gets none of esbuild's.
  const options = { absWorkingDir: project.folder, bundle: true, platform: "node", format: "esm", conditions: ["node"], logLevel: "error" };
  project.write("lost.mjs", `import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
const error = await new MfaResetClient({ accessToken: "a.b.c" }).status("${ADELE}").catch((error) => error);
console.log(error instanceof MfaResetError, error.code, error.help);
`);
  await build({ ...options, entryPoints: ["lost.mjs"], outfile: "lost/deep/down/lost.mjs" });
  assert.match(await project.run(process.execPath, ["lost/deep/down/lost.mjs"]), /^true internal .*entra-mfa-reset\/inline/);
});
