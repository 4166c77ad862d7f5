// The bundled function in AWS's own runtime interface client, signed in by federation, against the simulated tenant.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CLIENT_ID, TENANT_ID, assertion, seedThatTrusts } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";
import { startAws } from "./aws.js";
import { startFunction } from "./function.js";

const ADELE = "adele.vance@contoso.com";
const JONI = "joni.sherman@contoso.com";
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const MOBILE = "3179e48a-750b-4051-897c-87b9720928f7";
const role = { issuer: "https://tokens.sts.contoso.com", subject: "arn:aws:iam::123456789012:role/mfa-reset" };

execFileSync(process.execPath, [fileURLToPath(new URL("../build.js", import.meta.url))]);
const tenant = await startTenant({ seed: seedThatTrusts(role) });
const aws = await startAws(({ audience, algorithm }) => (algorithm === "RS256" ? assertion({ ...role, aud: audience }) : "none"));
const settings = (more) => ({
  AZURE_TENANT_ID: TENANT_ID,
  AZURE_CLIENT_ID: CLIENT_ID,
  AZURE_AUTHORITY_HOST: tenant.url,
  GRAPH_URL: tenant.url,
  PROTECT: JONI,
  QUEUE_URL: aws.queueUrl,
  ...aws.env,
  ...more,
});
const lambda = await startFunction(settings());
after(() => Promise.all([tenant.stop(), lambda.stop(), aws.stop()]));
beforeEach(async () => {
  aws.sent.length = 0;
  await tenant.reset();
});

async function another(context, more) {
  const other = await startFunction(settings(more));
  context.after(() => other.stop());
  return other;
}

let messages = 0;

/** A message as Lambda gets it from SQS. */
function message(body, { sent = Date.now(), received = 1, group = "adele" } = {}) {
  return {
    messageId: `message-${++messages}`,
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: { SentTimestamp: `${sent}`, ApproximateReceiveCount: `${received}`, MessageGroupId: group },
    eventSource: "aws:sqs",
  };
}

function reportsIn(log) {
  return log.split("\n").filter((line) => line.includes('{"report":')).map((line) => JSON.parse(line.slice(line.indexOf("{"))).report);
}

describe("an invocation", () => {
  test("resets, and gives the report with the pass, which no log has", async () => {
    const before = await tenant.user(ADELE);
    const { result, error, log } = await lambda.invoke({ user: ADELE, temporaryAccessPass: true, reason: "INC0012345" });
    assert.equal(result?.outcome, "complete", JSON.stringify(error ?? result));
    assert.match(result.temporaryAccessPass.pass, /^\S{8,}$/);
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
    assert.ok(log.includes('"reason":"INC0012345"'));
    for (const secret of [result.temporaryAccessPass.pass, "eyJ", "secret-key", "session-token"]) {
      assert.ok(!log.includes(secret), secret);
    }
  });

  test("fails by the error's code, and nothing was written", async () => {
    for (const [event, code] of [
      [{ user: "admin@contoso.com" }, "protectedUser"],
      [{ user: JONI }, "protectedUser"],
      [{ user: "nobody@contoso.com" }, "userNotFound"],
      [{ user: ADELE, allowPrivileged: true }, "invalidInput"],
      [{ user: ADELE, planned: [] }, "invalidInput"],
      ["user", "invalidInput"],
      [null, "invalidInput"],
    ]) {
      const { error } = await lambda.invoke(event);
      assert.equal(error?.errorType, code);
    }
    assert.equal((await lambda.invoke({ user: ADELE }, 15_000)).error?.errorType, "cancelled");
    await assertUntouched(tenant);
  });

  test("without an identity that the application trusts is told so", async (context) => {
    // A client keeps its token, so each of these needs an instance of its own.
    const stranger = await another(context, { AZURE_CLIENT_ID: "1c8d5b63-ae4f-4027-9b3c-6d7e8f901223" });
    const { error, log } = await stranger.invoke({ user: ADELE });
    assert.equal(error?.errorType, "unauthenticated");
    assert.ok(!log.includes("eyJ"));
    aws.refuses = true;
    context.after(() => (aws.refuses = false));
    const nobody = await another(context);
    assert.equal((await nobody.invoke({ user: ADELE })).error?.errorType, "unauthenticated");
    const { result } = await nobody.invoke({ Records: [message({ user: ADELE })] });
    assert.equal(result.batchItemFailures.length, 1);
    await assertUntouched(tenant);
  });

  test("does not start without an application, or with a time that is none", async () => {
    await assert.rejects(startFunction(settings({ AZURE_CLIENT_ID: "" })), /AZURE_CLIENT_ID/);
    await assert.rejects(startFunction(settings({ MAX_AGE_MINUTES: "soon" })), /MAX_AGE_MINUTES/);
  });
});

describe("messages", () => {
  test("are planned, then done, and each ends with a report in the log", async () => {
    const before = await tenant.user(ADELE);
    const first = message({ user: ADELE, reason: "INC0012345" });
    const asked = await lambda.invoke({ Records: [first] });
    assert.deepEqual(asked.result, { batchItemFailures: [] }, asked.log);
    await assertUntouched(tenant);
    const [{ MessageBody, ...sent }] = aws.sent;
    assert.deepEqual(sent, { QueueUrl: aws.queueUrl, MessageGroupId: before.id, MessageDeduplicationId: first.messageId });
    const { result, log } = await lambda.invoke({ Records: [message(MessageBody)] });
    assert.deepEqual(result, { batchItemFailures: [] });
    assert.deepEqual(reportsIn(log).map(({ outcome }) => outcome), ["complete"]);
    await assertReset(tenant, before, KEPT);
  });

  test("delivered again keep the phone that was registered since, and finish the rest", async () => {
    const before = await tenant.user(ADELE);
    await lambda.invoke({ Records: [message({ user: ADELE })] });
    const planned = aws.sent[0].MessageBody;
    await lambda.invoke({ Records: [message(planned)] });
    await tenant.registerPhone(ADELE, "+1 4255550177");
    const late = { ...JSON.parse(planned), notAfter: "2020-01-01T00:00:00Z" };
    const { result, log } = await lambda.invoke({ Records: [message(late, { received: 2 })] });
    assert.deepEqual(result, { batchItemFailures: [] });
    assert.ok(["complete", "unverified"].includes(reportsIn(log)[0].outcome));
    await assertReset(tenant, before, [...KEPT, "phone"]);
    assert.equal((await tenant.user(ADELE)).methods.find(({ id }) => id === MOBILE).phoneNumber, "+1 4255550177");
  });

  test("of whom nobody can reset end with a report, and the others go on", async () => {
    const old = Date.now() - 61 * 60_000;
    const records = [
      message({ user: "admin@contoso.com" }, { group: "1" }),
      message({ user: "nobody@contoso.com" }, { group: "2" }),
      message({ user: ADELE, temporaryAccessPass: true }, { group: "3" }),
      message({ user: "admin@contoso.com", planned: [], allowPrivileged: true }, { group: "4" }),
      message("not JSON", { group: "5" }),
      message({ user: ADELE }, { group: "6", sent: old }),
      message({ user: ADELE }, { group: "7" }),
    ];
    const { result, log } = await lambda.invoke({ Records: records });
    assert.deepEqual(result, { batchItemFailures: [] });
    const codes = ["protectedUser", "userNotFound", "invalidInput", "invalidInput", "invalidInput", "expired"];
    assert.deepEqual(reportsIn(log).map(({ error }) => error.code), codes);
    assert.equal(aws.sent.length, 1);
    await assertUntouched(tenant);
  });

  test("come again when the time or Graph does not suffice, with those behind them in their group", async (context) => {
    const records = [message({ user: ADELE }), message({ user: ADELE })];
    const { result } = await lambda.invoke({ Records: records }, 30_000);
    assert.deepEqual(result.batchItemFailures, records.map(({ messageId }) => ({ itemIdentifier: messageId })));
    const deaf = await another(context, { GRAPH_URL: "http://127.0.0.1:9" });
    const half = [message({ user: ADELE }, { group: "a" }), message({ user: ADELE }, { group: "a" }), message("no JSON", { group: "b" })];
    const answer = await deaf.invoke({ Records: half });
    assert.deepEqual(answer.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), half.slice(0, 2).map(({ messageId }) => messageId));
    assert.equal(reportsIn(answer.log)[0].error.code, "invalidInput");
    await assertUntouched(tenant);
  });

  test("go through when the tenant throttles", async (context) => {
    const flags = ["--fault", "throttled:0.4", "--fault-seed", "7"];
    const throttled = await startTenant({ flags, seed: seedThatTrusts(role) });
    context.after(() => throttled.stop());
    const slow = await another(context, { GRAPH_URL: throttled.url, AZURE_AUTHORITY_HOST: throttled.url });
    const before = await throttled.user(ADELE);
    await slow.invoke({ Records: [message({ user: ADELE })] });
    const { log } = await slow.invoke({ Records: [message(aws.sent[0].MessageBody)] });
    assert.equal(reportsIn(log)[0].outcome, "complete");
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, before, KEPT);
  });
});
