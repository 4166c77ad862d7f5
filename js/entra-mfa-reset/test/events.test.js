// The audit trail: who, whom, what and how it went, as it is told, as it is written down, and as a SIEM has it.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { MfaResetClient } from "entra-mfa-reset";
import { OCSF_VERSION, toOcsf } from "entra-mfa-reset/ocsf";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { ADELE, cli, crowd, deletes, names, serve } from "./support.js";
import { misfitsOfEvent, misfitsOfOcsf } from "./schema.js";

const ADELE_ID = "0a000001-5c1e-4f3a-9b7d-000000000001";
const POSIX = process.platform !== "win32";

let folder;
let count = 0;
let file;
before(() => (folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-events-"))));
beforeEach(() => {
  count += 1;
  file = (name) => join(folder, `${count}-${name}`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const lines = (path) => readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));

/** Everything that a run tells, and the ids of Graph's answers by those of the requests. */
async function told(run, seed) {
  const tenant = new SandboxTenant(seed);
  const answers = new Map();
  const events = [];
  const fetch = async (url, init) => {
    const response = await tenant.fetch(url, init);
    answers.set(new Headers(init.headers).get("client-request-id"), response.headers.get("request-id"));
    return response;
  };
  const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch, onEvent: (event) => events.push(event) });
  const result = await run(client).catch((error) => error);
  return { events, answers, result };
}

function fits(events) {
  for (const event of events) {
    assert.deepEqual(misfitsOfEvent(event), [], JSON.stringify(event));
    const ocsf = toOcsf(event);
    assert.equal(ocsf === undefined, event.step === "wait" || (event.userId ?? event.userPrincipalName) === undefined);
    assert.deepEqual(ocsf === undefined ? [] : misfitsOfOcsf(ocsf), [], JSON.stringify(ocsf));
  }
}

describe("what is told", () => {
  test("a reset: who, whom, each write with the ids of its request and its answer, and the end", async () => {
    const { events, answers, result } = await told((client) => client.reset({ user: ADELE, temporaryAccessPass: true, perUserMfa: "disabled", reason: "INC-1042" }));
    assert.equal(result.outcome, "complete");
    fits(events);
    for (const event of events) {
      assert.equal(event.operation, "reset");
      assert.equal(event.reason, event.step === "wait" ? event.reason : "INC-1042");
      assert.equal(event.caller.kind, "application");
      assert.match(event.caller.id, /^[0-9a-f-]{36}$/);
      assert.match(event.caller.appId, /^[0-9a-f-]{36}$/);
      assert.match(event.caller.tenantId, /^[0-9a-f-]{36}$/);
      assert.deepEqual([event.userId, event.userPrincipalName], [ADELE_ID, ADELE]);
    }
    const done = events.filter(({ outcome }) => outcome === "done");
    for (const step of ["read", "guard", "plan", "temporaryAccessPass", "sessions", "verification", "finished"]) {
      assert.equal(done.filter((event) => event.step === step).length, 1, step);
    }
    assert.deepEqual(
      done.flatMap(({ method }) => (method === undefined ? [] : [method.id])).sort(),
      result.methods.filter(({ outcome }) => outcome === "done").map(({ id }) => id).sort(),
    );
    const writes = done.filter(({ step }) => ["temporaryAccessPass", "method", "sessions"].includes(step));
    for (const { requestId, clientRequestId } of writes) {
      assert.ok(requestId !== undefined && answers.get(clientRequestId) === requestId);
      assert.ok(result.graph.clientRequestIds.includes(clientRequestId));
    }
    assert.deepEqual([events.at(-1).step, events.at(-1).result], ["finished", "complete"]);
    assert.ok(!JSON.stringify(events).includes(result.temporaryAccessPass.pass));
  });

  for (const [name, run, step, error] of [
    ["an administrator", (client) => client.reset({ user: "admin@contoso.com" }), "guard", "protectedUser"],
    ["nobody", (client) => client.revokeSessions("nobody@contoso.com"), "read", "userNotFound"],
    ["nobody at all", (client) => client.status("nobody@contoso.com"), "read", "userNotFound"],
  ]) {
    test(`an attempt on ${name}, and its end`, async () => {
      const { events, result } = await told(run);
      assert.equal(result.code, error);
      fits(events);
      assert.ok(events.some((event) => event.step === step && event.outcome === "failed" && event.error === error));
      const end = events.at(-1);
      assert.deepEqual([end.step, end.outcome, end.error], ["finished", "failed", error]);
      assert.match(end.userPrincipalName, /@contoso\.com$/);
    });
  }

  test("of many, one end for each", async () => {
    const { events } = await told(async (client) => {
      for await (const report of client.resetMany([...names(5), "user1@contoso.com", "no user"])) {
        assert.ok(report.outcome);
      }
    }, crowd(5));
    fits(events);
    const ends = events.filter(({ step }) => step === "finished").map(({ result }) => result).sort();
    assert.deepEqual(ends, [...Array(5).fill("complete"), "refused", "refused"]);
  });
});

describe("OCSF", () => {
  const event = { at: "2026-11-21T09:00:00.007Z", operation: "reset", step: "method", outcome: "done", userId: ADELE_ID };
  const method = (kind, action = "delete") => ({ id: "1", kind, label: "phone", action });

  for (const [changes, activity, status] of [
    [{ method: method("phone") }, 11, 1],
    [{ method: method("hardwareOath", "deactivate"), outcome: "alreadyGone" }, 11, 1],
    [{ method: method("email") }, 99, 1],
    [{ method: method("phone"), outcome: "failed", error: "forbidden" }, 11, 2],
    [{ method: method("phone"), outcome: "started" }, 11, 99],
    [{ method: method("phone"), outcome: "inDoubt", error: "timeout" }, 11, 99],
    [{ step: "temporaryAccessPass" }, 10, 1],
    [{ step: "perUserMfa", value: "disabled" }, 99, 1],
    [{ step: "sessions" }, 99, 1],
    [{ step: "guard", outcome: "failed", error: "protectedUser" }, 99, 2],
  ]) {
    test(JSON.stringify(changes), () => {
      const ocsf = toOcsf({ ...event, ...changes });
      assert.deepEqual(misfitsOfOcsf(ocsf), []);
      assert.deepEqual([ocsf.activity_id, ocsf.status_id, ocsf.time], [activity, status, 1795251600007]);
      assert.equal(ocsf.status_code, changes.error);
      assert.equal(ocsf.metadata.version, OCSF_VERSION);
    });
  }

  test("who, whom and Graph's ids are where OCSF has them", () => {
    const caller = { kind: "user", id: "u", appId: "a", tenantId: "t" };
    const ocsf = toOcsf({ ...event, caller, userPrincipalName: ADELE, requestId: "r", clientRequestId: "c", reason: "INC-1042" });
    assert.deepEqual(ocsf.actor, { user: { uid: "u", type_id: 1, type: "User" }, app_uid: "a" });
    assert.deepEqual(ocsf.user, { uid: ADELE_ID, name: ADELE });
    assert.deepEqual([ocsf.api.request.uid, ocsf.metadata.correlation_uid, ocsf.metadata.tenant_uid, ocsf.unmapped.reason], ["r", "c", "t", "INC-1042"]);
  });

  test("a wrong one is found", () => {
    const good = toOcsf(event);
    const { user: _, ...without } = good;
    for (const wrong of [without, { ...good, user: {} }, { ...good, activity_id: 13 }, { ...good, activity_id: 1 }, { ...good, time: "now" }, { ...good, methods: [] }]) {
      assert.notDeepEqual(misfitsOfOcsf(wrong), []);
    }
    assert.notDeepEqual(misfitsOfEvent({ ...event, step: "wink" }), []);
    assert.notDeepEqual(misfitsOfEvent({ ...event, pass: "x" }), []);
  });
});

describe("--events", () => {
  async function open(context, seed = crowd(40)) {
    const served = await serve(context, { tenant: new SandboxTenant(seed) });
    const env = { ENTRA_ACCESS_TOKEN: served.tenant.accessToken };
    return { ...served, run: (args, more) => cli([...args, "--graph-url", served.url], { ...more, env }).done };
  }

  test("each step of each user, for the owner alone, and further ones behind them", async (context) => {
    const { run } = await open(context);
    const path = file("events");
    assert.equal((await run(["reset", "user1@contoso.com", "user2@contoso.com", "--yes", "--events", path])).code, 0);
    const first = lines(path);
    assert.deepEqual(first.flatMap((event) => misfitsOfEvent(event)), []);
    assert.equal(first.filter(({ step }) => step === "finished").length, 2);
    assert.equal(POSIX ? statSync(path).mode & 0o777 : 0o600, 0o600);
    assert.equal((await run(["status", "user1@contoso.com", "--events", path])).code, 0);
    const all = lines(path);
    assert.deepEqual(all.slice(0, first.length), first);
    assert.deepEqual([...new Set(all.slice(first.length).map(({ operation }) => operation))], ["status"]);
  });

  test("of many, as OCSF", async (context) => {
    const { run, tenant } = await open(context);
    const path = file("events");
    const users = file("users.txt");
    writeFileSync(users, names(40).join("\n"));
    const { code, stderr } = await run(["reset", "--from", users, "--yes", "--events", path, "--events-format", "ocsf", "--journal", file("journal")]);
    assert.equal(code, 0, stderr);
    const all = lines(path);
    assert.deepEqual(all.flatMap((event) => misfitsOfOcsf(event)), []);
    const gone = all.filter(({ activity_id, status_id }) => activity_id === 11 && status_id === 1);
    assert.deepEqual(gone.map(({ user, unmapped }) => `${user.uid} ${unmapped.method.id}`).sort(), (await deletes(tenant)).map((path) => path.replace(/\/.*\//, " ")).sort());
  });

  test("a file that cannot be written, and one that others can read, stop everything", async (context) => {
    const { run, requests } = await open(context);
    const open_ = file("open");
    writeFileSync(open_, "");
    chmodSync(open_, 0o644);
    for (const path of [join(folder, "no", "such", "folder"), folder, ...(POSIX ? [open_] : [])]) {
      for (const more of [[], ["--summary", file("summary")]]) {
        const { code, stderr } = await run(["reset", "user1@contoso.com", "--yes", "--events", path, ...more]);
        assert.equal(code, 2, stderr);
      }
    }
    assert.equal(requests.length, 0);
  });

  test("when it can no longer be written, nobody else is touched", { skip: !POSIX }, async (context) => {
    const { run, tenant } = await open(context, crowd(60));
    const users = file("users.txt");
    writeFileSync(users, names(60).join("\n"));
    for (const args of [["--from", users], names(60)]) {
      const path = file(`events-${args.length}`);
      const before = (await deletes(tenant)).length;
      const { code, stderr } = await run(["reset", ...args, "--yes", "--concurrency", "1", "--events", path], { fileBlocks: 64 });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /cannot be written: EFBIG/);
      const touched = new Set((await deletes(tenant)).slice(before).map((path) => path.split("/")[0]));
      assert.ok(touched.size > 0 && touched.size < 30, `${touched.size} users were touched`);
      const noted = new Set(readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line).userId));
      assert.ok([...touched].every((id) => noted.has(id)), "somebody was touched and is not in the trail");
    }
  });

  for (const [args, text] of [
    [["status", ADELE, "--events-format", "ocsf"], /--events-format describes/],
    [["status", ADELE, "--events", "x", "--events-format", "cef"], /json, ocsf/],
    [["reset", "--from", "x", "--events", "./x"], /same file/],
  ]) {
    test(`[${args.join(" ")}]`, async () => {
      const { code, stderr } = await cli([...args, "--sandbox", "--yes"], { cwd: folder }).done;
      assert.equal(code, 2, stderr);
      assert.match(stderr, text);
    });
  }
});
