// What a package weighs on the disk with all that it depends on, as npm installs it.
import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("..", import.meta.url));

/** What the files below a folder weigh, without packages that lie in it. */
export function bytesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return sum + lstatSync(path).size;
    return entry.name === "node_modules" ? sum : sum + bytesOf(path);
  }, 0);
}

/** What these packages of tests/package.json weigh, each package of their dependencies once. */
export function footprint(names) {
  const known = new Set();
  const add = (name, from) => {
    const folder = find(name, from);
    // Optional ones may be missing.
    if (folder === undefined || known.has(folder)) return;
    known.add(folder);
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) add(dependency, folder);
  };
  for (const name of names) {
    if (find(name, TESTS) === undefined) throw new Error(`${name} is not installed: npm ci --prefix tests`);
    add(name, TESTS);
  }
  return [...known].reduce((sum, folder) => sum + bytesOf(folder), 0);
}

/** Where a package finds another one. */
function find(name, from) {
  for (let folder = from; folder.startsWith(TESTS) || `${folder}/` === TESTS; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    if (lstatSync(join(place, "package.json"), { throwIfNoEntry: false })) return place;
  }
  return undefined;
}
