// The runtimes themselves: whatever the other tests say of one, it was this one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { launchChromium } from "../support/chromium.mjs";
import { NODES, runtime } from "../support/runtimes.mjs";

for (const major of NODES) {
  test(`Node ${major} is Node ${major}`, () => {
    const { path, version } = runtime(`node${major}`);
    assert.equal(Number(version.split(".")[0]), major);
    assert.equal(execFileSync(path, ["--print", "process.version"], { encoding: "utf8" }), `v${version}\n`);
  });
}

test("Deno, Bun and workerd start", () => {
  const script = "console.log(globalThis.Deno?.version.deno ?? globalThis.Bun?.version)";
  assert.equal(execFileSync(runtime("deno").path, ["eval", script], { encoding: "utf8" }), `${runtime("deno").version}\n`);
  assert.equal(execFileSync(runtime("bun").path, ["--eval", script], { encoding: "utf8" }), `${runtime("bun").version}\n`);
  assert.match(runtime("workerd").version, /^\d{4}-\d{2}-\d{2}$/);
});

test("Chromium compiles WebAssembly", async (context) => {
  const browser = await launchChromium();
  context.after(() => browser.close());
  const page = await browser.newPage();
  const compiled = await page.evaluate(() => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(String));
  assert.equal(compiled, "[object WebAssembly.Module]");
});
