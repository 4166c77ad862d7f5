// The JavaScript runtimes that the tests run, each from its own package.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = fileURLToPath(new URL("../node_modules", import.meta.url));
const HERE = `${process.platform}-${process.arch}`;
const EXE = process.platform === "win32" ? ".exe" : "";

/** The major versions of Node that are tested. */
export const NODES = [20, 22, 24, 26];

/** The names that `runtime` knows. */
export const RUNTIMES = [...NODES.map((major) => `node${major}`), "deno", "bun", "workerd"];

// Where a program lies depends on whether npm ran the package's install script, which moves it or not.
const PLACES = {
  deno: [`@deno/${HERE}${process.platform === "linux" ? "-glibc" : ""}/deno${EXE}`, `deno/deno${EXE}`],
  bun: ["bun/bin/bun.exe", `@oven/bun-${HERE.replace("arm64", "aarch64").replace("win32", "windows")}/bin/bun${EXE}`],
  workerd: [`@cloudflare/workerd-${HERE.replace("x64", "64").replace("win32", "windows")}/bin/workerd${EXE}`],
};

const known = new Map();

/**
 * A runtime's program and version.
 *
 * @param {string} name one of `RUNTIMES`
 * @returns {{ name: string, path: string, version: string }}
 */
export function runtime(name) {
  if (!known.has(name)) {
    known.set(name, find(name));
  }
  return known.get(name);
}

function find(name) {
  if (!RUNTIMES.includes(name)) {
    throw new Error(`there is no runtime ${name}; there are ${RUNTIMES.join(", ")}`);
  }
  const places = name.startsWith("node") ? [`${name}-${HERE}/bin/node${EXE}`] : PLACES[name];
  const paths = places.map((place) => join(PACKAGES, place)).filter((path) => existsSync(path));
  if (name === `node${process.versions.node.split(".")[0]}`) {
    // Not every platform has a package of every Node.
    paths.push(process.execPath);
  }
  for (const path of paths) {
    const version = versionOf(path);
    if (version !== undefined) {
      return { name, path, version };
    }
  }
  throw new Error(`${name} is not here for ${HERE}: run \`npm ci --prefix tests\`; its package may not support this platform`);
}

/** What it says of itself; nothing where it is no program but a stand-in for one. */
function versionOf(path) {
  try {
    const printed = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return printed.match(/\d+(?:[.-]\d+){2}/)?.[0];
  } catch {
    return undefined;
  }
}
