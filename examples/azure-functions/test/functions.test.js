// The functions through the real @azure/functions, signed in as a managed identity, against the simulated tenant.
import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { managedIdentity } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";
import { startApp } from "./app.js";

console.log("NOT TESTED: examples/azure-functions: the Functions host itself, which its npm package fetches from elsewhere");

const ADELE = "adele.vance@contoso.com";
const JONI = "joni.sherman@contoso.com";
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const MOBILE = "3179e48a-750b-4051-897c-87b9720928f7";

const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
const settings = (more) => ({ GRAPH_URL: tenant.url, AUTHORIZE: "functionKey", PROTECT: JONI, ...managedIdentity(tenant.url), ...more });
const app = await startApp(settings());
after(() => Promise.all([tenant.stop(), app.stop()]));
beforeEach(() => tenant.reset());

async function another(context, more) {
  const other = await startApp(settings(more));
  context.after(() => other.stop());
  return other;
}

/** The headers that Easy Auth sets for somebody who is signed in. */
function signedIn({ id, roles = [] }) {
  const claims = [
    { typ: "http://schemas.microsoft.com/identity/claims/objectidentifier", val: id },
    { typ: "preferred_username", val: "desk@contoso.com" },
    ...roles.map((val) => ({ typ: "roles", val })),
  ];
  const principal = Buffer.from(JSON.stringify({ auth_typ: "aad", claims })).toString("base64");
  return { "x-ms-client-principal": principal, "x-ms-client-principal-id": id, "x-ms-client-principal-idp": "aad" };
}

describe("the HTTP trigger", () => {
  test("resets, and answers with the report and the pass, which no log has", async () => {
    const before = await tenant.user(ADELE);
    const { status, headers, body, logs } = await app.post({ user: ADELE, temporaryAccessPass: true, reason: "INC0012345" });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(body.outcome, "complete");
    assert.match(body.temporaryAccessPass.pass, /^\S{8,}$/);
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
    const events = logs.map((line) => JSON.parse(line.replace("information: ", "")));
    assert.ok(events.some(({ requestedBy, reason }) => requestedBy === "function key" && reason === "INC0012345"), logs[0]);
    assert.ok(!logs.join().includes(body.temporaryAccessPass.pass));
    assert.ok(!/425555\d{4}/.test(logs.join() + JSON.stringify(body)));
  });

  test("refuses whom nobody resets, what nobody may ask for, and what it cannot read", async () => {
    for (const [asked, status, code] of [
      [{ user: "admin@contoso.com" }, 403, "protectedUser"],
      [{ user: JONI }, 403, "protectedUser"],
      [{ user: "pradeep.gupta@contoso.com" }, 403, "managementRestricted"],
      [{ user: "nobody@contoso.com" }, 404, "userNotFound"],
      [{ user: ADELE, notAfter: "2020-01-01T00:00:00Z" }, 409, "expired"],
      [{ user: ADELE, allowPrivileged: true }, 400, "invalidInput"],
      [{ user: ADELE, backup: true }, 400, "invalidInput"],
      [{ user: ADELE, perUserMfa: "disabled" }, 400, "invalidInput"],
      [{}, 400, "invalidInput"],
      [[ADELE], 400, "invalidInput"],
      ["not JSON", 400, "invalidInput"],
    ]) {
      const answer = await app.post(asked);
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.ok(answer.body.help.length > 0);
    }
    await assertUntouched(tenant);
  });

  test("tells an app without its identity, or one without permissions, from a caller's mistake", async (context) => {
    const nobody = await another(context, { IDENTITY_HEADER: "wrong" });
    assert.deepEqual(pick(await nobody.post({ user: ADELE })), [500, "unauthenticated"]);
    const reader = await another(context, { AZURE_CLIENT_ID: "1c8d5b63-ae4f-4027-9b3c-6d7e8f901223" });
    const { status, body } = await reader.post({ user: ADELE });
    assert.deepEqual([status, body.code], [403, "protectedUser"]);
    assert.match(body.help, /RoleManagement\.Read\.Directory/);
    await assertUntouched(tenant);
  });

  test("with Easy Auth lets nobody in but the role, and nobody reset their own account", async (context) => {
    const easy = await another(context, { AUTHORIZE: "easyAuth", CALLER_ROLE: "Mfa.Reset", WEBSITE_AUTH_ENABLED: "True" });
    const diego = await tenant.user("diego.siciliani@contoso.com");
    const role = { id: diego.id, roles: ["Mfa.Reset"] };
    for (const [headers, status, code] of [
      [{}, 401],
      [{ "x-ms-client-principal": "e30=", "x-ms-client-principal-idp": "aad" }, 401],
      [{ "x-ms-client-principal": "no principal", "x-ms-client-principal-idp": "aad" }, 401],
      [{ ...signedIn(role), "x-ms-client-principal-idp": "github" }, 401],
      [signedIn({ id: diego.id }), 403],
      [signedIn({ id: diego.id, roles: ["Reader"] }), 403],
    ]) {
      assert.deepEqual(pick(await easy.post({ user: ADELE }, headers)), [status, code]);
    }
    for (const user of [diego.id, diego.userPrincipalName]) {
      assert.deepEqual(pick(await easy.post({ user, temporaryAccessPass: true }, signedIn(role))), [403, "protectedUser"]);
    }
    await assertUntouched(tenant);
    const { status, logs } = await easy.post({ user: ADELE }, signedIn(role));
    assert.equal(status, 200);
    assert.ok(logs.some((line) => line.includes('"requestedBy":"desk@contoso.com"')));

    const off = await another(context, { AUTHORIZE: "easyAuth", CALLER_ROLE: "Mfa.Reset" });
    assert.equal((await off.post({ user: "alex.wilber@contoso.com" }, signedIn(role))).status, 500);
  });

  test("does not start where nobody has said who may call", async () => {
    for (const [more, said] of [
      [{ AUTHORIZE: undefined }, /AUTHORIZE/],
      [{ AUTHORIZE: "anybody" }, /AUTHORIZE/],
      [{ AUTHORIZE: "easyAuth" }, /CALLER_ROLE/],
      [{ MAX_AGE_MINUTES: "soon" }, /MAX_AGE_MINUTES/],
    ]) {
      await assert.rejects(startApp(settings(more)), said);
    }
    assert.equal(Object.values(app.bindings("reset")).find(({ type }) => type === "httpTrigger").authLevel, "function");
  });
});

describe("the queue", () => {
  test("plans, then resets what was planned, and ends with a report", async () => {
    const before = await tenant.user(ADELE);
    const { outputs: first } = await app.message("plan", { user: ADELE, reason: "INC0012345" });
    await assertUntouched(tenant);
    assert.deepEqual(Object.keys(first), ["mfa-reset-planned"]);
    const { outputs } = await app.message("reset-planned", first["mfa-reset-planned"]);
    assert.equal(outputs["mfa-reset-reports"].outcome, "complete");
    await assertReset(tenant, before, KEPT);
  });

  test("delivered again keeps the phone that was registered since, and finishes the rest", async () => {
    const before = await tenant.user(ADELE);
    const { outputs } = await app.message("plan", { user: ADELE, reason: "INC0012345" });
    const planned = outputs["mfa-reset-planned"];
    await app.message("reset-planned", planned);
    await tenant.registerPhone(ADELE, "+1 4255550177");
    // Long after notAfter: what has begun is finished all the same.
    const late = { ...planned, notAfter: "2020-01-01T00:00:00Z" };
    const again = await app.message("reset-planned", late, { dequeueCount: 2 });
    assert.ok(["complete", "unverified"].includes(again.outputs["mfa-reset-reports"].outcome));
    await assertReset(tenant, before, [...KEPT, "phone"]);
    assert.equal((await tenant.user(ADELE)).methods.find(({ id }) => id === MOBILE).phoneNumber, "+1 4255550177");
  });

  test("refuses a message that has lain too long, in either step", async () => {
    const old = new Date(Date.now() - 61 * 60_000);
    const { outputs } = await app.message("plan", { user: ADELE }, { insertionTime: old });
    assert.deepEqual([outputs["mfa-reset-reports"].error.code, outputs["mfa-reset-planned"]], ["expired", undefined]);
    const notAfter = new Date(Date.now() + 600_000).toISOString();
    const { outputs: { "mfa-reset-planned": planned } } = await app.message("plan", { user: ADELE, notAfter });
    assert.equal(planned.notAfter, notAfter);
    const late = await app.message("reset-planned", { ...planned, notAfter: new Date(Date.now() - 1).toISOString() });
    assert.equal(late.outputs["mfa-reset-reports"].error.code, "expired");
    await assertUntouched(tenant);
  });

  test("gives whom it cannot reset a report, and throws what is not the message's fault", async (context) => {
    for (const [message, code] of [
      [{ user: "admin@contoso.com" }, "protectedUser"],
      [{ user: "nobody@contoso.com" }, "userNotFound"],
      [{ user: ADELE, temporaryAccessPass: true }, "invalidInput"],
      [{ user: ADELE, allowPrivileged: true }, "invalidInput"],
      [{ user: ADELE, notAfter: "tomorrow" }, "invalidInput"],
      [ADELE, "invalidInput"],
    ]) {
      const { outputs, thrown } = await app.message("plan", message);
      const report = outputs["mfa-reset-reports"];
      assert.deepEqual([report?.outcome, report?.error.code], ["refused", code], thrown);
    }
    const forged = { user: "admin@contoso.com", planned: [], allowPrivileged: true };
    assert.equal((await app.message("reset-planned", forged)).outputs["mfa-reset-reports"].error.code, "invalidInput");
    assert.match((await app.message("reset-planned", { user: ADELE })).thrown, /has a plan/);
    const nobody = await another(context, { IDENTITY_HEADER: "wrong" });
    const { thrown, outputs } = await nobody.message("plan", { user: ADELE });
    assert.match(thrown, /MfaResetError/);
    assert.deepEqual(outputs, {});
    await assertUntouched(tenant);
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--latency-ms", "0", "--fault", "throttled:0.4", "--fault-seed", "7"] });
    context.after(() => throttled.stop());
    const slow = await another(context, { GRAPH_URL: throttled.url, ...managedIdentity(throttled.url) });
    const before = await throttled.user(ADELE);
    const { outputs } = await slow.message("plan", { user: ADELE });
    const done = await slow.message("reset-planned", outputs["mfa-reset-planned"]);
    assert.equal(done.outputs["mfa-reset-reports"].outcome, "complete");
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, before, KEPT);
  });
});

function pick({ status, body }) {
  return [status, body.code];
}
