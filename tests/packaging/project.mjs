// The packed tarball, installed by npm where nothing else is.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../support/program.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const TARBALL = join(ROOT, "dist/entra-mfa-reset.tgz");

/** The tools that the package itself is built with. */
export const js = createRequire(join(ROOT, "js/package.json"));
/** The tools of the tests. */
export const tests = createRequire(import.meta.url);

/** The package's manifest, as it is packed. */
export const MANIFEST = JSON.parse(readFileSync(join(ROOT, "js/entra-mfa-reset/package.json"), "utf8"));

// As most people write it.
const MAIN = `import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { play } from "./scenario.mjs";

export const run = (given) => play({ MfaResetClient, MfaResetError, SandboxTenant }, given);
`;
const PROGRAM = `import { run } from "./main.mjs";

const [graphUrl, accessToken] = process.argv.slice(2);
run({ graphUrl, accessToken }).then((facts) => console.log(JSON.stringify(facts)));
`;

/** A folder with the package in its node_modules, and the scenario beside it. It goes when the file's tests have ended. */
export class Project {
  constructor(folder) {
    this.folder = folder;
    this.write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
    this.write("main.mjs", MAIN);
    this.write("program.mjs", PROGRAM);
    copyFileSync(new URL("scenario.mjs", import.meta.url), this.path("scenario.mjs"));
  }

  static async install() {
    assert.ok(existsSync(TARBALL), "dist/entra-mfa-reset.tgz is missing: run `just build`");
    const project = new Project(mkdtempSync(join(tmpdir(), "entra-mfa-reset-")));
    await npm(["install", "--offline", "--ignore-scripts", TARBALL], project.folder);
    return project;
  }

  path(name) {
    return join(this.folder, name);
  }

  /** Writes a file, and gives its path. */
  write(name, text) {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Runs a program here that must succeed, and gives what it printed. */
  async run(program, line, env) {
    const { code, stdout, stderr } = await run(program, line, { cwd: this.folder, env });
    assert.equal(code, 0, `${program} ${line.join(" ")}\n${stderr}${stdout}`);
    return stdout;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** npm itself, or the npm that runs this. */
export async function npm(line, cwd) {
  const script = process.env.npm_execpath;
  const [program, before] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  const env = { NPM_CONFIG_AUDIT: "false", NPM_CONFIG_FUND: "false", NPM_CONFIG_UPDATE_NOTIFIER: "false" };
  const { code, stdout, stderr } = await run(program, [...before, ...line], { cwd, env });
  assert.equal(code, 0, `npm ${line.join(" ")}\n${stderr}`);
  return stdout;
}
