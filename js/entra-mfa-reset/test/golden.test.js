// The golden cases, in simulated time: the same bytes as on every other host.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import * as glue from "../wasm/sandbox.js";
import { load, provideEngine } from "../dist/engine.js";
import { drive } from "../dist/run.js";

const folder = new URL("../../../tests/golden/", import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")).sort() : [];

const wasm = (name) => readFileSync(new URL(`../wasm/${name}_bg.wasm`, import.meta.url));
glue.initSync({ module: await WebAssembly.compile(wasm("sandbox")) });
provideEngine(wasm("entra_mfa_reset"));
const { Client } = await load();

/** Time that passes when nothing else happens. */
class Clock {
  #timers = [];
  #order = 0;

  constructor(now) {
    this.now = now;
  }

  sleep(milliseconds, signal) {
    return new Promise((resolve) => {
      const timer = { at: this.now + milliseconds, order: (this.#order += 1), resolve };
      this.#timers.push(timer);
      signal.addEventListener("abort", () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        resolve();
      });
    });
  }

  /** Resolves as the promise does, letting time pass whenever all is quiet. */
  async run(promise) {
    let ended = false;
    const end = promise.finally(() => (ended = true));
    end.catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise(setImmediate);
      }
      if (ended) {
        return end;
      }
      this.#timers.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#timers.shift();
      assert.ok(next, "the run waits for nothing");
      this.now = next.at;
      next.resolve();
    }
  }
}

/** The operations that answer otherwise than with a report. */
const OWN_ANSWER = new Set(["status", "preflight"]);

async function play(golden) {
  const tenant = new glue.SandboxTenant(JSON.stringify(golden.tenant));
  const clock = new Clock(Date.parse(golden.now));
  const started = clock.now;
  const credential = { accessToken: tenant.accessToken(JSON.stringify(golden.token)) };
  const client = new Client(JSON.stringify(golden.options ?? {}), JSON.stringify(credential));
  const world = {
    async fetch(url, { method, headers, body, signal }) {
      const answer = JSON.parse(tenant.handle(JSON.stringify({ method, url, headers, body }), clock.now));
      await clock.sleep(answer.afterMilliseconds, signal);
      signal.throwIfAborted();
      const { status, headers: answered, body: text } = answer.response;
      return new Response(status === 204 ? null : text, { status, headers: answered });
    },
    onEvent: [],
    signals: [],
    limits: { milliseconds: 3_600_000, bytes: 8 << 20 },
    seed: golden.seed,
    now: () => clock.now,
    sleep(milliseconds, end) {
      const controller = new AbortController();
      // Called off, it ends, too, but nobody listens any more.
      void clock.sleep(milliseconds, controller.signal).then(() => controller.signal.aborted || end());
      return () => controller.abort();
    },
  };
  let result;
  try {
    const ok = await clock.run(drive(client.run(golden.operation, ...input(golden)), world));
    result = { [OWN_ANSWER.has(golden.operation) ? golden.operation : "report"]: ok };
  } catch (error) {
    assert.equal(error.name, "MfaResetError", error);
    result = { error: error.toJSON() };
  }
  const { violations } = JSON.parse(tenant.state());
  return { exchange: tenant.exchange(), result, elapsedMilliseconds: clock.now - started, violations };
}

/** A request as it is; for the operations that take a user and options, those apart. */
function input({ operation, input: given }) {
  if (["plan", "reset", "restore", "preflight"].includes(operation)) {
    return [JSON.stringify(given), "{}"];
  }
  const { user, ...options } = given;
  return [user, JSON.stringify(options)];
}

test("there are golden cases", () => {
  assert.ok(files.length > 0, "tests/golden holds no case");
});

for (const file of files) {
  const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  test(`${file}: ${golden.about}`, async () => {
    const { expect } = golden;
    const played = await play(golden);
    assert.deepEqual(played.exchange, expect.exchange);
    assert.deepEqual(played.result, expect.result);
    // As text too: the order of keys counts.
    assert.equal(JSON.stringify(played.result), JSON.stringify(expect.result));
    assert.equal(played.elapsedMilliseconds, expect.elapsedMilliseconds);
    assert.deepEqual(played.violations, expect.violations);
  });
}
