import { MfaResetError } from "entra-mfa-reset";

/**
 * What anybody may ask for. Not `allowPrivileged`, which never comes from a message, not `perUserMfa`, which could switch
 * the second factor off, and not `backup`, which holds whole phone numbers.
 */
const FIELDS = ["user", "methods", "methodIds", "keep", "revokeSessions", "temporaryAccessPass", "notAfter", "reason"];

/** The body as a request, or an error that says what is wrong with it. */
export async function checkedBody(request) {
  const given = await request.json().catch(() => undefined);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalid("The request is no JSON object.", 'Send {"user": "…", "reason": "…"}.');
  }
  const foreign = Object.keys(given).filter((name) => !FIELDS.includes(name));
  if (foreign.length > 0) {
    throw invalid(`The request cannot ask for ${foreign.join(", ").slice(0, 100)}.`, `It takes ${FIELDS.join(", ")}.`);
  }
  return given;
}

function invalid(message, help) {
  return new MfaResetError({ code: "invalidInput", message, help, retryable: false });
}
