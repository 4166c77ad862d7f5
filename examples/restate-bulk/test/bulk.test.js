// Whole runs, on a real Restate server, with workers as processes, against a simulated tenant behind sockets.
import "../node20.js";
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect } from "@restatedev/restate-sdk-clients";
import { startBalancer } from "./balancer.js";
import { Program, until } from "./program.js";
import { binary, register, startRestate } from "./restate.js";
import { TENANT_ID, Tenant, employee } from "./tenant.js";
import { startWorker } from "./worker.js";

const SUBMIT = fileURLToPath(new URL("../submit.js", import.meta.url));
const USERS = Array.from({ length: 60 }, (_, number) => employee(number));
const ADMINISTRATOR = {
  ...employee(70),
  roles: [{ roleDefinitionId: "62e90394-69f5-4237-9190-012177145e10", displayName: "Global Administrator" }],
};
const PROTECTED = employee(71);
const EVERYTHING = ["microsoftAuthenticator", "password", "phone", "softwareOath"];

let folder;
let balancer;
let server;
let tenant;
/** Everything that was started, and the workers of the present test. */
const programs = [];
const workers = [];

const here = binary() !== undefined;
if (!here) {
  console.log(`NOT TESTED: examples/restate-bulk: there is no Restate server for ${process.platform} on ${process.arch}`);
}

before(async () => {
  if (!here) {
    return;
  }
  folder = await mkdtemp(join(tmpdir(), "restate-bulk-"));
  server = await startRestate(join(folder, "restate"));
  programs.push(server);
  balancer = await startBalancer();
});

after(async () => {
  await Promise.all(programs.map((program) => program.kill("SIGKILL")));
  balancer?.close();
  tenant?.close();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The tenant of a test, and two workers; those of the test before end. */
async function begin(seed, intercept = {}) {
  balancer.forget();
  await Promise.all(workers.splice(0).map((worker) => worker.kill("SIGKILL")));
  tenant?.close();
  tenant = new Tenant(seed);
  const first = await work("first", intercept.first);
  await work("second", intercept.second);
  await register(server, balancer.url);
  return first;
}

async function work(name, intercept) {
  const passes = join(folder, `passes-${name}`);
  const env = { PROTECT: PROTECTED.userPrincipalName };
  const worker = await startWorker({ balancer, tenant, passes, intercept, env });
  programs.push(worker);
  workers.push(worker);
  return worker;
}

function run(id) {
  return connect({ url: server.ingress }).workflowClient({ name: "reset-run" }, id);
}

/** Runs it to its end; resolves to its counts. */
async function start(id, input) {
  await run(id).workflowSubmit({ tenantId: TENANT_ID, ...input });
  return run(id).workflowAttach();
}

function kinds({ methods }) {
  return methods.map((method) => /([a-zA-Z]+)AuthenticationMethod$/.exec(method["@odata.type"])[1]).sort();
}

async function passesOf(...names) {
  const texts = await Promise.all(names.map((name) => readFile(join(folder, `passes-${name}`), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line)));
}

describe("a run of many users", { timeout: 180_000, skip: !here }, () => {
  test("survives the death of a worker: each user reset, each delete executed once", async () => {
    const file = join(folder, "users");
    await writeFile(file, `\uFEFF${USERS.map((user) => user.userPrincipalName).join("\r\n")}\r\n`);
    const crash = Promise.withResolvers();
    const registered = Promise.withResolvers();
    let removals = 0;
    let victim;
    // The tenant has executed the twelfth removal of this worker, which never hears of it: by then others are done.
    const dies = async ({ body }, answer) => {
      if (!body.includes('"DELETE"') || (removals += 1) !== 12) {
        return answer();
      }
      victim = /\/users\/([-0-9a-f]+)\//.exec(body)[1];
      await answer();
      crash.resolve();
      return new Promise(() => undefined);
    };
    // Nobody else comes to that user before a new phone is there.
    const waits = async ({ body, url }, answer) => {
      if (victim !== undefined && (body + url).includes(victim)) {
        await registered.promise;
      }
      return answer();
    };
    const first = await begin({ latencyMilliseconds: 20, users: USERS }, { first: dies, second: waits });

    const line = [file, `--tenant=${TENANT_ID}`, "--run=breach", `--ingress=${server.ingress}`, "--concurrency=8"];
    const request = '--request={"temporaryAccessPass":true,"reason":"INC0012345"}';
    const submit = new Program(process.execPath, [SUBMIT, ...line, request, "--yes"]);
    programs.push(submit);

    await crash.promise;
    // What the dead worker had goes to the new ones alone, so that neither is idle.
    balancer.forget();
    await first.kill("SIGKILL");
    await Promise.all([work("third", waits), work("fourth", waits)]);
    const { counts: halfway, done } = await run("breach").status();
    assert.equal(done, false);
    assert.ok(halfway.users > 0 && halfway.users < USERS.length, `${halfway.users} users were done`);
    const phone = { phoneNumber: "+1 4255559988", phoneType: "mobile" };
    assert.equal((await tenant.register(victim, phone)).status, 201);
    registered.resolve();

    assert.equal(await submit.ended, 0, submit.said);
    const { users, violations, log } = await tenant.sandbox.state();
    assert.deepEqual(violations, []);
    for (const user of users) {
      const kept = ["password", ...(user.id === victim ? ["phone"] : []), "temporaryAccessPass"];
      assert.deepEqual(kinds(user), kept, user.userPrincipalName);
    }
    const removed = await tenant.removals();
    assert.equal(removed.length, 3 * USERS.length);
    assert.equal(new Set(removed).size, removed.length, "a delete was executed twice");

    // Of each user the last pass that a worker has written down is the one that works; the dead one's was lost.
    const passes = await passesOf("first", "second", "third", "fourth");
    const latest = new Map(passes.map(({ user, id }) => [user, id]));
    for (const { id, methods } of users) {
      assert.ok(methods.some((method) => method.id === latest.get(id)), `another pass of ${id} was kept`);
    }
    assert.ok((await passesOf("third")).length > 0 && (await passesOf("fourth")).length > 0, "a new worker was idle");

    const status = await run("breach").status();
    assert.deepEqual(status.counts, { users: 60, outcomes: { complete: 60 }, errors: {} });
    assert.equal(status.done, true);
    const reports = await run("breach").reports(0);
    assert.deepEqual(reports.map(({ asked }) => asked), USERS.map((user) => user.userPrincipalName));
    const { methods } = reports.find(({ user }) => user.id === victim);
    const fates = methods.map(({ kind, outcome }) => `${kind} ${outcome}`).sort();
    assert.deepEqual(fates, [
      "microsoftAuthenticator alreadyGone",
      "password kept",
      "phone alreadyGone",
      "phone kept",
      "softwareOath alreadyGone",
      "temporaryAccessPass done",
    ]);

    const again = new Program(process.execPath, [SUBMIT, ...line, request, "--yes"]);
    programs.push(again);
    assert.equal(await again.ended, 0, again.said);
    assert.match(again.said, /run breach was started before/);
    assert.equal((await tenant.sandbox.state()).log.length, log.length);
  });

  test("gives every user a report: refusals are results, a throttled user comes again", async () => {
    const [late, twice, plain, untouched] = USERS;
    const users = [late, twice, plain, untouched, ADMINISTRATOR, PROTECTED];
    let throttled = false;
    const throttlesOnce = async ({ body, url }, answer) => {
      if (throttled || !(body + url).includes(late.id)) {
        return answer();
      }
      throttled = true;
      return { status: 429, headers: { "Retry-After": "86400" }, text: "" };
    };
    await begin({ users }, { first: throttlesOnce, second: throttlesOnce });
    const named = [
      late.id,
      twice.userPrincipalName,
      ADMINISTRATOR.userPrincipalName,
      PROTECTED.id,
      "nobody@contoso.com",
      twice.id.toUpperCase(),
      plain.id,
      plain.id,
    ];

    const counts = await start("mixed", {
      users: named,
      concurrency: 4,
      pageSize: 3,
      retry: { attempts: 2, seconds: 1 },
    });

    const reports = (await Promise.all([0, 1, 2].map((page) => run("mixed").reports(page)))).flat();
    assert.deepEqual(reports.map(({ asked }) => asked), named);
    const outcomes = reports.map(({ outcome, error }) => [outcome, error?.code].filter(Boolean).join(" "));
    assert.deepEqual(outcomes.slice(0, 1), ["complete"]);
    assert.deepEqual(outcomes.slice(2, 5), ["refused protectedUser", "refused protectedUser", "failed userNotFound"]);
    for (const pair of [[outcomes[1], outcomes[5]], outcomes.slice(6)]) {
      assert.deepEqual(pair.sort(), ["complete", "refused duplicateUser"]);
    }
    assert.ok(throttled);
    assert.deepEqual(counts, {
      users: 8,
      outcomes: { complete: 3, refused: 4, failed: 1 },
      errors: { protectedUser: 2, duplicateUser: 2, userNotFound: 1 },
    });
    assert.equal((await tenant.removals()).length, 9);
    const state = await tenant.sandbox.state();
    assert.deepEqual(state.violations, []);
    assert.deepEqual(state.users.slice(3).map(kinds), users.slice(3).map(() => EVERYTHING));

    for (const [id, wrong] of Object.entries({
      waived: { request: { allowPrivileged: true } },
      restorable: { request: { backup: true } },
      foreign: { tenantId: "5f0c2d4e-6a8b-4c0d-9e1f-2a3b4c5d6e7f" },
    })) {
      await assert.rejects(start(id, { users: [plain.id], ...wrong }), /tenant|cannot ask/, id);
    }
    const expired = await start("expired", { users: [untouched.id], request: { notAfter: "2026-01-01T00:00:00Z" } });
    assert.deepEqual(expired.errors, { expired: 1 });
    assert.equal((await tenant.removals()).length, 9);
  });

  test("stops when it is told to, and accounts for whom it had begun", async () => {
    await begin({ latencyMilliseconds: 20, users: USERS });
    const stopped = run("stopped");
    const users = USERS.map(({ id }) => id);
    await stopped.workflowSubmit({ tenantId: TENANT_ID, users, concurrency: 4, pageSize: 10 });
    await until(async () => (await stopped.status()).counts.users > 0);
    await stopped.stop();
    await stopped.stop();

    const counts = await stopped.workflowAttach();
    assert.ok(counts.users < USERS.length);
    assert.deepEqual(counts.outcomes, { complete: counts.users });
    assert.equal((await tenant.removals()).length, 3 * counts.users);
    const status = await stopped.status();
    assert.deepEqual([status.done, status.counts], [true, counts]);
  });

  test("keeps to the tenant's pace, all runs and workers together", async () => {
    const callsPer10s = 100;
    const settings = { callsPer10s };
    await begin({ users: USERS.slice(0, 6), settings });

    const [one, other] = [USERS.slice(0, 3), USERS.slice(3, 6)].map((users) => users.map(({ id }) => id));
    const counts = await Promise.all([
      start("one", { users: one, callsPer10s }),
      start("other", { users: other, callsPer10s }),
    ]);

    assert.deepEqual(counts.map(({ outcomes }) => outcomes), [{ complete: 3 }, { complete: 3 }]);
    const { log } = await tenant.sandbox.state();
    const calls = log.flatMap((entry) => (entry.members?.length ? entry.members : [entry]));
    assert.ok(calls.length > callsPer10s, `${calls.length} calls would not have been throttled anyway`);
    assert.deepEqual(calls.filter(({ status }) => status === 429), []);
  });

  // Last: it ends the server, without a chance to tidy up, so that its log still holds all that was ever written.
  test("leaves no token, no pass and no whole number with Restate", async () => {
    await server.kill("SIGKILL");
    const names = (await readdir(folder)).filter((name) => name.startsWith("passes-"));
    const passes = (await passesOf(...names.map((name) => name.slice("passes-".length)))).map(({ pass }) => pass);
    assert.ok(passes.length >= USERS.length);
    for (const name of names) {
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    }
    const numbers = USERS.map(({ methods: [phone] }) => phone.phoneNumber.replace("+1 ", ""));
    const secrets = [tenant.accessToken.split(".")[1], ...numbers, ...passes];
    const data = await everything(join(folder, "restate"));
    // What the data does hold, to show that a secret would be found.
    for (const { userPrincipalName, methods: [phone, app] } of USERS) {
      for (const known of [userPrincipalName, app.id, `XXXXXXXX${phone.phoneNumber.slice(-2)}`]) {
        assert.ok(data.includes(known), known);
      }
    }
    for (const [place, secret] of secrets.entries()) {
      assert.ok(!data.includes(secret), `secret ${place} of ${secrets.length}`);
      for (const { said } of programs) {
        assert.ok(!said.includes(secret), `secret ${place} of ${secrets.length} was printed`);
      }
    }
  });
});

async function everything(path) {
  const parts = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      parts.push(await readFile(join(entry.parentPath ?? entry.path, entry.name)));
    }
  }
  return Buffer.concat(parts);
}
