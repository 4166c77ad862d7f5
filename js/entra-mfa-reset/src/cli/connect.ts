import type { MfaResetClient, MfaResetClientOptions } from "../client.js";
import { MfaResetClient as Client } from "../entries/node.js";
import { SandboxTenant as Tenant } from "../entries/sandbox/node.js";
import type { SandboxTenant } from "../sandbox.js";
import type { Fetch } from "../send.js";
import type { Arguments } from "./arguments.js";
import { type Environment, credential } from "./environment.js";

/** The way to a tenant, and how often it was used. */
export interface Connection {
  client: MfaResetClient;
  /** The tenant itself, where it is simulated. */
  sandbox: SandboxTenant | undefined;
  httpRequests(): number;
}

/** Connects to the tenant that flags and environment name, or to a simulated one. */
export function connect(given: Arguments, env: Environment, options: Pick<MfaResetClientOptions, "signal" | "onEvent">): Connection {
  const { authorityHost = env["AZURE_AUTHORITY_HOST"], ...client } = given.client;
  const sandbox = given.sandbox ? new Tenant() : undefined;
  const fetch: Fetch = sandbox?.fetch ?? ((url, init) => globalThis.fetch(url, init));
  let httpRequests = 0;
  const counted: Fetch = (url, init) => {
    httpRequests += 1;
    return fetch(url, init);
  };
  const all = { ...client, ...options, ...(authorityHost && { authorityHost }), fetch: counted };
  return {
    client: new Client(sandbox === undefined ? credential(env) : { accessToken: sandbox.accessToken }, all),
    sandbox,
    httpRequests: () => httpRequests,
  };
}
