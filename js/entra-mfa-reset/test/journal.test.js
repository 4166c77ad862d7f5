// What a run remembers, and what becomes of that when it dies.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { Appender } from "../dist/cli/appender.js";
import { Journal } from "../dist/cli/journal.js";
import { Lock } from "../dist/cli/lock.js";
import { ADELE } from "./support.js";

const ALEX = "alex.wilber@contoso.com";
const ID = "0a000001-5c1e-4f3a-9b7d-000000000001";
const PHONE = { id: "3179e48a-750b-4051-897c-87b9720928f7", kind: "phone", label: "+1 ********00", action: "delete", createdDateTime: "2024-01-01T00:00:00Z" };
const ASKED = { operation: "reset", request: { methods: "all", keep: ["fido2"] } };

let folder;
let path;
let count = 0;
before(() => (folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-journal-"))));
beforeEach(() => (path = join(folder, `${(count += 1)}.journal`)));
after(() => rmSync(folder, { recursive: true, force: true }));

function intent(user, planned = [PHONE]) {
  return { user, userId: ID, userPrincipalName: ADELE, planned, at: "2025-01-01T00:00:00Z" };
}

function report(outcome, user = { id: ID, userPrincipalName: ADELE }, more = {}) {
  const graph = { httpRequests: 1, calls: 1, throttled: 0, retried: 0, clientRequestIds: [] };
  return { user, outcome, methods: [], residuals: [], graph, startedAt: "2025-01-01T00:00:00Z", finishedAt: "2025-01-01T00:00:01Z", ...more };
}

/** Writes with one journal, and reads with the next one. */
async function written(write) {
  const journal = await Journal.open(path, ASKED);
  await write(journal);
  await journal.close();
  return reread();
}

async function reread(asked = ASKED) {
  const journal = await Journal.open(path, asked);
  await journal.close();
  return journal;
}

const lines = () => readFileSync(path, "utf8").trimEnd().split("\n");

describe("a journal", () => {
  test("says which run it is, and nobody else may read it", async () => {
    await written(() => undefined);
    assert.equal(lines().length, 1);
    const { at, ...header } = JSON.parse(lines()[0]);
    assert.deepEqual(header, { journal: "entra-mfa-reset", version: 1, ...ASKED });
    assert.ok(Date.parse(at) > 0);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test("knows who is finished, by whatever name and in whatever letters", async () => {
    const journal = await written(async (first) => {
      await first.finished(report("complete"), "Adele.Vance@contoso.com");
      await first.finished(report("failed", { userPrincipalName: ALEX }), ALEX);
    });
    for (const name of [ADELE, ADELE.toUpperCase(), ID, ID.toUpperCase(), ` ${ADELE} `]) {
      assert.deepEqual(journal.earlier(name, false), { finished: "complete" });
      assert.deepEqual(journal.earlier(name, true), { finished: "complete" });
    }
    assert.deepEqual(journal.earlier(ALEX, false), { finished: "notComplete" });
    assert.equal(journal.earlier(ALEX, true), undefined);
    assert.equal(journal.earlier("nobody@contoso.com", false), undefined);
  });

  test("knows who is under way, and what was planned", async () => {
    const journal = await written((first) => first.started(intent("adele")));
    for (const name of ["adele", ADELE, ID]) {
      assert.deepEqual(journal.earlier(name, false), { planned: [PHONE] });
    }
  });

  test("what was planned outlives a report that is not complete", async () => {
    const journal = await written(async (first) => {
      await first.started(intent(ADELE));
      await first.finished(report("partial"), ADELE);
    });
    assert.deepEqual(journal.earlier(ADELE, false), { finished: "notComplete" });
    assert.deepEqual(journal.earlier(ADELE, true), { planned: [PHONE] });
    // The second attempt is under way again.
    const again = await written((second) => second.started(intent(ID, [])));
    assert.deepEqual(again.earlier(ADELE, false), { planned: [] });
  });

  test("the second mention of a user does not finish the first", async () => {
    const error = { code: "duplicateUser", message: "Twice.", help: "", retryable: false };
    const journal = await written(async (first) => {
      await first.started(intent(ADELE));
      await first.finished(report("refused", { id: ID }, { error }), ID);
    });
    assert.deepEqual(journal.earlier(ADELE, false), { planned: [PHONE] });
  });

  test("never holds a pass or a whole number", async () => {
    const temporaryAccessPass = { outcome: "issued", pass: "Secret12", lifetimeInMinutes: 60 };
    const backup = { phones: [{ phoneNumber: "+1 4255550100" }] };
    await written((first) => first.finished(report("complete", undefined, { temporaryAccessPass, backup }), ADELE));
    assert.ok(!readFileSync(path, "utf8").includes("Secret12"));
    assert.ok(!readFileSync(path, "utf8").includes("4255550100"));
    assert.equal(JSON.parse(lines()[1]).finished.temporaryAccessPass.lifetimeInMinutes, 60);
  });

  test("a line counts when it is on disk", async () => {
    const journal = await Journal.open(path, ASKED);
    const all = Array.from({ length: 200 }, (_, at) => journal.started(intent(`user${at}@contoso.com`)));
    await all[0];
    assert.ok(lines().some((line) => line.includes('"user0@contoso.com"')));
    await Promise.all(all);
    assert.equal(lines().length, 201);
    await journal.close();
  });
});

describe("a restart", () => {
  test("with other flags is refused, and says which", async () => {
    await written(() => undefined);
    const other = { operation: "reset", request: { methods: "reRegister", keep: ["fido2"], temporaryAccessPass: true } };
    await assert.rejects(reread(other), { name: "UsageError", message: /other flags: methods was "all" and is "reRegister"; temporaryAccessPass was not given and is true/ });
    assert.equal(lines().length, 1);
    assert.ok(!existsSync(`${path}.lock`));
  });

  test("may move the deadline", async () => {
    await written(() => undefined);
    await reread({ operation: "reset", request: { ...ASKED.request, notAfter: "2030-01-01T00:00:00Z" } });
  });

  test("cuts what a crash tore off, wherever it tore", async () => {
    await written(async (first) => {
      await first.finished(report("complete"), ADELE);
      await first.started({ ...intent(ALEX), userId: "0a000001-5c1e-4f3a-9b7d-000000000002", userPrincipalName: ALEX });
    });
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (const end of [whole.length - 1, whole.length - 2, lastLine + 40, lastLine + 3, lastLine + 1]) {
      writeFileSync(path, whole.subarray(0, end));
      const journal = await reread();
      assert.deepEqual(journal.earlier(ADELE, false), { finished: "complete" });
      assert.equal(journal.earlier(ALEX, false), undefined);
      assert.equal(statSync(path).size, lastLine);
    }
    // Zeros, as a file system leaves them.
    writeFileSync(path, Buffer.concat([whole.subarray(0, lastLine + 5), Buffer.alloc(100)]));
    await reread();
    assert.equal(statSync(path).size, lastLine);
    // The very first line.
    truncateSync(path, 10);
    await reread();
    assert.equal(lines().length, 1);
  });

  test("on anything else that it cannot read is refused, with the line", async () => {
    await written((first) => first.started(intent(ADELE)));
    const whole = readFileSync(path, "utf8");
    for (const [broken, line] of [[whole.replace('"planned"', '"'), 2], [`${whole}nonsense\n`, 3], [`${whole}\n`, 3], [`${whole}{"else":1}\n`, 3], [`${whole}null\n${whole}`, 3]]) {
      writeFileSync(path, broken);
      await assert.rejects(reread(), { name: "UsageError", message: new RegExp(`line ${line}, is no line of a journal`) });
      assert.equal(readFileSync(path, "utf8"), broken);
    }
    writeFileSync(path, whole.replace('"version":1', '"version":2'));
    await assert.rejects(reread(), { message: /another version/ });
  });

  test("on a file that is no journal leaves it as it is", async () => {
    for (const content of ["userPrincipalName\nadele.vance@contoso.com\n", "adele.vance@contoso.com", '{"user":"x@contoso.com"}\n', '{"user":"x']) {
      writeFileSync(path, content, { mode: 0o600 });
      await assert.rejects(reread(), { name: "UsageError" });
      assert.equal(readFileSync(path, "utf8"), content);
    }
  });
});

describe("a file of secrets", () => {
  test("is created for its owner alone, and lines are added", async () => {
    const file = await Appender.open(path, ['{"user":']);
    await file.append({ user: "a" });
    await file.close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    appendFileSync(path, '{"user":"tor');
    const again = await Appender.open(path, ['{"user":']);
    await again.append({ user: "b" });
    await again.close();
    assert.equal(readFileSync(path, "utf8"), '{"user":"a"}\n{"user":"b"}\n');
  });

  test("that others can read is refused", { skip: process.platform === "win32" }, async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o620]) {
      writeFileSync(path, "");
      chmodSync(path, mode);
      await assert.rejects(Appender.open(path, []), { name: "UsageError", message: /by others than its owner/, help: /chmod 600/ });
    }
  });

  test("that cannot be written is said so", async () => {
    await assert.rejects(Appender.open(join(folder, "none", "x"), []), { name: "UsageError", message: /cannot be written \(ENOENT\)/ });
    await assert.rejects(Appender.open(folder, []), { name: "UsageError" });
  });

  test("what follows a line that failed fails, too", async () => {
    const file = await Appender.open(path, []);
    await file.append({ user: "a" });
    await file.close();
    await assert.rejects(file.append({ user: "b" }));
    await assert.rejects(file.append({ user: "c" }));
    assert.equal(readFileSync(path, "utf8"), '{"user":"a"}\n');
  });
});

describe("a lock", () => {
  const lock = () => `${path}.lock`;

  /** A process that holds the journal until it is told otherwise. */
  async function holder(context) {
    const script = `import { Journal } from ${JSON.stringify(new URL("../dist/cli/journal.js", import.meta.url).href)};
      await Journal.open(${JSON.stringify(path)}, ${JSON.stringify(ASKED)});
      console.log("held");
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
    context.after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
    return child;
  }

  async function kill(child) {
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  test("keeps a second process out, and names the first", async (context) => {
    const child = await holder(context);
    await assert.rejects(reread(), { name: "UsageError", message: new RegExp(`in use by process ${child.pid} on `), help: /delete .*\.lock/ });
    // By another way to the same file, too.
    const link = join(folder, `${count}.link`);
    symlinkSync(path, link);
    await assert.rejects(Journal.open(link, ASKED), /in use by process/);
    await kill(child);
    await (await Journal.open(link, ASKED)).close();
  });

  test("of a process that was killed is taken over, by one of many", async (context) => {
    await kill(await holder(context));
    assert.ok(existsSync(lock()));
    const children = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const script = `import { Journal } from ${JSON.stringify(new URL("../dist/cli/journal.js", import.meta.url).href)};
          await Journal.open(${JSON.stringify(path)}, ${JSON.stringify(ASKED)}).then(() => console.log("held"), (error) => console.log(error.name));
          process.stdin.resume();`;
        const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["pipe", "pipe", "inherit"] });
        context.after(() => child.kill("SIGKILL"));
        const [said] = await once(child.stdout.setEncoding("utf8"), "data");
        return { child, said: said.trim() };
      }),
    );
    assert.deepEqual(children.map(({ said }) => said).sort(), [...Array(5).fill("UsageError"), "held"]);
    await Promise.all(children.map(({ child }) => kill(child)));
  });

  test("within one process, too, and it goes when it is released", async () => {
    const first = await Journal.open(path, ASKED);
    await assert.rejects(Journal.open(path, ASKED), { name: "UsageError" });
    await first.close();
    assert.ok(!existsSync(lock()));
    await (await Journal.open(path, ASKED)).close();
  });

  test("of another machine stays", async () => {
    writeFileSync(lock(), JSON.stringify({ pid: 1, host: `not-${hostname()}` }));
    await assert.rejects(reread(), { message: /in use by process 1 on not-/ });
  });

  test("whose process id now belongs to somebody else is taken over, where the system tells", { skip: process.platform !== "linux" }, async () => {
    writeFileSync(lock(), JSON.stringify({ pid: process.ppid, host: hostname(), began: "another boot 1" }));
    await (await Lock.take(lock(), "It")).release();
    writeFileSync(lock(), JSON.stringify({ pid: process.pid, host: hostname() }));
    await (await Lock.take(lock(), "It")).release();
    writeFileSync(lock(), JSON.stringify({ pid: process.ppid, host: hostname() }));
    await assert.rejects(Lock.take(lock(), "It"), /in use/);
  });

  test("that is half written is left alone while it may be fresh", async () => {
    writeFileSync(lock(), "{");
    await assert.rejects(Lock.take(lock(), "It"), /in use by another process/);
  });
});
