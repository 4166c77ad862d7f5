// What the help says is so: each example runs, each flag exists, and a slip is answered with what was meant.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { parse } from "../dist/cli/arguments.js";
import { COMMAND_NAMES } from "../dist/cli/commands.js";
import { COMPLETED, completed } from "../dist/cli/completion/words.js";
import { help } from "../dist/cli/help.js";
import { width } from "../dist/cli/text.js";
import { run } from "../../../tests/support/program.mjs";
import { ADELE, BIN, cli, serve } from "./support.js";

const ALEX = "alex.wilber@contoso.com";
const GROUP = "0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10";
const WIDE = 100;
const EVERY = [undefined, ...COMMAND_NAMES];

/** The examples as the help prints them. */
function examples(command) {
  const [, section] = help(command, WIDE).split("\nExamples:\n");
  return section.split("\n\n")[0].split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

describe("every example runs", () => {
  let folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-help-"));
    symlinkSync(BIN, join(folder, "entra-mfa-reset"));
    writeFileSync(join(folder, "users.csv"), `userPrincipalName\n${ADELE}\n${ALEX}\n`);
    writeFileSync(join(folder, "new-phone.json"), '{"phones":[{"phoneType":"alternateMobile","phoneNumber":"+1 4255550199"}]}');
    const { code, stderr } = await cli(["reset", "--from", "users.csv", "--backups", "run.backups", "--yes", "--sandbox"], { cwd: folder }).done;
    assert.equal(code, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const example of new Set(EVERY.flatMap(examples))) {
    test(example, { skip: process.platform === "win32" && "the examples are for a POSIX shell" }, async (context) => {
      const env = { PATH: `${folder}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
      let more = example.includes("completion") ? "" : " --yes --sandbox";
      if (example.includes(GROUP)) {
        // The sandbox has no groups.
        const id = "0a000002-5c1e-4f3a-9b7d-000000000001";
        const tenant = new SandboxTenant({ users: [{ id, userPrincipalName: ADELE }], groups: [{ id: GROUP, displayName: "Sales", members: [id] }] });
        const { url } = await serve(context, { tenant });
        env.ENTRA_ACCESS_TOKEN = tenant.accessToken;
        more = ` --graph-url ${url}`;
      }
      const line = example.replace(/( <|$)/, `${more}$1`);
      const { code, stdout, stderr } = await run("/bin/sh", ["-c", line], { env, cwd: folder });
      assert.equal(code, 0, `${line}\n${stderr}`);
      assert.notEqual(stdout, "");
    });
  }

});

describe("the help", () => {
  for (const command of EVERY) {
    test(`${command ?? "of all"} fits every terminal, and its examples are in one piece at 80 columns`, () => {
      for (const columns of [40, 80, 200]) {
        const lines = help(command, columns).split("\n");
        // A word that is longer than the terminal, in an example, is left to the terminal: a broken one cannot be pasted.
        const wide = lines.filter((line) => width(line) > columns);
        assert.deepEqual(wide.filter((line) => columns > 40 || !/^ +\S{30,}( \\)?$/.test(line)), [], wide.join("\n"));
      }
      assert.ok(!help(command, 80).includes(" \\\n"));
    });
  }

  test("shows every flag that a command takes, and the parser takes every one that it shows", () => {
    for (const command of COMMAND_NAMES.filter((name) => name !== "completion")) {
      const shown = help(command, 200);
      for (const { spellings, name, values, words = [], negatable, optional } of completed(command)) {
        assert.ok(shown.includes(negatable ? `--[no-]${name}` : `--${name}`), `${command} --help lacks --${name}`);
        for (const spelling of spellings) {
          for (const value of values === "none" || optional !== undefined ? [undefined] : words.length > 0 ? words : ["1"]) {
            assert.ok(!/There is no flag|takes no|is one of|knows no|has no value/.test(mistake([command, spelling, value])), `${command} ${spelling} ${value}`);
          }
        }
      }
    }
  });

  test("hides nothing that the completions of shells have, and the other way round", () => {
    const names = COMPLETED.map(({ name }) => name);
    assert.ok(names.includes("temporary-access-pass"));
    assert.ok(!names.includes("allow-privileged-value"));
  });
});

/** What is wrong with a line, or nothing. */
function mistake(argv) {
  try {
    parse(argv.filter((word) => word !== undefined));
    return "";
  } catch (error) {
    return `${error.message} ${error.help}`;
  }
}

describe("did you mean", () => {
  const slips = [
    [["rest", ADELE], /Did you mean reset\?/],
    [["stats", ADELE], /Did you mean status\?/],
    [["revoke", ADELE], /Did you mean revoke-sessions\?/],
    [["STATUS", ADELE], /Did you mean status\?/],
    [[ADELE], /The command comes before the user/],
    [["reset", ADELE, "--jes"], /Did you mean --yes\?/],
    [["reset", ADELE, "--method", "all"], /Did you mean --methods\?/],
    [["reset", ADELE, "--sessions"], /Did you mean --revoke-sessions or --no-revoke-sessions\?/],
    [["plan", ADELE, "--temporary-acess-pass=60"], /Did you mean --temporary-access-pass\?/],
    [["plan", ADELE, "--methods", "phones"], /no phones\. Did you mean phone\?/],
    [["plan", ADELE, "--methods", "authenticator"], /Did you mean microsoftAuthenticator or passwordlessMicrosoftAuthenticator\?/],
    [["plan", ADELE, "--methods", "carrierPigeon"], /It takes reRegister.*windowsHelloForBusiness/],
    [["plan", ADELE, "--methods", "all,phone"], /all stands alone/],
    [["plan", ADELE, "--keep", "fido3"], /--keep knows no fido3\. Did you mean fido2\?/],
    [["plan", ADELE, "--output", "jsno"], /--output is one of table, json, ndjson\. Did you mean json\?/],
    [["plan", ADELE, "--cloud", "usgov"], /Did you mean usGov\?/],
    [["plan", ADELE, "--per-user-mfa", "disable"], /Did you mean disabled\?/],
    [["plan", ADELE, "--journal", "x"], /plan takes no --journal\. It is a flag of reset\./],
    [["completion", "tcsh"], /completion takes one of bash, zsh, fish, powershell/],
  ];
  for (const [argv, expected] of slips) {
    test(argv.join(" "), () => assert.match(mistake(argv), expected));
  }

  test("only where something is near, and without repeating what may be a secret", () => {
    assert.doesNotMatch(mistake(["Xk82hunter2", ADELE]), /Did you mean|hunter2/);
    assert.doesNotMatch(mistake(["plan", ADELE, "--frobnicate"]), /Did you mean/);
    assert.equal(mistake(["plan", ADELE, "--keep", "3179e48a-750b-4051-897c-87b9720928f7,fido2"]), "");
  });
});

test("whoever gives no command learns what there is", async () => {
  const { code, stdout, stderr } = await cli([]).done;
  assert.equal(code, 2);
  assert.equal(stdout, "");
  for (const name of COMMAND_NAMES) {
    assert.match(stderr, new RegExp(`^  ${name} `, "m"));
  }
  assert.match(stderr, /--sandbox/);
});

test("whoever has no credential learns three ways, and the first one works", async () => {
  for (const args of [["status", ADELE], ["plan", "--from", "-"], ["preflight"]]) {
    const { code, stdout, stderr } = await cli(args).done;
    assert.equal(code, 4, stderr);
    assert.equal(stdout, "");
    const ways = /1\. .*?(--sandbox).*2\. .*ENTRA_ACCESS_TOKEN.*3\. .*AZURE_TENANT_ID/s.exec(stderr);
    assert.ok(ways, stderr);
    const { code: then } = await cli([...args, ways[1]]).done;
    assert.equal(then, 0);
  }
});

test("what the engine says of its fields names the flags", async () => {
  const { code, stderr } = await cli(["reset", "admin@contoso.com", "--sandbox", "--yes"]).done;
  assert.equal(code, 3);
  assert.match(stderr, /repeat it with --allow-privileged,/);
  const { error } = JSON.parse((await cli(["reset", "admin@contoso.com", "--sandbox", "--yes", "--output", "json"]).done).stdout);
  assert.match(error.help, /allowPrivileged/, "for programs it is the contract's");
});
