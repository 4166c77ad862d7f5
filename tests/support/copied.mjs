// An example as somebody who copies it has it: alone, with the packed package installed beside it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_COPIED = ["node_modules", "test"];

/**
 * Copies `examples/NAME` to a new folder.
 *
 * @param {string} name
 * @returns {{ folder: string, remove: () => void }}
 */
export function copied(name) {
  const tarball = join(ROOT, "dist/entra-mfa-reset.tgz");
  assert.ok(existsSync(tarball), "dist/entra-mfa-reset.tgz is missing: run `just build`");
  const folder = mkdtempSync(join(tmpdir(), `entra-${name}-`));
  cpSync(join(ROOT, "examples", name), folder, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  const installed = join(folder, "node_modules/entra-mfa-reset");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
