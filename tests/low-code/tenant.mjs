// What the low-code hosts are tested on: the sample tenant, a crowd, and an application that signs in with a secret.
import { readFileSync } from "node:fs";
import { startTenant } from "../support/tenant.mjs";

const SAMPLE = JSON.parse(readFileSync(new URL("../../crates/tenant/src/sample.json", import.meta.url), "utf8"));
const [{ signInPreferences, methods }] = SAMPLE.users;
const [REGISTERED] = SAMPLE.apps;

/** The application; its secret is made anew for each run of the tests, so that finding it somewhere means something. */
export const APPLICATION = {
  tenantId: SAMPLE.tenantId,
  clientId: REGISTERED.clientId,
  clientSecret: `not-a-secret-${Math.random().toString(36).slice(2)}`,
};

/** The name of the nth of the crowd; each has what Adele has. */
export function member(number) {
  return `member${number}@contoso.com`;
}

/** Starts it, with this many beside the users of the sample. */
export function startSample({ crowd = 0, ...settings } = {}) {
  const users = Array.from({ length: crowd }, (_, at) => ({
    id: `0b000000-5c1e-4f3a-9b7d-${String(at).padStart(12, "0")}`,
    userPrincipalName: member(at),
    displayName: `Member ${at}`,
    signInPreferences,
    methods,
  }));
  const apps = [{ ...REGISTERED, clientSecret: APPLICATION.clientSecret }];
  return startTenant({ seed: { ...SAMPLE, latencyMilliseconds: 0, ...settings, users: [...SAMPLE.users, ...users], apps } });
}
