// Runs every test, or those that are named, against the built package.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

for (const file of ["wasm/entra_mfa_reset_bg.wasm", "wasm/sandbox_bg.wasm", "dist/index.js"]) {
  if (!existsSync(join(root, file))) {
    console.error(`${file} is missing: run \`just build\` first.`);
    process.exit(1);
  }
}

const named = process.argv.slice(2);
const files = readdirSync(join(root, "test"))
  .filter((file) => file.endsWith(".test.js") && (named.length === 0 || named.some((name) => file.startsWith(name))))
  .map((file) => join(root, "test", file));
if (files.length === 0) {
  console.error("There is no such test.");
  process.exit(1);
}
const runner = join(root, "../../tests/support/run.mjs");
const { status } = spawnSync(process.execPath, [runner, ...files], { stdio: "inherit" });
process.exit(status ?? 1);
