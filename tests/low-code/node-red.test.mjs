import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Host, flow, signedIn, tenantNode } from "./flow.mjs";
import { startNodeRed } from "./node-red.mjs";
import { APPLICATION, member, startSample } from "./tenant.mjs";

const ADELE = "adele.vance@contoso.com";
const RESET = { type: "entra-mfa-reset" };
const MANY = { type: "entra-mfa-reset-many" };
const CROWD = 50;

describe("Node-RED", () => {
  let nodeRed;
  let host;
  let tenant;

  before(async () => {
    tenant = await startSample({ crowd: CROWD });
    nodeRed = await startNodeRed();
    host = new Host(nodeRed);
  });
  after(async () => {
    await Promise.all([nodeRed?.stop(), tenant?.stop()]);
  });

  const deploy = async (config, node, more) => {
    await nodeRed.deploy(flow(config, node, more));
    await tenant.reset();
  };

  /** A list that Split takes apart; the end of the run is the answer. */
  const stream = (node, config = signedIn(tenant)) => {
    const nodes = flow(config, { ...MANY, ...node });
    nodes.find(({ id }) => id === "open").wires = [["split"]];
    nodes.push({ id: "split", type: "split", z: "tab", x: 100, y: 100, splt: "\\n", spltType: "str", arraySplt: 1, arraySpltType: "len", stream: false, wires: [["node"]] });
    nodes.find(({ id }) => id === "first").wires = [[]];
    nodes.find(({ id }) => id === "caught").wires = [[]];
    return nodes;
  };

  test("knows the nodes, and each has help and texts", async () => {
    const sets = await (await nodeRed.admin("GET", "/nodes")).json();
    const ours = sets.filter(({ module }) => module === "node-red-contrib-entra-mfa-reset");
    assert.deepEqual(ours.map(({ types, err, enabled }) => ({ types, err, enabled })), [
      { types: ["entra-mfa-tenant", "entra-mfa-status", "entra-mfa-reset", "entra-mfa-reset-many"], err: undefined, enabled: true },
    ]);
    const catalog = await (await nodeRed.admin("GET", "/nodes/node-red-contrib-entra-mfa-reset/entra-mfa-reset/messages?lng=en-US")).json();
    assert.equal(catalog["entra-mfa-reset"].label.tenant, "Tenant");
    const html = await (await fetch(`${nodeRed.url}/nodes/node-red-contrib-entra-mfa-reset/entra-mfa-reset`, { headers: { Accept: "text/html" } })).text();
    for (const type of ours[0].types) {
      assert.match(html, new RegExp(`data-help-name="${type}"`));
    }
  });

  test("offers examples that need no account, in its import menu", async () => {
    const library = "/library/examples/flows/node-red-contrib-entra-mfa-reset";
    const names = (await (await nodeRed.admin("GET", library)).json()).map(({ fn }) => fn);
    assert.ok(names.length >= 3, names.join());
    for (const name of names) {
      const example = await (await nodeRed.admin("GET", `${library}/${encodeURIComponent(name)}`)).json();
      assert.deepEqual(example.filter(({ type }) => type === "entra-mfa-tenant").map(({ signIn }) => signIn), ["sandbox"]);
      await nodeRed.deploy(example);
    }
    // The last one that is deployed speaks HTTP.
    const ask = async (user) => {
      const response = await fetch(`${nodeRed.url}/mfa-reset`, { method: "POST", body: new URLSearchParams({ user, ticket: "INC1" }) });
      return [response.status, await response.json()];
    };
    const [status, { outcome, pass, ...rest }] = await ask(ADELE);
    assert.deepEqual([status, outcome, typeof pass, rest], [200, "complete", "string", {}]);
    const [refused, { code }] = await ask("admin@contoso.com");
    assert.deepEqual([refused, code], [422, "protectedUser"]);
  });

  test("resets a user, and the tenant has it", async () => {
    await deploy(signedIn(tenant), { ...RESET, pass: true, passMinutes: "60", reason: "ticket", reasonType: "msg" });
    const before = await tenant.user(ADELE);
    const { isCaught, payload } = await host.run(ADELE, { ticket: "INC0012345" });
    assert.equal(isCaught, false, JSON.stringify(payload));
    assert.equal(payload.outcome, "complete");
    assert.equal(payload.reason, "INC0012345");
    const [{ simulation, ticket }] = await host.seen("first");
    assert.equal(simulation, undefined);
    assert.equal(ticket, "INC0012345", "what the message had stays");

    const after = await tenant.user(ADELE);
    assert.deepEqual(await tenant.kinds(ADELE), ["fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
    assert.notEqual(after.signInSessionsValidFromDateTime, before.signInSessionsValidFromDateTime);
    assert.deepEqual((await tenant.state()).violations, []);
    const lights = (await host.seen("light")).map(({ status }) => status);
    assert.deepEqual(lights[0], { fill: "blue", shape: "dot", text: "working", source: lights[0].source });
    assert.deepEqual([lights.at(-1).fill, lights.at(-1).text], ["green", "complete"]);
    const { pass } = payload.temporaryAccessPass;
    assert.ok(pass.length >= 8);
    assert.ok(!nodeRed.log.includes(pass) && !JSON.stringify(lights).includes(pass), "the pass is in the payload alone");
  });

  test("refuses an administrator on the catch path, and allows one in the node only", async () => {
    await deploy(signedIn(tenant), RESET);
    const kinds = await tenant.kinds("admin@contoso.com");
    const { isCaught, payload } = await host.run("admin@contoso.com");
    assert.ok(isCaught);
    assert.equal(payload.code, "protectedUser");
    assert.equal(payload.source.type, "entra-mfa-reset");
    const said = await host.run({ user: "admin@contoso.com", allowPrivileged: true });
    assert.equal(said.payload.code, "invalidInput");
    assert.deepEqual(await tenant.kinds("admin@contoso.com"), kinds);
    assert.equal((await host.seen("light")).at(-1).status.fill, "red");

    await deploy(signedIn(tenant), { ...RESET, allowPrivileged: "yes", messageDecides: true });
    assert.equal((await host.run({ user: "admin@contoso.com", allowPrivileged: true })).payload.code, "invalidInput");
    assert.equal((await host.run("admin@contoso.com")).payload.outcome, "complete");
    assert.deepEqual(await tenant.kinds("admin@contoso.com"), []);
    assert.deepEqual((await tenant.state()).violations, []);

    await deploy(signedIn(tenant, { protect: "admin@contoso.com\nsomebody@contoso.com" }), { ...RESET, allowPrivileged: "yes" });
    assert.equal((await host.run("admin@contoso.com")).payload.code, "protectedUser");
  });

  test("takes from a message whom, why and until when, and more only where the node allows it", async () => {
    await deploy(signedIn(tenant), RESET);
    const refused = await host.run({ user: ADELE, methods: "all", temporaryAccessPass: true });
    assert.equal(refused.payload.code, "invalidInput");
    assert.match(refused.payload.message, /methods, temporaryAccessPass/);
    assert.equal((await host.run({ user: ADELE, notAfter: "2020-01-01T00:00:00Z" })).payload.code, "expired");
    for (const nobody of [undefined, "", 7, [], {}, { user: 7 }]) {
      assert.equal((await host.run(nobody)).payload.code, "invalidInput", JSON.stringify(nobody));
    }
    assert.equal((await tenant.kinds(ADELE)).length, 6);
    assert.equal((await host.run({ user: ADELE, reason: "INC1" })).payload.reason, "INC1");

    await deploy(signedIn(tenant), { ...RESET, messageDecides: true });
    const { payload } = await host.run({ user: ADELE, methods: ["phone"], revokeSessions: false });
    assert.equal(payload.outcome, "complete");
    assert.ok(!(await tenant.kinds(ADELE)).includes("phone") && (await tenant.kinds(ADELE)).includes("softwareOath"));
  });

  test("plans, revokes sessions and issues passes as actions of the same node", async () => {
    await deploy(signedIn(tenant), { ...RESET, action: "plan" });
    const before = await tenant.user(ADELE);
    assert.equal((await host.run(ADELE)).payload.outcome, "planned");
    assert.deepEqual(await tenant.user(ADELE), before);

    await deploy(signedIn(tenant), { ...RESET, action: "revokeSessions", reason: "INC2" });
    const revoked = (await host.run(ADELE)).payload;
    assert.deepEqual([revoked.sessions.outcome, revoked.reason], ["revoked", "INC2"]);
    assert.equal((await tenant.kinds(ADELE)).length, 6);

    await deploy(signedIn(tenant), { ...RESET, action: "issueTemporaryAccessPass", passMinutes: 90, passOnce: "yes" });
    const issued = (await host.run(ADELE)).payload.temporaryAccessPass;
    assert.deepEqual([issued.lifetimeInMinutes, issued.isUsableOnce], [90, true]);
    assert.equal((await host.run("admin@contoso.com")).payload.code, "protectedUser");
    assert.deepEqual(await tenant.kinds("admin@contoso.com"), ["phone", "microsoftAuthenticator"]);
  });

  test("reads a status, and says who is not there", async () => {
    await deploy(signedIn(tenant), { type: "entra-mfa-status" });
    const { payload } = await host.run(ADELE);
    assert.equal(payload.methods.filter(({ kind }) => kind !== "password").length, 6);
    assert.ok(!JSON.stringify(payload).includes("4255550100"), "numbers are masked");
    assert.equal((await host.run("nobody@contoso.com")).payload.code, "userNotFound");
  });

  test("sends what is not complete to its second output", async () => {
    await deploy(signedIn(tenant), { ...RESET, messageDecides: true });
    const { payload } = await host.run({ user: ADELE, verify: false });
    assert.equal(payload.outcome, "unverified");
    const last = (await host.seen("second")).at(-1);
    assert.equal(last.payload.outcome, "unverified");
    assert.equal((await host.seen("light")).at(-1).status.fill, "yellow");
  });

  test("says who cannot sign in: a wrong secret, a token that is none, a tenant that lacks its secret", async () => {
    await deploy(signedIn(tenant, { credentials: { clientSecret: "wrong" } }), RESET);
    assert.equal((await host.run(ADELE)).payload.code, "unauthenticated");
    await deploy(signedIn(tenant, { id: "token", signIn: "accessToken", credentials: { accessToken: `${await tenant.token()}x` } }), RESET);
    assert.equal((await host.run(ADELE)).payload.code, "unauthenticated");
    await deploy(signedIn(tenant, { id: "bare", credentials: {}, clientId: " " }), RESET);
    const { payload } = await host.run(ADELE);
    assert.equal(payload.code, "invalidInput");
    assert.match(payload.message, /lacks the application \(client\) id, the client secret/);
    assert.equal((await tenant.kinds(ADELE)).length, 6);
    await deploy(signedIn(tenant, { id: "token", signIn: "accessToken", credentials: { accessToken: await tenant.token() } }), RESET);
    assert.equal((await host.run(ADELE)).payload.outcome, "complete");
  });

  test("resets fifty users from a list, each with a report, and joins them", async () => {
    await deploy(signedIn(tenant), { ...MANY, reason: "INC3" }, { join: true });
    const users = Array.from({ length: CROWD }, (_, at) => member(at));
    const { payload } = await host.run([...users.slice(0, -1), { user: users.at(-1), reason: "INC4" }]);
    assert.equal(payload.length, CROWD);
    assert.deepEqual(new Set(payload.map(({ user }) => user.userPrincipalName)), new Set(users));
    assert.deepEqual(new Set(payload.map(({ outcome }) => outcome)), new Set(["complete"]));
    assert.deepEqual(payload.filter(({ reason }) => reason !== "INC3").map(({ user }) => user.userPrincipalName), [users.at(-1)]);
    const state = await tenant.state();
    const left = state.users.filter(({ userPrincipalName }) => users.includes(userPrincipalName)).flatMap(({ methods }) => methods);
    assert.ok(!left.some((method) => method["@odata.type"].endsWith(".phoneAuthenticationMethod")));
    assert.deepEqual(state.violations, []);
    const [summary] = (await host.seen("second")).slice(-1);
    assert.deepEqual(summary.payload, { users: CROWD, outcomes: { complete: CROWD }, notBegun: 0 });
    assert.deepEqual((await host.seen("light")).at(-1).status.text, `${CROWD} complete`);
  });

  test("resets a stream of users, keeps each with its message, and goes on after one that cannot be", async () => {
    await nodeRed.deploy(stream());
    await tenant.reset();
    const from = { first: (await host.seen("first")).length, catch: (await host.seen("catch")).length };
    const users = [member(0), "admin@contoso.com", { user: member(1), allowPrivileged: true }, member(2), member(2)];
    const { payload } = await host.run(users);
    assert.deepEqual(payload, { users: 4, outcomes: payload.outcomes, notBegun: 0 });
    assert.deepEqual(payload.outcomes, { complete: 2, refused: 2 });
    const reports = (await host.seen("first")).slice(from.first);
    const told = reports.map((each) => [each.parts.index, each.payload.user.userPrincipalName, each.payload.outcome, each.payload.error?.code]);
    assert.deepEqual(told.sort(([one], [other]) => one - other), [
      [0, member(0), "complete", undefined],
      [1, "admin@contoso.com", "refused", "protectedUser"],
      [3, member(2), "complete", undefined],
      [4, member(2), "refused", "duplicateUser"],
    ]);
    const caught = (await host.seen("catch")).slice(from.catch);
    assert.deepEqual(caught.map(({ error, parts }) => [error.code, parts.index]), [["invalidInput", 2]]);
    assert.equal((await tenant.kinds(member(1))).length, 6);
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("protects whoever is listed, with lines, commas or semicolons between", async () => {
    for (const protect of [`x@contoso.com, ${ADELE}`, `${ADELE};x@contoso.com`, `\r\n ${ADELE} \r\n`]) {
      await deploy(signedIn(tenant, { protect }), RESET);
      assert.equal((await host.run(ADELE)).payload.code, "protectedUser", protect);
    }
    await deploy(signedIn(tenant, { protect: " \n" }), RESET);
    assert.equal((await host.run(ADELE)).payload.outcome, "complete");
  });

  // A flow may be written by hand, and what comes from the environment is a text.
  test("takes texts for yes, no and numbers in its settings, and refuses what is none of them", async () => {
    const settings = { pass: "true", passMinutes: " 90 ", passOnce: "yes", messageDecides: "false", allowPrivileged: "no" };
    await deploy(signedIn(tenant, { maxUsers: "7" }), { ...RESET, ...settings });
    assert.match((await host.run({ user: ADELE, methods: "none" })).payload.message, /takes user, reason, notAfter only/);
    const { lifetimeInMinutes, isUsableOnce } = (await host.run(ADELE)).payload.temporaryAccessPass;
    assert.deepEqual([lifetimeInMinutes, isUsableOnce], [90, true]);

    await deploy(signedIn(tenant), { ...RESET, pass: "false" });
    assert.equal((await host.run(ADELE)).payload.temporaryAccessPass, undefined);

    // What is not there at all is what the editor would have put there.
    await deploy(signedIn(tenant), { ...RESET, revokeSessions: undefined, keep: undefined, perUserMfa: undefined, allowPrivileged: undefined, kinds: undefined });
    assert.equal((await host.run(ADELE)).payload.sessions.outcome, "revoked");
    assert.equal((await host.run("admin@contoso.com")).payload.code, "protectedUser");

    for (const wrong of [
      { pass: "maybe" },
      { revokeSessions: "true-ish" },
      { passOnce: 1, pass: true },
      { allowPrivileged: "maybe" },
      { methods: "kinds", kinds: [] },
      { methods: "kinds", kinds: "phone" },
      { passMinutes: "an hour", pass: true },
    ]) {
      await deploy(signedIn(tenant), { ...RESET, ...wrong });
      const { payload } = await host.run(ADELE);
      assert.equal(payload.code, "invalidInput", `${JSON.stringify(wrong)}: ${payload.message}`);
    }
    await deploy(signedIn(tenant), { ...RESET, messageDecides: "si" });
    assert.match((await host.run({ user: ADELE, methods: "none" })).payload.message, /neither yes nor no/);
    assert.equal((await tenant.kinds(ADELE)).length, 6);
    for (const maxUsers of ["", "many", 0, -1, 1.5]) {
      await deploy(signedIn(tenant, { maxUsers }), RESET);
      assert.equal((await host.run(ADELE)).payload.code, "invalidInput", String(maxUsers));
    }
  });

  test("takes a name with spaces around it, a ticket that is a number, and says when the message lacks a property", async () => {
    await deploy(signedIn(tenant), { ...RESET, reason: "ticket", reasonType: "msg" });
    assert.equal((await host.run({ user: `  ${ADELE} ` }, { ticket: 12345 })).payload.reason, "12345");
    const told = (await host.run(member(0), { ticket: { number: 1 } })).payload;
    assert.deepEqual([told.code, /reason/.test(told.message)], ["invalidInput", true]);
    await deploy(signedIn(tenant), { ...RESET, user: "order.requester.mail" });
    const lacking = (await host.run(ADELE)).payload;
    assert.equal(lacking.code, "invalidInput");
    assert.match(lacking.message, /message/);
    assert.equal((await tenant.kinds(member(0))).length, 6);
  });

  test("writes down each user's own reason, of a stream as of one", async () => {
    await nodeRed.deploy(stream({ reason: "payload.why", reasonType: "msg", user: "payload.who" }));
    await tenant.reset();
    const from = (await host.seen("first")).length;
    await host.run([{ who: member(0), why: "INC1" }, { who: member(1), why: "INC2" }, { who: member(2), why: ["no"] }, { who: member(3), why: 4 }]);
    const reports = (await host.seen("first")).slice(from);
    const reasons = reports.map(({ payload }) => [payload.user.userPrincipalName, payload.reason]).sort();
    assert.deepEqual(reasons, [[member(0), "INC1"], [member(1), "INC2"], [member(3), "4"]]);
    assert.equal((await tenant.kinds(member(2))).length, 6);
  });

  test("ends a stream once, whose last message says so, and no report says it again", async () => {
    await nodeRed.deploy(flow(signedIn(tenant), { ...MANY, user: "payload.who" }));
    await tenant.reset();
    const from = { first: (await host.seen("first")).length, second: (await host.seen("second")).length };
    await Promise.race([host.run({ who: member(0) }), host.run({ who: member(1) }, { complete: true })]);
    let ended;
    do {
      await setTimeout(20);
      ended = (await host.seen("second")).slice(from.second);
    } while (ended.length === 0);
    assert.deepEqual(ended.map(({ payload }) => payload), [{ users: 2, outcomes: { complete: 2 }, notBegun: 0 }]);
    const reports = (await host.seen("first")).slice(from.first);
    assert.deepEqual(reports.map(({ complete }) => complete), [undefined, undefined]);
  });

  test("ends a sequence whose run is over before its last message, once", async () => {
    const accessToken = `${await tenant.token()}x`;
    const nodes = stream({}, signedIn(tenant, { id: "token", signIn: "accessToken", credentials: { accessToken } }));
    nodes.find(({ id }) => id === "split").wires = [["slow"]];
    nodes.push({ id: "slow", type: "delay", z: "tab", x: 100, y: 140, pauseType: "rate", rate: "2", nbRateUnits: "1", rateUnits: "second", drop: false, wires: [["node"]] });
    await nodeRed.deploy(nodes);
    const from = { second: (await host.seen("second")).length, catch: (await host.seen("catch")).length };
    await host.run([member(0), member(1), member(2)]);
    let caught = [];
    for (let tries = 0; caught.length < 2 && tries < 100; tries += 1) {
      await setTimeout(50);
      caught = (await host.seen("catch")).slice(from.catch);
    }
    // The first has a report; the others came when it was over.
    assert.deepEqual(caught.map(({ error, parts }) => [error.code, parts.index]), [["unauthenticated", 1], ["unauthenticated", 2]]);
    assert.equal((await host.seen("second")).length - from.second, 1);
    assert.equal((await host.seen("light")).at(-1).status.text, "unauthenticated");
  });

  test("refuses more users than the tenant takes, a list before any is touched", async () => {
    await deploy(signedIn(tenant, { maxUsers: "2" }), MANY);
    const { isCaught, payload } = await host.run([member(0), member(1), member(2)]);
    assert.ok(isCaught);
    assert.equal(payload.code, "invalidInput");
    assert.match(payload.message, /takes 2 in one run/);
    assert.equal((await tenant.kinds(member(0))).length, 6);
  });

  test("keeps the secret encrypted, out of the flow, out of the editor and out of the log", async () => {
    await deploy(signedIn(tenant), RESET);
    await host.run(ADELE);
    const { clientSecret } = APPLICATION;
    assert.ok(!nodeRed.read("flows.json").includes(clientSecret));
    const stored = nodeRed.read("flows_cred.json");
    assert.deepEqual(Object.keys(JSON.parse(stored)), ["$"]);
    assert.ok(!stored.includes(clientSecret));
    const shown = await (await nodeRed.admin("GET", "/credentials/entra-mfa-tenant/tenant")).json();
    assert.deepEqual(shown, { has_clientSecret: true, has_certificate: false, has_accessToken: false });
    assert.ok(!(await (await nodeRed.admin("GET", "/flows")).text()).includes(clientSecret));
    assert.ok(!nodeRed.log.includes(clientSecret));
  });

  test("ends cleanly when it is deployed anew in the middle of a run", async () => {
    const slow = await startSample({ crowd: CROWD, latencyMilliseconds: 300 });
    try {
      await nodeRed.deploy(flow(signedIn(slow), MANY));
      const users = Array.from({ length: CROWD }, (_, at) => member(at));
      // Nobody may be left to answer it.
      host.run(users).catch(() => undefined);
      let begun;
      do {
        await setTimeout(20);
        ({ users: begun } = await slow.state());
        begun = begun.filter(({ userPrincipalName, methods }) => users.includes(userPrincipalName) && methods.length < 7);
      } while (begun.length === 0);
      const from = nodeRed.log.split("\n").length;
      await nodeRed.deploy(flow(tenantNode({ signIn: "sandbox" }), { ...MANY, name: "another" }));
      const log = nodeRed.log.split("\n").slice(from);
      const ended = log.filter((line) => line.includes("Ended by a redeploy"));
      const [, reports, notBegun] = ended.at(-1).match(/: (\d+) users have a report, (\d+) were not begun/);
      assert.equal(Number(reports) + Number(notBegun), CROWD);
      assert.ok(ended.some((line) => / is (failed|partial|refused)$/.test(line)), ended.at(-1));
      const named = new Set(ended.flatMap((line) => line.match(/member\d+@contoso\.com/) ?? []));
      const told = new Set([...named, ...(await host.seen("first")).map(({ payload }) => payload.user.userPrincipalName)]);

      const { users: found, violations, log: requests } = await slow.state();
      const touched = found.filter(({ userPrincipalName, methods }) => users.includes(userPrincipalName) && methods.length < 7);
      for (const { userPrincipalName } of touched) {
        assert.ok(told.has(userPrincipalName), `${userPrincipalName} was touched and nobody was told`);
      }
      assert.deepEqual(violations, []);
      await host.run(["adele.vance@contoso.com"]);
      assert.equal((await slow.state()).log.length, requests.length, "nothing is sent after the end");
    } finally {
      await slow.stop();
    }
  });

  test("ends a plan, too, when it is deployed anew", async () => {
    const slow = await startSample({ latencyMilliseconds: 1000 });
    try {
      await nodeRed.deploy(flow(signedIn(slow), { ...RESET, action: "plan" }));
      host.run(ADELE).catch(() => undefined);
      while ((await slow.state()).log.length === 0) {
        await setTimeout(20);
      }
      await nodeRed.deploy(flow(tenantNode({ signIn: "sandbox" }), { ...RESET, name: "another" }));
      const { log } = await slow.state();
      assert.deepEqual(log.filter(({ path }) => path.includes("$batch")), []);
    } finally {
      await slow.stop();
    }
  });

  test("is a simulation with the sandbox, and says so on every message and light", async () => {
    await nodeRed.deploy(flow(tenantNode({ signIn: "sandbox" }), RESET));
    assert.equal((await host.run(ADELE)).payload.outcome, "complete");
    assert.equal((await host.seen("first")).at(-1).simulation, true);
    assert.equal((await host.seen("light")).at(-1).status.text, "sandbox: complete");
  });
});
