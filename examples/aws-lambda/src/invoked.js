import { MfaResetError } from "entra-mfa-reset/inline";
import { client } from "./client.js";
import { deadline } from "./deadline.js";
import { checked } from "./request.js";

/** Whoever may invoke the function gets the report, with the pass if one was asked for. */
export async function invoked(event, context) {
  try {
    return await client.reset(checked(event, ["temporaryAccessPass"]), { signal: deadline(context) });
  } catch (error) {
    if (!(error instanceof MfaResetError)) {
      throw error;
    }
    // Nothing was written. The code is what Lambda calls errorType, so that a state machine can catch and retry by it.
    throw Object.assign(new Error(`${error.message} ${error.help}`), { name: error.code });
  }
}
