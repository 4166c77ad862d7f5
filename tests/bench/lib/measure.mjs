import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const LIMIT = 30 * 60 * 1000;

/** Runs a side to its end: what it says of itself. What it says of single users is kept only for when it fails. */
export async function run(side, graphUrl, usersFile, token) {
  const child = start(side, graphUrl, usersFile, token);
  const said = [];
  let result;
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { begin, ...rest } = JSON.parse(line);
    if (begin === undefined) result = rest;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  if (code !== 0 || result === undefined) {
    throw new Error(`${side.name} ended with ${code}: ${said.slice(-10).join("\n")}`);
  }
  return { ...result, said };
}

/** Starts a side as a process of its own. */
export function start(side, graphUrl, usersFile, token) {
  const [program, ...options] = side.command;
  return spawn(program, [...options, "--graph-url", graphUrl, "--users-file", usersFile], {
    env: { ...process.env, ...side.env, ENTRA_ACCESS_TOKEN: token },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
