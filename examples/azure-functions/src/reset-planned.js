import { app } from "@azure/functions";
import { clientFor } from "./client.js";
import { PLANNED, connection, reportOf, reports } from "./queues.js";
import { checked } from "./request.js";

/** Below `functionTimeout` of host.json, so that a run that takes long ends with a report. */
const SECONDS = 240;

/** The second step: removes what was planned and is still the same. */
app.storageQueue("reset-planned", {
  queueName: PLANNED,
  connection,
  extraOutputs: [reports],
  handler: (message, context) =>
    reportOf(message, context, () => {
      const { notAfter, ...asked } = checked(message, ["planned"]);
      if (!Array.isArray(asked.planned)) {
        throw new Error(`A message of ${PLANNED} is written by the function plan, and has a plan.`);
      }
      // What an earlier delivery may have begun is finished, whatever the time: `planned` keeps what is new.
      const begun = context.triggerMetadata.dequeueCount > 1;
      const request = begun || notAfter === undefined ? asked : { ...asked, notAfter };
      return clientFor(context, { requestedBy: PLANNED }).reset(request, { signal: AbortSignal.timeout(SECONDS * 1000) });
    }),
});
