import { Reports, Targets } from "./bulk.js";
import type {
  ClientOptions,
  Event,
  Intent,
  IssuePassOptions,
  Preflight,
  Report,
  ResetRequest,
  RestoreRequest,
  RevokeSessionsOptions,
  Status,
} from "./contract.js";
import { type Access, type MfaResetCredential, access } from "./credential.js";
import { type Engine, type WasmClient, load } from "./engine.js";
import { MfaResetError, fromWasm, invalidInput } from "./error.js";
import { type World, drive, sleep } from "./run.js";
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

/** One of many users: an object id or a user principal name, or a request of its own. */
export type ResetTarget = string | ResetRequest;

/** What can be given to a call for many users. */
export interface BulkOptions extends CallOptions {
  /**
   * Called before a user's first write, and awaited. Whoever remembers it can go on after a crash with `planned`. When
   * it rejects, this user is not touched, and the report says so.
   */
  onBegin?: ((intent: Intent) => void | Promise<void>) | undefined;
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
/** Graph may give an empty page before the next one, and not these in a row. */
const EMPTY_PAGES = 64;

/**
 * Resets the multifactor authentication of the users of one tenant, seen through one credential.
 *
 * There is nothing to initialise and nothing to close. What ends before anything was written rejects with
 * {@link MfaResetError}; once something may have been written, the report is the answer, whatever its outcome. Every call
 * may reject with `invalidInput`, `unauthenticated`, `throttled`, `timeout`, `unreachable`, `unexpectedResponse`,
 * `cancelled` and `internal`; what else it may reject with stands with it.
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
   * A client for one credential. Nothing is loaded and nobody is asked before the first call.
   *
   * @param credential - A credential of `@azure/identity`, `{ getToken }`, `{ accessToken }`, `{ managedIdentity: {} }`,
   * or `{ tenantId, clientId }` with `clientSecret`, `certificate` or `getAssertion`.
   * @param options - Cloud, limits, protected users, `fetch`, `signal` and `onEvent`.
   *
   * @throws {@link MfaResetError} with `invalidInput` when the credential is of no known form. Wrong options are told by
   * the first call.
   */
  constructor(credential: MfaResetCredential, options: MfaResetClientOptions = {}) {
    const { fetch, signal, onEvent, ...rest } = options;
    this.#access = access(credential);
    this.#options = rest;
    this.#fetch = fetch ?? platformFetch;
    this.#call = { signal, onEvent };
  }

  /**
   * Says what the token allows of what a request needs: what is granted, what is missing, and in which words to ask for
   * it. It gets a token and reads it; Graph is asked nothing. That there is no token is in the answer, too.
   *
   * @param request - The request without its user; the default one where it is left out. For reading alone,
   * `{ methods: "none", revokeSessions: false }`.
   * @param options - `signal` and `onEvent`.
   *
   * @returns Whether everything required is granted, and each check. That there is no token is in its `error`, and no
   * rejection.
   */
  preflight(request: Omit<ResetRequest, "user"> = {}, options: CallOptions = {}): Promise<Preflight> {
    return this.#run<Preflight>("preflight", JSON.stringify(request), {}, options);
  }

  /**
   * Lists what is registered. Writes nothing.
   *
   * @param user - Object id or user principal name.
   * @param options - `signal` and `onEvent`.
   *
   * @returns The methods, the default, the per-user state, and what the guard finds.
   *
   * @throws {@link MfaResetError} with `userNotFound` or `forbidden`, too.
   */
  status(user: string, options: CallOptions = {}): Promise<Status> {
    return this.#run<Status>("status", name(user), {}, options);
  }

  /**
   * Says what {@link MfaResetClient.reset} would do. Writes nothing.
   *
   * @param request - The same request.
   * @param options - `signal` and `onEvent`.
   *
   * @returns A report with the outcome `planned`, or `refused` where the guard stands against it.
   *
   * @throws {@link MfaResetError} with `userNotFound` or `forbidden`, too.
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
   *
   * @returns What became of each method, of the sessions, of the pass, and what the live list says.
   *
   * @throws {@link MfaResetError} with `userNotFound`, `forbidden`, `protectedUser`, `managementRestricted`,
   * `policyRejected`, `unsupported` or `expired`, too: then nothing was written.
   */
  reset(request: ResetRequest, options: CallOptions = {}): Promise<Report> {
    return this.#run<Report>("reset", JSON.stringify(request), {}, options);
  }

  /**
   * Revokes the sessions, and nothing else. Access tokens live on until they expire.
   *
   * @param user - Object id or user principal name.
   * @param options - `reason`, `signal` and `onEvent`.
   *
   * @returns A report whose `sessions` say what became of them.
   *
   * @throws {@link MfaResetError} with `userNotFound`, `forbidden` or `protectedUser` (only whom `protect` names), too.
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
   *
   * @returns A report whose `temporaryAccessPass` holds the pass.
   *
   * @throws {@link MfaResetError} with `userNotFound`, `forbidden`, `protectedUser`, `managementRestricted`,
   * `policyRejected` or `unsupported`, too: then nothing was written.
   */
  issueTemporaryAccessPass(user: string, options: IssuePassOptions & CallOptions = {}): Promise<Report> {
    const { signal, onEvent, ...rest } = options;
    return this.#run<Report>("issueTemporaryAccessPass", name(user), rest, { signal, onEvent });
  }

  /**
   * Puts a backup back, as far as Graph lets anybody but the user do it: phones, the e-mail address, external methods,
   * hardware tokens (which their holder activates), the default and the per-user state. What is registered already stays
   * as it is; where another number is registered, it is not overwritten, and the method's error is `conflict`. A backup
   * may be written by hand, to register a user's new phone.
   *
   * @param request - The user, the backup, and what else differs from the defaults.
   * @param options - `signal` and `onEvent`.
   *
   * @returns What became of each entry of the backup, and what never comes back.
   *
   * @throws {@link MfaResetError} with `userNotFound`, `forbidden`, `protectedUser`, `managementRestricted`,
   * `unsupported` or `expired`, too: then nothing was written.
   *
   * @example
   * ```ts
   * await client.restore({ user, backup: { phones: [{ phoneType: "mobile", phoneNumber: "+1 4255550100" }] } });
   * ```
   */
  restore(request: RestoreRequest, options: CallOptions = {}): Promise<Report> {
    return this.#run<Report>("restore", JSON.stringify(request), {}, options);
  }

  /**
   * Resets many users at once. Reports come in the order in which users finish, one for each user, whatever becomes of
   * it: nobody's failure stops the others.
   *
   * Users are read only as fast as they are reset, and a report that is not taken slows the run, so that any number of
   * users fits into memory. Leaving the loop cancels the run and waits until it has ended. When `signal` fires, the
   * users under way end as cancelled, their reports still come, and then the iterator throws. When reading the users
   * throws, those that were read finish first.
   *
   * @param users - Ids, names or requests, from an array, a generator, a file or any other iterable.
   * @param defaults - What holds for every user whose own request says nothing else.
   * @param options - `onBegin`, `signal` and `onEvent`.
   *
   * @returns One report for each user; what would reject for one is a report with the outcome `refused` or `failed`.
   *
   * @example
   * ```ts
   * for await (const report of client.resetMany(users, { reason: "INC-1042" })) {
   *   console.log(report.user.userPrincipalName, report.outcome);
   * }
   * ```
   */
  resetMany(
    users: Iterable<ResetTarget> | AsyncIterable<ResetTarget>,
    defaults: Omit<ResetRequest, "user"> = {},
    options: BulkOptions = {},
  ): AsyncGenerator<Report, void> {
    return this.#many("resetMany", users, defaults, options);
  }

  /**
   * Says what {@link MfaResetClient.resetMany} would do. Writes nothing.
   *
   * @param users - The same users.
   * @param defaults - The same defaults.
   * @param options - `signal` and `onEvent`.
   *
   * @returns One report for each user.
   */
  planMany(
    users: Iterable<ResetTarget> | AsyncIterable<ResetTarget>,
    defaults: Omit<ResetRequest, "user"> = {},
    options: BulkOptions = {},
  ): AsyncGenerator<Report, void> {
    return this.#many("planMany", users, defaults, options);
  }

  /**
   * The object ids of the users in a group and in the groups within it, for {@link MfaResetClient.resetMany}. Returns
   * how many members are no users.
   *
   * @param group - The group's object id.
   * @param options - `signal` and `onEvent`.
   *
   * @returns The object ids, one after the other; in the end how many members are no users.
   *
   * @throws {@link MfaResetError} with `forbidden`, too, and with `invalidInput` where there is no such group.
   */
  async *groupMembers(group: string, options: CallOptions = {}): AsyncGenerator<string, number> {
    if (typeof group !== "string") {
      throw invalidInput("The group is missing or no text.", "Give the group's object id.");
    }
    let skipped = 0;
    let empty = 0;
    let next: string | undefined;
    do {
      const page: Page = await this.#run<Page>("groupMembers", group, next === undefined ? {} : { next }, options);
      skipped += page.skipped;
      empty = page.users.length + page.skipped > 0 ? 0 : empty + 1;
      if (empty > EMPTY_PAGES) {
        throw new MfaResetError({
          code: "unexpectedResponse",
          message: "Graph gives one empty page after the other instead of the group's members.",
          help: "Check that nothing stands between this host and Graph that answers in its place.",
          retryable: true,
        });
      }
      yield* page.users;
      next = page.next;
    } while (next !== undefined);
    return skipped;
  }

  /** The engine's client, which remembers tokens and what they turned out not to allow. */
  #engine(): Promise<WasmClient> {
    this.#client ??= this.#open().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #open(): Promise<WasmClient> {
    const loading = load();
    if (this.#fetch === platformFetch) {
      // Node loads its `fetch` at the first touch, and takes its time; meanwhile the engine compiles on other threads.
      void globalThis.Headers;
    }
    const [{ Client }] = await Promise.all([loading, this.#access.check?.()]);
    try {
      return new Client(JSON.stringify(this.#options), this.#access.json);
    } catch (thrown) {
      throw fromWasm(thrown);
    }
  }

  async #run<T>(operation: string, input: string | undefined, rest: object, options: CallOptions): Promise<T> {
    if (input === undefined) {
      throw invalidInput("The user is missing or no text.", "Give the user's object id or user principal name.");
    }
    const run = await this.#prepare(operation, input, rest);
    // The engine's canonical JSON has the contract's shape.
    return (await drive(run, this.#world(options))) as T;
  }

  async *#many(
    operation: string,
    users: Iterable<ResetTarget> | AsyncIterable<ResetTarget>,
    defaults: Omit<ResetRequest, "user">,
    { onBegin, ...options }: BulkOptions,
  ): AsyncGenerator<Report, void> {
    const world = this.#world(options);
    const run = await this.#prepare(operation, JSON.stringify(defaults), { events: world.onEvent.length > 0 });
    const targets = new Targets(users);
    const reports = new Reports();
    const left = new AbortController();
    const ended = drive(run, {
      ...world,
      signals: [...world.signals, left.signal],
      bulk: {
        next: (atMost) => targets.next(atMost),
        begin: async (intent) => onBegin?.(intent),
        report: (report) => reports.put(report),
      },
    }).finally(() => reports.end());
    // It is awaited below, after the reports.
    ended.catch(() => undefined);
    try {
      for (let report = await reports.next(); report !== undefined; report = await reports.next()) {
        yield report;
      }
      await ended;
      if (targets.failure !== undefined) {
        throw targets.failure;
      }
    } finally {
      reports.close();
      left.abort();
      await ended.catch(() => undefined);
      await targets.close();
    }
  }

  async #prepare(operation: string, input: string, rest: object): Promise<Engine> {
    const client = await this.#engine();
    try {
      return client.run(operation, input, JSON.stringify(rest));
    } catch (thrown) {
      throw fromWasm(thrown);
    }
  }

  #world({ signal, onEvent }: CallOptions): World {
    const { limits } = this.#options;
    return {
      fetch: this.#fetch,
      access: this.#access,
      onEvent: [this.#call.onEvent, onEvent].filter((listener) => listener !== undefined),
      signals: [this.#call.signal, signal].filter((given) => given !== undefined),
      limits: {
        milliseconds: ((limits?.requestSeconds ?? REQUEST_SECONDS) + NET_SECONDS) * 1000,
        bytes: limits?.responseBytes ?? RESPONSE_BYTES,
      },
      seed: seed(),
      now: Date.now,
      sleep,
    };
  }
}

/** Looked up at each call, so that a fetch that is replaced later counts. */
const platformFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/** One page of a group's members. */
interface Page {
  users: string[];
  skipped: number;
  next?: string;
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
