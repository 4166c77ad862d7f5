import type {
  ClientOptions,
  Event,
  IssuePassOptions,
  Report,
  ResetRequest,
  RevokeSessionsOptions,
  Status,
} from "./contract.js";
import { type Access, type MfaResetCredential, access } from "./credential.js";
import { fromWasm, internal, invalidInput } from "./error.js";
import { type WasmClient, load } from "./load.js";
import { drive, sleep } from "./run.js";
import type { Fetch } from "./send.js";

/** What can be given to a single call. */
export interface CallOptions {
  /**
   * Ends the call soon: nothing more is started, and what is under way is settled. A reset that has written something
   * still resolves, with a report that says what is in doubt.
   */
  signal?: AbortSignal | undefined;
  /** Called with each step as it happens. What it throws is ignored. */
  onEvent?: ((event: Event) => void) | undefined;
}

/** How a client reaches Graph, and whom it must never touch. */
export interface MfaResetClientOptions extends ClientOptions, CallOptions {
  /** Used instead of the global `fetch`, for a proxy or a test. It must not follow redirects by itself. */
  fetch?: Fetch | undefined;
}

/** The engine's own defaults, for the net below its deadlines. */
const REQUEST_SECONDS = 100;
const RESPONSE_BYTES = 8 << 20;
const NET_SECONDS = 30;

/**
 * Resets the multifactor authentication of the users of one tenant, seen through one credential.
 *
 * There is nothing to initialise and nothing to close. What ends before anything was written rejects with
 * {@link MfaResetError}; once something may have been written, the report is the answer, whatever its outcome.
 *
 * @example
 * ```ts
 * import { DefaultAzureCredential } from "@azure/identity";
 * import { MfaResetClient } from "entra-mfa-reset";
 *
 * const client = new MfaResetClient(new DefaultAzureCredential());
 * const report = await client.reset({ user: "adele.vance@contoso.com", temporaryAccessPass: true });
 * console.log(report.outcome, report.temporaryAccessPass?.pass);
 * ```
 */
export class MfaResetClient {
  readonly #access: Access;
  readonly #options: ClientOptions;
  readonly #fetch: Fetch;
  readonly #call: CallOptions;
  #client: Promise<WasmClient> | undefined;

  /**
   * @param credential - A credential of `@azure/identity`, `{ getToken }`, `{ accessToken }` or
   * `{ tenantId, clientId, clientSecret }`.
   * @param options - Cloud, limits, protected users, `fetch`, `signal` and `onEvent`.
   */
  constructor(credential: MfaResetCredential, options: MfaResetClientOptions = {}) {
    const { fetch, signal, onEvent, ...rest } = options;
    this.#access = access(credential);
    this.#options = rest;
    // Looked up at each call, so that a fetch that is replaced later counts.
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#call = { signal, onEvent };
  }

  /**
   * Lists what is registered. Writes nothing.
   *
   * @param user - Object id or user principal name.
   * @param options - `signal` and `onEvent`.
   */
  status(user: string, options: CallOptions = {}): Promise<Status> {
    return this.#run<Status>("status", name(user), {}, options);
  }

  /**
   * Says what {@link MfaResetClient.reset} would do. Writes nothing.
   *
   * @param request - The same request.
   * @param options - `signal` and `onEvent`.
   */
  plan(request: ResetRequest, options: CallOptions = {}): Promise<Report> {
    return this.#run<Report>("plan", JSON.stringify(request), {}, options);
  }

  /**
   * Removes what the request names, revokes the sessions, and verifies on the live list. A pass that is asked for is
   * issued first; when it is refused, nothing is removed.
   *
   * @param request - The user, and what else differs from the defaults.
   * @param options - `signal` and `onEvent`.
   */
  reset(request: ResetRequest, options: CallOptions = {}): Promise<Report> {
    return this.#run<Report>("reset", JSON.stringify(request), {}, options);
  }

  /**
   * Revokes the sessions, and nothing else. Access tokens live on until they expire.
   *
   * @param user - Object id or user principal name.
   * @param options - `reason`, `signal` and `onEvent`.
   */
  revokeSessions(user: string, options: RevokeSessionsOptions & CallOptions = {}): Promise<Report> {
    const { signal, onEvent, ...rest } = options;
    return this.#run<Report>("revokeSessions", name(user), rest, { signal, onEvent });
  }

  /**
   * Issues a Temporary Access Pass, and nothing else. An older one is replaced. The pass is in the report, and nowhere
   * else.
   *
   * @param user - Object id or user principal name.
   * @param options - The pass's options, `allowPrivileged`, `reason`, `signal` and `onEvent`.
   */
  issueTemporaryAccessPass(user: string, options: IssuePassOptions & CallOptions = {}): Promise<Report> {
    const { signal, onEvent, ...rest } = options;
    return this.#run<Report>("issueTemporaryAccessPass", name(user), rest, { signal, onEvent });
  }

  /** The engine's client, which remembers tokens and what they turned out not to allow. */
  #engine(): Promise<WasmClient> {
    this.#client ??= load().then(
      ({ Client }) => {
        try {
          return new Client(JSON.stringify(this.#options), this.#access.json);
        } catch (thrown) {
          throw fromWasm(thrown);
        }
      },
      (error: unknown) => {
        this.#client = undefined;
        throw internal("The engine's WebAssembly file cannot be loaded.", error);
      },
    );
    return this.#client;
  }

  async #run<T>(operation: string, input: string | undefined, rest: object, { signal, onEvent }: CallOptions): Promise<T> {
    if (input === undefined) {
      throw invalidInput("The user is missing or no text.", "Give the user's object id or user principal name.");
    }
    const client = await this.#engine();
    const run = (() => {
      try {
        return client.run(operation, input, JSON.stringify(rest));
      } catch (thrown) {
        throw fromWasm(thrown);
      }
    })();
    const { limits } = this.#options;
    const outcome = await drive(run, {
      fetch: this.#fetch,
      ...(this.#access.tokens && { tokens: this.#access.tokens }),
      onEvent: [this.#call.onEvent, onEvent].filter((listener) => listener !== undefined),
      signals: [this.#call.signal, signal].filter((given) => given !== undefined),
      limits: {
        milliseconds: ((limits?.requestSeconds ?? REQUEST_SECONDS) + NET_SECONDS) * 1000,
        bytes: limits?.responseBytes ?? RESPONSE_BYTES,
      },
      seed: seed(),
      now: Date.now,
      sleep,
    });
    // The engine's canonical JSON has the contract's shape.
    return outcome as T;
  }
}

/** Callers in JavaScript can pass anything. */
function name(user: unknown): string | undefined {
  return typeof user === "string" ? user : undefined;
}

/** For jitter and request ids; nothing secret depends on it. */
function seed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}
