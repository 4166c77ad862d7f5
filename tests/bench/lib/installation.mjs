import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH = fileURLToPath(new URL("..", import.meta.url));
export const CACHE = join(BENCH, ".cache");

/** The packages of package-lock.json: the peers' and the plot's. */
export function installPackages() {
  once("packages", [readFileSync(join(BENCH, "package-lock.json"))], join(BENCH, "node_modules"), () => {
    try {
      run("npm", ["ci"], BENCH);
    } catch {
      // `npm ci` refuses a lock file where the registry lacks another platform's optional packages.
      run("npm", ["install", "--no-save"], BENCH);
    }
  });
}

/** Our own package, from its archive, into a folder of its own. */
export function installOurs(archive) {
  const folder = join(CACHE, "ours");
  once("ours", [readFileSync(archive)], folder, () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    run("npm", ["install", "--no-save", "--no-package-lock", "--ignore-scripts", archive], folder);
  });
  return folder;
}

/** msgraph-sdk into a folder of its own; throws where Python or pip is missing. */
export function installPython() {
  const folder = join(CACHE, "python");
  const requirements = join(BENCH, "sides/msgraph-sdk/requirements.txt");
  once("python", [readFileSync(requirements), run("python3", ["--version"], BENCH)], folder, () => {
    rmSync(folder, { recursive: true, force: true });
    run("python3", ["-m", "pip", "install", "--quiet", "--target", folder, "--requirement", requirements], BENCH);
  });
  return folder;
}

/** What a file, or all files below a folder, weigh. */
export function bytes(path) {
  const entry = lstatSync(path);
  if (!entry.isDirectory()) {
    return entry.size;
  }
  return readdirSync(path).reduce((sum, name) => sum + bytes(join(path, name)), 0);
}

/** Calls `make` unless `output` is there and was made from the same inputs. */
function once(name, inputs, output, make) {
  const stamp = join(CACHE, `${name}.stamp`);
  const sum = inputs.reduce((hash, input) => hash.update(input), createHash("sha256")).digest("hex");
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === sum) {
    return;
  }
  console.error(`bench: installing ${name}`);
  rmSync(stamp, { force: true });
  make();
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, sum);
}

function run(program, options, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, options, { cwd, encoding: "utf8" });
  if (error) {
    throw new Error(`${program} is missing`);
  }
  if (status !== 0) {
    throw new Error(`${program} ${options[0]} failed: ${(stderr || stdout).trim().split("\n").at(-1)}`);
  }
  return stdout.trim();
}
