// One file for the node and one for the credential: n8n takes no dependencies, so the library, its WebAssembly included,
// is bundled. Types are checked with the tests, where n8n's own packages are.
const { buildSync } = require("esbuild");
const { cpSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const node = "nodes/EntraMfaReset";

rmSync(join(root, "dist"), { recursive: true, force: true });
buildSync({
  absWorkingDir: root,
  entryPoints: [`${node}/EntraMfaReset.node.ts`, "credentials/EntraMfaResetApi.credentials.ts"],
  outdir: "dist",
  outbase: ".",
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["n8n-workflow"],
});
for (const file of ["EntraMfaReset.node.json", "entraMfaReset.svg", "entraMfaReset.dark.svg"]) {
  cpSync(join(root, node, file), join(root, "dist", node, file));
}
for (const file of ["entraMfaReset.svg", "entraMfaReset.dark.svg"]) {
  cpSync(join(root, node, file), join(root, "dist/credentials", file));
}
