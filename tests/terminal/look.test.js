// How the command looks on a real terminal: at several widths, in colours or not, and while it works.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../support/program.mjs";
import { onTerminal, screen, withoutTerminal } from "../support/pty.mjs";
import { startTenant } from "../support/tenant.mjs";

const BIN = fileURLToPath(new URL("../../js/entra-mfa-reset/dist/cli/bin.js", import.meta.url));
const ADELE = "adele.vance@contoso.com";
const WIDTHS = [40, 80, 200];
const COLOUR = /\u001b\[\d+m/;
const WIDE_NAME = "山田 太郎の とても長い名前の 電話";

const missing = withoutTerminal();
if (missing !== undefined) {
  console.log(`NOT TESTED: the command on a terminal: ${missing}`);
}

function start(context, args, options) {
  return onTerminal(context, process.execPath, [BIN, ...args], options);
}

function piped(args, env) {
  return run(process.execPath, [BIN, ...args], { env });
}

describe("on a terminal", { skip: missing !== undefined }, () => {
  let folder;
  let tenant;
  let env;
  let users;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-terminal-"));
    users = join(folder, "users.csv");
    writeFileSync(users, `userPrincipalName\n${ADELE}\nalex.wilber@contoso.com\nnobody@contoso.com\nadmin@contoso.com\n`);
    tenant = await startTenant();
    env = { ENTRA_ACCESS_TOKEN: await tenant.token() };
  });
  after(async () => {
    await tenant?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("nothing runs over the edge, is lost, or is broken within a word", () => {
    const lines = {
      status: [ADELE, "--sandbox"],
      plan: [ADELE, "admin@contoso.com", "nobody@contoso.com", "--methods", "all", "--sandbox"],
      preflight: ["--sandbox", "--temporary-access-pass"],
      "plan of many": () => ["--from", users, "--sandbox"],
      "no such command": [],
    };
    for (const [name, args] of Object.entries(lines)) {
      test(name, async (context) => {
        const line = [name.split(" ")[0], ...(typeof args === "function" ? args() : args)];
        const whole = await piped(line);
        const words = new Set(`${whole.stdout} ${whole.stderr}`.split(/\s+/));
        for (const columns of WIDTHS) {
          const { code, output } = await start(context, line, { columns }).done;
          assert.equal(code, whole.code, output);
          const { lines: shown, over } = screen(output, columns);
          assert.deepEqual(over, []);
          // What is longer than a line has to be broken; and times differ each time.
          const long = [...words].filter((word) => word.length > columns - 2);
          const isWhole = (word) => words.has(word) || /^[\d.:T-]*$/.test(word) || long.some((other) => other.includes(word));
          assert.deepEqual(shown.join(" ").split(/\s+/).filter((word) => !isWhole(word)), [], shown.join("\n"));
          if (name === "status") {
            assert.equal(shown.some((row) => /^microsoftAuthenticator +Adele's Pixel +default$/.test(row)), columns >= 80, shown.join("\n"));
          }
        }
      });
    }

    test("names of wide characters", async (context) => {
      const wide = { id: "0b000001-1a2b-4c3d-8e9f-000000000001", displayName: WIDE_NAME };
      const own = await startTenant({
        seed: {
          users: [
            {
              userPrincipalName: ADELE,
              displayName: WIDE_NAME,
              methods: [
                { "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", ...wide },
                { "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", id: "0c000001-893e-4172-9e89-000000000001" },
              ],
            },
          ],
        },
      });
      context.after(() => own.stop());
      for (const columns of WIDTHS) {
        const { output, code } = await start(context, ["status", ADELE, "--graph-url", own.url], { columns, env: { ENTRA_ACCESS_TOKEN: await own.token() } }).done;
        assert.equal(code, 0, output);
        const { lines: shown, over } = screen(output, columns);
        assert.deepEqual(over, []);
        for (const word of WIDE_NAME.split(" ")) {
          assert.ok(shown.join("\n").includes(word), shown.join("\n"));
        }
      }
    });
  });

  test("elsewhere nothing is wrapped: a method is a line, for grep", async () => {
    const { stdout } = await piped(["plan", ADELE, "--sandbox"]);
    assert.match(stdout, /^password .*keep +kept +a password is reset, not removed$/m);
    assert.ok(stdout.split("\n").some((line) => line.length > 120), "a residual is a line");
  });

  describe("colours", () => {
    const cases = [
      ["as usual", {}, [], true],
      ["NO_COLOR", { NO_COLOR: "1" }, [], false],
      ["an empty NO_COLOR", { NO_COLOR: "" }, [], true],
      ["a terminal that understands nothing", { TERM: "dumb" }, [], false],
      ["FORCE_COLOR beats NO_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, [], true],
      ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, [], false],
      ["--no-color beats all", { FORCE_COLOR: "1" }, ["--no-color"], false],
    ];
    for (const [name, env, flags, expected] of cases) {
      test(name, async (context) => {
        const { output } = await start(context, ["status", ADELE, "--sandbox", ...flags], { env }).done;
        assert.equal(COLOUR.test(output), expected, JSON.stringify(output));
        if (env.TERM === "dumb") {
          assert.ok(!output.includes("\u001b"), JSON.stringify(output));
          assert.ok(!/\r(?!\n)/.test(output), JSON.stringify(output));
        }
      });
    }

    test("in a pipe only where they are forced", async () => {
      assert.doesNotMatch((await piped(["status", ADELE, "--sandbox"])).stdout, COLOUR);
      assert.match((await piped(["status", ADELE, "--sandbox"], { FORCE_COLOR: "1" })).stdout, COLOUR);
    });
  });

  test("of a reset, the writes stay, and what is under way stands below them", async (context) => {
    const before = await tenant.user(ADELE);
    const { code, output } = await start(context, ["reset", ADELE, "--yes", "--graph-url", tenant.url], { env, columns: 60 }).done;
    assert.equal(code, 0, output);
    const { lines, over } = screen(output, 60);
    assert.deepEqual(over, []);
    const marked = lines.filter((line) => /^[✓✗?…-] /.test(line) && !line.startsWith("- "));
    assert.deepEqual(marked, ["✓ delete softwareOath authenticator app code", "✓ delete phone mobile +1 XXXXXXXX00", "✓ delete microsoftAuthenticator Adele's Pixel", "✓ revoke the sessions"]);
    // In one piece: first nothing and then something would flicker.
    assert.doesNotMatch(output, /\r\u001b\[K\r\u001b\[K/);
    assert.match(output, /\r… delete softwareOath authenticator app code and \d more\u001b\[K/);
    assert.deepEqual((await tenant.kinds(before.id)).sort(), ["email", "fido2", "windowsHelloForBusiness"]);
    assert.deepEqual((await tenant.state()).violations, []);
  });

  test("of many users, a bar stands below their lines as far as it fits, and goes in the end", async (context) => {
    const many = await startTenant({ flags: ["--users", "60", "--latency-ms", "60"] });
    context.after(() => many.stop());
    const list = join(folder, "many.csv");
    writeFileSync(list, Array.from({ length: 60 }, (_, at) => `user${String(at + 1).padStart(5, "0")}@contoso.com`).join("\n"));
    const token = await many.token();
    for (const [columns, output] of [[40, "table"], [80, "json"]]) {
      const seen = await start(context, ["plan", "--from", list, "--output", output, "--concurrency", "2", "--graph-url", many.url], { env: { ENTRA_ACCESS_TOKEN: token }, columns }).done;
      assert.equal(seen.code, 0, seen.output);
      assert.match(seen.output, /\r(\[[#-]+\] )?\d+\/60/);
      const { lines, over } = screen(seen.output, columns);
      assert.deepEqual(lines.filter((line) => /^(\[[#-]+\] )?\d+\/60/.test(line)), []);
      if (output === "table") {
        assert.deepEqual(over, []);
        assert.equal(lines.filter((line) => /^planned +user\d{5}@contoso\.com/.test(line)).length, 60);
      } else {
        const whole = lines.join("\n");
        assert.equal(JSON.parse(whole.slice(whole.indexOf("["), whole.lastIndexOf("]") + 1)).length, 60);
      }
    }
  });

  describe("Ctrl-C", () => {
    test("at the question changes nothing and says so", async (context) => {
      const own = await startTenant();
      context.after(() => own.stop());
      const before = await own.kinds(ADELE);
      const more = ["--graph-url", own.url];
      for (const [args, question] of [[["reset", ADELE], /Type yes to go on: $/], [["reset", "--from", users], /Type yes to go on: $/]]) {
        const session = start(context, [...args, ...more], { env: { ENTRA_ACCESS_TOKEN: await own.token() } });
        await session.until(question);
        session.type("\u0003");
        const { code, output } = await session.done;
        assert.equal(code, 1, output);
        assert.match(output, /\nNothing was changed\.\r\n$/);
        assert.doesNotMatch(output, /Press Ctrl-C|in doubt/);
      }
      assert.deepEqual(await own.kinds(ADELE), before);
    });

    test("a no and a yes do what they say", async (context) => {
      const own = await startTenant();
      context.after(() => own.stop());
      for (const [answer, expected, gone] of [["no\r", 1, false], ["yes\r", 0, true]]) {
        const session = start(context, ["reset", ADELE, "--graph-url", own.url], { env: { ENTRA_ACCESS_TOKEN: await own.token() } });
        await session.until(/Type yes to go on: $/);
        session.type(answer);
        const { code, output } = await session.done;
        assert.equal(code, expected, output);
        assert.equal(!(await own.kinds(ADELE)).includes("phone"), gone);
      }
    });

    test("twice while it only reads: nothing is in doubt", async (context) => {
      const slow = await startTenant({ flags: ["--latency-ms", "60000"] });
      context.after(() => slow.stop());
      const session = start(context, ["status", ADELE, "--graph-url", slow.url], { env: { ENTRA_ACCESS_TOKEN: await slow.token() } });
      await session.until(/… adele\.vance@contoso\.com/);
      session.type("\u0003\u0003");
      const { output, code } = await session.done;
      assert.ok(code === 130 || code === 1, output);
      assert.doesNotMatch(output, /in doubt/);
      assert.deepEqual(screen(output, 80).lines.filter((line) => line.startsWith("…")), []);
    });
  });
});
