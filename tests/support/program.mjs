// A program that a test runs to its end.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** What of the tester's own environment a program needs; none of the tester's settings and credentials. */
export function bare({ PATH, HOME, SystemRoot, TEMP, TMPDIR } = process.env) {
  return { PATH, HOME, SystemRoot, TEMP, TMPDIR };
}

/**
 * Runs a program, and resolves with its exit code and all that it has written.
 *
 * @param {string} program
 * @param {string[]} line
 * @param {{ env?: object, cwd?: string | URL }} options
 */
export async function run(program, line, { env = {}, cwd } = {}) {
  const child = spawn(program, line, { cwd, env: { ...bare(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const out = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (out.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (out.stderr += text));
  const [code] = await once(child, "close");
  return { code, ...out };
}
