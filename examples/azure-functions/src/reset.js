import { app } from "@azure/functions";
import { MfaResetError } from "entra-mfa-reset";
import { Denied, callerOf } from "./caller.js";
import { clientFor } from "./client.js";
import { checkedBody } from "./request.js";
import { settings } from "./settings.js";

/** The platform answers in our place after 230 seconds. */
const SECONDS = 200;
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

/** One user, and the report as the answer; with the pass, if one was asked for. */
app.http("reset", {
  methods: ["POST"],
  route: "mfa-reset",
  authLevel: settings.authorize === "functionKey" ? "function" : "anonymous",
  async handler(request, context) {
    try {
      const caller = callerOf(request);
      const asked = await checkedBody(request, ["temporaryAccessPass"]);
      // Whoever holds a help desk's session must not be able to issue a pass for the help desk's own account.
      const client = clientFor(context, { requestedBy: caller.name, protect: caller.id ? [caller.id] : [] });
      const report = await client.reset(asked, { signal: AbortSignal.timeout(SECONDS * 1000) });
      return answer(OUTCOMES[report.outcome], report);
    } catch (error) {
      if (error instanceof Denied) {
        context.warn(error.message);
        return answer(error.status, { title: error.message, status: error.status });
      }
      if (error instanceof MfaResetError) {
        const { code, message, help, retryable, graph } = error;
        // What this app may not do is no fault of its caller.
        const status = ERRORS[code] ?? (retryable ? 503 : 500);
        return answer(status, { title: message, status, code, help, retryable, ...(graph && { graph }) });
      }
      throw error;
    }
  },
});

/** A report, or a problem as RFC 9457 has it. */
function answer(status, body) {
  const contentType = body.outcome === undefined ? "application/problem+json" : "application/json";
  const headers = { "content-type": contentType, "cache-control": "no-store" };
  return { status, headers: status === 503 ? { ...headers, "retry-after": "60" } : headers, body: JSON.stringify(body) };
}
