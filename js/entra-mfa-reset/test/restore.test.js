// Backups, put back: through the client, and by the command from every form of file.
import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { MfaResetClient } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { main } from "../dist/cli/main.js";
import { style } from "../dist/cli/style.js";
import { backup } from "../dist/cli/view.js";
import { ADELE, crowd, kinds, names, phone, serve } from "./support.js";

const NUMBER = "+1 4255550100";
const PHONES = { phones: [{ phoneType: "mobile", phoneNumber: NUMBER }] };

function tenantOf(...methods) {
  return new SandboxTenant({ users: [{ id: "0a000001-5c1e-4f3a-9b7d-000000000001", userPrincipalName: ADELE, methods }] });
}

function clientOf(tenant) {
  return new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
}

async function folder(context) {
  const path = await mkdtemp(join(tmpdir(), "restore-"));
  context.after(() => rm(path, { recursive: true }));
  return path;
}

/** Runs the command on a tenant behind a socket, without a process. */
async function command(context, tenant, args, input) {
  const { url, requests } = await serve(context, { tenant });
  const stream = () => new PassThrough().setEncoding("utf8");
  const [stdin, stdout, stderr] = [new PassThrough(), stream(), stream()];
  stdin.end(input ?? "");
  const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
  const argv = ["restore", ...args, "--graph-url", url, "--output", "json"];
  const code = await main({ argv, env, stdin, stdout, stderr, signal: new AbortController().signal });
  return { code, stdout: stdout.read() ?? "", stderr: stderr.read() ?? "", requests };
}

describe("client", () => {
  test("a reset's backup is put back, and a second time nothing is written", async () => {
    const tenant = tenantOf(phone(NUMBER));
    const client = clientOf(tenant);
    const { backup } = await client.reset({ user: ADELE, backup: true });
    assert.deepEqual(await kinds(tenant, ADELE), ["password"]);
    const report = await client.restore({ user: ADELE, backup });
    assert.equal(report.outcome, "complete");
    assert.equal(report.methods[0].action, "register");
    assert.deepEqual(await kinds(tenant, ADELE), ["password", "phone"]);
    const again = await client.restore({ user: ADELE, backup });
    assert.deepEqual([again.outcome, again.methods[0].outcome], ["complete", "kept"]);
  });

  test("another number is a conflict, and a number in another format an error without the number", async () => {
    const client = clientOf(tenantOf(phone("+1 4255550199")));
    const report = await client.restore({ user: ADELE, backup: PHONES });
    assert.deepEqual([report.outcome, report.error.code], ["failed", "conflict"]);
    const backup = { phones: [{ phoneType: "mobile", phoneNumber: "+14255550177" }] };
    await assert.rejects(client.restore({ user: ADELE, backup }), (error) => {
      assert.equal(error.code, "invalidInput");
      assert.doesNotMatch(JSON.stringify(error), /4255550177/);
      return true;
    });
    await assert.rejects(client.restore({ user: ADELE }), { code: "invalidInput" });
    await assert.rejects(client.restore({ user: ADELE, backup: { phone: [] } }), { code: "invalidInput" });
  });
});

describe("command", () => {
  const report = { user: { id: "0a000001-5c1e-4f3a-9b7d-000000000001", userPrincipalName: ADELE }, outcome: "complete", backup: PHONES };
  const other = { ...report, user: { userPrincipalName: "alex.wilber@contoso.com" }, backup: {} };
  const forms = {
    "a backup": JSON.stringify(PHONES),
    "a report": JSON.stringify(report, undefined, 2),
    "a list of reports": JSON.stringify([other, report]),
    "lines of backups": `${JSON.stringify({ user: "x", backup: {} })}\n${JSON.stringify({ user: report.user.id, userPrincipalName: ADELE.toUpperCase(), backup: PHONES })}\n`,
  };
  for (const [form, text] of Object.entries(forms)) {
    test(`from ${form}, as a file and on the standard input`, async (context) => {
      const file = join(await folder(context), "backup.json");
      await writeFile(file, text, { mode: 0o600 });
      for (const [path, input] of [[file, undefined], ["-", text]]) {
        const tenant = tenantOf();
        const { code, stdout, stderr } = await command(context, tenant, [ADELE, "--backup-file", path, "--yes", "--reason", "INC-7"], input);
        assert.equal(code, 0, stderr);
        const { outcome, reason } = JSON.parse(stdout);
        assert.deepEqual([outcome, reason], ["complete", "INC-7"]);
        assert.deepEqual(await kinds(tenant, ADELE), ["password", "phone"]);
        assert.doesNotMatch(stdout + stderr, /4255550100/);
        assert.doesNotMatch(stderr, /chmod/);
      }
    });
  }

  const refusals = [
    ["another user's backup", JSON.stringify(other), /no backup of/],
    ["two backups of the user", `${JSON.stringify(report)}\n${JSON.stringify(report)}`, /2 backups of/],
    ["a report without a backup", JSON.stringify({ ...report, backup: undefined }), /no backup in it/],
    ["text", "+1 4255550100", /no JSON/],
    ["a text as JSON", '"+1 4255550100"', /no backup/],
  ];
  for (const [what, text, message] of refusals) {
    test(`${what} is refused before anything is sent`, async (context) => {
      const { code, stderr, requests } = await command(context, tenantOf(), [ADELE, "--backup-file", "-", "--yes"], text);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /4255550100/);
      assert.equal(requests.length, 0);
    });
  }

  test("what it asks about shows no whole number and no whole address, however the file is written", () => {
    const plain = { style: style(false), columns: 100 };
    const given = { phones: [{ phoneType: "mobile", phoneNumber: "+14255550100" }], emails: ["adele@contoso.com", "+1 4255550100"] };
    const shown = backup(ADELE, given, plain);
    assert.match(shown, /email a\*\*\*@contoso\.com/);
    assert.doesNotMatch(shown, /4255550100|adele@contoso/);
  });

  test("without a file, a terminal or rights it says so", async (context) => {
    const usage = async (...args) => (await command(context, tenantOf(), args)).stderr;
    assert.match(await usage(ADELE), /needs a backup/);
    assert.match(await usage(ADELE, "--backup-file", "nowhere.json", "--yes"), /cannot be read \(ENOENT\)/);
    assert.match(await usage(ADELE, "--backup-file", "nowhere.json"), /no terminal to ask on/);
  });

  test("a file that others can read is warned about", { skip: process.platform === "win32" && "Windows has other rights" }, async (context) => {
    const file = join(await folder(context), "backup.json");
    await writeFile(file, forms["a backup"]);
    await chmod(file, 0o644);
    const { code, stderr } = await command(context, tenantOf(), [ADELE, "--backup-file", file, "--yes"]);
    assert.equal(code, 0);
    assert.match(stderr, /chmod 600/);
  });

  test("what a reset of many wrote with --backups is put back for those that are named", async (context) => {
    const file = join(await folder(context), "run.backups");
    const tenant = new SandboxTenant(crowd(3));
    const { url } = await serve(context, { tenant });
    const stream = () => new PassThrough().setEncoding("utf8");
    const users = join(await folder(context), "users.txt");
    await writeFile(users, names(3).join("\n"));
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
    const argv = ["reset", "--from", users, "--backups", file, "--yes", "--graph-url", url];
    const signal = new AbortController().signal;
    assert.equal(await main({ argv, env, stdin: stream(), stdout: stream(), stderr: stream(), signal }), 0);
    assert.equal((await readFile(file, "utf8")).trim().split("\n").length, 3);
    const { code, stdout } = await command(context, tenant, ["user1@contoso.com", "user3@contoso.com", "--backup-file", file, "--yes"]);
    // The default was the app, which never comes back.
    assert.equal(code, 1);
    const reports = JSON.parse(stdout);
    assert.deepEqual(reports.map(({ methods }) => methods[0].outcome), ["done", "done"]);
    const has = async (user) => (await kinds(tenant, user)).includes("phone");
    assert.deepEqual([await has("user1@contoso.com"), await has("user2@contoso.com"), await has("user3@contoso.com")], [true, false, true]);
  });
});
