// The task of deno.json in a real Deno, with the packed package, against the simulated tenant.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { copied } from "../../../tests/support/copied.mjs";
import { CLIENT_ID, TENANT_ID } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { run } from "../../../tests/support/program.mjs";
import { runtime } from "../../../tests/support/runtimes.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";

const ADELE = "adele.vance@contoso.com";
const TICKET = "INC0012345";
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const HOSTS = "graph.microsoft.com,login.microsoftonline.com";

const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
const { folder, remove } = copied("deno");
after(async () => {
  await tenant.stop();
  remove();
});
beforeEach(() => tenant.reset());

const deno = runtime("deno").path;
const [, ...task] = JSON.parse(readFileSync(join(folder, "deno.json"), "utf8")).tasks.mfa.split(" ");

/** The task as it stands in deno.json, but for the hosts. */
function mfa(args, { of = tenant, hosts = new URL(of.url).host, ...env } = {}) {
  const application = { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: "sandbox-secret" };
  const line = task.map((word) => word.replace(HOSTS, hosts));
  const origins = { GRAPH_URL: of.url, AZURE_AUTHORITY_HOST: of.url, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  return run(deno, [...line, ...args], { cwd: folder, env: { ...origins, ...application, ...env } });
}

describe("a reset in Deno", () => {
  test("needs two hosts and variables by name, and no other permission", () => {
    const permissions = task.filter((word) => word.startsWith("--allow"));
    assert.deepEqual(permissions.map((word) => word.split("=")[0]), ["--allow-net", "--allow-env"]);
    assert.equal(permissions[0], `--allow-net=${HOSTS}`);
    assert.match(permissions[1], /^--allow-env=[A-Z_]+(,[A-Z_]+)*$/);
    assert.ok(task.includes("--no-prompt"));
  });

  test("has the types that it says it has", async () => {
    const { code, stderr } = await run(deno, ["check", "mfa.ts"], { cwd: folder, env: { NO_COLOR: "1" } });
    assert.equal(code, 0, stderr);
  });

  test("plans, and changes nothing", async () => {
    const { code, stdout, stderr } = await mfa(["plan", ADELE]);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).outcome, "planned");
    await assertUntouched(tenant);
  });

  test("is done at the tenant, with a pass", async () => {
    const before = await tenant.user(ADELE);
    const { code, stdout, stderr } = await mfa(["reset", ADELE, TICKET, "60"]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.outcome, "complete");
    assert.equal(report.reason, TICKET);
    assert.match(report.temporaryAccessPass.pass, /^\S{8,}$/);
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
  });

  test("touches nobody where it is refused", async () => {
    const stale = (await tenant.token()).replace(/.{9}$/, "AAAAAAAAA");
    for (const [args, env, expected, said] of [
      [["reset", "admin@contoso.com", TICKET], {}, 3, /^protectedUser: /],
      [["reset", ADELE, TICKET], { PROTECT: `x@contoso.com, ${ADELE}` }, 3, /^protectedUser: /],
      [["reset", "nobody@contoso.com", TICKET], {}, 1, /^userNotFound: /],
      [["reset", ADELE, TICKET], { AZURE_CLIENT_SECRET: "not-the-secret" }, 4, /^unauthenticated: /],
      [["reset", ADELE, TICKET], { ENTRA_ACCESS_TOKEN: stale }, 4, /^unauthenticated: /],
      [["reset", ADELE, TICKET], { AZURE_CLIENT_SECRET: "" }, 4, /^unauthenticated: /],
      [["reset", ADELE], {}, 2, /usage:/],
      [["reset", ADELE, TICKET, "soon"], {}, 2, /usage:/],
      [["reset", ADELE, TICKET, "60", "more"], {}, 2, /usage:/],
      [["remove", ADELE, TICKET], {}, 2, /usage:/],
    ]) {
      const { code, stdout, stderr } = await mfa(args, env);
      assert.equal(code, expected, `${args}: ${stderr}`);
      assert.match(stderr, said);
      assert.equal(stdout, "");
      assert.ok(!stderr.includes("not-the-secret"));
    }
    await assertUntouched(tenant);
  });

  test("reaches no host that is not permitted", async () => {
    const { code, stderr } = await mfa(["reset", ADELE, TICKET], { hosts: HOSTS });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^unreachable: /);
    assert.deepEqual((await tenant.state()).log, []);
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--latency-ms", "0", "--fault", "throttled:0.4", "--fault-seed", "7"] });
    context.after(() => throttled.stop());
    const before = await throttled.user(ADELE);
    const { code, stderr } = await mfa(["reset", ADELE, TICKET], { of: throttled });
    assert.equal(code, 0, stderr);
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, before, KEPT);
  });
});
