/**
 * A simulated Entra tenant, to test one's own automation without an account.
 *
 * @packageDocumentation
 */

import * as glue from "../wasm/sandbox.js";
import { type Compile, once } from "./loading/once.js";
import type { SandboxFaults, SandboxSeed, SandboxState } from "./seed.js";
import { checksummed, claims } from "./token.js";

export type * from "./seed.js";

interface Answer {
  afterMilliseconds: number;
  response?: { status: number; headers: [string, string][]; body: string };
  failed?: "neverSent" | "lost";
}

/** As Node's `fetch` names them. */
const CODES = { neverSent: "ECONNREFUSED", lost: "ECONNRESET" };

const setUp = /* @__PURE__ */ once(glue);
let file: Compile | undefined;

/**
 * The tenant, which comes from this WebAssembly file from now on. Nothing happens where the tenant is not used, so an
 * entry may call it as a pure function.
 *
 * @internal
 */
export function withFile<Tenant>(tenant: Tenant, compile: Compile): Tenant {
  file = compile;
  return tenant;
}

async function load(): Promise<typeof glue> {
  if (file === undefined) {
    throw new Error("Import the sandbox from entra-mfa-reset/sandbox, which brings its WebAssembly file along.");
  }
  return setUp(file);
}

/**
 * One simulated tenant. It is as strict as Microsoft Graph is known to be, and it keeps its state as long as it lives.
 *
 * @example
 * ```ts
 * import { MfaResetClient } from "entra-mfa-reset";
 * import { SandboxTenant } from "entra-mfa-reset/sandbox";
 *
 * const tenant = new SandboxTenant();
 * const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
 * const report = await client.reset({ user: "adele.vance@contoso.com" });
 * ```
 */
export class SandboxTenant {
  /** An application's token that this tenant accepts, with every permission that a reset can use. */
  readonly accessToken: string;

  readonly #seed: string | undefined;
  readonly #faults: string | undefined;
  #tenant: Promise<glue.SandboxTenant> | undefined;

  /**
   * A tenant of its own; nothing is loaded before the first request.
   *
   * @param seed - What the tenant holds; contoso.com with a user for each thing that makes a reset hard when absent.
   * @param faults - How unreliable the way to it is; perfectly reliable when absent.
   */
  constructor(seed?: SandboxSeed, faults?: SandboxFaults) {
    this.#seed = seed && JSON.stringify(seed);
    this.#faults = faults && JSON.stringify(faults);
    this.accessToken = checksummed(claims(seed));
  }

  /** The tenant as a `fetch`, for Graph and for its token endpoint, whatever the host of the URL. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { method, url, signal } = request;
    const asked = JSON.stringify({ method, url, headers: [...request.headers], body: await request.text() });
    const tenant = await this.#open();
    signal.throwIfAborted();
    const { afterMilliseconds, response, failed } = JSON.parse(tenant.handle(asked, Date.now())) as Answer;
    await delay(afterMilliseconds, signal);
    if (response === undefined) {
      throw new TypeError("fetch failed", { cause: { code: CODES[failed ?? "lost"] } });
    }
    const { status, headers, body } = response;
    // These two may have no body, not even an empty one.
    return new Response(status === 204 || status === 304 ? null : body, { status, headers });
  };

  /** The tenant as it is now: its users, what was asked of it, and every violation of Graph's rules. */
  async state(): Promise<SandboxState> {
    return JSON.parse((await this.#open()).state()) as SandboxState;
  }

  #open(): Promise<glue.SandboxTenant> {
    this.#tenant ??= load().then((sandbox) => new sandbox.SandboxTenant(this.#seed, this.#faults));
    return this.#tenant;
  }
}

async function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) {
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        if (signal.aborted) {
          reject(signal.reason as Error);
        } else {
          resolve();
        }
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end, { once: true });
    });
  }
}
