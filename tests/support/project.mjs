// A project of a user's: the packed package, installed by npm, and what else it needs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ARCHIVE = join(ROOT, "dist/entra-mfa-reset.tgz");

/**
 * An empty folder in which `entra-mfa-reset` is installed from its archive. `packages` are linked from those of
 * tests/package.json, since they are large.
 *
 * @param {string[]} packages
 * @returns {{ folder: string, remove(): void }}
 */
export function makeProject(packages = []) {
  if (!existsSync(ARCHIVE)) {
    throw new Error("dist/entra-mfa-reset.tgz is missing: run `just build` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--loglevel=error"];
  execFileSync(npm, ["install", ...flags, ARCHIVE], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  for (const name of packages) {
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, "tests/node_modules", name), place, "junction");
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
