// The script in a real Bun, and the executable that Bun makes of it, with the packed package, against the simulated tenant.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { copied } from "../../../tests/support/copied.mjs";
import { CLIENT_ID, TENANT_ID } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { bare, run } from "../../../tests/support/program.mjs";
import { runtime } from "../../../tests/support/runtimes.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";

const ADELE = "adele.vance@contoso.com";
const TICKET = ["--reason", "INC0012345"];
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const EXE = process.platform === "win32" ? ".exe" : "";

const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
const { folder, remove } = copied("bun");
const alone = join(folder, "alone");
after(async () => {
  await tenant.stop();
  remove();
});
beforeEach(() => tenant.reset());

const bun = runtime("bun").path;
const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const words = (script) => script.split(" ").slice(1);

function environment(of = tenant) {
  const application = { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: "sandbox-secret" };
  return { GRAPH_URL: of.url, AZURE_AUTHORITY_HOST: of.url, ...application };
}

function script(args, env = {}) {
  return run(bun, [...words(scripts.start), ...args], { cwd: folder, env: { ...environment(), ...env } });
}

describe("a reset in Bun", () => {
  test("prints the pass alone on stdout, and the tenant is as the report says", async () => {
    const user = await tenant.user(ADELE);
    const { code, stdout, stderr } = await script([ADELE, ...TICKET, "--pass", "60", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\S{8,}\n$/);
    assert.ok(!stderr.includes(stdout.trim()));
    assert.match(stderr, /Adele Vance <adele\.vance@contoso\.com>: planned/);
    assert.match(stderr, /adele\.vance@contoso\.com>: complete/);
    await assertReset(tenant, user, [...KEPT, "temporaryAccessPass"]);
  });

  test("asks, and does what is answered", async () => {
    for (const [answer, expected] of [["n\n", 1], ["", 1], ["y\n", 0]]) {
      const user = await tenant.user(ADELE);
      const env = { ...bare(), ...environment() };
      const child = spawn(bun, [...words(scripts.start), ADELE, ...TICKET], { cwd: folder, env });
      child.stdin.end(answer);
      let text = "";
      child.stderr.setEncoding("utf8").on("data", (piece) => (text += piece));
      child.stdout.resume();
      const [code] = await once(child, "close");
      assert.equal(code, expected, text);
      await (expected === 0 ? assertReset(tenant, user, KEPT) : assertUntouched(tenant));
    }
  });

  test("touches nobody where it is refused", async () => {
    const stale = (await tenant.token()).replace(/.{9}$/, "AAAAAAAAA");
    const yes = [...TICKET, "--yes"];
    for (const [args, env, expected, said] of [
      [["admin@contoso.com", ...yes], {}, 3, /^protectedUser: /m],
      [[ADELE, ...yes], { PROTECT: `x@contoso.com, ${ADELE}` }, 3, /^protectedUser: /m],
      [["nobody@contoso.com", ...yes], {}, 1, /^userNotFound: /m],
      [[ADELE, ...yes], { AZURE_CLIENT_SECRET: "not-the-secret" }, 4, /^unauthenticated: /m],
      [[ADELE, ...yes], { ENTRA_ACCESS_TOKEN: stale }, 4, /^unauthenticated: /m],
      [[ADELE, ...yes], { AZURE_CLIENT_SECRET: "" }, 4, /^unauthenticated: /m],
      [[ADELE, "--yes"], {}, 2, /usage:/],
      [[ADELE, ...yes, "--pass", "soon"], {}, 2, /usage:/],
      [[ADELE, ...yes, "--allow-privileged"], {}, 2, /usage:/],
    ]) {
      const { code, stdout, stderr } = await script(args, env);
      assert.equal(code, expected, `${args}: ${stderr}`);
      assert.match(stderr, said);
      assert.equal(stdout, "");
      assert.ok(!stderr.includes("not-the-secret"));
    }
    await assertUntouched(tenant);
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--latency-ms", "0", "--fault", "throttled:0.4", "--fault-seed", "7"] });
    context.after(() => throttled.stop());
    const user = await throttled.user(ADELE);
    const { code, stderr } = await script([ADELE, ...TICKET, "--yes"], environment(throttled));
    assert.equal(code, 0, stderr);
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, user, KEPT);
  });
});

describe("the executable", () => {
  before(async () => {
    const { code, stderr } = await run(bun, words(scripts.build), { cwd: folder });
    assert.equal(code, 0, stderr);
    mkdirSync(alone);
    copyFileSync(join(folder, `mfa${EXE}`), join(alone, `mfa${EXE}`));
  });

  test("resets where there is nothing but itself", async () => {
    const user = await tenant.user(ADELE);
    const { code, stderr } = await run(join(alone, `mfa${EXE}`), [ADELE, ...TICKET, "--yes"], { cwd: alone, env: environment() });
    assert.equal(code, 0, stderr);
    await assertReset(tenant, user, KEPT);
  });

  test("takes no settings from a file that lies about", async () => {
    writeFileSync(join(alone, ".env"), `PROTECT=\nGRAPH_URL=${tenant.url}\nENTRA_ACCESS_TOKEN=${await tenant.token()}\n`);
    const { code, stderr } = await run(join(alone, `mfa${EXE}`), [ADELE, ...TICKET, "--yes"], { cwd: alone });
    assert.equal(code, 4, stderr);
    writeFileSync(join(folder, ".env"), readFileSync(join(alone, ".env")));
    const interpreted = await run(bun, [...words(scripts.start), ADELE, ...TICKET, "--yes"], { cwd: folder });
    assert.equal(interpreted.code, 4, interpreted.stderr);
    await assertUntouched(tenant);
  });
});
