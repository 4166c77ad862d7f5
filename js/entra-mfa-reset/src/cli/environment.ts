import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type MfaResetCredential, platform } from "../credential.js";
import { MfaResetError } from "../error.js";
import { codeOf } from "./usage.js";

/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What an application can sign in with, the first that is set. @azure/identity has the same order. */
const MEANS = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"] as const;

const FIRST_STEPS = `Three ways to go on:
  1. Without an account, on a simulated tenant: add --sandbox.
  2. With a token for Microsoft Graph that you have: set ENTRA_ACCESS_TOKEN.
  3. As an application: set AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE. As the managed identity of a machine in Azure: set IDENTITY_ENDPOINT.
entra-mfa-reset preflight then says whether that is enough.`;

const HELP =
  "Set ENTRA_ACCESS_TOKEN; or AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE; or IDENTITY_ENDPOINT. --sandbox needs none.";

/** The credential that the environment holds. */
export function credential(env: Environment): MfaResetCredential {
  const accessToken = env["ENTRA_ACCESS_TOKEN"]?.trim();
  if (accessToken) {
    return { accessToken };
  }
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = env;
  const means = MEANS.find((name) => env[name]);
  if (means === undefined && endpoint) {
    return { managedIdentity: { clientId: clientId || undefined, ...platform(env) } };
  }
  if (means !== undefined && tenantId && clientId) {
    return { tenantId, clientId, ...proof(means, env[means] ?? "") };
  }
  if (means === undefined && !tenantId && !clientId) {
    throw header ? unauthenticated("No credential is complete: IDENTITY_ENDPOINT is not set.", HELP) : unauthenticated("No credential is set.", FIRST_STEPS);
  }
  const missing = [
    ...(tenantId ? [] : ["AZURE_TENANT_ID"]),
    ...(clientId ? [] : ["AZURE_CLIENT_ID"]),
    ...(means ? [] : [`one of ${MEANS.join(", ")}`]),
  ];
  throw unauthenticated(`No credential is complete: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set.`, HELP);
}

type Proof = { clientSecret: string } | { certificate: string } | { getAssertion: () => Promise<string> };

function proof(means: (typeof MEANS)[number], value: string): Proof {
  switch (means) {
    case "AZURE_CLIENT_SECRET":
      return { clientSecret: value };
    case "AZURE_CLIENT_CERTIFICATE_PATH":
      try {
        return { certificate: readFileSync(value, "utf8") };
      } catch (error) {
        throw unreadable(means, error);
      }
    case "AZURE_FEDERATED_TOKEN_FILE":
      // Read anew each time: the platform replaces it before it expires.
      return {
        getAssertion: () =>
          readFile(value, "utf8").catch((error: unknown) => {
            throw unreadable(means, error);
          }),
      };
  }
}

function unreadable(name: string, cause: unknown): MfaResetError {
  return unauthenticated(`The file that ${name} names cannot be read (${codeOf(cause)}).`, "Check its path, and who may read it.", cause);
}

function unauthenticated(message: string, help: string, cause?: unknown): MfaResetError {
  return new MfaResetError({ code: "unauthenticated", message, help, retryable: false }, cause === undefined ? undefined : { cause });
}
