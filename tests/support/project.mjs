// A project of a user's: the packed packages, installed by npm, and what else it needs.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./program.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The archive of one of our npm packages, which must have been built. */
export function archive(name = "entra-mfa-reset") {
  const path = join(ROOT, "dist", `${name}.tgz`);
  assert.ok(existsSync(path), `dist/${name}.tgz is missing: run \`just build\``);
  return path;
}

/**
 * An empty folder in which packages of ours are installed from their archives. `links` are linked from those of
 * tests/package.json, since they are large.
 *
 * @param {{ packages?: string[], links?: string[] }} options
 * @returns {Promise<{ folder: string, remove(): void }>}
 */
export async function makeProject({ packages = ["entra-mfa-reset"], links = [] } = {}) {
  const archives = packages.map(archive);
  const folder = mkdtempSync(join(tmpdir(), "entra-project-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  await npm(["install", "--offline", "--ignore-scripts", "--no-package-lock", ...archives], folder);
  for (const name of links) {
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, "tests/node_modules", name), place, "junction");
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** npm itself, or the npm that runs this; what it prints. */
export async function npm(line, cwd) {
  // Windows has a npm.cmd, which takes a shell; what it calls lies beside Node there.
  const beside = process.platform === "win32" ? join(dirname(process.execPath), "node_modules/npm/bin/npm-cli.js") : undefined;
  const script = process.env.npm_execpath ?? beside;
  const [program, before] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  const env = { NPM_CONFIG_AUDIT: "false", NPM_CONFIG_FUND: "false", NPM_CONFIG_UPDATE_NOTIFIER: "false" };
  const { code, stdout, stderr } = await run(program, [...before, ...line], { cwd, env });
  assert.equal(code, 0, `npm ${line.join(" ")}\n${stderr}`);
  return stdout;
}
