// Installs what package-lock.json names, and runs the tests against a real Restate server.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

if (!existsSync(join(root, "../../js/entra-mfa-reset/dist/index.js"))) {
  console.error("The package entra-mfa-reset is not built: run `just build` first.");
  process.exit(1);
}
run("npm", ["install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error"], process.platform === "win32");
const { binary } = await import("./restate.js");
if (binary() === undefined) {
  console.error(`SKIPPED: there is no Restate server for ${process.platform} on ${process.arch}. NOTHING WAS TESTED.`);
  process.exit(0);
}
run(process.execPath, ["--test", join(root, "test", "bulk.test.js")]);

function run(command, line, shell = false) {
  const { status } = spawnSync(command, line, { cwd: root, shell, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
