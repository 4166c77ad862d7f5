// Everything that goes wrong has a code, a sentence and a next step, and nothing is half done in silence.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "node:test";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { ADELE, deadOrigin, kinds, serve, tokenWith, until } from "./support.js";

const GUARD = ["User.Read.All", "GroupMember.Read.All", "RoleManagement.Read.Directory", "RoleEligibilitySchedule.Read.Directory"];
const FAST = { retries: 1, retrySeconds: 1, requestSeconds: 1, verifySeconds: 1 };

async function failure(promise) {
  const error = await promise.then((report) => assert.fail(`resolved: ${JSON.stringify(report)}`), (thrown) => thrown);
  assert.ok(error instanceof MfaResetError, inspect(error));
  assert.ok(error instanceof Error);
  assert.equal(error.name, "MfaResetError");
  assert.ok(error.message.length > 0 && error.help.length > 0);
  assert.equal(typeof error.retryable, "boolean");
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { ...error.toJSON() });
  return error;
}

/** Nobody's methods changed. */
async function untouched(tenant) {
  const { users } = await tenant.state();
  const { users: before } = await new SandboxTenant().state();
  assert.deepEqual(users.map(({ methods }) => methods), before.map(({ methods }) => methods));
}

describe("before anything is written", () => {
  const cases = [
    ["a user that does not exist", { code: "userNotFound", user: "nobody@contoso.com" }],
    ["a user in a restricted administrative unit", { code: "managementRestricted", user: "pradeep.gupta@contoso.com" }],
    ["an administrator", { code: "protectedUser", user: "admin@contoso.com" }],
    ["a user named by protect", { code: "protectedUser", user: ADELE, options: { protect: [ADELE] } }],
    ["a field that does not exist", { code: "invalidInput", user: ADELE, request: { methodes: "all" } }],
    ["a preset that does not exist", { code: "invalidInput", user: ADELE, request: { methods: "everything" } }],
    ["an option that does not exist", { code: "invalidInput", user: ADELE, options: { retries: 3 } }],
    ["a moment that has passed", { code: "expired", user: ADELE, request: { notAfter: "2020-01-01T00:00:00Z" } }],
    ["a garbled token", { code: "unauthenticated", user: ADELE, token: "not.a.token" }],
    ["a token for another resource", { code: "unauthenticated", user: ADELE, token: tokenWith({ aud: "https://management.azure.com" }) }],
    ["a token that has expired", { code: "unauthenticated", user: ADELE, token: tokenWith({ exp: 1 }) }],
    ["a token without permissions", { code: "forbidden", user: ADELE, token: tokenWith({ roles: [] }) }],
    ["a token that may not look for roles", { code: "protectedUser", user: ADELE, token: tokenWith({ roles: ["User.Read.All", "UserAuthenticationMethod.ReadWrite.All"] }) }],
    ["a token that may look for roles and not at methods", { code: "forbidden", user: ADELE, token: tokenWith({ roles: GUARD }) }],
  ];
  for (const [name, { code, user, request = {}, options = {}, token }] of cases) {
    test(`${name}: ${code}`, async (context) => {
      const { url, tenant } = await serve(context);
      const accessToken = token ?? tenant.accessToken;
      const client = new MfaResetClient({ accessToken }, { graphUrl: url, limits: FAST, ...options });
      const error = await failure(client.reset({ user, ...request }));
      assert.equal(error.code, code);
      assert.ok(!inspect(error, { depth: 9 }).includes(accessToken));
      await untouched(tenant);
    });
  }

  test("a pass that the policy forbids: policyRejected", async (context) => {
    const seed = { settings: { temporaryAccessPass: { enabled: false } }, users: (await new SandboxTenant().state()).users };
    const { url, tenant } = await serve(context, { tenant: new SandboxTenant(seed) });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    const before = await kinds(tenant, ADELE);
    const error = await failure(client.reset({ user: ADELE, temporaryAccessPass: true }));
    assert.equal(error.code, "policyRejected");
    // Where the policy cannot be read, it is Graph that refuses.
    const roles = [...GUARD, "UserAuthenticationMethod.ReadWrite.All"];
    const blind = new MfaResetClient({ accessToken: tokenWith({ roles }, seed) }, { graphUrl: url, limits: FAST });
    const refused = await failure(blind.reset({ user: ADELE, temporaryAccessPass: true }));
    assert.equal(refused.code, "policyRejected");
    assert.ok(refused.graph?.requestId, inspect(refused));
    assert.deepEqual(await kinds(tenant, ADELE), before);
  });

  test("credentials of no known form", () => {
    const app = { tenantId: "contoso.com", clientId: "c" };
    for (const credential of [
      ...[undefined, null, {}, "token", { accessToken: 5 }, app],
      ...[{ ...app, getAssertion: "a" }, { ...app, certificate: 5 }, { ...app, clientSecret: "s", certificate: "c" }, { clientId: "c", clientSecret: "s" }],
      ...[{ managedIdentity: true }, { managedIdentity: null }, { managedIdentity: { clientID: "c" } }, { managedIdentity: { endpoint: 5 } }],
    ]) {
      assert.throws(() => new MfaResetClient(credential), { name: "MfaResetError", code: "invalidInput" });
    }
  });

  test("an origin without TLS that is not this machine", async () => {
    const tenant = new SandboxTenant();
    for (const options of [{ graphUrl: "http://graph.contoso.com" }, { authorityHost: "http://login.contoso.com" }, { graphUrl: "nonsense" }]) {
      const client = new MfaResetClient({ accessToken: tenant.accessToken }, options);
      assert.equal((await failure(client.status(ADELE))).code, "invalidInput");
    }
  });
});

describe("a network that misbehaves", () => {
  test("nobody listens: unreachable, retryable, with the system's error as the cause", async () => {
    const client = new MfaResetClient({ accessToken: tokenWith({}) }, { graphUrl: await deadOrigin(), limits: FAST });
    const error = await failure(client.reset({ user: ADELE }));
    assert.equal(error.code, "unreachable");
    assert.equal(error.retryable, true);
    assert.match(inspect(error.cause, { depth: 5 }), /ECONNREFUSED/);
  });

  test("a name that does not resolve: unreachable", async () => {
    const client = new MfaResetClient({ accessToken: tokenWith({}) }, { graphUrl: "https://graph.invalid", limits: FAST });
    assert.equal((await failure(client.reset({ user: ADELE }))).code, "unreachable");
  });

  test("HTML instead of JSON: unexpectedResponse", async (context) => {
    const html = () => new Response("<html>Sign in to the hotel's network</html>", { status: 200, headers: { "content-type": "text/html" } });
    const { url, tenant } = await serve(context, { intercept: html });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    assert.equal((await failure(client.reset({ user: ADELE }))).code, "unexpectedResponse");
    await untouched(tenant);
  });

  test("a body that is no UTF-8: unexpectedResponse", async (context) => {
    const garbled = () => new Response(Uint8Array.of(0x7b, 0xff, 0x7d), { headers: { "content-type": "application/json" } });
    const { url, tenant } = await serve(context, { intercept: garbled });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    assert.equal((await failure(client.status(ADELE))).code, "unexpectedResponse");
  });

  test("no answer: timeout, at the deadline", async (context) => {
    const { url, tenant } = await serve(context, { intercept: () => "answered" });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: { ...FAST, retries: 0 } });
    const started = performance.now();
    const error = await failure(client.status(ADELE));
    assert.equal(error.code, "timeout");
    const elapsed = performance.now() - started;
    assert.ok(elapsed > 900 && elapsed < 5000, `${elapsed} ms`);
  });

  test("half a body: no success", async (context) => {
    const half = (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":');
      setTimeout(() => response.destroy(), 20);
      return "answered";
    };
    const { url, tenant } = await serve(context, { intercept: half });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    const error = await failure(client.status(ADELE));
    assert.ok(["unreachable", "unexpectedResponse"].includes(error.code), error.code);
  });

  test("a body without an end: stopped at the limit", async (context) => {
    let sent = 0;
    const endless = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const chunk = " ".repeat(64 << 10);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) {
          sent += chunk.length;
        }
      };
      response.on("drain", more);
      more();
      return "answered";
    };
    const { url, tenant } = await serve(context, { intercept: endless });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: { ...FAST, responseBytes: 1 << 20 } });
    assert.equal((await failure(client.status(ADELE))).code, "unexpectedResponse");
    assert.ok(sent < 64 << 20, `${sent} bytes`);
  });

  test("a redirect to another origin gets no request and no token", async (context) => {
    const thief = await serve(context, { intercept: () => new Response("{}") });
    const redirect = () => new Response(null, { status: 307, headers: { location: `${thief.url}/v1.0/me` } });
    const { url, tenant } = await serve(context, { intercept: redirect });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    assert.equal((await failure(client.status(ADELE))).code, "unexpectedResponse");
    assert.equal(thief.requests.length, 0);
  });

  test("a fetch that follows redirects by itself is not believed", async () => {
    const followed = () => Object.defineProperty(Response.json({ value: [] }), "redirected", { value: true });
    const client = new MfaResetClient({ accessToken: tokenWith({}) }, { fetch: async () => followed(), limits: FAST });
    assert.equal((await failure(client.status(ADELE))).code, "unexpectedResponse");
  });
});

describe("once something may have been written", () => {
  test("a connection that breaks after the deletes ran is settled by reading", async (context) => {
    const tenant = new SandboxTenant();
    let broken = 0;
    const { url } = await serve(context, {
      tenant,
      intercept: async ({ body, headers }, response) => {
        if (body.includes('"DELETE"') && broken === 0) {
          broken += 1;
          await tenant.fetch("https://graph.microsoft.com/v1.0/$batch", { method: "POST", headers, body });
          response.destroy();
          return "answered";
        }
        return undefined;
      },
    });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: { ...FAST, verifySeconds: 5 } });
    const report = await client.reset({ user: ADELE });
    assert.equal(broken, 1);
    assert.equal(report.outcome, "complete");
    assert.deepEqual(await kinds(tenant, ADELE), ["email", "fido2", "password", "windowsHelloForBusiness"]);
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("a server that dies after the deletes leaves a report that claims no more than it saw", async (context) => {
    const tenant = new SandboxTenant();
    let dead = false;
    const { url } = await serve(context, {
      tenant,
      intercept: async ({ body, headers }, response) => {
        if (body.includes('"DELETE"') && !dead) {
          await tenant.fetch("https://graph.microsoft.com/v1.0/$batch", { method: "POST", headers, body });
          dead = true;
        }
        if (dead) {
          response.destroy();
          return "answered";
        }
        return undefined;
      },
    });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: FAST });
    const report = await client.reset({ user: ADELE });
    assert.notEqual(report.outcome, "complete");
    assert.ok(report.methods.every(({ action, outcome }) => action === "keep" || outcome !== "done"), JSON.stringify(report.methods));
    assert.ok(report.error?.code, JSON.stringify(report));
  });

  test("a cancelled reset that waits for its answer ends, and says so", async (context) => {
    const { url, tenant, requests } = await serve(context, {
      intercept: ({ body }) => (body.includes('"DELETE"') ? "answered" : undefined),
    });
    const controller = new AbortController();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, limits: { ...FAST, requestSeconds: 5 } });
    const events = [];
    const reset = client.reset({ user: ADELE }, { signal: controller.signal, onEvent: (event) => events.push(event) });
    await until(() => requests.some(({ body }) => body.includes('"DELETE"')));
    controller.abort();
    const report = await reset;
    assert.notEqual(report.outcome, "complete");
    assert.ok(report.methods.every(({ outcome }) => outcome !== "done"));
  });
});
