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
   * @param scopes - `https://graph.microsoft.com/.default`, or the same of another cloud.
   * @param options - A claims challenge and an abort signal.
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

/** Where access tokens come from. */
export type MfaResetCredential = TokenCredential | AccessTokenCredential | ClientSecretCredential;

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
  if ("getAssertion" in given || "managedIdentity" in given) {
    throw new MfaResetError({
      code: "unsupported",
      message: "Client assertions and managed identities are not supported yet.",
      help: "Pass a credential of @azure/identity, for example new DefaultAzureCredential().",
      retryable: false,
    });
  }
  const { tenantId, clientId, clientSecret } = given;
  if (typeof tenantId === "string" && typeof clientId === "string" && typeof clientSecret === "string") {
    return { json: JSON.stringify({ clientSecret: { tenantId, clientId, clientSecret } }) };
  }
  throw invalidInput(
    "The credential is of no known form.",
    "Pass { accessToken }, { getToken }, { tenantId, clientId, clientSecret } or a credential of @azure/identity.",
  );
}
