// Compiles the TypeScript. The WebAssembly beside it comes from `just build`.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { buildSync } from "esbuild";

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const WASM = { engine: join(root, "wasm/entra_mfa_reset_bg.wasm"), sandbox: join(root, "wasm/sandbox_bg.wasm") };

for (const path of Object.values(WASM)) {
  if (!existsSync(path)) {
    console.error(`${path} is missing: run \`just build\`, which makes it.`);
    process.exit(1);
  }
}

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });
if (status !== 0) {
  process.exit(status ?? 1);
}
// The command carries the libraries that it uses, with their licences, so that the package depends on nothing.
const vendor = join(root, "dist", "cli", "vendor.js");
const bundled = new Set([...readFileSync(join(root, "src", "cli", "vendor.ts"), "utf8").matchAll(/ from "([^"/]+)/g)].map(([, name]) => name));
buildSync({
  entryPoints: [vendor],
  outfile: vendor,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node20",
  banner: { js: [...bundled].map((name) => `/*! ${name}\n\n${licence(name)}\n*/`).join("\n") },
});
for (const [name, path] of Object.entries(WASM)) {
  const base64 = deflateRawSync(readFileSync(path), { level: 9, memLevel: 9 }).toString("base64");
  writeFileSync(join(root, "dist", "loading", `${name}.inline.js`), `export default "${base64}";\n`);
  copyFileSync(join(root, "src", "loading", `${name}.source.js`), join(root, "dist", "loading", `${name}.source.js`));
}
// The entries have the types of index.ts, slim.ts and sandbox.ts; what else lies there, and the command, nobody imports.
for (const folder of ["cli", "entries", "loading"]) {
  for (const name of readdirSync(join(root, "dist", folder), { recursive: true })) {
    if (name.endsWith(".d.ts")) {
      rmSync(join(root, "dist", folder, name));
    }
  }
}
// tsc copies no .d.ts; the contract is one, since it is generated.
copyFileSync(join(root, "src", "contract.d.ts"), join(root, "dist", "contract.d.ts"));
chmodSync(join(root, "dist", "cli", "bin.js"), 0o755);

/** The licence that a package came with. */
function licence(name) {
  const folder = require.resolve.paths(name).map((path) => join(path, name)).find((path) => existsSync(path));
  const file = readdirSync(folder).find((file) => /^licen[cs]e(\.|$)/i.test(file));
  return readFileSync(join(folder, file), "utf8").trim();
}
