// How users are read and reports are handed over, without an engine.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MfaResetError } from "entra-mfa-reset";
import { Reports, Targets } from "../dist/bulk.js";

const turn = () => new Promise(setImmediate);

describe("users", () => {
  test("come in portions, from a list", async () => {
    const targets = new Targets(["a", { user: "b" }, "c"]);
    assert.deepEqual(await targets.next(2), { users: ["a", { user: "b", request: '{"user":"b"}' }], end: false });
    assert.deepEqual(await targets.next(2), { users: ["c"], end: true });
    assert.deepEqual(await targets.next(2), { users: [], end: true });
    assert.deepEqual(await new Targets([]).next(1), { users: [], end: true });
    assert.deepEqual(await new Targets(new Set(["a"])).next(9), { users: ["a"], end: true });
  });

  test("are not read ahead", async () => {
    let read = 0;
    function* many() {
      for (; ; read += 1) {
        yield `user${read}@contoso.com`;
      }
    }
    async function* later() {
      yield* many();
    }
    for (const source of [many(), later()]) {
      read = 0;
      const targets = new Targets(source);
      assert.equal((await targets.next(7)).users.length, 7);
      await turn();
      assert.ok(read <= 7, `${read}`);
      await targets.close();
    }
  });

  test("that are there go on their way without those that are not", async () => {
    let give;
    async function* slow() {
      yield "a";
      yield "b";
      yield await new Promise((resolve) => (give = resolve));
      yield "d";
    }
    const targets = new Targets(slow());
    assert.deepEqual(await targets.next(9), { users: ["a", "b"], end: false });
    const next = targets.next(9);
    give("c");
    assert.deepEqual(await next, { users: ["c", "d"], end: true });
  });

  test("that are none reach the engine, which says so in a report", async () => {
    const circle = {};
    circle.circle = circle;
    const odd = [undefined, () => 1, Symbol("x"), 1n, circle];
    assert.deepEqual((await new Targets(odd).next(9)).users, Array(5).fill({ request: "null" }));
    const requests = ["null", "5", "[]", '{"user":5}'];
    assert.deepEqual((await new Targets(requests.map((text) => JSON.parse(text))).next(9)).users, requests.map((request) => ({ request })));
  });

  test("that cannot be read any more end, and the error is kept", async () => {
    const cause = new TypeError("disk");
    function* broken() {
      yield "a";
      throw cause;
    }
    async function* brokenLater() {
      yield* broken();
    }
    for (const source of [broken(), brokenLater()]) {
      const targets = new Targets(source);
      const { users, end } = await targets.next(9);
      assert.deepEqual(users, ["a"]);
      assert.equal(end, true);
      assert.equal(targets.failure.code, "invalidInput");
      assert.equal(targets.failure.cause, cause);
    }
    const own = new MfaResetError({ code: "forbidden", message: "No.", help: "", retryable: false });
    const targets = new Targets((function* () { throw own; })());
    await targets.next(1);
    assert.equal(targets.failure, own);
  });

  test("are let go, once, even while they wait", async () => {
    const log = [];
    function source(next) {
      return { [Symbol.asyncIterator]: () => ({ next, return: async () => log.push("returned") }) };
    }
    const quick = new Targets(source(async () => ({ done: false, value: "a" })));
    await quick.next(1);
    await quick.close();
    await quick.close();
    assert.deepEqual(log, ["returned"]);
    const stuck = new Targets(source(() => new Promise(() => undefined)));
    void stuck.next(1);
    await stuck.close();
    assert.deepEqual(log, ["returned", "returned"]);
    const ended = new Targets(source(async () => ({ done: true })));
    await ended.next(1);
    await ended.close();
    assert.equal(log.length, 2);
  });

  test("must be a list", () => {
    for (const users of [undefined, null, 5, {}, "adele.vance@contoso.com"]) {
      assert.throws(() => new Targets(users), { name: "MfaResetError", code: "invalidInput" });
    }
  });
});

describe("reports", () => {
  test("are taken when the next one is asked for", async () => {
    const reports = new Reports();
    const taken = [];
    for (const name of ["a", "b", "c"]) {
      void reports.put(name).then(() => taken.push(name));
    }
    assert.equal(await reports.next(), "a");
    await turn();
    assert.deepEqual(taken, []);
    assert.equal(await reports.next(), "b");
    await turn();
    assert.deepEqual(taken, ["a"]);
    reports.end();
    assert.equal(await reports.next(), "c");
    assert.equal(await reports.next(), undefined);
    await turn();
    assert.deepEqual(taken, ["a", "b", "c"]);
  });

  test("are waited for", async () => {
    const reports = new Reports();
    const next = reports.next();
    await turn();
    void reports.put("a");
    assert.equal(await next, "a");
    const last = reports.next();
    reports.end();
    assert.equal(await last, undefined);
  });

  test("that nobody takes any more hold nothing up", async () => {
    const reports = new Reports();
    const waiting = [reports.put("a"), reports.put("b")];
    await reports.next();
    reports.close();
    await Promise.all([...waiting, reports.put("c")]);
    assert.equal(await reports.next(), undefined);
  });
});
