import { MfaResetError, invalidInput } from "./error.js";

/** A token, and when it expires. */
export interface AccessToken {
  /** The bearer token. */
  token: string;
  /** When it expires, in milliseconds of Unix time. */
  expiresOnTimestamp?: number;
}

/** What a token is needed for. */
export interface GetTokenOptions {
  /** A claims challenge of continuous access evaluation; a token without it would be refused again. */
  claims?: string;
  /** Fires when nobody waits for the token any more. */
  abortSignal?: AbortSignal;
}

/** Every credential of `@azure/identity`, and everything else that has `getToken`. */
export interface TokenCredential {
  /**
   * Called whenever a token is needed: at the start, shortly before one expires, and once when Graph refuses one.
   *
   * @param scopes - `https://graph.microsoft.com/.default`, or the same of another cloud.
   * @param options - A claims challenge and an abort signal.
   *
   * @returns The token, alone or with its end. Nothing, or a rejection, is the error `unauthenticated`, with the
   * rejection as its `cause`.
   */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | string | null>;
}

/** A token that the caller has. It cannot be renewed. */
export interface AccessTokenCredential {
  /** The bearer token, for Microsoft Graph. */
  accessToken: string;
}

/** An application's client secret. */
export interface ClientSecretCredential {
  /** Directory id or domain. */
  tenantId: string;
  /** Application id. */
  clientId: string;
  /** The secret's value. */
  clientSecret: string;
}

/** What an assertion is needed for. */
export interface GetAssertionOptions {
  /** Fires when nobody waits for the assertion any more. */
  abortSignal?: AbortSignal;
}

/** An application that signs in with an assertion: a token of another issuer that it trusts, or one of its own. */
export interface ClientAssertionCredential {
  /** Directory id or domain. */
  tenantId: string;
  /** Application id. */
  clientId: string;
  /**
   * Called for each request to the sign-in service, so that the assertion is always fresh.
   *
   * @param audience - The token endpoint's URL: the `aud` of an assertion that is signed with a certificate. A federated
   * credential names its own, `api://AzureADTokenExchange` as a rule.
   * @param options - An abort signal.
   */
  getAssertion(audience: string, options: GetAssertionOptions): string | Promise<string>;
}

/** An application's certificate. */
export interface ClientCertificateCredential {
  /** Directory id or domain. */
  tenantId: string;
  /** Application id. */
  clientId: string;
  /** The certificate and its RSA private key, neither encrypted, as PEM text. */
  certificate: string;
}

/** The managed identity of the machine or service that this runs on. */
export interface ManagedIdentityCredential {
  /** `{}` for the system-assigned one. */
  managedIdentity: {
    /** The client id of a user-assigned identity. */
    clientId?: string | undefined;
    /**
     * With `header`, what `IDENTITY_ENDPOINT` holds, which is read where neither is given; without it the origin of the
     * instance metadata service, where that is not `http://169.254.169.254`.
     */
    endpoint?: string | undefined;
    /** What `IDENTITY_HEADER` holds. */
    header?: string | undefined;
  };
}

/** Where access tokens come from. */
export type MfaResetCredential =
  | TokenCredential
  | AccessTokenCredential
  | ClientSecretCredential
  | ClientAssertionCredential
  | ClientCertificateCredential
  | ManagedIdentityCredential;

/**
 * A credential as the two sides need it.
 *
 * @internal
 */
export interface Access {
  /** For the engine, as JSON. */
  json: string;
  /** For the host, where it is asked for tokens. */
  tokens?: TokenCredential;
  /** For the host, where it is asked for assertions. */
  assertions?: Pick<ClientAssertionCredential, "getAssertion">;
  /** Rejects where the credential turns out not to work, before anything is asked with it. */
  check?: () => Promise<unknown>;
}

/** @internal */
export function access(credential: MfaResetCredential): Access {
  // Callers in JavaScript can pass anything.
  const given = (typeof credential === "object" && credential !== null ? credential : {}) as Partial<
    Record<string, unknown>
  >;
  if (typeof given["getToken"] === "function") {
    return { json: JSON.stringify("host"), tokens: credential as TokenCredential };
  }
  if (typeof given["accessToken"] === "string") {
    return { json: JSON.stringify({ accessToken: given["accessToken"] }) };
  }
  if ("managedIdentity" in given) {
    return { json: JSON.stringify({ managedIdentity: managedIdentity(given["managedIdentity"]) }) };
  }
  const { tenantId, clientId, clientSecret, getAssertion, certificate } = given;
  const means = [clientSecret, getAssertion, certificate].filter((value) => value !== undefined);
  if (typeof tenantId === "string" && typeof clientId === "string" && means.length === 1) {
    if (typeof clientSecret === "string") {
      return { json: JSON.stringify({ clientSecret: { tenantId, clientId, clientSecret } }) };
    }
    const json = JSON.stringify({ clientAssertion: { tenantId, clientId } });
    if (typeof getAssertion === "function") {
      return { json, assertions: credential as ClientAssertionCredential };
    }
    if (typeof certificate === "string") {
      let signer: Promise<Signer> | undefined;
      const check = (): Promise<Signer> =>
        (signer ??= import("./certificate.js").then((module) => module.signer(clientId, certificate)));
      return { json, check, assertions: { getAssertion: async (audience) => (await check())(audience) } };
    }
  }
  throw invalidInput(
    "The credential is of no known form.",
    "Pass a credential of @azure/identity, { getToken }, { accessToken }, { managedIdentity: {} }, or { tenantId, clientId } with one of clientSecret, certificate and getAssertion.",
  );
}

/** Signs an assertion for this audience. */
type Signer = (audience: string) => Promise<string>;

type ManagedIdentity = ManagedIdentityCredential["managedIdentity"];

function managedIdentity(given: unknown): ManagedIdentity {
  const known = ["clientId", "endpoint", "header"];
  const fields = typeof given === "object" && given !== null ? Object.entries(given) : undefined;
  if (fields?.every(([name, value]) => known.includes(name) && (value === undefined || typeof value === "string")) !== true) {
    throw invalidInput("The managed identity is of no known form.", "Pass { managedIdentity: { clientId?, endpoint?, header? } }, all of them text.");
  }
  const { clientId, endpoint, header } = given as ManagedIdentity;
  // The environment's header belongs to the environment's endpoint, and goes to no other.
  return { clientId, ...(endpoint === undefined && header === undefined ? platform(environment()) : { endpoint, header }) };
}

/**
 * Where the platform says that managed identities are.
 *
 * @internal
 */
export function platform(env: Readonly<Record<string, string | undefined>>): Omit<ManagedIdentity, "clientId"> {
  if (env["IDENTITY_SERVER_THUMBPRINT"]) {
    throw new MfaResetError({
      code: "unsupported",
      message: "Managed identities of Service Fabric are not supported.",
      help: "Pass a credential of @azure/identity, for example new DefaultAzureCredential().",
      retryable: false,
    });
  }
  return { endpoint: env["IDENTITY_ENDPOINT"] || undefined, header: env["IDENTITY_HEADER"] || undefined };
}

/** The variables of the process. There may be none, and reading them may not be allowed. */
function environment(): Readonly<Record<string, string | undefined>> {
  try {
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT } = globalThis.process.env;
    return { IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT };
  } catch {
    return {};
  }
}
