// Deno, with the package from node_modules, without the network but for the tenant, and without any other permission.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runtime } from "../support/runtimes.mjs";
import { run } from "../support/program.mjs";
import { startTenant } from "../support/tenant.mjs";
import { played } from "./played.mjs";
import { Project } from "./project.mjs";
import { ADELE } from "./scenario.mjs";
import { entry } from "./targets.mjs";

const { path } = runtime("deno");
let project;
let env;

before(async () => {
  project = await Project.install();
  // As `deno add npm:entra-mfa-reset` writes it.
  project.write("package.json", JSON.stringify({ type: "module", dependencies: { "entra-mfa-reset": "*" } }));
  project.write("program.deno.mjs", `import { run } from "./main.mjs";
const [graphUrl, accessToken] = Deno.args;
console.log(JSON.stringify(await run({ graphUrl, accessToken })));
`);
  env = { DENO_DIR: project.path("deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
});
after(() => project.remove());

const line = (...permissions) => ["run", "--cached-only", "--no-prompt", ...permissions];

test("takes the entry for Deno", async () => {
  project.write("where.mjs", `console.log(import.meta.resolve("entra-mfa-reset"));`);
  const printed = await project.run(path, [...line(), "where.mjs"], env);
  assert.ok(printed.trim().endsWith(`/entra-mfa-reset/dist/entries/${entry("deno")}.js`), printed);
});

test("resets with a permission for one host and no other", () =>
  played(async ({ graphUrl, accessToken }) => {
    const permission = `--allow-net=${new URL(graphUrl).host}`;
    return JSON.parse(await project.run(path, [...line(permission), "program.deno.mjs", graphUrl, accessToken], env));
  }));

test("without the permission nothing is reached, and the error is ours", async () => {
  const tenant = await startTenant();
  try {
    project.write("denied.mjs", `import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
const [graphUrl, accessToken] = Deno.args;
const client = new MfaResetClient({ accessToken }, { graphUrl, limits: { retries: 0 } });
const error = await client.reset({ user: "${ADELE}" }).catch((error) => error);
console.log(error instanceof MfaResetError, error.code, error.cause?.name);
`);
    const denied = [...line("--allow-net=graph.microsoft.com"), "denied.mjs", tenant.url, await tenant.token()];
    assert.equal(await project.run(path, denied, env), "true unreachable NotCapable\n");
    assert.equal((await tenant.summary()).httpRequests, 0);
  } finally {
    await tenant.stop();
  }
});

test("runs the command", async () => {
  const bin = project.path("node_modules/entra-mfa-reset/dist/cli/bin.js");
  const command = [...line("--allow-read", "--allow-env", "--allow-sys"), bin, "reset", ADELE, "--sandbox", "--yes", "--output", "json"];
  const { code, stdout, stderr } = await run(path, command, { cwd: project.folder, env });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).outcome, "complete");
});
