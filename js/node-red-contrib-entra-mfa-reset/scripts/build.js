// Compiles the TypeScript, and puts what the editor reads beside it, where Node-RED looks for it.
const { spawnSync } = require("node:child_process");
const { cpSync, rmSync } = require("node:fs");
const { dirname, join } = require("node:path");

const root = join(__dirname, "..");
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });
if (status !== 0) {
  process.exit(status ?? 1);
}
cpSync(join(root, "editor"), join(root, "dist"), { recursive: true });
