import type { MfaResetCredential } from "../credential.js";
import { MfaResetError } from "../error.js";

/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The credential that the environment holds. */
export function credential(env: Environment): MfaResetCredential {
  const accessToken = env["ENTRA_ACCESS_TOKEN"]?.trim();
  if (accessToken) {
    return { accessToken };
  }
  const tenantId = env["AZURE_TENANT_ID"];
  const clientId = env["AZURE_CLIENT_ID"];
  const clientSecret = env["AZURE_CLIENT_SECRET"];
  if (tenantId && clientId && clientSecret) {
    return { tenantId, clientId, clientSecret };
  }
  const missing = Object.entries({ AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  throw new MfaResetError({
    code: "unauthenticated",
    message:
      missing.length < 3
        ? `No credential is complete: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set.`
        : "No credential is set.",
    help: "Set ENTRA_ACCESS_TOKEN, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; --sandbox needs none.",
    retryable: false,
  });
}
