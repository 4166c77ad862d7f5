// Many users through the command.
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, before, beforeEach, describe, test } from "node:test";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { main } from "../dist/cli/main.js";
import { ADELE, cli, crowd, deletes, kinds, names, serve, tenantServer, tokenWith, until } from "./support.js";

const GROUP = "0d000001-5c1e-4f3a-9b7d-000000000001";

let folder;
let count = 0;
before(() => (folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-bulk-"))));
let file;
beforeEach(() => {
  count += 1;
  file = (name) => join(folder, `${count}-${name}`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function csv(users) {
  const path = file(`${users.length}-users.csv`);
  writeFileSync(path, `userPrincipalName\n${users.join("\n")}\n`);
  return path;
}

/** A tenant behind a socket, and the command against it. */
async function open(context, { seed = crowd(40), ...options } = {}) {
  const served = await serve(context, { tenant: new SandboxTenant(seed), ...options });
  const env = { ENTRA_ACCESS_TOKEN: served.tenant.accessToken };
  const start = (args, more = {}) => {
    const started = cli([...args, "--graph-url", served.url], { ...more, env });
    context.after(() => started.child.kill("SIGKILL"));
    return started;
  };
  return { ...served, start, run: (args, more) => start(args, more).done };
}

const ndjson = (text) => text.trimEnd().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
const upn = ({ user }) => user.userPrincipalName;

/** Nobody has anything left, and nothing was deleted twice. */
async function allReset(tenant, users) {
  const done = await deletes(tenant);
  assert.deepEqual(done.filter((path, at) => done.indexOf(path) !== at), [], "deleted twice");
  const { users: now, violations } = await tenant.state();
  assert.deepEqual(now.filter(({ userPrincipalName, methods }) => users.includes(userPrincipalName) && methods.length > 1), []);
  assert.deepEqual(violations, []);
}

describe("users from a file", () => {
  test("are reset, with a report each and a summary", async (context) => {
    const { run, tenant, requests } = await open(context);
    const users = names(40);
    const { code, stdout, stderr } = await run(["reset", "--from", csv(users), "--yes", "--output", "ndjson", "--summary", file("summary.json")]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(ndjson(stdout).map(upn).sort(), [...users].sort());
    assert.match(stderr, /^40 users in [\d.]+ s: 40 complete$/m);
    assert.match(stderr, /^Graph: \d+ calls in \d+ HTTP requests, 0 throttled/m);
    assert.match(stderr, /^40 users[^]*Graph[^\n]*\n$/m, "no more than that");
    const totals = JSON.parse(readFileSync(file("summary.json"), "utf8"));
    assert.equal(totals.users, 40);
    assert.deepEqual(totals.outcomes, { complete: 40 });
    assert.equal(totals.graph.httpRequests, requests.length);
    assert.equal(totals.stopped, false);
    await allReset(tenant, users);
  });

  test("a bad line is a report, and stops nobody", async (context) => {
    const { run, tenant } = await open(context);
    const path = file("users.ndjson");
    writeFileSync(path, ['"user1@contoso.com"', "{", '{"user":"user2@contoso.com","methods":["phone"]}', '{"user":"user3@contoso.com","allowPrivileged":true}', '{"user":"user4@contoso.com","methodes":[]}', '"nobody@contoso.com"'].join("\n"));
    const { code, stdout, stderr } = await run(["reset", "--from", path, "--yes", "--output", "ndjson"]);
    assert.equal(code, 1, stderr);
    const reports = ndjson(stdout);
    assert.equal(reports.length, 6);
    assert.equal(reports.filter(({ outcome }) => outcome === "complete").length, 2);
    const refused = reports.filter(({ outcome }) => outcome === "refused").map(({ error }) => error.message);
    assert.ok(refused.some((message) => /users\.ndjson, line 2: .*no JSON/.test(message)), refused.join("\n"));
    assert.ok(refused.some((message) => /users\.ndjson, line 4: .*allowPrivileged/.test(message)), refused.join("\n"));
    assert.ok(refused.some((message) => /methodes/.test(message)), refused.join("\n"));
    assert.match(stderr, /^Errors: 3 invalidInput, 1 userNotFound$/m);
    assert.deepEqual(await kinds(tenant, "user2@contoso.com"), ["microsoftAuthenticator", "password", "softwareOath"]);
    assert.equal((await kinds(tenant, "user3@contoso.com")).length, 4);
  });

  test("arguments, files, the standard input and groups go together", async (context) => {
    const seed = crowd(12);
    seed.groups = [{ id: GROUP, displayName: "Sales", members: seed.users.slice(8).map(({ id }) => id), otherMembers: [{ type: "device", id: "0d000001-5c1e-4f3a-9b7d-000000000002" }] }];
    const { start, tenant } = await open(context, { seed });
    const users = names(12);
    const { child, done } = start(["reset", ...users.slice(0, 2), "--from", csv(users.slice(2, 5)), "--from", "-", "--group", GROUP, "--yes", "--output", "ndjson"], { stdin: "pipe" });
    child.stdin.end(users.slice(5, 8).join("\n"));
    const { code, stdout, stderr } = await done;
    assert.equal(code, 0, stderr);
    assert.deepEqual(ndjson(stdout).map(upn).sort(), [...users].sort());
    assert.match(stderr, /^Members of the groups that are no users: 1$/m);
    await allReset(tenant, users);
  });

  test("more than --max-users are refused before any is touched", async (context) => {
    const { run, start, requests } = await open(context);
    const path = csv(names(40));
    for (const args of [["--from", path, "--max-users", "39"], [...names(2), "--from", path, "--max-users", "41"], ["--from", csv(names(101))]]) {
      const { code, stdout, stderr } = await run(["reset", ...args, "--yes", "--journal", file("journal")]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /more than (39|41|100) users.*Nothing was changed/);
    }
    const { child, done } = start(["reset", "--from", "-", "--yes"], { stdin: "pipe" });
    // It does not wait for the end of what is too long already.
    child.stdin.write(`${names(102).join("\n")}\n`);
    assert.equal((await done).code, 2);
    assert.equal(requests.length, 0);
    assert.ok(!existsSync(file("journal")));
    assert.equal((await run(["reset", "--from", path, "--max-users", "40", "--yes"])).code, 0);
  });

  test("without a terminal and without --yes nothing is even read", async (context) => {
    const { run, requests } = await open(context);
    const { code, stderr } = await run(["reset", "--from", file("none.csv")]);
    assert.equal(code, 2);
    assert.match(stderr, /--yes/);
    assert.equal(requests.length, 0);
  });

  test("a file or a group that cannot be read ends the run", async (context) => {
    const { run } = await open(context);
    const missing = await run(["reset", "user1@contoso.com", "--from", file("none.csv"), "--yes"]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /none\.csv cannot be read \(ENOENT\)/);
    const group = await run(["reset", "--group", GROUP, "--yes"]);
    assert.notEqual(group.code, 0);
    assert.equal(group.stdout, "");
  });

  test("plan writes nothing, to the tenant and elsewhere", async (context) => {
    const { run, tenant } = await open(context);
    const { code, stdout } = await run(["plan", "--from", csv(names(40)), "--output", "ndjson"]);
    assert.equal(code, 0);
    assert.ok(ndjson(stdout).every(({ outcome }) => outcome === "planned"));
    assert.deepEqual(await deletes(tenant), []);
    assert.equal((await run(["plan", "--from", csv(names(1)), "--journal", file("journal")])).code, 2);
  });
});

describe("output", () => {
  test("json is one list, table a line for each user", async (context) => {
    const { run } = await open(context);
    const path = csv([...names(3), "nobody@contoso.com"]);
    const list = await run(["plan", "--from", path, "--output", "json"]);
    assert.equal(list.code, 1);
    assert.equal(JSON.parse(list.stdout).length, 4);
    const table = await run(["plan", "--from", path]);
    assert.match(table.stdout, /^planned {5}user1@contoso\.com {2}3 to remove, sessions planned$/m);
    assert.match(table.stdout, /^failed {6}nobody@contoso\.com\n {2}userNotFound: /m);
    const done = await run(["reset", "--from", path, "--yes"]);
    assert.match(done.stdout, /^complete {4}user1@contoso\.com {2}3 of 3 removed, sessions revoked$/m);
    const empty = await run(["plan", "--from", csv([]), "--output", "json"]);
    assert.equal(empty.stdout, "[]\n");
    assert.equal(empty.code, 0);
  });

  test("the exit code is theirs where they agree", async (context) => {
    const { run } = await open(context, { seed: null });
    const one = await run(["plan", "--from", csv(["admin@contoso.com", "admin@contoso.com"])]);
    assert.equal(one.code, 1, one.stderr);
    assert.equal((await run(["reset", "--yes", "--from", csv(["admin@contoso.com"])])).code, 3);
    assert.equal((await run(["reset", "--yes", "--from", csv(["admin@contoso.com", "pradeep.gupta@contoso.com"])])).code, 3);
    assert.equal((await run(["reset", "--yes", "--from", csv(["admin@contoso.com", ADELE])])).code, 1);
  });

  test("a token that is not accepted stops the run", async (context) => {
    const { url } = await open(context);
    const args = ["reset", "--from", csv(names(1000)), "--max-users", "1000", "--concurrency", "1", "--yes", "--output", "ndjson", "--graph-url", url];
    const { code, stdout, stderr } = await cli(args, { env: { ENTRA_ACCESS_TOKEN: tokenWith({ exp: 1 }) } }).done;
    assert.equal(code, 4, stderr);
    assert.match(stderr, /unauthenticated/);
    assert.ok(ndjson(stdout).length < 200);
  });

  test("whoever a token at its end cut off is done by the same command with the next token", async (context) => {
    const { url, run, tenant } = await open(context);
    const users = names(40);
    const args = ["reset", "--from", csv(users), "--journal", file("journal"), "--yes", "--output", "ndjson"];
    const cut = await cli([...args, "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tokenWith({ exp: 1 }) } }).done;
    assert.equal(cut.code, 4, cut.stderr);
    assert.ok(ndjson(cut.stdout).length > 0);
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    assert.deepEqual(ndjson(stdout).map(upn).sort(), [...users].sort());
    await allReset(tenant, users);
  });

  test("a bar on a terminal, and room for the reports", async () => {
    const stream = () => Object.assign(new PassThrough().setEncoding("utf8"), { isTTY: true, columns: 100 });
    const [stdin, stdout, stderr] = [stream(), stream(), stream()];
    let asked = "";
    stderr.on("data", (text) => {
      asked += text;
      if (text.includes("Type yes")) {
        stdin.end("yes\n");
      }
    });
    const code = await main({ argv: ["reset", "--from", csv([ADELE, "nobody@contoso.com"]), "--sandbox", "--no-color"], env: {}, stdin, stdout, stderr, signal: new AbortController().signal });
    assert.equal(code, 1);
    assert.match(asked, /Reset 2 users \(adele\.vance@contoso\.com, nobody@contoso\.com\)\? Type yes/);
    assert.match(asked, /\r\u001b\[K/);
    assert.match(asked, /\u001b\[K2 users in/);
    assert.match(stdout.read(), /^complete {4}adele\.vance@contoso\.com/m);
  });

  test("no is no", async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const [stdout, stderr] = [new PassThrough().setEncoding("utf8"), new PassThrough().setEncoding("utf8")];
    stdin.end("no\n");
    const code = await main({ argv: ["reset", "--from", csv([ADELE, ...names(7)]), "--sandbox", "--journal", file("journal")], env: {}, stdin, stdout, stderr, signal: new AbortController().signal });
    assert.equal(code, 1);
    const said = stderr.read();
    assert.match(said, /Reset 8 users \(adele\.vance@contoso\.com, user1@contoso\.com, user2@contoso\.com and 5 others\)\?/);
    assert.match(said, /Nothing was changed/);
    assert.equal(stdout.read(), null);
    assert.ok(!existsSync(file("journal")));
  });
});

describe("passes and backups", () => {
  test("go to files of their owner alone, and nowhere else", async (context) => {
    const { run } = await open(context);
    const files = ["--passes", file("passes"), "--backups", file("backups"), "--journal", file("journal")];
    const { code, stdout, stderr } = await run(["reset", "--from", csv(names(40)), "--yes", "--output", "ndjson", "--temporary-access-pass", ...files]);
    assert.equal(code, 0, stderr);
    const passes = ndjson(readFileSync(file("passes"), "utf8"));
    const backups = ndjson(readFileSync(file("backups"), "utf8"));
    assert.deepEqual(passes.map(({ userPrincipalName }) => userPrincipalName).sort(), names(40).sort());
    assert.equal(backups.length, 40);
    assert.ok(backups.every(({ backup }) => backup.phones[0].phoneNumber.startsWith("+1 425555")));
    for (const name of ["passes", "backups", "journal"]) {
      assert.equal(statSync(file(name)).mode & 0o777, 0o600, name);
    }
    const elsewhere = stdout + stderr + readFileSync(file("journal"), "utf8");
    for (const { pass } of passes) {
      assert.match(pass, /\S{8}/);
      assert.ok(!elsewhere.includes(pass), "a pass is somewhere else");
    }
    assert.ok(!/425 ?555\d{4}/.test(elsewhere), "a whole number is somewhere else");
  });

  test("a file that others can read is refused before anybody is touched", { skip: process.platform === "win32" }, async (context) => {
    const { run, requests } = await open(context);
    writeFileSync(file("passes"), "");
    chmodSync(file("passes"), 0o644);
    const { code, stderr } = await run(["reset", "--from", csv(names(2)), "--yes", "--temporary-access-pass", "--passes", file("passes")]);
    assert.equal(code, 2);
    assert.match(stderr, /chmod 600/);
    assert.equal(requests.length, 0);
  });

  test("without a file a pass is in the report, and never in the journal", async (context) => {
    const { run } = await open(context);
    const { stdout } = await run(["reset", "--from", csv(names(3)), "--yes", "--output", "ndjson", "--temporary-access-pass", "--backup", "--journal", file("journal")]);
    const journal = readFileSync(file("journal"), "utf8");
    for (const { temporaryAccessPass, backup } of ndjson(stdout)) {
      assert.match(temporaryAccessPass.pass, /\S{8}/);
      assert.ok(!journal.includes(temporaryAccessPass.pass));
      assert.ok(!journal.includes(backup.phones[0].phoneNumber));
    }
  });
});

describe("a journal", () => {
  /** Holds the answer to the batch of deletes with that number, which has run. */
  function holdAt(number) {
    const held = { batches: 0, users: [], answer: undefined };
    held.intercept = async ({ body, headers, path, method }) => {
      if (!body.includes('"DELETE"') || held.answer !== undefined) {
        return undefined;
      }
      held.batches += 1;
      if (held.batches !== number) {
        return undefined;
      }
      const gone = held.tenant.fetch(new URL(path, "https://graph.microsoft.com"), { method, headers, body });
      held.users = [...new Set([...body.matchAll(/users\/([0-9a-f-]{36})/g)].map(([, id]) => id))];
      held.answer = new Promise((resolve) => (held.release = () => resolve(gone)));
      await gone;
      return held.answer;
    };
    return held;
  }

  async function held(context, number, seed = crowd(40)) {
    const hold = holdAt(number);
    const opened = await open(context, { seed, intercept: hold.intercept });
    hold.tenant = opened.tenant;
    return { ...opened, hold };
  }

  const journal = () => ndjson(readFileSync(file("journal"), "utf8"));
  // One request at a time, so that not everybody is under way at once.
  const args = (users, ...more) => ["reset", "--from", csv(users), "--max-users", "10000", "--concurrency", "1", "--yes", "--output", "ndjson", "--journal", file("journal"), ...more];

  test("kill -9 in mid-run: the next run does the rest, nothing twice, and leaves a new phone alone", async (context) => {
    const { start, run, tenant, hold } = await held(context, 12, crowd(200));
    const users = names(200);
    const { child, done } = start(args(users));
    await until(() => hold.answer !== undefined);
    child.kill("SIGKILL");
    assert.equal((await done).signal, "SIGKILL");
    // Somebody under way whose phone is gone registers a new one, of which the journal knows nothing.
    const begun = journal().flatMap(({ started }) => (started === undefined ? [] : [started.userId]));
    const finishedBefore = journal().flatMap(({ finished }) => (finished === undefined ? [] : [finished.user.id]));
    assert.ok(finishedBefore.length > 0 && finishedBefore.length < begun.length);
    const hasPhone = ({ methods }) => methods.some(({ phoneNumber }) => phoneNumber !== undefined);
    const { id } = (await tenant.state()).users.find((user) => begun.includes(user.id) && !finishedBefore.includes(user.id) && !hasPhone(user));
    const answer = await tenant.fetch(`https://graph.microsoft.com/v1.0/users/${id}/authentication/phoneMethods`, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.accessToken}`, "content-type": "application/json" },
      body: JSON.stringify({ phoneNumber: "+1 2065550177", phoneType: "mobile" }),
    });
    assert.equal(answer.status, 201);
    appendFileSync(file("journal"), '{"finished":{"user":{"id":"tor');
    const { code, stderr } = await run(args(users));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Finished by earlier runs: \d+, 0 of them not complete$/m);
    const finished = journal().flatMap(({ finished: report }) => (report === undefined ? [] : [report]));
    assert.deepEqual([...new Set(finished.map(upn))].sort(), [...users].sort());
    assert.equal(finished.length, 200, "somebody was finished twice");
    const { users: now, violations } = await tenant.state();
    assert.deepEqual(violations, []);
    for (const { id: user, methods } of now) {
      const left = methods.map((method) => method.phoneNumber).filter((number) => number !== undefined);
      assert.deepEqual(left, user === id ? ["+1 2065550177"] : []);
    }
    const gone = await deletes(tenant);
    assert.deepEqual(gone.filter((path, at) => gone.indexOf(path) !== at), [], "deleted twice");
  });

  test("killed again and again, against the tenant's own server, while it throttles", async (context) => {
    const server = await tenantServer(context, { flags: ["--users", "300", "--latency-ms", "5", "--calls-per-10s", "3000"] });
    const ENTRA_ACCESS_TOKEN = await server.token();
    const users = Array.from({ length: 300 }, (_, at) => `user${String(at + 1).padStart(5, "0")}@contoso.com`);
    const start = () => cli([...args(users, "--methods", "all"), "--graph-url", server.url], { env: { ENTRA_ACCESS_TOKEN } });
    for (const lines of [20, 150, 400]) {
      const { child, done } = start();
      await until(() => child.exitCode !== null || (existsSync(file("journal")) && readFileSync(file("journal"), "utf8").split("\n").length > lines), 60_000);
      child.kill("SIGKILL");
      assert.equal((await done).signal, "SIGKILL", "it had ended before it was killed");
    }
    const { code, stderr } = await start().done;
    assert.equal(code, 0, stderr);
    const finished = journal().flatMap(({ finished: report }) => (report === undefined ? [] : [upn(report)]));
    assert.deepEqual([...finished].sort(), users);
    const { repeatedDeletes, violations } = await server.summary();
    assert.deepEqual({ repeatedDeletes, violations }, { repeatedDeletes: 0, violations: 0 });
    const { users: now } = await server.state();
    assert.deepEqual(now.filter(({ methods }) => methods.length > 1), []);
  });

  test("nobody is written to before that is on a disk, however slow", async (context) => {
    const early = [];
    const { url, tenant } = await open(context, {
      intercept: ({ body, method, path }) => {
        const onDisk = existsSync(file("disk")) ? readFileSync(file("disk"), "utf8") : "";
        const calls = path.endsWith("$batch") ? JSON.parse(body).requests : [{ method, url: path }];
        const writes = calls.filter((call) => call.method !== "GET");
        early.push(...writes.map((call) => /users\/([^/]+)/.exec(call.url)[1]).filter((id) => !onDisk.includes(`"userId":"${id}"`)));
        return undefined;
      },
    });
    // What the disk has, as a file that is copied when it is asked for, a while later; put in place whole, since it is read meanwhile.
    const slow = `import { open } from "node:fs/promises"; import { copyFileSync, renameSync } from "node:fs";
      const file = await open(process.execPath); const files = Object.getPrototypeOf(file); await file.close();
      files.datasync = async () => { await new Promise((resolve) => setTimeout(resolve, 100)); copyFileSync(${JSON.stringify(file("journal"))}, ${JSON.stringify(file("copy"))}); renameSync(${JSON.stringify(file("copy"))}, ${JSON.stringify(file("disk"))}); };`;
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slow)}` };
    const { code, stderr } = await cli([...args(names(40)), "--graph-url", url], { env }).done;
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(file("disk")));
    assert.deepEqual(early, []);
  });

  test("two processes are one too many", async (context) => {
    const { start, run, hold } = await held(context, 1);
    const users = names(40);
    const first = start(args(users));
    await until(() => hold.answer !== undefined);
    const second = await run(args(users));
    assert.equal(second.code, 2);
    assert.match(second.stderr, new RegExp(`in use by process ${first.child.pid}`));
    hold.release();
    assert.equal((await first.done).code, 0);
  });

  test("a run with other flags is another run", async (context) => {
    const { run, tenant } = await open(context);
    assert.equal((await run(args(names(2)))).code, 0);
    const { code, stderr } = await run(args(names(4), "--methods", "all"));
    assert.equal(code, 2);
    assert.match(stderr, /other flags: methods was not given and is "all"/);
    assert.equal((await kinds(tenant, "user3@contoso.com")).length, 4);
  });

  test("who is finished is skipped, and --retry redoes who is not complete", async (context) => {
    let deny = true;
    const { run, tenant } = await open(context, {
      intercept: async ({ body, path, method, headers }) => {
        if (!deny || !body.includes('"DELETE"')) {
          return undefined;
        }
        const request = JSON.parse(body);
        const isDenied = ({ method: verb, url }) => verb === "DELETE" && url.includes("000000000002") && url.includes("microsoftAuthenticatorMethods");
        const rest = request.requests.filter((member) => !isDenied(member)).map(({ dependsOn, ...member }) => member);
        const refused = request.requests.filter(isDenied).map(({ id }) => ({ id, status: 403, body: { error: { code: "accessDenied", message: "Request Authorization failed" } } }));
        const responses = [];
        for (const member of rest) {
          const answer = await tenant.fetch(new URL(path, "https://graph.microsoft.com"), { method, headers: { ...headers, "content-length": undefined }, body: JSON.stringify({ requests: [member] }) });
          responses.push(...(await answer.json()).responses);
        }
        return Response.json({ responses: [...responses, ...refused] });
      },
    });
    const users = names(4);
    const first = await run(args(users));
    assert.equal(first.code, 1, first.stderr);
    assert.match(first.stderr, /^To try those again that are not complete: entra-mfa-reset reset .*--journal.* --retry$/m);
    const second = await run(args(users));
    assert.equal(second.code, 1, second.stderr);
    assert.equal(second.stdout, "");
    assert.match(second.stderr, /^Finished by earlier runs: 4, 1 of them not complete$/m);
    deny = false;
    const third = await run(args(users, "--retry"));
    assert.equal(third.code, 0, third.stderr);
    assert.deepEqual(ndjson(third.stdout).map(upn), ["user2@contoso.com"]);
    assert.equal((await run(args(users))).code, 0);
    await allReset(tenant, users);
  });

  test("Ctrl-C: who is under way is finished, and the command that goes on is said", async (context) => {
    const { start, run, tenant, hold } = await held(context, 2, crowd(200));
    const users = names(200);
    const { child, out, done } = start(args(users));
    await until(() => hold.answer !== undefined);
    child.kill("SIGINT");
    await until(() => out.stderr.includes("Press Ctrl-C again"));
    hold.release();
    const { code, stdout, stderr } = await done;
    assert.equal(code, 1, stderr);
    const reports = ndjson(stdout);
    assert.ok(reports.length > 0 && reports.length < 200, `${reports.length}`);
    assert.ok(reports.every(({ outcome }) => outcome === "complete"), stderr);
    const entries = journal();
    const begun = entries.flatMap(({ started }) => (started === undefined ? [] : [started.userId])).sort();
    const finished = entries.flatMap(({ finished: report }) => (report === undefined ? [] : [report.user.id])).sort();
    assert.deepEqual(finished, begun);
    const resume = /^To go on: entra-mfa-reset (.*)$/m.exec(stderr)?.[1];
    assert.ok(resume, stderr);
    const next = await run(resume.split(" ").slice(0, -2).map((word) => word.replaceAll("'", "")));
    assert.equal(next.code, 0, next.stderr);
    assert.equal(ndjson(next.stdout).length, 200 - reports.length);
    await allReset(tenant, users);
  });

  test("SIGTERM is a Ctrl-C, while the input is still open, too", async (context) => {
    const { start } = await open(context);
    const { child, out, done } = start(["reset", "--from", "-", "--yes", "--journal", file("journal")], { stdin: "pipe" });
    child.stdin.write("Name,Place\nuser1@contoso.com,here\n");
    await until(() => out.stderr.includes("first one"));
    child.kill("SIGTERM");
    const { code, stderr } = await done;
    assert.equal(code, 1, stderr);
    assert.match(out.stderr, /Nothing was changed/);
  });

  test("Ctrl-C twice: ends soon, and the journal has who is under way as under way", async (context) => {
    const { start, run, tenant, hold } = await held(context, 2, crowd(300));
    const users = names(300);
    const { child, out, done } = start(args(users));
    await until(() => hold.answer !== undefined);
    child.kill("SIGINT");
    await until(() => out.stderr.includes("Press Ctrl-C again"));
    child.kill("SIGINT");
    const { code, stderr } = await done;
    assert.equal(code, 130, stderr);
    const entries = journal();
    const finished = new Set(entries.flatMap(({ finished: report }) => (report === undefined ? [] : [report.user.id])));
    assert.ok(entries.every(({ finished: report }) => report === undefined || report.outcome === "complete"));
    assert.ok(hold.users.some((id) => !finished.has(id)));
    hold.release();
    const next = await run(args(users));
    assert.equal(next.code, 0, next.stderr);
    await allReset(tenant, users);
  });

  test("a reader that goes away loses no line of the journal, and no pass", async (context) => {
    const { start, run, tenant } = await open(context, { seed: crowd(300) });
    const users = names(300);
    const { child, done } = start(args(users, "--temporary-access-pass"));
    let read = "";
    await new Promise((resolve) => child.stdout.once("data", (text) => { read += text; child.stdout.destroy(); resolve(); }));
    const { code, stderr } = await done;
    assert.equal(code, 1, stderr);
    const finished = journal().flatMap(({ finished: report }) => (report === undefined ? [] : [upn(report)]));
    const begun = journal().flatMap(({ started }) => (started === undefined ? [] : [started.userPrincipalName]));
    assert.ok(begun.length > finished.length, "whose pass nobody got is not finished");
    const next = await run(args(users, "--temporary-access-pass"));
    assert.equal(next.code, 0, next.stderr);
    const again = ndjson(next.stdout);
    assert.ok(again.every(({ temporaryAccessPass }) => /\S{8}/.test(temporaryAccessPass?.pass)));
    assert.deepEqual([...finished, ...again.map(upn)].sort(), [...users].sort());
    assert.ok((await tenant.state()).users.every(({ methods }) => methods.length === 2));
    assert.ok(read.length > 0);
  });

  test("a reader that goes away, without passes: what is done is finished", async (context) => {
    const { start, run, tenant } = await open(context, { seed: crowd(300) });
    const users = names(300);
    const { child, done } = start(args(users));
    child.stdout.once("data", () => child.stdout.destroy());
    assert.equal((await done).code, 1);
    const entries = journal();
    const begun = entries.flatMap(({ started }) => (started === undefined ? [] : [started.userId])).sort();
    const finished = entries.flatMap(({ finished: report }) => (report === undefined ? [] : [report.user.id])).sort();
    assert.deepEqual(finished, begun);
    assert.equal((await run(args(users))).code, 0);
    await allReset(tenant, users);
  });

  test("a journal that cannot be written stops the run before anybody else is touched", { skip: !existsSync("/dev/full") }, async (context) => {
    const { run, requests } = await open(context);
    const { code, stderr } = await run(["reset", "--from", csv(names(2)), "--yes", "--journal", "/dev/full"]);
    assert.equal(code, 2, stderr);
    assert.equal(requests.filter(({ body }) => body.includes("DELETE")).length, 0);
  });
});

describe("mistakes", () => {
  const mistakes = [
    [["status", "--from", "x.csv"], /status takes no --from/],
    [["revoke-sessions", ADELE, "--journal", "x"], /takes no --journal/],
    [["reset", ADELE, "--from-format", "csv"], /--from-format describes/],
    [["reset", "--from", "x", "--from-format", "xml"], /csv, ndjson, lines/],
    [["reset", "--from", "-", "--from", "-"], /once/],
    [["reset", ADELE, "--retry"], /--retry needs/],
    [["reset", ADELE, "--passes", "x"], /nothing asks for/],
    [["reset", "--from", "x", "--journal", "./x"], /same file/],
    [["reset", ADELE, "--concurrency", "many"], /whole number/],
    [["reset", ADELE, "--calls-per-10s", "-1"], /--calls-per-10s/],
  ];
  for (const [args, text] of mistakes) {
    test(`[${args.join(" ")}]`, async () => {
      const { code, stdout, stderr } = await cli([...args, "--sandbox", "--yes"]).done;
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, text);
    });
  }
});
