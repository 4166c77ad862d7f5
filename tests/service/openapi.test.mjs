// The service against its own description: Schemathesis makes up requests, valid ones and others, and looks whether the
// answers are among those that are described.
import SwaggerParser from "@apidevtools/swagger-parser";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../support/program.mjs";
import { startService } from "../support/service.mjs";
import { startTenant } from "../support/tenant.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));
const BIN = join(ROOT, ".setup/python/tests-service", process.platform === "win32" ? "Scripts" : "bin");
const SCHEMATHESIS = join(BIN, process.platform === "win32" ? "schemathesis.exe" : "schemathesis");
const EXAMPLES = process.env.EXAMPLES ?? "25";

test("is OpenAPI 3.1", async () => {
  const validated = await SwaggerParser.validate(join(ROOT, "schema/openapi.json"));
  assert.equal(validated.openapi, "3.1.0");
});

test("keeps to its description, whatever it is asked", async (t) => {
  if (!existsSync(SCHEMATHESIS)) {
    console.log("NOT TESTED: the service against its OpenAPI: there is no Python 3.10 or newer with venv and pip");
    t.skip("no Schemathesis");
    return;
  }
  // It keeps a cache where it runs.
  const folder = mkdtempSync(join(tmpdir(), "entra-schemathesis-"));
  const tenant = await startTenant();
  const options = { graphUrl: tenant.url, limits: { verifySeconds: 1 } };
  const service = await startService({
    host: "wasmtime",
    variables: { ENTRA_MFA_RESET_OPTIONS: JSON.stringify(options), ENTRA_MFA_RESET_ALLOW_PRIVILEGED: "ifUnreadable" },
  });
  try {
    const administrator = (await tenant.user("admin@contoso.com")).methods;
    const line = ["--config-file", join(HERE, "schemathesis.toml"), "run", join(ROOT, "schema/openapi.json"), "--url", service.url];
    line.push("--header", `Authorization: Bearer ${await tenant.token()}`, "--max-examples", EXAMPLES);
    const env = { SCHEMATHESIS_HOOKS: "hooks", PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: "1" };
    const { code, stdout, stderr } = await run(SCHEMATHESIS, line, { cwd: folder, env });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Tested: 11\b/);
    assert.deepEqual(service.said.slice(1), [], "the service was trapped");
    const { users, violations, counts } = await tenant.state();
    assert.ok(counts.writes > 20, "it went as far as writing");
    assert.deepEqual(violations, []);
    assert.deepEqual(users.find(({ userPrincipalName }) => userPrincipalName === "admin@contoso.com").methods, administrator);
  } finally {
    await service.stop();
    await tenant.stop();
    rmSync(folder, { recursive: true });
  }
});
