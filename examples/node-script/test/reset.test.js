// The script as a process, signed in as the platform's managed identity by the real @azure/identity.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { after, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { managedIdentity } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { bare, run } from "../../../tests/support/program.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";

const SCRIPT = fileURLToPath(new URL("../reset.js", import.meta.url));
const ADELE = "adele.vance@contoso.com";
const TICKET = ["--reason", "INC0012345"];
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];

const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
after(() => tenant.stop());
beforeEach(() => tenant.reset());

function script(args, env = managedIdentity(tenant.url), graph = tenant) {
  return run(process.execPath, [SCRIPT, ...args], { env: { GRAPH_URL: graph.url, ...env } });
}

describe("a reset from the help desk", () => {
  test("prints the pass alone on stdout, and the tenant is as the report says", async () => {
    const before = await tenant.user(ADELE);
    const { code, stdout, stderr } = await script([ADELE, ...TICKET, "--yes"]);
    assert.equal(code, 0, stderr);
    const pass = stdout.trimEnd();
    assert.match(pass, /^\S{8,}$/);
    assert.ok(!stderr.includes(pass));
    assert.match(stderr, /Adele Vance <adele\.vance@contoso\.com>: planned/);
    assert.match(stderr, /will be deleted/);
    assert.match(stderr, /adele\.vance@contoso\.com>: complete/);
    assert.ok(!/425555\d{4}/.test(stderr));
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
  });

  test("of an administrator, of a protected user and of nobody is refused before anything is written", async () => {
    for (const [user, env, expected, said] of [
      ["admin@contoso.com", {}, 3, /protectedUser/],
      [ADELE, { PROTECT: ` ${ADELE}, x@contoso.com` }, 3, /protectedUser/],
      ["nobody@contoso.com", {}, 1, /userNotFound/],
    ]) {
      const { code, stdout, stderr } = await script([user, ...TICKET, "--yes"], { ...managedIdentity(tenant.url), ...env });
      assert.equal(code, expected, stderr);
      assert.match(stderr, said);
      assert.equal(stdout, "");
    }
    await assertUntouched(tenant);
  });

  test("without a credential that works ends with 4", async () => {
    const wrong = { ...managedIdentity(tenant.url), IDENTITY_HEADER: "wrong" };
    const { code, stderr } = await script([ADELE, ...TICKET, "--yes"], wrong);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /^unauthenticated: /m);
    const stale = await script([ADELE, ...TICKET, "--yes"], { ENTRA_ACCESS_TOKEN: (await tenant.token()).replace(/.{9}$/, "AAAAAAAAA") });
    assert.equal(stale.code, 4, stale.stderr);
    await assertUntouched(tenant);
  });

  test("asks, and where nobody can be asked, changes nothing", async () => {
    const { code, stderr } = await script([ADELE, ...TICKET]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--yes/);
    for (const args of [[], [ADELE], [ADELE, ADELE, ...TICKET], [ADELE, ...TICKET, "--pass", "soon"], [ADELE, "--allow-privileged"]]) {
      assert.equal((await script(args)).code, 2);
    }
    await assertUntouched(tenant);
  });

  test("is done only when a person at a terminal says yes", async (context) => {
    // Of util-linux: it gives a program a terminal.
    const terminal = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;
    if (!terminal) {
      console.log("NOT TESTED: examples/node-script: the question, for want of the program script of util-linux");
      return context.skip();
    }
    for (const [answer, expected, said] of [["n", 1, /Nothing was changed/], ["", 1, /Nothing was changed/], ["y", 0, /: complete/]]) {
      const before = await tenant.user(ADELE);
      const command = [process.execPath, SCRIPT, ADELE, ...TICKET, "--no-pass"].map((word) => `'${word}'`).join(" ");
      const env = { ...bare(), ...managedIdentity(tenant.url), GRAPH_URL: tenant.url };
      const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], { env });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (piece) => {
        if (!text.includes("[y/N]") && (text + piece).includes("[y/N]")) {
          child.stdin.write(`${answer}\n`);
        }
        text += piece;
      });
      const [code] = await once(child, "close");
      assert.equal(code, expected, text);
      assert.match(text, said);
      await (expected === 0 ? assertReset(tenant, before, KEPT) : assertUntouched(tenant));
    }
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--latency-ms", "0", "--fault", "throttled:0.4", "--fault-seed", "7"] });
    context.after(() => throttled.stop());
    const before = await throttled.user(ADELE);
    const { code, stderr } = await script([ADELE, ...TICKET, "--no-pass", "--yes"], managedIdentity(throttled.url), throttled);
    assert.equal(code, 0, stderr);
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, before, KEPT);
  });
});
