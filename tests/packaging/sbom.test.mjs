// What the npm packages say of what is in them, against what is in them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { makeProject } from "../support/project.mjs";

const LIBRARY = "entra-mfa-reset";
const NODE_RED = "node-red-contrib-entra-mfa-reset";
const N8N = "n8n-nodes-entra-mfa-reset";
const ALL = [LIBRARY, NODE_RED, N8N];

const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");

describe("the bill of materials of", () => {
  let project;
  before(async () => {
    project = await makeProject({ packages: ALL });
  });
  after(() => project?.remove());

  const read = (name, path) => readFileSync(join(project.folder, "node_modules", name, path));
  const json = (name, path) => JSON.parse(read(name, path).toString("utf8"));
  const bill = (name) => json(name, "sbom.cdx.json");
  const files = ({ components }) => components.filter(({ type }) => type === "file").map(({ hashes }) => hashes[0].content);
  const libraries = ({ components }) => components.filter(({ purl }) => purl?.startsWith("pkg:npm/")).map(({ purl }) => purl);

  for (const name of ALL) {
    test(`${name} is sound, and of this version`, () => {
      const { bomFormat, specVersion, metadata, components, dependencies } = bill(name);
      assert.deepEqual([bomFormat, specVersion], ["CycloneDX", "1.5"]);
      const { version, license } = json(name, "package.json");
      const { purl, licenses } = metadata.component;
      assert.deepEqual([purl, licenses], [`pkg:npm/${name}@${version}`, [{ expression: license }]]);
      // Each thing once, each with a licence, and nothing that is needed is missing.
      const known = [metadata.component, ...components].map((component) => component["bom-ref"]);
      assert.equal(new Set(known).size, known.length);
      assert.ok(components.every(({ licenses: [{ expression }] }) => expression.length > 0));
      assert.deepEqual(dependencies.map(({ ref }) => ref).sort(), [...known].sort());
      const reached = new Set();
      const reach = (ref) => {
        if (!reached.has(ref)) {
          reached.add(ref);
          dependencies.find((each) => each.ref === ref).dependsOn.forEach(reach);
        }
      };
      reach(known[0]);
      assert.deepEqual([...reached].sort(), [...known].sort());
    });
  }

  test(`${LIBRARY} has the sums of its WebAssembly`, () => {
    const wasm = ["entra_mfa_reset_bg", "sandbox_bg"].map((name) => sum(read(LIBRARY, `wasm/${name}.wasm`)));
    assert.deepEqual(files(bill(LIBRARY)).sort(), wasm.sort());
    assert.ok(libraries(bill(LIBRARY)).length > 0, "the libraries of the command");
  });

  test(`${NODE_RED} names the library that npm installs beside it, and nothing else`, () => {
    const { version } = json(LIBRARY, "package.json");
    assert.deepEqual(Object.keys(json(NODE_RED, "package.json").dependencies), [LIBRARY]);
    assert.deepEqual(bill(NODE_RED).components.map(({ purl }) => purl), [`pkg:npm/${LIBRARY}@${version}`]);
  });

  test(`${N8N} has the sums of the WebAssembly that is inside its JavaScript`, () => {
    const code = read(N8N, "dist/nodes/EntraMfaReset/EntraMfaReset.node.js").toString("utf8");
    const inside = code.match(/[A-Za-z0-9+/]{50000,}={0,2}/g).map((text) => sum(inflateRawSync(Buffer.from(text, "base64"))));
    assert.deepEqual(files(bill(N8N)).sort(), inside.sort());
    const { version } = json(LIBRARY, "package.json");
    assert.deepEqual(libraries(bill(N8N)), [`pkg:npm/${LIBRARY}@${version}`]);
    assert.deepEqual(Object.keys(json(N8N, "package.json").devDependencies), [LIBRARY], "what else could be bundled");
  });
});
