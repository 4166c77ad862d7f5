import { MfaResetError } from "entra-mfa-reset/inline";

/**
 * What anybody may ask for. Not `allowPrivileged`, which never comes from a message, not `perUserMfa`, which could switch
 * the second factor off, and not `backup`, which holds whole phone numbers.
 */
const FIELDS = ["user", "methods", "methodIds", "keep", "revokeSessions", "notAfter", "reason"];

/** A request, or an error that says what is wrong with it. `more` are fields that may stand in it as well. */
export function checked(given, more = []) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalid("The request is no JSON object.", 'Send {"user": "…", "reason": "…"}.');
  }
  const known = [...FIELDS, ...more];
  const foreign = Object.keys(given).filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    throw invalid(`The request cannot ask for ${foreign.join(", ").slice(0, 100)}.`, `It takes ${known.join(", ")}.`);
  }
  return given;
}

function invalid(message, help) {
  return new MfaResetError({ code: "invalidInput", message, help, retryable: false });
}
