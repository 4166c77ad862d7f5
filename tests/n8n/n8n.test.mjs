import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { APPLICATION, member, startSample } from "../low-code/tenant.mjs";
import { startEngine, ZONE } from "./host.mjs";

const ADELE = "adele.vance@contoso.com";
const ADMIN = "admin@contoso.com";
const SOURCES = fileURLToPath(new URL("../../js/n8n-nodes-entra-mfa-reset", import.meta.url));
const require = createRequire(import.meta.url);

// There is no way to install all of n8n from the registry at present: packages that it asks for are missing.
console.log("NOT TESTED: the n8n node in n8n's own editor and server; it is tested in n8n-core, which runs the workflows there");

const PARAMETERS = {
  status: {},
  plan: { methods: "reRegister", issuePass: false, pass: {}, options: {} },
  reset: { methods: "reRegister", issuePass: false, pass: {}, options: {} },
  revokeSessions: {},
  issueTemporaryAccessPass: { pass: {} },
};

/** What the panel would save. */
function parameters(operation, more) {
  return { resource: "user", operation, user: "={{ $json.user }}", reason: "={{ $json.ticket }}", ...PARAMETERS[operation], ...more };
}

test("passes n8n's own linter and types", async () => {
  const linter = createRequire(require.resolve("@n8n/node-cli/eslint"))("eslint");
  const { config } = require("@n8n/node-cli/eslint");
  // The compiler resolves imports, from where this package has its types.
  const resolved = { files: ["**/*.ts"], rules: { "import-x/no-unresolved": "off" } };
  const eslint = new linter.ESLint({ cwd: SOURCES, overrideConfigFile: true, overrideConfig: [...config, resolved] });
  const results = await eslint.lintFiles(["."]);
  const told = results.flatMap(({ filePath, messages }) => messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId}: ${message}`));
  assert.deepEqual(told, []);
  assert.ok(results.length >= 6, "the files are found");
  execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", SOURCES], { stdio: "inherit" });
});

describe("n8n's engine", () => {
  let engine;
  let tenant;
  let credentials;

  before(async () => {
    tenant = await startSample({ crowd: 50 });
    engine = await startEngine();
    const places = { cloud: "global", graphUrl: tenant.url, authorityHost: tenant.url };
    credentials = { signIn: "clientSecret", ...APPLICATION, ...places, allowPrivileged: "no", protect: "", maxUsers: 100 };
  });
  after(async () => {
    await Promise.all([engine?.stop(), tenant?.stop()]);
  });

  const run = (operation, users, { more, data, onError } = {}) => {
    const items = users.map((each) => (typeof each === "string" ? { user: each, ticket: "INC1" } : each));
    return engine.run({ items, parameters: parameters(operation, more), credentials: { ...credentials, ...data }, onError });
  };
  const json = ({ outputs }) => outputs[0].map((item) => item.json);

  test("loads the package, with its icon, its codex and as a tool", async () => {
    const { name, usableAsTool, codex, iconUrl } = await engine.describe();
    assert.deepEqual([name, usableAsTool], ["entraMfaReset", true]);
    assert.ok(codex.alias.includes("MFA"));
    assert.match(JSON.stringify(iconUrl), /entraMfaReset\.svg/);
  });

  test("resets a user, and the tenant has it", async () => {
    await tenant.reset();
    const before = await tenant.user(ADELE);
    const result = await run("reset", [ADELE], { more: { issuePass: true, pass: { lifetimeInMinutes: 60, isUsableOnce: true } } });
    assert.equal(result.status, "success", JSON.stringify(result.error));
    const [report] = json(result);
    assert.deepEqual([report.outcome, report.reason, report.simulation], ["complete", "INC1", undefined]);
    assert.deepEqual([report.temporaryAccessPass.lifetimeInMinutes, report.temporaryAccessPass.isUsableOnce], [60, true]);
    assert.deepEqual(result.outputs[0][0].pairedItem, { item: 0 });
    const user = await tenant.user(ADELE);
    assert.deepEqual(await tenant.kinds(ADELE), ["fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
    assert.notEqual(user.signInSessionsValidFromDateTime, before.signInSessionsValidFromDateTime);
    assert.deepEqual((await tenant.state()).violations, []);
    assert.ok(!result.all.includes(APPLICATION.clientSecret), "the execution's data has no secret");
    assert.equal(result.all.split(report.temporaryAccessPass.pass).length, 2, "the pass is there once");
  });

  test("reads, plans, revokes and issues, each as an operation of its own", async () => {
    await tenant.reset();
    const [status] = json(await run("status", [ADELE]));
    assert.equal(status.methods.filter(({ kind }) => kind !== "password").length, 6);
    assert.equal(json(await run("plan", [ADELE]))[0].outcome, "planned");
    assert.equal(json(await run("revokeSessions", [ADELE]))[0].sessions.outcome, "revoked");
    assert.equal((await tenant.kinds(ADELE)).length, 6);
    const [issued] = json(await run("issueTemporaryAccessPass", [ADELE], { more: { pass: { lifetimeInMinutes: 90 } } }));
    assert.equal(issued.temporaryAccessPass.lifetimeInMinutes, 90);
    assert.equal((await tenant.kinds(ADELE)).length, 7);
  });

  test("takes kinds and options from the panel, and refuses what is no time", async () => {
    await tenant.reset();
    const options = { keep: "fido2, windowsHelloForBusiness", revokeSessions: false, notAfter: "2999-01-01T00:00:00", verify: true };
    const [report] = json(await run("reset", [ADELE], { more: { methods: "kinds", kinds: ["phone", "fido2"], options } }));
    assert.deepEqual([report.outcome, report.sessions], ["complete", undefined]);
    assert.deepEqual(await tenant.kinds(ADELE), ["microsoftAuthenticator", "softwareOath", "fido2", "windowsHelloForBusiness", "email"]);
    assert.match((await run("reset", [ADELE], { more: { options: { notAfter: "2020-01-01T00:00:00" } } })).error.message, /\(expired\)/);
    assert.match((await run("reset", [ADELE], { more: { options: { notAfter: "soon" } } })).error.message, /\(invalidInput\)/);
  });

  test("refuses an administrator, unless the credential allows it, and never whom it protects", async () => {
    await tenant.reset();
    const { status, error } = await run("reset", [ADMIN]);
    assert.deepEqual([status, error.name, error.itemIndex], ["error", "NodeOperationError", 0]);
    assert.match(error.message, /\(protectedUser\)/);
    assert.ok(error.description.length > 0, "what to do next");
    const said = await run("reset", [ADMIN], { more: { options: { allowPrivileged: true } } });
    assert.match(said.error.message, /\(protectedUser\)/, "the panel cannot");
    assert.deepEqual(await tenant.kinds(ADMIN), ["phone", "microsoftAuthenticator"]);
    const allowed = { allowPrivileged: "yes" };
    assert.match((await run("reset", [ADMIN], { data: { ...allowed, protect: `x@contoso.com\n ${ADMIN}` } })).error.message, /\(protectedUser\)/);
    assert.equal(json(await run("reset", [ADMIN], { data: allowed }))[0].outcome, "complete");
    assert.deepEqual(await tenant.kinds(ADMIN), []);
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("resets fifty users, and one that is refused takes nothing from the others", async () => {
    await tenant.reset();
    const users = [...Array.from({ length: 50 }, (_, at) => member(at)), ADMIN];
    const result = await run("reset", users, { more: { issuePass: true } });
    assert.equal(result.status, "success", JSON.stringify(result.error));
    const reports = json(result);
    assert.deepEqual(result.outputs[0].map(({ pairedItem }) => pairedItem.item), users.map((_, at) => at));
    assert.deepEqual(reports.slice(0, 50).map(({ outcome, temporaryAccessPass }) => [outcome, typeof temporaryAccessPass.pass]), Array(50).fill(["complete", "string"]));
    assert.deepEqual([reports[50].outcome, reports[50].error.code, reports[50].user], ["refused", "protectedUser", { userPrincipalName: ADMIN }]);
    for (const at of [0, 49]) {
      assert.deepEqual(await tenant.kinds(member(at)), ["fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
    }
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("goes on, or to the error output, where the node is told to", async () => {
    await tenant.reset();
    const regular = await run("reset", [ADMIN, ADELE], { onError: "continueRegularOutput" });
    const [failed, reset] = json(regular);
    assert.deepEqual([failed.code, typeof failed.error, reset.outcome], ["protectedUser", "string", "complete"]);
    await tenant.reset();
    const { outputs } = await run("reset", [ADMIN, ADELE], { onError: "continueErrorOutput" });
    assert.deepEqual(outputs[0].map((item) => item.json.outcome), ["complete"]);
    assert.deepEqual(outputs[1].map(({ pairedItem }) => pairedItem), [{ item: 0 }]);
    assert.match(JSON.stringify(outputs[1][0].json), /\(protectedUser\)/);
  });

  test("refuses more users than the credential takes, before any is touched", async () => {
    await tenant.reset();
    const { error } = await run("reset", [member(0), member(1), member(2)], { data: { maxUsers: 2 } });
    assert.match(error.message, /3 users, and the credential takes 2/);
    assert.equal((await tenant.kinds(member(0))).length, 6);
    assert.match((await run("reset", [member(0)], { data: { maxUsers: 0 } })).error.message, /no greatest number/);
  });

  test("takes no privilege and no other user from an option, whatever n8n lets through", async () => {
    const sandbox = { signIn: "sandbox", allowPrivileged: "no", protect: "", maxUsers: 1 };
    const hand = (operation, more, data) => engine.hand({ parameters: { ...parameters(operation, more), user: ADMIN, reason: "" }, credentials: { ...sandbox, ...data } });
    const foreign = { allowPrivileged: true, user: ADELE };
    for (const [operation, more] of [
      ["reset", { options: foreign }],
      ["reset", { issuePass: true, pass: foreign }],
      ["issueTemporaryAccessPass", { pass: foreign }],
    ]) {
      assert.match((await hand(operation, more)).error.message, /\(protectedUser\)/, operation);
      const [{ outcome, user }] = json(await hand(operation, more, { allowPrivileged: "yes" }));
      assert.deepEqual([outcome, user.userPrincipalName], ["complete", ADMIN], "it could be done");
    }
    for (const odd of [[foreign], "allowPrivileged", 7]) {
      assert.match((await hand("reset", { options: odd })).error.message, /no collection of fields \(invalidInput\)/);
    }
  });

  test("takes texts for yes, no and numbers, and refuses what is neither", async () => {
    await tenant.reset();
    const options = { revokeSessions: "false", verify: "true" };
    const [report] = json(await run("reset", [ADELE], { more: { issuePass: "false", options } }));
    assert.deepEqual([report.outcome, report.temporaryAccessPass, report.sessions], ["complete", undefined, undefined]);
    const pass = { lifetimeInMinutes: "90", isUsableOnce: "true" };
    const [issued] = json(await run("issueTemporaryAccessPass", [ADELE], { more: { pass } }));
    assert.deepEqual([issued.temporaryAccessPass.lifetimeInMinutes, issued.temporaryAccessPass.isUsableOnce], [90, true]);
    for (const more of [{ issuePass: "maybe" }, { options: { revokeSessions: "maybe" } }, { issuePass: true, pass: { lifetimeInMinutes: "an hour" } }]) {
      assert.match((await run("reset", [member(0)], { more })).error.message, /\(invalidInput\)/, JSON.stringify(more));
    }
    assert.match((await run("reset", [member(0)], { more: { methods: "kinds", kinds: [] } })).error.message, /\(invalidInput\)/);
    assert.equal((await tenant.kinds(member(0))).length, 6);
  });

  test("refuses an item that names nobody, and takes nothing from the others", async () => {
    await tenant.reset();
    const odd = [{ ticket: "INC1" }, { user: null }, { user: 7 }, { user: [ADELE] }, { user: { id: ADELE } }, { user: " " }];
    const result = await run("reset", [...odd, { user: ` ${ADELE} ` }]);
    assert.equal(result.status, "success", JSON.stringify(result.error));
    const reports = json(result);
    assert.deepEqual(reports.map(({ outcome, error }) => [outcome, error?.code]), [...odd.map(() => ["refused", "invalidInput"]), ["complete", undefined]]);
    assert.equal(reports.at(-1).reason, undefined, "no ticket is no reason");
    // An expression that cannot be evaluated is one item's trouble, too.
    const expression = { user: "={{ (() => { if ($json.bad) { throw new Error('no such thing'); } return $json.user; })() }}" };
    const mixed = await run("revokeSessions", [{ user: member(1) }, { bad: true }], { more: expression });
    assert.equal(mixed.status, "success", JSON.stringify(mixed.error));
    assert.deepEqual(json(mixed).map(({ outcome }) => outcome).at(-1), "refused");
  });

  test("reads a time without a zone in the workflow's", async () => {
    await tenant.reset();
    // What a clock on the wall of the workflow's zone shows, an hour ago and in an hour; the engine's own zone is another.
    const wall = (shift) => new Date(Date.now() + shift).toLocaleString("sv", { timeZone: ZONE }).replace(" ", "T");
    const past = await run("reset", [ADELE], { more: { options: { notAfter: wall(-3_600_000) } } });
    assert.match(past.error.message, /\(expired\)/);
    assert.equal(json(await run("reset", [ADELE], { more: { options: { notAfter: wall(3_600_000) } } }))[0].outcome, "complete");
    assert.equal(json(await run("plan", [ADELE], { more: { options: { notAfter: "={{ $now.plus({ hours: 1 }) }}" } } }))[0].outcome, "planned");
  });

  test("never lets a user through as if nothing were wrong, where nobody could be begun", async () => {
    await tenant.reset();
    const users = [member(0), member(1), member(2)];
    for (const data of [{ maxUsers: 2 }, { maxUsers: "many" }, { protect: "not a name" }]) {
      const regular = await run("reset", users, { data, onError: "continueRegularOutput" });
      assert.deepEqual(json(regular).map(({ error }) => typeof error), users.map(() => "string"), JSON.stringify(data));
      const { outputs } = await run("reset", users, { data, onError: "continueErrorOutput" });
      assert.deepEqual(outputs[0], [], JSON.stringify(data));
      assert.deepEqual(outputs[1].map(({ pairedItem }) => pairedItem), users.map((_, item) => ({ item })));
    }
    assert.equal((await tenant.kinds(member(0))).length, 6);
  });

  test("protects whoever is listed, with lines, commas or semicolons between", async () => {
    await tenant.reset();
    for (const protect of [`x@contoso.com, ${ADELE}`, `${ADELE};x@contoso.com`, `x@contoso.com ${ADELE}`, `\r\n${ADELE}\r\n`]) {
      assert.match((await run("reset", [ADELE], { data: { protect } })).error.message, /\(protectedUser\)/, protect);
    }
  });

  test("starts nothing more when the execution is cancelled", async () => {
    const slow = await startSample({ crowd: 50, latencyMilliseconds: 200 });
    try {
      const users = Array.from({ length: 50 }, (_, at) => member(at));
      const touched = async () => {
        const { users: found } = await slow.state();
        return found.filter(({ userPrincipalName, methods }) => users.includes(userPrincipalName) && methods.length < 7);
      };
      const running = run("reset", users, { data: { graphUrl: slow.url, authorityHost: slow.url } });
      while ((await touched()).length === 0) {
        await setTimeout(20);
      }
      await engine.cancel();
      assert.equal((await running).status, "canceled");
      let count = -1;
      for (let { log } = await slow.state(); log.length !== count; { log } = await slow.state()) {
        count = log.length;
        await setTimeout(1000);
      }
      assert.deepEqual((await slow.state()).violations, []);
      const named = (await touched()).map(({ userPrincipalName }) => userPrincipalName);
      assert.deepEqual(named, [member(0)]);
      // n8n keeps no item of it, so its log names whoever was under way.
      assert.match(engine.log, new RegExp(`Cancelled: the MFA reset of ${named[0]} is \\w+`));
    } finally {
      await slow.stop();
    }
  });

  test("says who cannot sign in, and keeps what was sent out of the error", async () => {
    await tenant.reset();
    const wrong = `not-the-secret-${Math.random()}`;
    const refused = await run("reset", [ADELE, member(0)], { data: { clientSecret: wrong } });
    assert.equal(refused.status, "error", "nobody was touched, so it is an error of the node");
    assert.match(refused.error.message, /\(unauthenticated\)/);
    const token = await tenant.token();
    const garbled = await run("status", [ADELE], { data: { signIn: "accessToken", accessToken: `${token}x` } });
    assert.match(garbled.error.message, /\(unauthenticated\)/);
    assert.equal(json(await run("status", [ADELE], { data: { signIn: "accessToken", accessToken: token } })).length, 1);
    assert.match((await run("status", [ADELE], { data: { clientSecret: "" } })).error.message, /\(\w+\)/);
    const nowhere = await run("status", [ADELE], { data: { signIn: "accessToken", accessToken: token, graphUrl: "http://127.0.0.1:9" } });
    assert.match(nowhere.error.message, /\(unreachable\)/);
    for (const { all, error } of [refused, garbled, nowhere]) {
      assert.ok(!(all + JSON.stringify(error)).includes(wrong) && !(all + JSON.stringify(error)).includes(token));
    }
    assert.equal((await tenant.kinds(ADELE)).length, 6);
  });

  test("tests a credential by signing in", async () => {
    assert.deepEqual(await engine.testCredentials(credentials), { status: "OK", message: "Signed in" });
    const wrong = await engine.testCredentials({ ...credentials, clientSecret: "wrong" });
    assert.equal(wrong.status, "Error");
    assert.ok(!wrong.message.includes(credentials.clientSecret));
    const { status, message } = await engine.testCredentials({ signIn: "sandbox", maxUsers: 100 });
    assert.deepEqual([status, message.includes("simulation")], ["OK", true]);
  });

  test("is a simulation with the sandbox, and every item says so", async () => {
    const result = await run("reset", [ADELE, "nobody@contoso.com"], { data: { signIn: "sandbox" } });
    assert.deepEqual(json(result).map(({ outcome, simulation }) => [outcome, simulation]), [["complete", true], ["refused", true]]);
  });
});
