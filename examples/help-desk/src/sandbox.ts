import { type Fetch, MfaResetClient } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { type Config, GRAPH } from "./config.js";
import { findUsers } from "./directory.js";
import type { Session } from "./session.js";

const PAUSE_MILLISECONDS = 250;

/** A simulated tenant that lives in this page and ends with it. */
export function openSandbox(config: Config): Session {
  const tenant = new SandboxTenant();
  // Slow enough that each step can be watched.
  const fetch: Fetch = async (url, init) => {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    return tenant.fetch(url, init);
  };
  // The sandbox's own tenant is in the worldwide cloud, whatever the page is configured for.
  const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch, protect: config.protect });
  return {
    simulated: true,
    account: "Simulated help desk",
    client,
    find: (beginning, signal) => findUsers({ origin: GRAPH.global, token: tenant.accessToken, fetch }, beginning, signal),
    end() {},
  };
}
