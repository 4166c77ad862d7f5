import { SqsFifoPartialProcessorAsync, processPartialResponse } from "@aws-lambda-powertools/batch";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { MfaResetError } from "entra-mfa-reset/inline";
import { client } from "./client.js";
import { deadline } from "./deadline.js";
import { checked } from "./request.js";
import { settings } from "./settings.js";

/** A user is not begun with less than this left. */
const ENOUGH = 60_000;
/** A trouble of the function or of the moment: the message is not at fault, and comes again or ends in the dead letters. */
const OURS = new Set(["unauthenticated", "forbidden", "cancelled", "internal"]);

const sqs = new SQSClient({});
const processor = new SqsFifoPartialProcessorAsync();

/** Messages one after another; those that have to come again are named. */
export function queued(event, context) {
  return processPartialResponse(event, (record) => done(record, context), processor, {
    context,
    throwOnFullBatchFailure: false,
    skipGroupOnError: true,
  });
}

async function done(record, context) {
  if (context.getRemainingTimeInMillis() < ENOUGH) {
    throw new Error("There is no time left to begin another user.");
  }
  let asked;
  try {
    asked = checked(parsed(record.body), ["planned"]);
    const report = asked.planned === undefined ? await plan(asked, record, context) : await reset(asked, record, context);
    if (report !== undefined) {
      console.log(JSON.stringify({ report }));
    }
  } catch (error) {
    if (!(error instanceof MfaResetError) || error.retryable || OURS.has(error.code)) {
      console.error(`message ${record.messageId}: ${error.code ?? error.name}: ${error.message}`);
      throw error;
    }
    const user = typeof asked?.user === "string" ? asked.user : undefined;
    console.log(JSON.stringify({ report: { asked: user, outcome: "refused", error: error.toJSON() } }));
  }
}

/**
 * The first of two steps: what would be removed goes back into the queue, before anything is. A message that is delivered
 * again after a crash is then held to what stood in the plan, and a phone that was registered since is not in it.
 */
async function plan(asked, { messageId, attributes }, context) {
  const notAfter = earliest(asked.notAfter, Number(attributes.SentTimestamp));
  const found = await client.plan({ ...asked, notAfter }, { signal: deadline(context) });
  if (found.outcome === "refused") {
    return found;
  }
  const planned = { ...asked, user: found.user.id, notAfter, planned: found.methods.map(known) };
  const command = new SendMessageCommand({
    QueueUrl: settings.queueUrl,
    MessageBody: JSON.stringify(planned),
    // One at a time of each user, and once, although this message may be delivered twice.
    MessageGroupId: found.user.id,
    MessageDeduplicationId: messageId,
  });
  await sqs.send(command);
  return undefined;
}

/** The second step: removes what was planned and is still the same. */
function reset({ notAfter, ...asked }, { attributes }, context) {
  // What an earlier delivery may have begun is finished, whatever the time: `planned` keeps what is new.
  const begun = Number(attributes.ApproximateReceiveCount) > 1;
  const request = begun || notAfter === undefined ? asked : { ...asked, notAfter };
  return client.reset(request, { signal: deadline(context) });
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** When the message is too old to be begun. */
function earliest(asked, sent) {
  const limit = sent + settings.maxAgeMinutes * 60_000;
  const given = asked === undefined ? limit : Date.parse(asked);
  // What is no time is for the engine to refuse.
  return Number.isNaN(given) ? asked : new Date(Math.min(limit, given)).toISOString();
}

/** By what a later attempt knows a method again. */
function known({ id, kind, label, action, createdDateTime }) {
  return { id, kind, label, action, ...(createdDateTime && { createdDateTime }) };
}
