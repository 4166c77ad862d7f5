// Every Node that is supported: imported, required, and as the command.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NODES, runtime } from "../support/runtimes.mjs";
import { startTenant } from "../support/tenant.mjs";
import { played } from "./played.mjs";
import { Project } from "./project.mjs";
import { ADELE, ADMIN } from "./scenario.mjs";
import { entry } from "./targets.mjs";

let project;
before(async () => (project = await Project.install()));
after(() => project.remove());

for (const major of NODES) {
  describe(`Node ${major}`, () => {
    const { path, version } = runtime(`node${major}`);

    test("is that version", async () => {
      assert.equal(Number(version.split(".")[0]), major);
      assert.equal(await project.run(path, ["--print", "process.versions.node"]), `${version}\n`);
    });

    test("imports it", async () => {
      const printed = await project.run(path, ["--input-type=module", "--eval", `console.log(import.meta.resolve("entra-mfa-reset"))`]);
      assert.equal(fileURLToPath(printed.trim()), project.path(`node_modules/entra-mfa-reset/dist/entries/${entry("node")}.js`));
      await played(async ({ graphUrl, accessToken }) => JSON.parse(await project.run(path, ["program.mjs", graphUrl, accessToken])));
    });

    test("requires it", async () => {
      project.write(
        "program.cjs",
        `const { MfaResetClient, MfaResetError } = require("entra-mfa-reset");
const { SandboxTenant } = require("entra-mfa-reset/sandbox");
const { play } = require("./scenario.mjs");
const [graphUrl, accessToken] = process.argv.slice(2);
play({ MfaResetClient, MfaResetError, SandboxTenant }, { graphUrl, accessToken }).then((facts) => console.log(JSON.stringify(facts)));
`,
      );
      await played(async ({ graphUrl, accessToken }) => JSON.parse(await project.run(path, ["program.cjs", graphUrl, accessToken])));
    });

    test("runs the command", async () => {
      const tenant = await startTenant();
      try {
        const bin = project.path("node_modules/entra-mfa-reset/dist/cli/bin.js");
        const line = [bin, "reset", ADELE, "--yes", "--output", "json", "--graph-url", tenant.url];
        const env = { ENTRA_ACCESS_TOKEN: await tenant.token() };
        assert.equal(JSON.parse(await project.run(path, line, env)).outcome, "complete");
        assert.ok(!(await tenant.kinds(ADELE)).includes("phone"));
        await assert.rejects(project.run(path, [bin, "reset", ADMIN, "--yes", "--graph-url", tenant.url], env), /protected|privileged/i);
      } finally {
        await tenant.stop();
      }
    });
  });
}
