import { app } from "@azure/functions";
import { clientFor } from "./client.js";
import { ASKED, connection, planned, reportOf, reports } from "./queues.js";
import { checked } from "./request.js";
import { settings } from "./settings.js";

/**
 * The first of two steps for each message: what would be removed, before anything is. A message that is delivered again
 * after a crash is then held to what stood in the plan, and a phone that was registered since is not in it.
 */
app.storageQueue("plan", {
  queueName: ASKED,
  connection,
  extraOutputs: [planned, reports],
  handler: (message, context) =>
    reportOf(message, context, async () => {
      const asked = checked(message);
      const notAfter = earliest(asked.notAfter, context.triggerMetadata.insertionTime);
      const plan = await clientFor(context, { requestedBy: ASKED }).plan({ ...asked, notAfter });
      if (plan.outcome === "refused") {
        return plan;
      }
      context.extraOutputs.set(planned, { ...asked, user: plan.user.id, notAfter, planned: plan.methods.map(known) });
      return undefined;
    }),
});

/** When the message is too old to be begun. */
function earliest(asked, insertionTime) {
  const limit = Date.parse(insertionTime) + settings.maxAgeMinutes * 60_000;
  if (Number.isNaN(limit)) {
    throw new Error("The message does not say when it was sent.");
  }
  const given = asked === undefined ? limit : Date.parse(asked);
  // What is no time is for the engine to refuse.
  return Number.isNaN(given) ? asked : new Date(Math.min(limit, given)).toISOString();
}

/** By what a later attempt knows a method again. */
function known({ id, kind, label, action, createdDateTime }) {
  return { id, kind, label, action, ...(createdDateTime && { createdDateTime }) };
}
