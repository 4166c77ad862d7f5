// The command, as a process.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { main } from "../dist/cli/main.js";
import { ADELE, cli, deadOrigin, kinds, serve, tokenWith, until } from "./support.js";

async function run(args, options) {
  return cli(args, options).done;
}

/** Runs the command without a process, which is quicker. */
async function local(args, env = {}) {
  const stream = () => new PassThrough().setEncoding("utf8");
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const code = await main({ argv: args, env, stdin, stdout, stderr, signal: new AbortController().signal });
  return { code, stdout: stdout.read() ?? "", stderr: stderr.read() ?? "" };
}

describe("usage", () => {
  test("help for all and for each command", async () => {
    const { code, stdout, stderr } = await local(["--help"]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    for (const command of ["preflight", "status", "plan", "reset", "revoke-sessions", "issue-pass", "restore"]) {
      assert.match(stdout, new RegExp(`^  ${command} `, "m"));
      const own = await local([command, "--help"]);
      assert.equal(own.code, 0);
      assert.match(own.stdout, new RegExp(`entra-mfa-reset ${command} ${command === "preflight" ? "\\[flags" : "USER"}`));
      assert.match(own.stdout, /^Examples:/m);
    }
  });

  test("the version is the package's", async () => {
    const { code, stdout } = await run(["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const mistakes = [
    [[], /A command is missing/],
    [["explode", ADELE], /no such command/],
    [["status"], /A user is missing/],
    [["status", ADELE, "--frobnicate"], /no flag --frobnicate/],
    [["status", ADELE, "--methods", "all"], /status takes no --methods/],
    [["status", ADELE, "--output", "xml"], /--output is one of table, json, ndjson/],
    [["plan", ADELE, "--methods"], /--methods has no value/],
    [["reset", ADELE, "--yes", "--temporary-access-pass", "60"], /60 is no user/],
    [["reset", ADELE, "--yes", "--pass-once"], /nothing asks for/],
    [["reset", ADELE, "--yes", "--verify", "--no-verify"], /contradict/],
    [["reset", ADELE, "--yes", "--temporary-access-pass=soon"], /whole number/],
    [["reset", ADELE, "--yes", "--allow-privileged=perhaps"], /ifUnreadable/],
    [["reset", "a@contoso.com", "b@contoso.com", "--yes", "--max-users", "1"], /2 users/],
  ];
  test("a mistake ends the process with 2", async () => {
    assert.equal((await run(["explode"])).code, 2);
  });

  for (const [args, text] of mistakes) {
    test(`[${args.join(" ")}] is a mistake`, async () => {
      const { code, stdout, stderr } = await local(args.length > 0 ? [...args, "--sandbox"] : []);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, text);
    });
  }

  test("a mistake that only the engine can see is usage, too", async () => {
    const { code, stderr } = await local(["plan", ADELE, "--methods", "carrierPigeon", "--sandbox"]);
    assert.equal(code, 2);
    assert.match(stderr, /carrierPigeon/);
  });

  test("a secret as an argument is refused and not repeated", async () => {
    const token = new SandboxTenant().accessToken;
    for (const args of [["--token", token], [`--access-token=${token}`], ["--client-secret", token], [token], [`--reason=${token}`], [`Bearer ${token}`]]) {
      const { code, stdout, stderr } = await local(["status", ADELE, ...args]);
      assert.equal(code, 2);
      assert.match(stderr, /never an argument/);
      assert.match(stderr, /ENTRA_ACCESS_TOKEN/);
      assert.ok(!`${stdout}${stderr}`.includes(token));
    }
    const { stderr } = await local(["status", "eyjolfur@contoso.com", "--sandbox"]);
    assert.match(stderr, /userNotFound/);
  });
});

describe("credentials", () => {
  test("none is exit 4, with the names of the variables", async () => {
    const { code, stderr, stdout } = await local(["status", ADELE]);
    assert.equal(code, 4);
    assert.equal(stdout, "");
    assert.match(stderr, /ENTRA_ACCESS_TOKEN.*AZURE_TENANT_ID/s);
    const half = await local(["status", ADELE], { AZURE_TENANT_ID: "contoso.com", AZURE_CLIENT_ID: "x" });
    assert.equal(half.code, 4);
    assert.match(half.stderr, /one of AZURE_CLIENT_SECRET.*is not set/s);
  });

  test("a client secret, over HTTP", async (context) => {
    const tenant = new SandboxTenant();
    const intercept = ({ path, method, headers, body }) => {
      if (!path.endsWith("/token")) {
        return undefined;
      }
      // Behind this address, too, the token is one for Graph.
      const form = new URLSearchParams(body);
      form.set("scope", "https://graph.microsoft.com/.default");
      return tenant.fetch(new URL(path, "https://login.microsoftonline.com"), { method, headers, body: form.toString() });
    };
    const { url } = await serve(context, { tenant, intercept });
    const env = { AZURE_TENANT_ID: "contoso.com", AZURE_CLIENT_ID: "6731de76-14a6-49ae-97bc-6eba6914391e", AZURE_AUTHORITY_HOST: url };
    const good = await local(["status", ADELE, "--graph-url", url], { ...env, AZURE_CLIENT_SECRET: "sandbox-secret" });
    assert.equal(good.code, 0, good.stderr);
    const bad = await local(["status", ADELE, "--graph-url", url], { ...env, AZURE_CLIENT_SECRET: "hunter2-and-more" });
    assert.equal(bad.code, 4);
    assert.ok(!`${bad.stdout}${bad.stderr}`.includes("hunter2"));
  });

  test("a token without permissions is exit 4, a guard is exit 3", async (context) => {
    const { url, tenant } = await serve(context);
    const without = await local(["status", ADELE, "--graph-url", url], { ENTRA_ACCESS_TOKEN: tokenWith({ roles: [] }) });
    assert.equal(without.code, 4, without.stderr);
    assert.match(without.stderr, /forbidden/);
    assert.match(without.stderr, /request id\s+\S+/);
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
    for (const [user, ...flags] of [["admin@contoso.com"], ["pradeep.gupta@contoso.com"], [ADELE, "--protect", ADELE]]) {
      const guarded = await local(["reset", user, ...flags, "--yes", "--graph-url", url], env);
      assert.equal(guarded.code, 3, guarded.stderr);
      assert.equal(guarded.stdout, "");
    }
  });
});

describe("commands", () => {
  test("status and plan write nothing and print tables", async (context) => {
    const { url, tenant } = await serve(context);
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
    const before = await kinds(tenant, ADELE);
    const status = await run(["status", ADELE, "--graph-url", url], { env });
    assert.equal(status.code, 0);
    assert.match(status.stdout, /^KIND +LABEL +DEFAULT +DETAILS$/m);
    assert.match(status.stdout, /^microsoftAuthenticator +Adele's Pixel +default/m);
    assert.ok(!status.stdout.includes("4255550100"));
    const plan = await run(["plan", ADELE, "--graph-url", url], { env });
    assert.equal(plan.code, 0);
    assert.match(plan.stdout, /^KIND +LABEL +ACTION +OUTCOME/m);
    assert.match(plan.stdout, /^Outcome: planned$/m);
    assert.deepEqual(await kinds(tenant, ADELE), before);
    for (const { stdout, stderr } of [status, plan]) {
      assert.ok(!`${stdout}${stderr}`.includes(tenant.accessToken));
      assert.ok(!`${stdout}${stderr}`.includes("\u001b"), "colours without a terminal");
    }
  });

  test("a reset with every flag", async (context) => {
    const { url, tenant } = await serve(context);
    const notAfter = new Date(Date.now() + 3_600_000).toISOString();
    const flags = [
      ...["--methods", "phone,softwareOath", "--methods", "email", "--keep", "fido2,password", "--no-revoke-sessions"],
      ...["--temporary-access-pass=120", "--pass-once", "--per-user-mfa", "disabled", "--allow-privileged=ifUnreadable"],
      ...["--not-after", notAfter, "--backup", "--no-verify", "--reason", "INC-1042", "--protect", "a@contoso.com,b@contoso.com"],
    ];
    const { code, stdout, stderr } = await run(["reset", ADELE, ...flags, "--yes", "--output", "json", "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tenant.accessToken } });
    const report = JSON.parse(stdout);
    // Not verified, so not complete.
    assert.equal(code, 1, stderr);
    assert.equal(report.outcome, "unverified");
    assert.equal(report.reason, "INC-1042");
    assert.equal(report.sessions, undefined);
    assert.equal(report.perUserMfa.after, "disabled");
    assert.equal(report.temporaryAccessPass.lifetimeInMinutes, 120);
    assert.equal(report.temporaryAccessPass.isUsableOnce, true);
    assert.deepEqual(report.backup.phones.map(({ phoneNumber }) => phoneNumber), ["+1 4255550100"]);
    assert.deepEqual(await kinds(tenant, ADELE), ["fido2", "microsoftAuthenticator", "password", "temporaryAccessPass", "windowsHelloForBusiness"]);
    assert.ok(!stderr.includes(report.temporaryAccessPass.pass), "the pass is on stderr");
    assert.equal(stdout.split(report.temporaryAccessPass.pass).length, 2, "the pass is there once");
  });

  test("issue-pass and revoke-sessions", async (context) => {
    const { url, tenant } = await serve(context);
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
    const issued = await run(["issue-pass", ADELE, "--pass-minutes", "60", "--yes", "--graph-url", url], { env });
    assert.equal(issued.code, 0, issued.stderr);
    const pass = /^ {2}(\S{8})$/m.exec(issued.stdout)?.[1];
    assert.ok(pass, issued.stdout);
    assert.equal(issued.stdout.split(pass).length, 2);
    assert.ok(!issued.stderr.includes(pass));
    assert.ok((await kinds(tenant, ADELE)).includes("temporaryAccessPass"));
    const revoked = await run(["revoke-sessions", ADELE, "--yes", "--graph-url", url], { env });
    assert.equal(revoked.code, 0, revoked.stderr);
    assert.match(revoked.stdout, /^Sessions: revoked$/m);
  });

  test("several users: the highest exit code, one document each", async (context) => {
    const { url, tenant } = await serve(context);
    const env = { ENTRA_ACCESS_TOKEN: tenant.accessToken };
    const args = ["reset", ADELE, "nobody@contoso.com", "admin@contoso.com", "--yes", "--graph-url", url];
    const whole = await run([...args, "--output", "json"], { env });
    assert.equal(whole.code, 3);
    const documents = JSON.parse(whole.stdout);
    assert.equal(documents[0].outcome, "complete");
    assert.deepEqual(documents.slice(1).map(({ user, error }) => [user, error.code]), [["nobody@contoso.com", "userNotFound"], ["admin@contoso.com", "protectedUser"]]);
    const lines = await run([...args, "--output", "ndjson"], { env });
    assert.equal(lines.stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).length, 3);
  });

  test("nobody listens: exit 1 and the code in JSON", async () => {
    const { code, stdout, stderr } = await run(["status", ADELE, "--output", "json", "--graph-url", await deadOrigin()], { env: { ENTRA_ACCESS_TOKEN: tokenWith({}) } });
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).error.code, "unreachable");
    assert.match(stderr, /unreachable/);
  });

  test("the sandbox needs no account, and names its users", async () => {
    const reset = await run(["reset", ADELE, "--sandbox", "--yes"]);
    assert.equal(reset.code, 0, reset.stderr);
    assert.match(reset.stdout, /^Outcome: complete$/m);
    assert.match(reset.stderr, /delete phone/);
    const unknown = await run(["status", "nobody@contoso.com", "--sandbox"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /The sandbox has these users:\n  adele\.vance@contoso\.com/);
  });
});

describe("asking", () => {
  test("without a terminal and without --yes nothing is even read", async (context) => {
    const { url, tenant, requests } = await serve(context);
    for (const command of ["reset", "revoke-sessions", "issue-pass"]) {
      const { code, stdout, stderr } = await run([command, ADELE, "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tenant.accessToken } });
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /--yes/);
    }
    assert.equal(requests.length, 0);
  });

  test("an administrator is refused, not asked for", async () => {
    const { code, asked, printed } = await answer("reset", "yes\n", "--protect", ADELE);
    assert.equal(code, 3);
    assert.match(asked, /protectedUser/);
    assert.ok(!asked.includes("Type yes"));
    assert.equal(printed, "");
  });

  async function answer(command, text, ...flags) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stdout = new PassThrough().setEncoding("utf8");
    const stderr = new PassThrough().setEncoding("utf8");
    let asked = "";
    stderr.on("data", (chunk) => {
      asked += chunk;
      if (chunk.includes("Type yes")) {
        stdin.end(text);
      }
    });
    const code = await main({ argv: [command, ADELE, "--sandbox", ...flags], env: {}, stdin, stdout, stderr, signal: new AbortController().signal });
    return { code, asked, printed: stdout.read() ?? "" };
  }

  test("yes goes on, after the plan was shown", async () => {
    const { code, asked, printed } = await answer("reset", "yes\n");
    assert.equal(code, 0);
    assert.match(asked, /Outcome: planned/);
    assert.match(asked, /Reset adele\.vance@contoso\.com\? Type yes/);
    assert.match(printed, /Outcome: complete/);
    assert.ok(!printed.includes("Outcome: planned"));
  });

  test("anything else does not", async () => {
    for (const text of ["no\n", "y\n", "\n", "", "yesterday\n"]) {
      const { code, asked, printed } = await answer("reset", text);
      assert.equal(code, 1);
      assert.match(asked, /Nothing was changed/);
      assert.equal(printed, "");
    }
  });

  test("passes and sessions are asked for, too", async () => {
    const pass = await answer("issue-pass", "yes\n", "--pass-minutes", "90");
    assert.equal(pass.code, 0);
    assert.match(pass.asked, /Temporary Access Pass: planned/);
    assert.match(pass.printed, /90 minutes/);
    const sessions = await answer("revoke-sessions", "yes\n");
    assert.match(sessions.asked, /Sessions: planned/);
    assert.match(sessions.printed, /Sessions: revoked/);
  });
});

test("a reader that goes away stops what has not begun", async (context) => {
  const { url, tenant } = await serve(context);
  const users = (await tenant.state()).users.map(({ userPrincipalName }) => userPrincipalName).filter((name) => name !== ADELE);
  const { child, done } = cli(["reset", ADELE, ...users, "--yes", "--output", "ndjson", "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tenant.accessToken } });
  child.stdout.once("data", () => child.stdout.destroy());
  const { code } = await done;
  assert.notEqual(code, 0);
  assert.deepEqual((await tenant.state()).violations, []);
  const last = await kinds(tenant, users.at(-1));
  assert.deepEqual(last, (await kinds(new SandboxTenant(), users.at(-1))));
});

describe("Ctrl-C", () => {
  test("once: nothing more is started, and the report is printed", async (context) => {
    let held;
    const { url, tenant } = await serve(context, {
      intercept: async ({ body }) => {
        if (body.includes('"DELETE"') && held === undefined) {
          held = new Promise((resolve) => setTimeout(resolve, 500));
          await held;
        }
        return undefined;
      },
    });
    const { child, done } = cli(["reset", ADELE, "--yes", "--output", "json", "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tenant.accessToken } });
    await until(() => held !== undefined);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await done;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /Press Ctrl-C again/);
    assert.notEqual(JSON.parse(stdout).outcome, "complete");
  });

  test("twice: ends at once and says what is in doubt", async (context) => {
    let held = false;
    const { url, tenant } = await serve(context, {
      intercept: ({ body }) => {
        if (body.includes('"DELETE"')) {
          held = true;
          return "answered";
        }
        return undefined;
      },
    });
    const { child, out, done } = cli(["reset", ADELE, "--yes", "--graph-url", url], { env: { ENTRA_ACCESS_TOKEN: tenant.accessToken } });
    await until(() => held);
    child.kill("SIGINT");
    await until(() => out.stderr.includes("again"));
    child.kill("SIGINT");
    const { code, stderr } = await done;
    assert.equal(code, 130);
    assert.match(stderr, /in doubt/);
  });
});
