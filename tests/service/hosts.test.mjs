// The service over sockets, in wasmtime and in Node: what a host could do otherwise than another.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startService } from "../support/service.mjs";
import { startTenant } from "../support/tenant.mjs";

const GUEST = "lidia.holloway_fabrikam.com#EXT#@contoso.com";

for (const host of ["wasmtime", "jco"]) {
  describe(host, () => {
    let tenant;
    let service;
    let token;

    before(async () => {
      tenant = await startTenant();
      const options = { graphUrl: tenant.url, limits: { verifySeconds: 5, retries: 1 } };
      service = await startService({ host, variables: { ENTRA_MFA_RESET_OPTIONS: JSON.stringify(options) } });
      token = await tenant.token();
    });

    after(async () => {
      await service?.stop();
      await tenant?.stop();
    });

    const call = (method, path, body, headers = {}) =>
      fetch(service.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }), ...headers },
        body,
      });
    const user = (name, rest = "") => `/v1/users/${encodeURIComponent(name)}/mfa${rest}`;

    test("a reset is done at the tenant", async () => {
      const asked = JSON.stringify({ temporaryAccessPass: true, reason: "INC0012345" });
      const response = await call("POST", user("adele.vance@contoso.com", "/reset"), asked);
      const report = await response.json();
      assert.equal(response.status, 200);
      assert.equal(report.outcome, "complete", JSON.stringify(report));
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.deepEqual((await tenant.kinds("adele.vance@contoso.com")).sort(), [
        "email",
        "fido2",
        "temporaryAccessPass",
        "windowsHelloForBusiness",
      ]);
      const { writes } = await tenant.summary();
      assert.ok(writes > 0);
      const status = await (await call("GET", user("adele.vance@contoso.com"))).json();
      assert.equal(status.methods.length, 5);
      assert.deepEqual((await tenant.state()).violations, []);
    });

    test("a guest's name arrives whole", async () => {
      const report = await (await call("POST", user(GUEST, "/reset"))).json();
      assert.equal(report.outcome, "complete", JSON.stringify(report));
      assert.deepEqual(await tenant.kinds(GUEST), []);
    });

    test("what is refused is a problem, and changes nothing", async () => {
      const before = (await tenant.user("admin@contoso.com")).methods;
      const cases = [
        [await call("POST", user("admin@contoso.com", "/reset")), 403, "protectedUser"],
        [await call("POST", user("admin@contoso.com", "/reset?allowPrivileged=true")), 403, "forbidden"],
        [await call("GET", user("nobody@contoso.com")), 404, "userNotFound"],
        [await call("GET", user("admin@contoso.com"), undefined, { authorization: "Bearer wrong" }), 401, "unauthenticated"],
        [await call("POST", user("admin@contoso.com", "/reset"), "{", {}), 400, "invalidInput"],
        [await call("POST", user("admin@contoso.com", "/reset"), `"${"x".repeat(300_000)}"`), 413, "invalidInput"],
        [await call("PUT", user("admin@contoso.com")), 405, "invalidInput"],
        [await call("GET", "/v1"), 404, "invalidInput"],
      ];
      for (const [response, status, code] of cases) {
        const problem = await response.json();
        assert.deepEqual([response.status, problem.status, problem.code], [status, status, code], JSON.stringify(problem));
        assert.equal(response.headers.get("content-type"), "application/problem+json");
        assert.equal(response.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
        assert.equal(response.headers.get("allow"), status === 405 ? "GET" : null);
      }
      assert.deepEqual((await tenant.user("admin@contoso.com")).methods, before);
    });

    test("many users go in while reports come out", async () => {
      const users = ["joni.sherman@contoso.com", "nobody@contoso.com", "o'brien@contoso.com"];
      let sent;
      const body = new ReadableStream({
        start(controller) {
          const text = new TextEncoder();
          sent = (name) => controller.enqueue(text.encode(`${JSON.stringify({ user: name })}\n`));
          sent.end = () => controller.close();
        },
      });
      sent(users[0]);
      const response = await fetch(`${service.url}/v1/reset-many`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
        body,
        duplex: "half",
      });
      assert.equal(response.status, 200);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const outcomes = [];
      for (const next of [users[1], users[2], undefined]) {
        const report = JSON.parse((await reader.read()).value);
        outcomes.push(report.outcome);
        if (next) {
          sent(next);
        } else {
          sent.end();
        }
      }
      assert.deepEqual(outcomes, ["complete", "failed", "complete"]);
      assert.equal((await reader.read()).done, true);
      assert.deepEqual(await tenant.kinds("joni.sherman@contoso.com"), []);
      assert.deepEqual((await tenant.state()).violations, []);
    });

    test("nobody has printed a token, a pass or a trap", () => {
      const said = service.said.join("\n");
      assert.ok(!said.includes(token) && !/trap|panic|pass/i.test(said), said);
    });
  });
}
