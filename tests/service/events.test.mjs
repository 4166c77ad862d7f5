// The audit trail of the service, as the log of its host gets it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { misfitsOfEvent } from "../../js/entra-mfa-reset/test/schema.js";
import { startService } from "../support/service.mjs";
import { startTenant } from "../support/tenant.mjs";

const ADELE = "adele.vance@contoso.com";
const WRITES = ["temporaryAccessPass", "signInPreference", "method", "perUserMfa", "sessions"];

/** Every number and address of the tenant's methods, which no log may have whole. */
function contacts({ users }) {
  const names = users.map(({ userPrincipalName }) => userPrincipalName.toLowerCase());
  const found = users.flatMap(({ methods }) => methods.flatMap(({ phoneNumber, emailAddress }) => [phoneNumber, emailAddress]));
  return found.filter((contact) => contact && !names.includes(contact.toLowerCase()));
}

/** Resets one user, then several, and hands over what the service's host has printed by its end. */
async function reset(tenant, host, many) {
  const variables = { ENTRA_MFA_RESET_OPTIONS: JSON.stringify({ graphUrl: tenant.url }), ENTRA_MFA_RESET_EVENTS: "stderr" };
  const service = await startService({ host, variables });
  try {
    const token = await tenant.token();
    const post = async (path, type, body) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": type };
      return (await fetch(`${service.url}/v1/${path}`, { method: "POST", headers, body })).text();
    };
    const asked = { methods: "all", temporaryAccessPass: true, reason: "INC0012345" };
    const report = JSON.parse(await post(`users/${ADELE}/mfa/reset`, "application/json", JSON.stringify(asked)));
    assert.equal(report.outcome, "complete", JSON.stringify(report));
    const reports = await post("reset-many", "application/x-ndjson", many.map((user) => `"${user}"\n`).join(""));
    assert.equal(reports.trim().split("\n").length, many.length, reports);
    return { said: service.said, secrets: [token, report.temporaryAccessPass.pass] };
  } finally {
    await service.stop();
  }
}

for (const host of ["wasmtime", "jco"]) {
  describe(host, () => {
    let tenant;
    before(async () => (tenant = await startTenant()));
    after(() => tenant?.stop());

    test("each write is a line of its log, for one user and for many", async () => {
      const numbers = contacts(await tenant.state());
      const many = ["joni.sherman@contoso.com", "nobody@contoso.com", "o'brien@contoso.com", "admin@contoso.com"];
      const { said, secrets } = await reset(tenant, host, many);
      const events = said.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
      for (const event of events) {
        assert.deepEqual(misfitsOfEvent(event), [], JSON.stringify(event));
        assert.equal(event.operation, "reset");
        assert.equal(event.caller.kind, "application", JSON.stringify(event));
      }
      const done = events.filter(({ step, outcome }) => WRITES.includes(step) && outcome === "done");
      assert.equal(done.length, (await tenant.summary()).writes, "as many as the tenant has seen");
      for (const event of done) {
        assert.ok(event.requestId && event.clientRequestId && event.userId, JSON.stringify(event));
        const isAttempt = ({ step, outcome, userId }) => step === event.step && outcome === "started" && userId === event.userId;
        assert.ok(events.slice(0, events.indexOf(event)).some(isAttempt), `nobody said before: ${JSON.stringify(event)}`);
      }
      assert.ok(events.some(({ step, reason }) => step === "sessions" && reason === "INC0012345"));
      const ends = events.filter(({ step }) => step === "finished").map(({ result, userPrincipalName: name }) => `${name} ${result}`);
      assert.deepEqual(ends.sort(), [
        "adele.vance@contoso.com complete",
        "admin@contoso.com refused",
        "joni.sherman@contoso.com complete",
        "nobody@contoso.com failed",
        "o'brien@contoso.com complete",
      ]);
      const log = said.join("\n");
      assert.deepEqual([...secrets, ...numbers].filter((secret) => log.includes(secret)), []);
      assert.doesNotMatch(log, /trap|panic/i);
      assert.deepEqual((await tenant.state()).violations, []);
    });
  });
}
