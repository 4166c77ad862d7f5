import { invoked } from "./invoked.js";
import { queued } from "./queued.js";

/** One user in the event, or messages of SQS. */
export async function handler(event, context) {
  return Array.isArray(event?.Records) ? queued(event, context) : invoked(event, context);
}
