import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

/** What the figures were measured on. */
export function machine() {
  const cpus = os.cpus();
  const python = spawnSync("python3", ["--version"], { encoding: "utf8" });
  return {
    cpu: cpus[0].model.trim(),
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: system(),
    node: process.versions.node,
    ...(python.status === 0 && { python: python.stdout.trim().replace("Python ", "") }),
  };
}

function system() {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))[1];
  } catch {
    return `${os.type()} ${os.release()}`;
  }
}
