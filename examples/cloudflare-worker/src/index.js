import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { Denied, callerOf } from "./caller.js";
import { checkedBody } from "./request.js";

/** A Worker lives for 30 seconds after its caller has hung up. */
const SECONDS = 25;
/** Never 5xx once something may have been written: clients repeat those by themselves. */
const OUTCOMES = { complete: 200, unverified: 202, partial: 207, failed: 207 };
const ERRORS = {
  invalidInput: 400,
  userNotFound: 404,
  protectedUser: 403,
  managementRestricted: 403,
  expired: 409,
  conflict: 409,
  defaultMethodBlocked: 409,
  policyRejected: 409,
  unsupported: 409,
};

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/mfa-reset") {
      return answer(404, { title: "There is nothing here.", status: 404 });
    }
    if (request.method !== "POST") {
      return answer(405, { title: "A reset is a POST.", status: 405 }, { allow: "POST" });
    }
    const work = reset(request, env);
    // Whoever hangs up in the middle does not leave a user half done.
    context.waitUntil(work);
    return work;
  },
};

async function reset(request, env) {
  try {
    const caller = await callerOf(request, env);
    const asked = await checkedBody(request);
    const report = await client(env, caller).reset(asked, { signal: AbortSignal.timeout(SECONDS * 1000) });
    return answer(OUTCOMES[report.outcome], report);
  } catch (error) {
    if (error instanceof Denied) {
      return answer(error.status, { title: error.message, status: error.status });
    }
    if (error instanceof MfaResetError) {
      const { code, message, help, retryable, graph } = error;
      // What this Worker may not do is no fault of its caller.
      const status = ERRORS[code] ?? (retryable ? 503 : 500);
      return answer(status, { title: message, status, code, help, retryable, ...(graph && { graph }) }, status === 503 ? { "retry-after": "60" } : {});
    }
    throw error;
  }
}

/** One for each request: what is in flight for one cannot be waited for in another. */
function client(env, requestedBy) {
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret, PROTECT = "" } = env;
  const { GRAPH_URL: graphUrl, AZURE_AUTHORITY_HOST: authorityHost } = env;
  return new MfaResetClient(
    { tenantId, clientId, clientSecret },
    {
      protect: PROTECT.split(",").map((name) => name.trim()).filter(Boolean),
      limits: { retrySeconds: 10, verifySeconds: 10 },
      onEvent: (event) => console.log(JSON.stringify({ requestedBy, ...event })),
      ...(graphUrl && { graphUrl }),
      ...(authorityHost && { authorityHost }),
    },
  );
}

/** A report, or a problem as RFC 9457 has it. */
function answer(status, body, headers = {}) {
  const contentType = body.outcome === undefined ? "application/problem+json" : "application/json";
  return new Response(JSON.stringify(body), { status, headers: { "content-type": contentType, "cache-control": "no-store", ...headers } });
}
