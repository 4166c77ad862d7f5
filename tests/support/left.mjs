// In which state a test leaves the simulated tenant.
import assert from "node:assert/strict";

/** Nobody was changed, whoever was asked for. */
export async function assertUntouched(tenant) {
  const { log, violations } = await tenant.state();
  const calls = log.flatMap(({ members = [], ...call }) => (members.length > 0 ? members : [call]));
  const writes = calls.filter(({ method, path }) => method !== "GET" && !/\$batch|\/token(\?|$)/.test(path));
  assert.deepEqual(writes, []);
  assert.deepEqual(violations, []);
}

/** Of this user's methods these are left, the sessions are revoked since `before`, and every rule of Graph was kept. */
export async function assertReset(tenant, before, left) {
  assert.deepEqual((await tenant.kinds(before.id)).sort(), [...left].sort());
  const { signInSessionsValidFromDateTime: from } = await tenant.user(before.id);
  assert.ok(from && from !== before.signInSessionsValidFromDateTime, `sessions are valid from ${from}`);
  assert.deepEqual((await tenant.state()).violations, []);
}
