import { output } from "@azure/functions";
import { MfaResetError } from "entra-mfa-reset";

/** The setting that says where the queues are: a connection string, or `QueueStorage__queueServiceUri` for an identity. */
export const connection = "QueueStorage";
export const ASKED = "mfa-reset";
export const PLANNED = "mfa-reset-planned";

/** Where what was planned waits for being done. */
export const planned = output.storageQueue({ queueName: PLANNED, connection });
/** Where each user's report ends. */
export const reports = output.storageQueue({ queueName: "mfa-reset-reports", connection });

/** A trouble of the app or of the moment: the message is not at fault, and comes again or ends in the poison queue. */
const OURS = new Set(["unauthenticated", "forbidden", "cancelled", "internal"]);

/**
 * Ends a message with a report: what `work` gives, or why the user of this message cannot be reset. `work` rejects only
 * when it has written nothing.
 */
export async function reportOf(message, context, work) {
  try {
    const report = await work();
    if (report !== undefined) {
      context.extraOutputs.set(reports, report);
    }
  } catch (error) {
    if (!(error instanceof MfaResetError) || error.retryable || OURS.has(error.code)) {
      throw error;
    }
    const user = typeof message?.user === "string" ? message.user : undefined;
    context.extraOutputs.set(reports, { asked: user, outcome: "refused", error: error.toJSON() });
  }
}
