// The client over real sockets.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "node:test";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { ADELE, kinds, serve, until } from "./support.js";

describe("a reset over HTTP", () => {
  test("removes what it says, and says what it removed", async (context) => {
    const { url, tenant, requests } = await serve(context);
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url });
    const before = await client.status(ADELE);
    assert.equal(before.user.userPrincipalName, ADELE);
    assert.ok(before.methods.some(({ kind, isDefault }) => kind === "microsoftAuthenticator" && isDefault));

    const plan = await client.plan({ user: ADELE });
    assert.equal(plan.outcome, "planned");
    assert.deepEqual(await kinds(tenant, ADELE), ["email", "fido2", "microsoftAuthenticator", "password", "phone", "softwareOath", "windowsHelloForBusiness"]);

    const report = await client.reset({ user: ADELE, temporaryAccessPass: { lifetimeInMinutes: 60 }, reason: "INC-1042" });
    assert.equal(report.outcome, "complete");
    assert.equal(report.reason, "INC-1042");
    assert.equal(report.temporaryAccessPass?.lifetimeInMinutes, 60);
    assert.match(report.temporaryAccessPass?.pass ?? "", /\S{8}/);
    assert.deepEqual(
      report.methods.filter(({ action }) => action === "delete").map(({ kind, outcome }) => `${kind} ${outcome}`).sort(),
      ["microsoftAuthenticator done", "phone done", "softwareOath done"],
    );
    assert.deepEqual(await kinds(tenant, ADELE), ["email", "fido2", "password", "temporaryAccessPass", "windowsHelloForBusiness"]);
    assert.deepEqual((await tenant.state()).violations, []);
    assert.ok(requests.every(({ headers }) => headers.authorization === `Bearer ${tenant.accessToken}`));
  });

  test("is at most five requests by name and four by id", async (context) => {
    for (const [user, most] of [[ADELE, 5], ["0a000001-5c1e-4f3a-9b7d-000000000001", 4]]) {
      const { url, tenant, requests } = await serve(context);
      const report = await new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url }).reset({ user, methods: "all" });
      assert.equal(report.outcome, "complete");
      assert.equal(report.graph.httpRequests, requests.length);
      assert.ok(requests.length <= most, `${requests.length} requests`);
    }
  });

  test("revokes sessions and issues passes alone", async (context) => {
    const { url, tenant } = await serve(context);
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url });
    const before = await kinds(tenant, ADELE);
    const revoked = await client.revokeSessions(ADELE, { reason: "INC-7" });
    assert.equal(revoked.outcome, "complete");
    assert.equal(revoked.sessions?.outcome, "revoked");
    const issued = await client.issueTemporaryAccessPass(ADELE, { lifetimeInMinutes: 120, isUsableOnce: true });
    assert.equal(issued.temporaryAccessPass?.outcome, "issued");
    assert.equal(issued.temporaryAccessPass?.isUsableOnce, true);
    assert.deepEqual(await kinds(tenant, ADELE), [...before, "temporaryAccessPass"].sort());
  });

  test("asks for the very user that was named, however odd the name", async (context) => {
    const names = [
      "lidia.holloway_fabrikam.com#EXT#@contoso.com",
      "o'brien@contoso.com",
      "$ervice.desk@contoso.com",
      "a+b@contoso.com",
      "søren@contoso.com",
      "100%@contoso.com",
      "%2e%2e@contoso.com",
    ];
    const users = names.map((userPrincipalName, at) => ({ id: `0a000001-5c1e-4f3a-9b7d-0000000001${10 + at}`, userPrincipalName }));
    const { url, tenant, requests } = await serve(context, { tenant: new SandboxTenant({ users }) });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url });
    for (const { id, userPrincipalName } of users) {
      assert.equal((await client.status(userPrincipalName)).user.id, id, userPrincipalName);
    }
    assert.ok(requests.every(({ path }) => /^\/(v1\.0|beta)\/(\$batch|users(\/[^/]+|\('[^/]+'\))(\?|$))/.test(path)), requests.map(({ path }) => path).join("\n"));
    const sent = requests.length;
    for (const user of ["..", ".", "", "me/../x", "a/../b@contoso.com", "a?b=c@contoso.com", "a\\..\\b@contoso.com"]) {
      const failed = await client.status(user).then(assert.fail, (error) => error);
      assert.ok(["invalidInput", "userNotFound"].includes(failed.code), `${user}: ${failed.code}`);
    }
    assert.ok(requests.slice(sent).every(({ path }) => !path.includes("..")));
  });

  test("leaves no trace of the credential in the client", async () => {
    const tenant = new SandboxTenant();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
    await client.status(ADELE);
    const shown = inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client);
    assert.ok(!shown.includes(tenant.accessToken));
  });
});

describe("the sandbox", () => {
  test("is a fetch that needs no socket", async () => {
    const tenant = new SandboxTenant();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
    const report = await client.reset({ user: ADELE });
    assert.equal(report.outcome, "complete");
    const { log, violations } = await tenant.state();
    assert.equal(log.length, report.graph.httpRequests);
    assert.deepEqual(violations, []);
  });

  test("makes the same token in both languages", async () => {
    const { SandboxTenant: Wasm } = await import("../wasm/sandbox.js");
    const tenant = new SandboxTenant();
    await tenant.state();
    assert.equal(tenant.accessToken, new Wasm(undefined).accessToken(undefined));
  });

  test("takes a seed, and names what is wrong in it", async () => {
    const tenant = new SandboxTenant({ latencyMilliseconds: 50, users: [{ userPrincipalName: "x@contoso.com" }] });
    const started = performance.now();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
    assert.equal((await client.status("x@contoso.com")).methods[0]?.kind, "password");
    assert.ok(performance.now() - started >= 50);
    await assert.rejects(new SandboxTenant({ usrs: [] }).state(), /usrs/);
  });

  test("has faults on request, and a reset survives them", async () => {
    const rates = { refused: 0.2, droppedAfter: 0.2, html: 0.1 };
    let faults = 0;
    for (const seed of [1, 2, 3]) {
      const tenant = new SandboxTenant(undefined, { seed, rates });
      const fetch = (url, init) => tenant.fetch(url, init).catch((error) => {
        faults += 1;
        throw error;
      });
      const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch, limits: { retries: 9, retrySeconds: 1 } });
      const report = await client.reset({ user: ADELE });
      assert.equal(report.outcome, "complete");
      assert.deepEqual(await kinds(tenant, ADELE), ["email", "fido2", "password", "windowsHelloForBusiness"]);
      assert.deepEqual((await tenant.state()).violations, []);
    }
    assert.ok(faults > 0);
  });

  test("serves its own token endpoint", async () => {
    const tenant = new SandboxTenant();
    const credential = { tenantId: "contoso.com", clientId: "6731de76-14a6-49ae-97bc-6eba6914391e", clientSecret: "sandbox-secret" };
    const status = await new MfaResetClient(credential, { fetch: tenant.fetch }).status(ADELE);
    assert.equal(status.user.displayName, "Adele Vance");
    const wrong = new MfaResetClient({ ...credential, clientSecret: "not-the-secret" }, { fetch: tenant.fetch });
    const error = await wrong.status(ADELE).then(assert.fail, (failed) => failed);
    assert.equal(error.code, "unauthenticated");
    assert.ok(!inspect(error, { depth: 9 }).includes("not-the-secret"));
  });
});

describe("events", () => {
  test("tell each step in order, to both listeners", async () => {
    const tenant = new SandboxTenant();
    const all = [];
    const own = [];
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch, onEvent: (event) => all.push(event) });
    const report = await client.reset({ user: ADELE, temporaryAccessPass: true }, { onEvent: (event) => own.push(event) });
    assert.deepEqual(own, all);
    const done = all.filter(({ outcome }) => outcome === "done").map(({ step }) => step);
    assert.equal(done[0], "read");
    assert.ok(done.indexOf("temporaryAccessPass") < done.indexOf("method"));
    assert.deepEqual(done.slice(-2), ["verification", "finished"]);
    assert.equal(done.filter((step) => step === "method").length, 3);
    const pass = report.temporaryAccessPass?.pass;
    assert.ok(pass && !JSON.stringify(all).includes(pass));
    assert.ok(!JSON.stringify(all).includes(tenant.accessToken));
  });

  test("cannot break a reset", async () => {
    const tenant = new SandboxTenant();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
    let calls = 0;
    const onEvent = () => {
      calls += 1;
      if (calls % 2 === 0) {
        throw new Error("listener");
      }
      return Promise.reject(new Error("async listener"));
    };
    assert.equal((await client.reset({ user: ADELE }, { onEvent })).outcome, "complete");
    assert.ok(calls > 3);
  });
});

describe("an abort signal", () => {
  test("that has fired sends nothing, and asks for no token", async () => {
    const asked = [];
    const fetch = async (url) => asked.push(url);
    const getToken = async () => asked.push("token");
    const reason = new Error("enough");
    for (const credential of [{ accessToken: new SandboxTenant().accessToken }, { getToken }]) {
      for (const [options, call] of [[{ signal: AbortSignal.abort(reason) }, {}], [{}, { signal: AbortSignal.abort(reason) }]]) {
        const client = new MfaResetClient(credential, { fetch, ...options });
        const error = await client.reset({ user: ADELE }, call).then(assert.fail, (failed) => failed);
        assert.ok(error instanceof MfaResetError);
        assert.equal(error.code, "cancelled");
        assert.equal(error.cause, reason);
      }
    }
    assert.deepEqual(asked, []);
  });

  test("ends a read that hangs", async (context) => {
    const { url, tenant, requests } = await serve(context, { intercept: () => "answered" });
    const controller = new AbortController();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url, signal: controller.signal });
    const status = client.status(ADELE).then(assert.fail, (failed) => failed);
    await until(() => requests.length > 0);
    const started = performance.now();
    controller.abort();
    assert.equal((await status).code, "cancelled");
    assert.ok(performance.now() - started < 1000);
  });

  test("between two writes leaves a report that says what was done", async (context) => {
    const controller = new AbortController();
    const { url, tenant } = await serve(context, {
      intercept: async ({ body }) => {
        if (body.includes("DELETE")) {
          controller.abort();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url });
    const report = await client.reset({ user: ADELE }, { signal: controller.signal });
    assert.notEqual(report.outcome, "complete");
    assert.notEqual(report.verification?.outcome, "confirmed");
    const left = await kinds(tenant, ADELE);
    for (const { kind, action, outcome } of report.methods) {
      if (action === "delete" && outcome === "done") {
        assert.ok(!left.includes(kind), `${kind} is said to be gone`);
      }
    }
  });
});

describe("getToken", () => {
  test("is asked once for many calls, with the scope of Graph", async () => {
    const tenant = new SandboxTenant();
    const asked = [];
    const credential = {
      getToken: async (scopes, options) => {
        asked.push({ scopes, options });
        return { token: tenant.accessToken, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    const client = new MfaResetClient(credential, { fetch: tenant.fetch });
    await client.status(ADELE);
    await client.reset({ user: ADELE });
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0].scopes, ["https://graph.microsoft.com/.default"]);
    assert.ok(asked[0].options.abortSignal instanceof AbortSignal);
  });

  test("may answer with the text alone", async () => {
    const tenant = new SandboxTenant();
    const client = new MfaResetClient({ getToken: async () => tenant.accessToken }, { fetch: tenant.fetch });
    assert.equal((await client.status(ADELE)).user.userPrincipalName, ADELE);
  });

  test("gets a claims challenge passed on", async () => {
    const seed = { settings: { claimsChallenge: true }, users: [{ userPrincipalName: "x@contoso.com" }] };
    const tenant = new SandboxTenant(seed);
    const { tokenWith } = await import("./support.js");
    const asked = [];
    const credential = {
      getToken: async (_, { claims }) => {
        asked.push(claims);
        return tokenWith({ uti: `c${asked.length}` });
      },
    };
    await new MfaResetClient(credential, { fetch: tenant.fetch }).status("x@contoso.com");
    assert.equal(asked.length, 2);
    assert.equal(asked[0], undefined);
    assert.ok(JSON.parse(asked[1]).access_token, asked[1]);
  });

  test("that fails is unauthenticated, with its own error as the cause and none of its text", async () => {
    const tenant = new SandboxTenant();
    const cause = new TypeError("AADSTS7000215: Invalid client secret provided: hunter2");
    for (const getToken of [() => Promise.reject(cause), () => { throw cause; }]) {
      const error = await new MfaResetClient({ getToken }, { fetch: tenant.fetch }).status(ADELE).then(assert.fail, (failed) => failed);
      assert.equal(error.code, "unauthenticated");
      assert.equal(error.cause, cause);
      assert.match(error.message, /AADSTS7000215/);
      assert.ok(!`${error.message}${JSON.stringify(error)}`.includes("hunter2"));
    }
    for (const nothing of [null, undefined, {}, ""]) {
      const error = await new MfaResetClient({ getToken: async () => nothing }, { fetch: tenant.fetch }).status(ADELE).then(assert.fail, (failed) => failed);
      assert.equal(error.code, "unauthenticated");
    }
  });
});
