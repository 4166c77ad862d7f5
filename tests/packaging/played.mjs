// What must have come of the scenario, in the runtime and in the tenant.
import assert from "node:assert/strict";
import { assertReset } from "../support/left.mjs";
import { startTenant } from "../support/tenant.mjs";
import { ADELE, ADMIN, MANY } from "./scenario.mjs";

/**
 * Has it played against a tenant of its own, and looks at what is left there.
 *
 * @param {(given: { graphUrl: string, accessToken: string }) => Promise<object>} play
 */
export async function played(play) {
  const tenant = await startTenant({ flags: ["--latency-ms", "0"] });
  try {
    const before = await Promise.all([ADELE, ...MANY, ADMIN].map((name) => tenant.user(name)));
    const facts = await play({ graphUrl: tenant.url, accessToken: await tenant.token() });
    assert.deepEqual(facts, {
      sandbox: ["complete", 0],
      one: ["complete", "INC-1042", "string", "finished"],
      many: MANY.map((name) => [name, "complete"]),
      administrator: "protectedUser",
      unauthenticated: "unauthenticated",
    });
    const [adele, joni, brien, admin] = before;
    await assertReset(tenant, adele, ["fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
    await assertReset(tenant, joni, []);
    await assertReset(tenant, brien, []);
    assert.deepEqual(await tenant.user(ADMIN), admin);
  } finally {
    await tenant.stop();
  }
}
