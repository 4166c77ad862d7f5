// An example as somebody who copies it has it: alone, with the packed package installed beside it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { archive, ROOT } from "./project.mjs";

const NOT_COPIED = ["node_modules", "test"];

/**
 * Copies `examples/NAME` to a new folder.
 *
 * @param {string} name
 * @returns {{ folder: string, remove: () => void }}
 */
export function copied(name) {
  const folder = mkdtempSync(join(tmpdir(), `entra-${name}-`));
  cpSync(join(ROOT, "examples", name), folder, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  const installed = join(folder, "node_modules/entra-mfa-reset");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", archive(), "-C", installed, "--strip-components=1"]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
