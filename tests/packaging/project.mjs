// The packed tarball, installed by npm where nothing else is.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "../support/program.mjs";
import { makeProject, ROOT } from "../support/project.mjs";

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

/** A folder with the package in its node_modules, and the scenario beside it. */
export class Project {
  constructor({ folder, remove }) {
    this.folder = folder;
    /** For when the file's tests have ended. */
    this.remove = remove;
    this.write("main.mjs", MAIN);
    this.write("program.mjs", PROGRAM);
    copyFileSync(new URL("scenario.mjs", import.meta.url), this.path("scenario.mjs"));
  }

  static async install() {
    return new Project(await makeProject());
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
}
