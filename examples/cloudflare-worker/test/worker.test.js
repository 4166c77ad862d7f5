// The Worker in workerd, as wrangler bundles and starts it, against the simulated tenant.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CLIENT_ID, TENANT_ID } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";
import { startWorker } from "./wrangler.js";

// workerd by itself goes on with or without it.
console.log("NOT TESTED: examples/cloudflare-worker: that Cloudflare waits for what waitUntil was given when a caller hangs up");

const ADELE = "adele.vance@contoso.com";
const JONI = "joni.sherman@contoso.com";
const TICKET = "INC0012345";
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const SECRET = "sandbox-secret";

const key = randomBytes(32).toString("hex");
const other = randomBytes(32).toString("hex");
const digest = (text) => createHash("sha256").update(text).digest("hex");
const CALLERS = JSON.stringify({ "service-desk": digest(key), portal: digest(other) });

const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
after(() => tenant.stop());

function start({ of = tenant, secret = SECRET, callers = CALLERS } = {}) {
  return startWorker({
    vars: { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID, GRAPH_URL: of.url, AZURE_AUTHORITY_HOST: of.url, PROTECT: ` ${JONI}, x@contoso.com` },
    secrets: { AZURE_CLIENT_SECRET: secret, ...(callers && { CALLERS: callers }) },
  });
}

const worker = await start();
after(() => worker.stop());
beforeEach(() => tenant.reset());

async function post(body, { at = worker, bearer = key, ...init } = {}) {
  const headers = { "content-type": "application/json", ...(bearer && { authorization: `Bearer ${bearer}` }) };
  const response = await fetch(`${at.url}/mfa-reset`, { method: "POST", headers, body: JSON.stringify(body), ...init });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Waits for what comes by itself. */
async function until(isSo) {
  for (let tries = 0; !(await isSo()); tries += 1) {
    assert.ok(tries < 500, "it did not come");
    await setTimeout(20);
  }
}

describe("a reset in a Worker", () => {
  test("is done at the tenant, told to nobody else, and in the log under the caller's name", async () => {
    const before = await tenant.user(ADELE);
    const { status, headers, body } = await post({ user: ADELE, reason: TICKET, temporaryAccessPass: { lifetimeInMinutes: 60 } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.outcome, "complete");
    assert.equal(body.reason, TICKET);
    assert.equal(headers.get("cache-control"), "no-store");
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
    await until(async () => worker.output().includes('"result":"complete"'));
    const logged = worker.output();
    assert.match(logged, /"requestedBy":"service-desk"/);
    for (const secret of [body.temporaryAccessPass.pass, key, other, SECRET, "4255550100"]) {
      assert.ok(!logged.includes(secret));
    }
  });

  test("is for callers with a key", async () => {
    const user = { user: ADELE, reason: TICKET };
    for (const bearer of [null, "short", randomBytes(32).toString("hex"), digest(key)]) {
      const { status, body } = await post(user, { bearer });
      assert.equal(status, 401, JSON.stringify(body));
    }
    await assertUntouched(tenant);
    assert.equal((await post(user, { bearer: other })).status, 200);
  });

  test("touches nobody where it is refused", async () => {
    for (const [asked, expected, code] of [
      [{ user: "admin@contoso.com" }, 403, "protectedUser"],
      [{ user: JONI }, 403, "protectedUser"],
      [{ user: "pradeep.gupta@contoso.com" }, 403, "managementRestricted"],
      [{ user: "nobody@contoso.com" }, 404, "userNotFound"],
      [{ user: ADELE, notAfter: "2020-01-01T00:00:00Z" }, 409, "expired"],
      [{ user: "admin@contoso.com", allowPrivileged: true }, 400, "invalidInput"],
      [{ user: ADELE, backup: true }, 400, "invalidInput"],
      [{ user: ADELE, perUserMfa: "disabled" }, 400, "invalidInput"],
      [{ user: ADELE, methods: "everything" }, 400, "invalidInput"],
      [{}, 400, "invalidInput"],
      [[], 400, "invalidInput"],
      ["adele", 400, "invalidInput"],
    ]) {
      const { status, headers, body } = await post(asked);
      assert.equal(status, expected, JSON.stringify(body));
      assert.equal(body.code, code);
      assert.equal(headers.get("content-type"), "application/problem+json");
    }
    assert.equal((await post(undefined, { body: "{" })).status, 400);
    assert.equal((await fetch(`${worker.url}/mfa-reset`)).status, 405);
    assert.equal((await fetch(worker.url)).status, 404);
    await assertUntouched(tenant);
  });

  test("is finished when the caller hangs up", async (context) => {
    const slow = await startTenant({ flags: ["--latency-ms", "150"] });
    const slowly = await start({ of: slow });
    context.after(() => Promise.all([slowly.stop(), slow.stop()]));
    const before = await slow.user(ADELE);
    const controller = new AbortController();
    const gone = post({ user: ADELE, reason: TICKET }, { at: slowly, signal: controller.signal });
    await until(async () => (await slow.summary()).httpRequests >= 2);
    controller.abort();
    await assert.rejects(gone, { name: "AbortError" });
    assert.equal((await slow.summary()).writes, 0, "it had begun to write when the caller hung up");
    await until(async () => (await slow.summary()).writes >= 4);
    await until(async () => slowly.output().includes('"result":"complete"'));
    await assertReset(slow, before, KEPT);
  });

  test("that may not sign in says so, and not whose fault it is not", async (context) => {
    const wrong = await start({ secret: "not-the-secret" });
    context.after(() => wrong.stop());
    const { status, body } = await post({ user: ADELE }, { at: wrong });
    assert.equal(status, 500);
    assert.equal(body.code, "unauthenticated");
    assert.ok(!JSON.stringify(body).includes("not-the-secret") && !wrong.output().includes("not-the-secret"));
    await assertUntouched(tenant);
  });

  test("serves nobody where nobody is named", async (context) => {
    for (const callers of [null, "{}", '{"service-desk":"the key itself"}']) {
      const open = await start({ callers });
      context.after(() => open.stop());
      const { status, body } = await post({ user: ADELE }, { at: open });
      assert.equal(status, 500);
      assert.match(body.title, /CALLERS/);
    }
    await assertUntouched(tenant);
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--latency-ms", "0", "--fault", "throttled:0.4", "--fault-seed", "7"] });
    const patient = await start({ of: throttled });
    context.after(() => Promise.all([patient.stop(), throttled.stop()]));
    const before = await throttled.user(ADELE);
    const { status, body } = await post({ user: ADELE, reason: TICKET }, { at: patient });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok((await throttled.state()).log.some(({ status: answered }) => answered === 429));
    await assertReset(throttled, before, KEPT);
  });
});
