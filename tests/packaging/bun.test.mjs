// Bun.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runtime } from "../support/runtimes.mjs";
import { played } from "./played.mjs";
import { Project } from "./project.mjs";
import { ADELE } from "./scenario.mjs";
import { entry } from "./targets.mjs";

const { path } = runtime("bun");
let project;
before(async () => (project = await Project.install()));
after(() => project.remove());

test("imports it", async () => {
  project.write("where.mjs", `console.log(import.meta.resolve("entra-mfa-reset"));`);
  const printed = await project.run(path, ["where.mjs"]);
  assert.equal(fileURLToPath(printed.trim()), project.path(`node_modules/entra-mfa-reset/dist/entries/${entry("bun")}.js`));
  await played(async ({ graphUrl, accessToken }) => JSON.parse(await project.run(path, ["program.mjs", graphUrl, accessToken])));
});

test("runs the command", async () => {
  const bin = project.path("node_modules/entra-mfa-reset/dist/cli/bin.js");
  const printed = await project.run(path, [bin, "reset", ADELE, "--sandbox", "--yes", "--output", "json"]);
  assert.equal(JSON.parse(printed).outcome, "complete");
});

test("bundles the inline entry into one file", async () => {
  project.write("inline.mjs", `import { MfaResetClient, MfaResetError } from "entra-mfa-reset/inline";
const [graphUrl, accessToken] = process.argv.slice(2);
const client = new MfaResetClient({ accessToken }, { graphUrl, limits: { retries: 0 } });
client.reset({ user: "${ADELE}" }).catch((error) => console.log(error instanceof MfaResetError, error.code));
`);
  await project.run(path, ["build", "inline.mjs", "--target=bun", "--outfile=out/inline.mjs"]);
  // Port 9 of this machine is nobody's: whoever gets there has an engine.
  assert.equal(await project.run(path, ["out/inline.mjs", "http://127.0.0.1:9", "a.b.c"]), "true unreachable\n");
});
