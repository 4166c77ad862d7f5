// The completions in the real shells: what is typed before Tab, and what the shell makes of it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bare, run } from "../support/program.mjs";
import { onTerminal, withoutTerminal } from "../support/pty.mjs";

const BIN = fileURLToPath(new URL("../../js/entra-mfa-reset/dist/cli/bin.js", import.meta.url));
const NAME = "entra-mfa-reset";
const COMMANDS = ["completion", "issue-pass", "plan", "preflight", "reset", "restore", "revoke-sessions", "status"];

/** What is typed, `⇥` being Tab, and what the command is then called with. */
const TYPED = [
  ["sta⇥", "status"],
  ["rev⇥", "revoke-sessions"],
  ["completion fi⇥", "completion fish"],
  ["status adele.vance@contoso.com --sand⇥", "status adele.vance@contoso.com --sandbox"],
  ["status --output nd⇥", "status --output ndjson"],
  ["status -o nd⇥", "status -o ndjson"],
  ["status --output=nd⇥", "status --output=ndjson"],
  ["reset --cloud chi⇥", "reset --cloud china"],
  ["plan --methods soft⇥", "plan --methods softwareOath"],
  ["plan --methods phone,fid⇥", "plan --methods phone,fido2"],
  ["plan --keep=phone,windowsH⇥", "plan --keep=phone,windowsHelloForBusiness"],
  ["reset --no-ver⇥", "reset --no-verify"],
  ["reset --per-user-mfa enf⇥", "reset --per-user-mfa enforced"],
  ["reset --allow-privileged=if⇥", "reset --allow-privileged=ifUnreadable"],
  ["reset --journal run.j⇥", "reset --journal run.journal"],
  // Neither a file, nor a flag of another command.
  ["reset --reason run.j⇥", "reset --reason run.j"],
  ["status --backup-f⇥", "status --backup-f"],
];

function has(shell) {
  return spawnSync(shell, ["--version"]).status === 0;
}

/** Says that it is not tested, or gives the options of a test that is. */
function needs(shell, more) {
  const missing = has(shell) ? more : `there is no ${shell}`;
  if (missing !== undefined) {
    console.log(`NOT TESTED: completion in ${shell}: ${missing}`);
  }
  return { skip: missing !== undefined };
}

describe("completion", () => {
  let folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-completion-"));
    writeFileSync(join(folder, "run.journal"), "");
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await run(process.execPath, [BIN, "completion", shell]);
      assert.equal(code, 0);
      writeFileSync(join(folder, `completion.${shell}`), stdout);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Types all of it in one shell on a terminal, where the command prints what it was called with. */
  async function typed(context, shell, line, env) {
    const session = onTerminal(context, shell, line, { cwd: folder, columns: 200, env: { ...env, TERM: "dumb" } });
    await session.until(/ready> $/);
    const called = [];
    for (const [at, [keys]] of TYPED.entries()) {
      session.type(`${NAME} ${keys.replaceAll("⇥", "\t")}\r`);
      await session.until(new RegExp(`called ${at + 1} with <[^]*ready> $`));
    }
    session.type(`${NAME} \t\t`);
    await session.until(/status[^]*ready> /);
    session.type("\u0015exit\r");
    const { output } = await session.done;
    for (const [, words] of output.matchAll(/called \d+ with <(.*)>/g)) {
      called.push(words);
    }
    assert.deepEqual(called.slice(0, TYPED.length), TYPED.map(([, expected]) => expected), output);
    const listed = output.slice(output.lastIndexOf("called"));
    for (const command of COMMANDS) {
      assert.match(listed, new RegExp(`(^|\\s)${command}\\s`));
    }
  }

  const STUB = `calls=0\n${NAME}() { calls=$((calls + 1)); printf 'called %s with <%s>\\n' $calls "$*"; }\nPS1='ready> '\n`;

  test("bash", needs("bash", withoutTerminal()), async (context) => {
    const rc = join(folder, "bashrc");
    writeFileSync(rc, `source completion.bash\n${STUB}bind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\nbind 'set page-completions off'\n`);
    await typed(context, "bash", ["--noprofile", "--rcfile", rc, "-i"], {});
  });

  test("zsh", needs("zsh", withoutTerminal()), async (context) => {
    writeFileSync(join(folder, ".zshrc"), `autoload -Uz compinit\ncompinit -u -d ${folder}/dump\nsource completion.zsh\n${STUB}unsetopt beep prompt_sp\nunset zle_bracketed_paste\n`);
    await typed(context, "zsh", ["-d", "-i"], { ZDOTDIR: folder });
  });

  test("fish", needs("fish"), () => {
    const complete = (line) => {
      const script = `source completion.fish; complete -C '${NAME} ${line}'`;
      const text = execFileSync("fish", ["--no-config", "-c", script], { cwd: folder, env: { ...bare(), HOME: folder }, encoding: "utf8" });
      return text.split("\n").filter((found) => found !== "").map((found) => found.split("\t")[0]);
    };
    for (const [keys, expected] of TYPED) {
      const line = keys.replace("⇥", "");
      const last = (text) => text.split(" ").at(-1);
      const found = complete(line);
      assert.deepEqual(found, expected === line ? [] : [last(expected)], line);
    }
    assert.deepEqual(complete("").sort(), COMMANDS);
  });

  test("PowerShell", needs("pwsh"), async () => {
    for (const [keys, expected] of TYPED) {
      const line = `${NAME} ${keys.replace("⇥", "")}`;
      // Without a match it completes with files, as a path should be.
      if (`${NAME} ${expected}` === line || keys.includes("--journal")) {
        continue;
      }
      const script = `. ./completion.powershell.ps1; $found = [System.Management.Automation.CommandCompletion]::CompleteInput('${line}', ${line.length}, $null); $found.CompletionMatches | ForEach-Object { '${line}'.Remove($found.ReplacementIndex, $found.ReplacementLength).Insert($found.ReplacementIndex, $_.CompletionText) }`;
      writeFileSync(join(folder, "completion.powershell.ps1"), (await run(process.execPath, [BIN, "completion", "powershell"])).stdout);
      const { stdout, stderr } = await run("pwsh", ["-NoProfile", "-NonInteractive", "-Command", script], { cwd: folder });
      assert.deepEqual(stdout.trim().split(/\r?\n/), [`${NAME} ${expected}`], stderr);
    }
  });
});
