// Where the engine comes from. It is loaded once in a process, so each case is a process of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WASM = JSON.stringify(fileURLToPath(new URL("../wasm/entra_mfa_reset_bg.wasm", import.meta.url)));

/** What the script's last expression gives, run with the slim client, the bytes and a sandbox at hand. */
function run(script) {
  const source = `
    import { readFile } from "node:fs/promises";
    import { createServer } from "node:http";
    import * as slim from "entra-mfa-reset/slim";
    import { SandboxTenant } from "entra-mfa-reset/sandbox";
    const { MfaResetClient, MfaResetError, provideEngine } = slim;
    const bytes = await readFile(${WASM});
    const tenant = new SandboxTenant();
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
    const status = () => client.status("adele.vance@contoso.com").then(({ user }) => user.userPrincipalName, told);
    const told = (error) => [error instanceof MfaResetError, error.code, error.message, error.cause?.constructor.name];
    const attempt = (call) => { try { return call(); } catch (error) { return told(error); } };
    const result = await (async () => { ${script} })();
    console.log(JSON.stringify(result));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const ADELE = "adele.vance@contoso.com";
const REFUSED = "What provideEngine was given cannot be used as the engine.";

test("a slim client without an engine says what to do, and works once it has one", () => {
  const result = run("const before = await status(); provideEngine(bytes); return [before, await status()];");
  assert.deepEqual(result, [[true, "invalidInput", "This client has no engine.", null], ADELE]);
});

for (const [form, script] of [
  ["bytes", "provideEngine(bytes);"],
  ["an ArrayBuffer", "provideEngine(new Uint8Array(bytes).buffer);"],
  ["a module", "provideEngine(new WebAssembly.Module(bytes));"],
  ["a response", "provideEngine(new Response(bytes));"],
  ["a promise", "provideEngine(readFile(" + WASM + "));"],
  ["a function", "provideEngine(async () => WebAssembly.compile(bytes));"],
]) {
  test(`the engine may be ${form}`, () => assert.equal(run(`${script} return status();`), ADELE));
}

test("what is no engine is refused at once", () => {
  const result = run(`return [undefined, null, "https://contoso.com/engine.wasm", 1].map((given) => attempt(() => provideEngine(given)));`);
  assert.deepEqual(result, Array(4).fill([true, "invalidInput", REFUSED, null]));
});

test("what turns out to be none is told with its cause", () => {
  const result = run(`
    const told = [];
    for (const given of [{}, bytes.subarray(0, 99), new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), new Response("", { status: 404 })]) {
      provideEngine(given);
      told.push(await status());
    }
    provideEngine(bytes);
    return [...told, await status()];`);
  assert.equal(result.pop(), ADELE);
  assert.deepEqual(
    result.map(([ours, code, message]) => [ours, code, message]),
    Array(4).fill([true, "invalidInput", REFUSED]),
  );
  assert.deepEqual(result.map(([, , , cause]) => cause), ["TypeError", "CompileError", "Error", "Error"]);
});

test("a promise that fails early harms nobody, and a function is asked again", () => {
  const result = run(`
    provideEngine(Promise.reject(new Error("away")));
    await new Promise((resolve) => setTimeout(resolve, 20));
    let calls = 0;
    const before = await status();
    provideEngine(() => { calls += 1; if (calls === 1) throw new Error("not yet"); return bytes; });
    return [before.slice(0, 2), (await status()).slice(0, 2), await status(), calls];`);
  assert.deepEqual(result, [[true, "invalidInput"], [true, "invalidInput"], ADELE, 2]);
});

test("every entry has the same class and the same error, and an engine that is provided goes before theirs", () => {
  const result = run(`
    const entries = [await import("entra-mfa-reset"), await import("entra-mfa-reset/inline")];
    let asked = false;
    provideEngine(() => { asked = true; return bytes; });
    const user = await status();
    return [entries.map((entry) => entry.MfaResetClient === MfaResetClient && entry.MfaResetError === MfaResetError), user, asked];`);
  assert.deepEqual(result, [[true, true], ADELE, true]);
});

test("a library on the slim entry runs on the engine of the program that it is part of", () => {
  assert.equal(run(`const before = await status(); await import("entra-mfa-reset/inline"); return before[1] + " " + (await status());`), `invalidInput ${ADELE}`);
});
