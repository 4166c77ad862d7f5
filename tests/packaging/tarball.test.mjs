// What is published: what it holds, what it says of itself, and what the READMEs say of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { npm, ROOT } from "../support/project.mjs";
import { js, MANIFEST, Project } from "./project.mjs";
import { table } from "./targets.mjs";

const PACKAGE = join(ROOT, "js/entra-mfa-reset");

let project;
let installed;
before(async () => {
  project = await Project.install();
  installed = project.path("node_modules/entra-mfa-reset");
});
after(() => project.remove());

test("holds what it should, and no more", async () => {
  const [{ files }] = JSON.parse(await npm(["pack", "--json", "--dry-run", "--ignore-scripts"], PACKAGE));
  const names = files.map(({ path }) => path);
  for (const name of ["dist/index.d.ts", "dist/contract.d.ts", "dist/cli/bin.js", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "sbom.cdx.json"]) {
    assert.ok(names.includes(name), `${name} is missing`);
  }
  const strange = names.filter((name) => !/^(dist\/.*\.(js|d\.ts)|wasm\/\w+\.(js|wasm|d\.ts|wasm\.d\.ts)|README\.md|LICENSE(-\w+)?|package\.json|sbom\.cdx\.json)$/.test(name));
  assert.deepEqual(strange, []);
});

test("every entry is there, its types first", () => {
  const targets = Object.values(MANIFEST.exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
  assert.deepEqual(targets.filter((path) => !existsSync(join(installed, path))), []);
  for (const [name, target] of Object.entries(MANIFEST.exports)) {
    assert.ok(typeof target === "string" || Object.keys(target)[0] === "types", name);
  }
});

test("depends on nothing", () => {
  const found = readdirSync(project.path("node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(found, ["entra-mfa-reset"]);
});

test("says nothing of the machine that made it", () => {
  const paths = [ROOT, process.env.HOME ?? ROOT].map((path) => path.replace(/\/$/, ""));
  for (const entry of readdirSync(installed, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "latin1");
      assert.ok(paths.every((path) => path.length < 4 || !text.includes(`${path}/`)), entry.name);
    }
  }
});

test("its manifest is sound (publint)", async () => {
  const { publint } = await import(pathToFileURL(js.resolve("publint")).href);
  const { messages } = await publint({ pkgDir: installed, level: "suggestion", strict: true });
  assert.deepEqual(messages, []);
});

test("the command is where npm looks for it", async () => {
  const bin = project.path("node_modules/.bin/entra-mfa-reset");
  assert.equal(await project.run(bin, ["--version"]), `${MANIFEST.version}\n`);
  assert.ok(process.platform === "win32" || (statSync(bin).mode & 0o111) !== 0);
});

test("the READMEs say where it was run", () => {
  for (const name of ["README.md", "js/entra-mfa-reset/README.md"]) {
    const text = readFileSync(join(ROOT, name), "utf8");
    assert.ok(text.includes(`\n${table()}\n`), `${name} needs this table:\n${table()}`);
  }
});

test("no lock file names a registry", () => {
  const files = execFileSync("git", ["ls-files", "--", "*package-lock.json"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  assert.ok(files.includes("js/package-lock.json"));
  for (const file of files) {
    const { packages } = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    const urls = Object.values(packages).map(({ resolved }) => resolved).filter((resolved) => resolved?.includes("://"));
    assert.deepEqual(urls, [], file);
  }
});
