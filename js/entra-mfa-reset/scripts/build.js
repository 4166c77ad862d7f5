// Compiles the TypeScript. The WebAssembly beside it comes from `just build`.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

for (const file of ["entra_mfa_reset", "sandbox"]) {
  if (!existsSync(join(root, "wasm", `${file}_bg.wasm`))) {
    console.error(`wasm/${file}_bg.wasm is missing: run \`just build\`, which makes it.`);
    process.exit(1);
  }
}

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });
if (status !== 0) {
  process.exit(status ?? 1);
}
// tsc copies no .d.ts; the contract is one, since it is generated.
copyFileSync(join(root, "src", "contract.d.ts"), join(root, "dist", "contract.d.ts"));
chmodSync(join(root, "dist", "cli", "bin.js"), 0o755);
