import { type AccountInfo, CacheLookupPolicy, PublicClientApplication } from "@azure/msal-browser";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { type Config, GRAPH, LOGIN } from "./config.js";
import { findUsers } from "./directory.js";
import type { Session } from "./session.js";

/** Time to find a phone and approve. */
const POPUP_MILLISECONDS = 300_000;

/** Signs people in, in a window of its own. Tokens stay in memory and end with the page. */
export class SignIn {
  readonly #config: Config;
  readonly #application: PublicClientApplication;
  readonly #scopes: string[];
  /** What Graph asked for beyond a plain sign-in, for the next one. */
  #claims: string | undefined;

  private constructor(config: Config, application: PublicClientApplication) {
    this.#config = config;
    this.#application = application;
    this.#scopes = [`${GRAPH[config.cloud]}/.default`];
  }

  /** Prepared before anybody clicks: a browser blocks a window that opens too long after the click. */
  static async prepare(config: Config, { tenantId, clientId }: NonNullable<Config["signIn"]>): Promise<SignIn> {
    const application = new PublicClientApplication({
      auth: {
        clientId,
        authority: `${LOGIN[config.cloud]}/${tenantId}`,
        knownAuthorities: [new URL(LOGIN[config.cloud]).host],
        redirectUri: new URL("signed-in.html", location.href).href,
      },
      cache: { cacheLocation: "memoryStorage" },
      system: { popupBridgeTimeout: POPUP_MILLISECONDS, loggerOptions: { loggerCallback: () => undefined } },
    });
    await application.initialize();
    return new SignIn(config, application);
  }

  /** Asks who it is. Must be called by a click. */
  async open(): Promise<Session> {
    const result = await this.#application.acquireTokenPopup({
      scopes: this.#scopes,
      // A shared desk: never silently the colleague from before.
      prompt: "select_account",
      overrideInteractionInProgress: true,
      ...(this.#claims === undefined ? {} : { claims: this.#claims }),
    });
    this.#claims = undefined;
    const { account } = result;
    if (account === null) {
      throw new Error("The sign-in service named nobody.");
    }
    const { cloud, protect } = this.#config;
    let handed: string | undefined;
    const client = new MfaResetClient(
      {
        getToken: async (_, options) => {
          let found = await this.#token(account, options);
          // The client keeps a token until it is about to end. When it asks for the same again, Graph has refused it.
          if (found.token === handed) {
            // Where nothing can be renewed, Graph's refusal is the answer.
            found = await this.#token(account, { ...options, forceRefresh: true }).catch(() => found);
          }
          handed = found.token;
          return found;
        },
      },
      { cloud, protect },
    );
    return {
      simulated: false,
      account: account.username,
      client,
      find: async (beginning, signal) => {
        const { token } = await this.#token(account).catch((cause: unknown) => Promise.reject(noToken(cause)));
        return findUsers({ origin: GRAPH[cloud], token, fetch: (...request) => fetch(...request) }, beginning, signal);
      },
      end: () => void this.#application.clearCache({ account }).catch(() => undefined),
    };
  }

  async #token(
    account: AccountInfo,
    { claims, forceRefresh = false }: { claims?: string; forceRefresh?: boolean } = {},
  ): Promise<{ token: string; expiresOnTimestamp?: number }> {
    this.#claims = claims ?? this.#claims;
    const { accessToken, expiresOn } = await this.#application.acquireTokenSilent({
      scopes: this.#scopes,
      account,
      // No hidden frame: the policy of the page allows none. What takes more than a refresh takes a click.
      cacheLookupPolicy: forceRefresh ? CacheLookupPolicy.RefreshToken : CacheLookupPolicy.AccessTokenAndRefreshToken,
      ...(claims === undefined ? {} : { claims }),
    });
    if (claims !== undefined) {
      this.#claims = undefined;
    }
    return { token: accessToken, ...(expiresOn === null ? {} : { expiresOnTimestamp: expiresOn.getTime() }) };
  }
}

function noToken(cause: unknown): MfaResetError {
  return new MfaResetError({ code: "unauthenticated", message: "No token could be had.", help: "Sign in again.", retryable: false }, { cause });
}
