// Whoever copies a snippet from a page of ours gets what the page says: each is run as it stands, with the packed
// package and the real @azure/identity, where Microsoft's hosts are the simulated tenant.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, describe, test } from "node:test";
import { misfitsOfEvent } from "../../js/entra-mfa-reset/test/schema.js";
import { startCloud } from "../support/cloud.mjs";
import { CLIENT_ID, TENANT_ID, seedThatTrusts } from "../support/identities.mjs";
import { run } from "../support/program.mjs";
import { makeProject } from "../support/project.mjs";
import { ROOT, blocks } from "./blocks.mjs";
import { GIVEN, LINES, NOT_RUN, SNIPPETS } from "./snippets.mjs";

const APPLICATION = { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: "sandbox-secret" };
/** The group that the pages speak of. */
const GROUP = "0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10";
const MEMBERS = ["adele.vance@contoso.com", "diego.siciliani@contoso.com"];
/** What the portal's button removes. */
const REMOVED = ["phone", "microsoftAuthenticator", "softwareOath"];

const project = await makeProject({ links: ["@azure/identity"] });
after(() => project.remove());

const all = blocks();
const fits = (block) => (known) => isOf(known, block.page) && block.code.trimStart().startsWith(known.starts ?? "");
const isOf = ({ page }, name) => (page instanceof RegExp ? page.test(name) : page === name);

describe("a snippet of", () => {
  for (const block of all) {
    const name = `${block.page}:${block.line}`;
    const snippet = SNIPPETS.find(fits(block));
    const refused = NOT_RUN.find(fits(block));
    test(name, async (context) => {
      if (refused !== undefined) {
        const places = [join(ROOT, block.page, "..", `${refused.tested}`), join(ROOT, `${refused.tested}`)];
        assert.ok(refused.tested === undefined || places.some((place) => existsSync(place)), `there is no ${refused.tested}`);
        context.diagnostic(`not run: ${refused.why}`);
        return;
      }
      assert.ok(snippet, `nobody knows this block: say in tests/readme/snippets.mjs how it is tried\n${block.code}`);
      if (snippet.event) return event(block);
      if (snippet.wit) return interfaces(block, snippet.wit);
      assert.ok(["js", "sh"].includes(block.language), `there is no way to run ${block.language}`);
      await play(context, block, snippet);
      await synopsis(block.code.split("\n").filter((line) => / USER\.\.\. /.test(line)));
    });
  }
});

test("every snippet and every block that is not run is still there", () => {
  for (const known of [...SNIPPETS, ...NOT_RUN]) {
    assert.ok(all.some((block) => fits(block)(known)), JSON.stringify(known));
  }
});

/** Runs it in a folder of its own against a tenant of its own, and looks at what it left. */
async function play(context, block, { files = {}, before = "", after: then = "", prints, writes = [], resets = [], restores, exit = 0 }) {
  const seed = seedThatTrusts({ issuer: "https://oidc.contoso.com/", subject: "nobody" });
  const members = seed.users.filter(({ userPrincipalName }) => MEMBERS.includes(userPrincipalName)).map(({ id }) => id);
  const cloud = await startCloud({ seed: { ...seed, groups: [{ id: GROUP, displayName: "Lunch", members }] } });
  context.after(() => cloud.stop());
  const { tenant } = cloud;
  const atFirst = await tenant.kinds(MEMBERS[0]);
  const cwd = mkdtempSync(join(project.folder, "snippet-"));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(cwd, name), text);
  }
  const PATH = [join(project.folder, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...cloud.environment, ...APPLICATION, PATH, NPM_CONFIG_UPDATE_NOTIFIER: "false" };
  const [program, line] = block.language === "js" ? javascript(cwd, `${block.code}\n${then}`) : shell(`${before}\n${block.code}`);
  const { code, stdout, stderr } = await run(program, line, { cwd, env });
  assert.equal(code, exit, `it ended with ${code}\n${stderr}${stdout}`);
  if (prints) assert.match(stdout, prints);
  for (const name of writes) {
    assert.ok(readFileSync(join(cwd, name), "utf8").trim().length > 0, `${name} is empty`);
  }
  for (const user of resets) {
    const left = await tenant.kinds(user);
    assert.deepEqual(left.filter((kind) => REMOVED.includes(kind)), [], `${user} still has methods`);
    assert.ok((await tenant.user(user)).signInSessionsValidFromDateTime, `${user}'s sessions`);
  }
  if (restores) {
    const left = await tenant.kinds(MEMBERS[0]);
    assert.ok(atFirst.includes("phone") && left.includes("phone") && !left.includes("microsoftAuthenticator"), String(left));
  }
  assert.deepEqual((await tenant.state()).violations, []);
}

/** A module, with what the snippet takes for given. */
function javascript(cwd, code) {
  const declares = (name) => new RegExp(`\\b(const|let)\\s+(\\{[^}]*\\b${name}\\b[^}]*\\}|${name}\\b)`).test(code);
  const uses = (name) => new RegExp(`(?<![.\\w"'])${name}\\b(?!\\s*:)`).test(code);
  const given = Object.entries(GIVEN).filter(([name]) => uses(name) && !declares(name));
  writeFileSync(join(cwd, "snippet.js"), [...given.map(([, declaration]) => declaration), code].join("\n"));
  return [process.execPath, ["snippet.js"]];
}

// Nobody sits at a terminal here, so what asks before it writes is told yes; nothing else differs.
const YES = `
answer() { case " $* " in *" --help "*|*" plan "*|*" status "*|*" preflight "*) command "$@";; *) command "$@" --yes;; esac; }
npx() { answer npx "$@"; }
entra-mfa-reset() { answer entra-mfa-reset "$@"; }
`;

function shell(code) {
  const lines = code.split("\n").filter((line) => !LINES.some(([skipped]) => skipped.test(line)));
  return ["bash", ["-euo", "pipefail", "-c", `${YES}\n${lines.join("\n")}`]];
}

function event(block) {
  assert.deepEqual(misfitsOfEvent(JSON.parse(block.code)), []);
}

/** Each line is in the interface, with its documentation left out. */
function interfaces(block, file) {
  const bare = (text) => text.replaceAll(/\/\/.*$/gm, "").replaceAll(/@since\([^)]*\)/g, "").replaceAll(/\s+/g, " ").trim();
  const whole = bare(readFileSync(join(ROOT, file), "utf8"));
  for (const line of bare(block.code).split(/(?<=[;{}])/).map((part) => part.trim()).filter(Boolean)) {
    assert.ok(whole.includes(line), `${file} has no ${line}`);
  }
}

/** Each command and each flag is in the command's own help. */
async function synopsis(lines) {
  const bin = join(project.folder, "node_modules/entra-mfa-reset/dist/cli/bin.js");
  for (const line of lines) {
    const [, commands, rest] = /^entra-mfa-reset (\S+)(.*)$/.exec(line);
    for (const command of commands.split("|")) {
      const { code, stdout } = await run(process.execPath, [bin, command, "--help"]);
      assert.equal(code, 0, command);
      for (const flag of rest.match(/--[a-z-]+/g) ?? []) {
        assert.ok(stdout.includes(flag), `${command} has no ${flag}`);
      }
    }
  }
}
