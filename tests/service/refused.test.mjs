// What Graph says to a token that it refuses and to who asks too often, and how it reaches the caller over sockets.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { startService } from "../support/service.mjs";
import { startTenant } from "../support/tenant.mjs";

const ADELE = "adele.vance@contoso.com";
const SAMPLE = JSON.parse(readFileSync(new URL("../../crates/tenant/src/sample.json", import.meta.url), "utf8"));
const SEED = { ...SAMPLE, settings: { ...SAMPLE.settings, claimsChallenge: true } };
const CHALLENGE = /^Bearer error="insufficient_claims", claims="([A-Za-z0-9+/]+={0,2})"$/;

/** A service in front of a tenant of its own, for as long as it is used. */
async function before({ host, tenant: options, limits }, use) {
  const tenant = await startTenant(options);
  try {
    const settings = { graphUrl: tenant.url, limits };
    const service = await startService({ host, variables: { ENTRA_MFA_RESET_OPTIONS: JSON.stringify(settings) } });
    try {
      await use(tenant, service);
    } finally {
      await service.stop();
    }
  } finally {
    await tenant.stop();
  }
}

for (const host of ["wasmtime", "jco"]) {
  describe(host, () => {
    test("a claims challenge is passed on, and a token that answers it is accepted", () =>
      before({ host, tenant: { seed: SEED } }, async (tenant, service) => {
        const call = async (method, path, token, body) => {
          const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/x-ndjson" }) };
          return fetch(`${service.url}/v1/${path}`, { method, headers, body });
        };
        const token = await tenant.token();
        for (const [path, body] of [[`users/${ADELE}/mfa/reset`], ["reset-many", `"${ADELE}"\n`]]) {
          const response = await call("POST", path, token, body);
          const problem = await response.json();
          assert.deepEqual([response.status, problem.code], [401, "unauthenticated"], JSON.stringify(problem));
          const [, encoded] = response.headers.get("www-authenticate").match(CHALLENGE) ?? [];
          const claims = Buffer.from(encoded ?? "", "base64").toString();
          assert.equal(claims, problem.graph.claims);
          assert.equal(JSON.parse(claims).access_token.nbf.essential, true);
        }
        assert.equal((await tenant.summary()).writes, 0);
        const renewed = await tenant.token({ uti: "renewed" });
        const report = await (await call("POST", `users/${ADELE}/mfa/reset`, renewed)).json();
        assert.equal(report.outcome, "complete", JSON.stringify(report));
        assert.deepEqual((await tenant.kinds(ADELE)).sort(), ["email", "fido2", "windowsHelloForBusiness"]);
        assert.deepEqual((await tenant.state()).violations, []);
      }));

    test("who asks too often hears for how long to wait", () =>
      before({ host, tenant: { flags: ["--fault", "throttled:1"] }, limits: { retries: 0 } }, async (tenant, service) => {
        const headers = { authorization: `Bearer ${await tenant.token()}` };
        const response = await fetch(`${service.url}/v1/users/${ADELE}/mfa/reset`, { method: "POST", headers });
        const problem = await response.json();
        assert.deepEqual([response.status, problem.code], [429, "throttled"], JSON.stringify(problem));
        assert.match(response.headers.get("retry-after"), /^[1-3]$/);
        assert.equal(response.headers.get("retry-after"), String(problem.graph.retryAfterSeconds));
        assert.equal((await tenant.summary()).writes, 0);
      }));
  });
}
