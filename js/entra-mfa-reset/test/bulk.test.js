// Many users through the library.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { ADELE, crowd, deletes, kinds, names, phone, serve, until } from "./support.js";

const LEFT = ["password"];

function open(seed, options = {}) {
  const tenant = new SandboxTenant(seed);
  return { tenant, client: new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch, ...options }) };
}

async function all(reports) {
  const list = [];
  for await (const report of reports) {
    list.push(report);
  }
  return list;
}

const upn = ({ user }) => user.userPrincipalName;

describe("many users", () => {
  test("are all reset, each delete once, in few requests", async () => {
    const { tenant, client } = open(crowd(100));
    const reports = await all(client.resetMany(names(100), { reason: "INC-1042" }));
    assert.deepEqual(reports.map(upn).sort(), names(100).sort());
    assert.ok(reports.every(({ outcome, reason }) => outcome === "complete" && reason === "INC-1042"));
    const done = await deletes(tenant);
    assert.equal(done.length, 300);
    assert.equal(new Set(done).size, 300);
    const { users, log, violations } = await tenant.state();
    assert.ok(users.every(({ methods }) => methods.length === 1));
    assert.deepEqual(violations, []);
    assert.ok(log.length < 200, `${log.length} requests`);
  });

  test("have a report each, whatever becomes of them", async () => {
    const { tenant, client } = open();
    const users = [ADELE, "nobody@contoso.com", "admin@contoso.com", "pradeep.gupta@contoso.com", ADELE.toUpperCase(), "", null, 5, {}, { user: "x@contoso.com", methodes: "all" }, { user: "y@contoso.com", notAfter: "2020-01-01T00:00:00Z" }];
    const reports = await all(client.resetMany(users));
    assert.equal(reports.length, users.length);
    const codes = reports.map(({ outcome, error }) => `${outcome} ${error?.code ?? ""}`.trim()).sort();
    assert.deepEqual(codes, [
      "complete",
      "failed userNotFound",
      "refused duplicateUser",
      "refused expired",
      ...Array(5).fill("refused invalidInput"),
      "refused managementRestricted",
      "refused protectedUser",
    ]);
    assert.deepEqual(await kinds(tenant, ADELE), ["email", "fido2", "password", "windowsHelloForBusiness"]);
  });

  test("can each ask for something else", async () => {
    const { tenant, client } = open(crowd(3));
    const [first, second, third] = names(3);
    const reports = await all(client.resetMany([first, { user: second, methods: ["phone"] }, { user: third, methods: "none", temporaryAccessPass: true }], { revokeSessions: false }));
    assert.deepEqual(reports.map(({ outcome }) => outcome), ["complete", "complete", "complete"]);
    assert.deepEqual(await kinds(tenant, first), LEFT);
    assert.deepEqual(await kinds(tenant, second), ["microsoftAuthenticator", "password", "softwareOath"]);
    assert.equal((await kinds(tenant, third)).length, 5);
    assert.match(reports.find((report) => upn(report) === third).temporaryAccessPass.pass, /\S{8}/);
  });

  test("are planned without a write", async () => {
    const { tenant, client } = open(crowd(30));
    const reports = await all(client.planMany(new Set(names(30))));
    assert.ok(reports.every(({ outcome, methods }) => outcome === "planned" && methods.length >= 3));
    assert.deepEqual(await deletes(tenant), []);
  });

  test("are none: no report", async () => {
    const { client, tenant } = open();
    assert.deepEqual(await all(client.resetMany([])), []);
    assert.deepEqual((await tenant.state()).log, []);
  });

  test("of a group are its users, and the others are counted", async () => {
    const { users } = crowd(30);
    const group = { id: "0d000001-5c1e-4f3a-9b7d-000000000001", displayName: "Sales", members: users.map(({ id }) => id), otherMembers: [{ type: "device", id: "0d000001-5c1e-4f3a-9b7d-000000000002" }] };
    const { client } = open({ users, groups: [group], settings: { pageSize: 7 } });
    const members = client.groupMembers(group.id);
    const found = [];
    let next = await members.next();
    for (; next.done !== true; next = await members.next()) {
      found.push(next.value);
    }
    assert.deepEqual(found.sort(), users.map(({ id }) => id));
    assert.equal(next.value, 1);
    const reports = await all(client.resetMany(client.groupMembers(group.id)));
    assert.equal(reports.length, 30);
    for (const wrong of ["Sales", "", undefined, 5]) {
      await assert.rejects(client.groupMembers(wrong).next(), { code: "invalidInput" });
    }
    await assert.rejects(all(client.resetMany(client.groupMembers("0d000001-5c1e-4f3a-9b7d-00000000dead"))), { name: "MfaResetError", message: /no such group/ });
  });

  test("wrong defaults, and what is no list, throw before anything is sent", async () => {
    const { client, tenant } = open();
    await assert.rejects(all(client.resetMany([ADELE], { methodes: "all" })), { name: "MfaResetError", code: "invalidInput" });
    await assert.rejects(all(client.resetMany(ADELE)), { name: "MfaResetError", code: "invalidInput" });
    assert.deepEqual((await tenant.state()).log, []);
  });

  test("more than limits.users: those that it allows are done, then it throws", async () => {
    const { client } = open(crowd(9), { limits: { users: 4 } });
    const reports = [];
    await assert.rejects(
      async () => {
        for await (const report of client.resetMany(names(9))) {
          reports.push(report);
        }
      },
      { code: "invalidInput", message: /limits\.users/ },
    );
    assert.equal(reports.length, 4);
    assert.ok(reports.every(({ outcome }) => outcome === "complete"));
  });
});

describe("events", () => {
  test("come where somebody listens", async () => {
    const { client } = open(crowd(3));
    const events = [];
    await all(client.resetMany(names(3), {}, { onEvent: (event) => events.push(event) }));
    assert.equal(events.filter(({ step, outcome }) => step === "method" && outcome === "done").length, 9);
  });
});

describe("onBegin", () => {
  test("is awaited before a user's first write, and tells what is planned", async () => {
    const tenant = new SandboxTenant(crowd(5));
    const begun = new Map();
    const fetch = async (url, init) => {
      for (const [, id] of String(init.body ?? "").matchAll(/"method":"DELETE","url":"\/?users\/([^/]+)/g)) {
        assert.ok(begun.get(decodeURIComponent(id)), `${id} is written to before it is remembered`);
      }
      return tenant.fetch(url, init);
    };
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch });
    const onBegin = async (intent) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      begun.set(intent.userId, intent);
    };
    const reports = await all(client.resetMany(names(5), {}, { onBegin }));
    assert.ok(reports.every(({ outcome }) => outcome === "complete"));
    assert.equal(begun.size, 5);
    const { planned, user, userPrincipalName, at } = [...begun.values()].find((intent) => intent.user === "user1@contoso.com");
    assert.equal(userPrincipalName, user);
    assert.ok(Date.parse(at) > 0);
    assert.deepEqual(planned.map(({ kind, action }) => `${action} ${kind}`).sort(), ["delete microsoftAuthenticator", "delete phone", "delete softwareOath"]);
    assert.ok(!JSON.stringify(planned).includes("4255550000"));
  });

  test("that rejects leaves this user as it is, and no other", async () => {
    const { tenant, client } = open(crowd(3));
    const [first, second, third] = names(3);
    const onBegin = ({ user }) => {
      if (user === second) {
        throw new Error(`secret of ${user}`);
      }
    };
    const reports = await all(client.resetMany([first, second, third], {}, { onBegin }));
    const refused = reports.find((report) => upn(report) === second);
    assert.notEqual(refused.outcome, "complete");
    assert.ok(refused.error, JSON.stringify(refused));
    assert.ok(!JSON.stringify(refused).includes("secret of"));
    assert.equal((await kinds(tenant, second)).length, 4);
    assert.deepEqual(await kinds(tenant, first), LEFT);
    assert.deepEqual(await kinds(tenant, third), LEFT);
  });

  test("what it told is what a later run removes, and no more", async () => {
    const seed = crowd(2);
    const [first, second] = names(2);
    const intents = [];
    const before = open(seed);
    await all(before.client.resetMany([first, second], {}, { onBegin: (intent) => { intents.push(intent); throw new Error("died"); } }));
    // One registers another phone before the second run.
    seed.users[0].methods[0] = phone("+1 4255559999", "2025-06-01T00:00:00Z");
    const { tenant, client } = open(seed);
    const reports = await all(client.resetMany(intents.map(({ user, planned }) => ({ user, planned }))));
    assert.ok(reports.every(({ outcome }) => outcome === "complete"), JSON.stringify(reports.map(({ outcome, error }) => [outcome, error])));
    assert.deepEqual(await kinds(tenant, first), ["password", "phone"]);
    assert.deepEqual(await kinds(tenant, second), LEFT);
  });
});

describe("pace", () => {
  /** A long source that counts. */
  function long() {
    const source = { read: 0, returned: 0 };
    source.users = (async function* () {
      try {
        while (source.read < 4000) {
          source.read += 1;
          yield `user${source.read}@contoso.com`;
        }
      } finally {
        source.returned += 1;
      }
    })();
    return source;
  }

  test("a report that nobody takes stops the run within a bound", async () => {
    const { tenant, client } = open(crowd(4000));
    const source = long();
    const reports = client.resetMany(source.users);
    try {
      await reports.next();
      let before = -1;
      await until(async () => {
        const now = (await tenant.state()).log.length;
        const isQuiet = now === before;
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return isQuiet;
      }, 30_000);
      const reset = (await tenant.state()).users.filter(({ methods }) => methods.length === 1).length;
      assert.ok(source.read < 1500 && reset < 1500, `${source.read} read, ${reset} reset`);
    } finally {
      await reports.return();
    }
    assert.equal(source.returned, 1);
  });

  test("a million users are not read ahead", async () => {
    const { client } = open(crowd(100));
    let read = 0;
    function* million() {
      for (; read < 1_000_000; read += 1) {
        yield `user${(read % 100) + 1}@contoso.com`;
      }
    }
    for await (const report of client.resetMany(million())) {
      assert.ok(report.user);
      break;
    }
    assert.ok(read < 2000, `${read}`);
  });

  test("leaving the loop ends the run and lets the source go", async (context) => {
    const { url, tenant, requests } = await serve(context, { tenant: new SandboxTenant(crowd(2000)) });
    const client = new MfaResetClient({ accessToken: tenant.accessToken }, { graphUrl: url });
    const source = long();
    for await (const report of client.resetMany(source.users)) {
      assert.equal(report.outcome, "complete");
      break;
    }
    assert.equal(source.returned, 1);
    const sent = requests.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(requests.length, sent);
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("a slow source holds nobody up who is there", async () => {
    const { client } = open(crowd(2));
    let second;
    async function* slow() {
      yield "user1@contoso.com";
      await new Promise((resolve) => (second = resolve));
      yield "user2@contoso.com";
    }
    const reports = client.resetMany(slow());
    assert.equal(upn((await reports.next()).value), "user1@contoso.com");
    second();
    assert.equal(upn((await reports.next()).value), "user2@contoso.com");
    assert.equal((await reports.next()).done, true);
  });

  test("a source that throws: who was read is done, then its error comes", async () => {
    const { tenant, client } = open(crowd(3));
    const cause = new Error("disk");
    async function* broken() {
      yield* names(3);
      throw cause;
    }
    const reports = [];
    await assert.rejects(
      async () => {
        for await (const report of client.resetMany(broken())) {
          reports.push(report);
        }
      },
      (error) => error instanceof MfaResetError && error.code === "invalidInput" && error.cause === cause,
    );
    assert.deepEqual(reports.map(({ outcome }) => outcome), ["complete", "complete", "complete"]);
    assert.deepEqual(await kinds(tenant, "user3@contoso.com"), LEFT);
  });
});

describe("an abort signal", () => {
  test("ends who is under way, with reports, and then throws", async () => {
    const { tenant, client } = open({ ...crowd(400), latencyMilliseconds: 20 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const reports = [];
    let returned = false;
    function* source() {
      try {
        yield* names(400);
      } finally {
        returned = true;
      }
    }
    await assert.rejects(
      async () => {
        for await (const report of client.resetMany(source(), {}, { signal: controller.signal })) {
          reports.push(report);
          if (reports.length === 5) {
            controller.abort(reason);
          }
        }
      },
      (error) => error instanceof MfaResetError && error.code === "cancelled" && error.cause === reason,
    );
    assert.ok(returned);
    assert.ok(reports.length < 400 && reports.length > 5, `${reports.length}`);
    assert.ok(reports.some(({ outcome }) => outcome !== "complete"));
    // What is said to be done is done.
    const { users } = await tenant.state();
    for (const report of reports.filter(({ outcome }) => outcome === "complete")) {
      assert.equal(users.find(({ id }) => id === report.user.id).methods.length, 1);
    }
    const told = new Set(reports.map(({ user }) => user.userPrincipalName));
    for (const { userPrincipalName, methods } of users) {
      assert.ok(methods.length === 4 || told.has(userPrincipalName), `${userPrincipalName} was touched in silence`);
    }
  });

  test("that has fired sends nothing and reads nobody", async () => {
    const { tenant, client } = open();
    const users = { [Symbol.iterator]: () => ({ next: () => assert.fail("read") }) };
    await assert.rejects(all(client.resetMany(users, {}, { signal: AbortSignal.abort() })), { code: "cancelled" });
    assert.deepEqual((await tenant.state()).log, []);
  });
});
