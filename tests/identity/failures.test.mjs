// What @azure/identity does when there is no token, or when it no longer serves, and what a caller is told of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { CLIENT_ID, TENANT_ID } from "../support/identities.mjs";
import { assertUntouched } from "../support/left.mjs";
import { bare } from "../support/program.mjs";
import { ADELE, APPLICATION, ask, cloud, script, signIns } from "./support.mjs";

const CLIENT_SECRET = { credential: "ClientSecretCredential", given: APPLICATION };
const RESET = ["reset", { user: ADELE }];
const WRONG = "not-the-secret-8f1c";

test("a wrong secret is unauthenticated, with Entra's code and without the secret", async (context) => {
  const { tenant, ...started } = await cloud(context);
  for (const [credential, given, env] of [
    ["ClientSecretCredential", [TENANT_ID, CLIENT_ID, WRONG], {}],
    ["DefaultAzureCredential", [], { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: WRONG }],
  ]) {
    const { answers, stderr } = await ask(started, { credential, given, calls: [RESET] }, env);
    const [{ cause, ...error }] = answers;
    assert.equal(error.isOurs, true);
    assert.equal(error.code, "unauthenticated");
    assert.equal(error.retryable, false);
    assert.match(error.message, /\bAADSTS7000215\b/);
    assert.match(cause.message, /AADSTS7000215: Invalid client secret provided/);
    assert.ok(!JSON.stringify(answers).includes(WRONG) && !stderr.includes(WRONG));
  }
  await assertUntouched(tenant);
});

test("a host on which nobody is signed in: how many ways were tried, and why each failed is in the cause", async (context) => {
  const { tenant, ...started } = await cloud(context);
  const { answers } = await ask(started, { credential: "DefaultAzureCredential", calls: [RESET] }, { PATH: "" });
  const [{ code, message, cause }] = answers;
  assert.equal(code, "unauthenticated");
  assert.equal(cause.name, "AggregateAuthenticationError");
  assert.ok(cause.each.length >= 3 && cause.each.every((name) => name === "CredentialUnavailableError"), String(cause.each));
  assert.match(message, new RegExp(`AggregateAuthenticationError, of ${cause.each.length} credentials that were tried`));
  assert.match(cause.message, /Azure CLI could not be found/);
  await assertUntouched(tenant);
});

test("AuthenticationRequiredError: a person would have to sign in first", async (context) => {
  const { tenant, ...started } = await cloud(context);
  const given = [{ tenantId: TENANT_ID, clientId: CLIENT_ID, disableAutomaticAuthentication: true }];
  const { answers } = await ask(started, { credential: "DeviceCodeCredential", given, calls: [RESET] });
  const [{ code, message, cause }] = answers;
  assert.equal(code, "unauthenticated");
  assert.equal(cause.name, "AuthenticationRequiredError");
  assert.match(message, /AuthenticationRequiredError/);
  await assertUntouched(tenant);
});

test("a sign-in service that cannot be reached is told by MSAL's own code", async (context) => {
  const { tenant, environment } = await cloud(context);
  const nowhere = JSON.stringify({ ...JSON.parse(environment.TESTS_REROUTE), "login.microsoftonline.com:443": 1 });
  const asked = { ...CLIENT_SECRET, given: [...APPLICATION, { retryOptions: { maxRetries: 0 } }], calls: [RESET] };
  const { answers } = await ask({ environment: { ...environment, TESTS_REROUTE: nowhere } }, asked);
  assert.equal(answers[0].code, "unauthenticated");
  assert.match(answers[0].message, /\bnetwork_error\b/);
  await assertUntouched(tenant);
});

test("a token that has expired is asked for again, and Graph never sees it", async (context) => {
  const { tenant, ...started } = await cloud(context, { settings: { tokenLifetimeSeconds: 3 } });
  const calls = [["status", ADELE], ["status", ADELE], RESET];
  const { answers } = await ask(started, { ...CLIENT_SECRET, calls, pauseSeconds: 3.5 });
  assert.deepEqual(answers.map(({ outcome }) => outcome), ["shown", "shown", "complete"]);
  assert.ok((await signIns(tenant)).length >= 3);
  const { log, violations } = await tenant.state();
  assert.deepEqual(log.filter(({ status }) => status === 401), []);
  assert.deepEqual(violations, []);
});

test("a token is kept for as long as it serves, and for all calls of a client", async (context) => {
  const { tenant, ...started } = await cloud(context);
  await ask(started, { ...CLIENT_SECRET, calls: [["status", ADELE], ["plan", { user: ADELE }], RESET] });
  assert.equal((await signIns(tenant)).length, 1);
});

test("a challenge of continuous access evaluation reaches the credential, which gets a token that answers it", async (context) => {
  const { tenant, ...started } = await cloud(context, { settings: { claimsChallenge: true } });
  const { answers } = await ask(started, { ...CLIENT_SECRET, calls: [RESET] });
  assert.deepEqual(answers, [{ outcome: "complete" }]);
  // The tenant refuses for good a token that was asked for without the claims.
  assert.equal((await signIns(tenant)).length, 2);
  const { log, violations } = await tenant.state();
  assert.equal(log.filter(({ status }) => status === 401).length, 1);
  assert.deepEqual(violations, []);
});

test("a credential that cannot answer a challenge is told as it is", async (context) => {
  const { tenant, ...started } = await cloud(context, { metadata: true, settings: { claimsChallenge: true } });
  const { answers } = await ask(started, { credential: "ManagedIdentityCredential", calls: [RESET] });
  assert.equal(answers[0].code, "unauthenticated");
  assert.match(answers[0].message, /does not accept the access token/);
  await assertUntouched(tenant);
});

test("a caller who gives up is not kept by a sign-in that hangs", async (context) => {
  const { tenant, environment } = await cloud(context, { seed: { latencyMilliseconds: 3_600_000 } });
  const { cwd, line } = script({ ...CLIENT_SECRET, calls: [RESET], cancelAfter: "the operator closed the window" });
  const child = spawn(process.execPath, line, { cwd, env: { ...bare(), ...environment }, stdio: ["pipe", "pipe", "inherit"] });
  // The credential gets the signal and does not heed it: its request goes on, and would keep the process for an hour.
  context.after(() => child.kill());
  while ((await signIns(tenant)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const printed = once(createInterface({ input: child.stdout }), "line", { signal: AbortSignal.timeout(60_000) });
  child.stdin.end("now\n");
  const [{ code, cause }] = JSON.parse((await printed)[0]);
  assert.equal(code, "cancelled");
  assert.equal(cause.message, "the operator closed the window");
  await assertUntouched(tenant);
});
