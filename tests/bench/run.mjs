// Resets the same users with the scripts that people write, with Microsoft's SDKs and with ours, against the same
// tenant. `node run.mjs --help` says what can be chosen.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startTenant } from "../support/tenant.mjs";
import { coldStart } from "./lib/coldstart.mjs";
import { BENCH, bytes, installOurs, installPackages, installPython } from "./lib/installation.mjs";
import { machine } from "./lib/machine.mjs";
import { run } from "./lib/measure.mjs";
import { scenarios } from "./lib/scenarios.mjs";
import { sides } from "./lib/sides.mjs";
import { measureStarts } from "./lib/startup.mjs";
import { seconds } from "./lib/units.mjs";

const ROOT = resolve(BENCH, "../..");
const HELP = `usage: node tests/bench/run.mjs [options]

  --quick                 few users, one round; writes nothing unless --out is given
  --slow                  also 5 calls per 10 s, which takes about five minutes a side
  --memory                also what 100,000 users take, against 1,000
  --starts                only the cold starts with a sign-in; the other figures stay as they are written in --out
  --only ID,ID            only these sides
  --rounds N              5 when absent
  --out FOLDER            where benchmarks.md, .json and .svg go; docs/ when absent
  --tenant FILE           the tenant's server, target/release/entra-tenant when absent
  --package FILE          the npm package, dist/entra-mfa-reset.tgz when absent
  --component FILE        the component, dist/entra-mfa-reset.wasm when absent
  --component-host FILE   what runs the component; without it the component is left out
`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    slow: { type: "boolean", default: false },
    memory: { type: "boolean", default: false },
    starts: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string" },
    out: { type: "string" },
    tenant: { type: "string", default: join(ROOT, "target/release/entra-tenant") },
    package: { type: "string", default: join(ROOT, "dist/entra-mfa-reset.tgz") },
    component: { type: "string", default: join(ROOT, "dist/entra-mfa-reset.wasm") },
    "component-host": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const rounds = values.quick ? 1 : Number(values.rounds ?? 5);
if (values.starts) {
  const out = values.out ?? join(ROOT, "docs");
  const written = JSON.parse(readFileSync(join(out, "benchmarks.json"), "utf8"));
  await present({ ...written, starts: await starts() }, out);
  process.exit(0);
}
const { compared, missing } = choose();
const scratch = mkdtempSync(join(tmpdir(), "entra-mfa-reset-bench-"));
try {
  const results = {
    date: new Date().toISOString().slice(0, 10),
    command: ["node tests/bench/run.mjs", ...process.argv.slice(2).filter(isChoice)].join(" "),
    machine: machine(),
    rounds,
    missing,
    sides: await weigh(),
    ...(values.only === undefined && { starts: await starts() }),
    scenarios: [],
  };
  for (const scenario of scenarios(compared, { ...values, rounds })) {
    results.scenarios.push(await play(scenario));
  }
  await present(results, values.out ?? (values.quick || values.only ? undefined : join(ROOT, "docs")));
  process.exitCode = results.scenarios.every((scenario) => scenario.runs.every(isTrue)) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The sides, with what they need installed, and why others are missing. */
function choose() {
  installPackages();
  const missing = {};
  const wanted = values.only?.split(",");
  const wants = (id) => wanted === undefined || wanted.includes(id);
  const ours = wants("ours") ? installOurs(resolve(values.package)) : undefined;
  let python;
  if (wants("msgraph-sdk") && !(values.quick && wanted === undefined)) {
    try {
      python = installPython();
    } catch (error) {
      missing["msgraph-sdk for Python"] = error.message;
    }
  }
  const host = values["component-host"];
  const component = host && { host: resolve(host), file: resolve(values.component) };
  const all = sides({ ours, python, component });
  const unknown = wanted?.filter((id) => !all.some((side) => side.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`there is no side ${unknown.join(", ")}; there are ${all.map((side) => side.id).join(", ")}`);
  }
  return { compared: all.filter((side) => wants(side.id)), missing };
}

/** What each side weighs, and how soon it sends its first request. */
async function weigh() {
  const file = usersFile(["adele.vance@contoso.com"]);
  const tenant = await startTenant({ program: values.tenant });
  const token = await tenant.token();
  await tenant.stop();
  const programs = compared.filter((side) => !side.isVariant);
  const starts = new Map(programs.map((side) => [side, []]));
  // The first round warms the disk's cache and is not counted.
  for (let round = -1; round < (values.quick ? 1 : 2 * rounds); round += 1) {
    for (const side of programs) {
      const start = await coldStart(side, file, token);
      if (round >= 0) starts.get(side).push(start);
    }
  }
  return programs.map((side) => ({
    id: side.id,
    name: side.name,
    short: side.short,
    isOurs: side.isOurs ?? false,
    bytesInstalled: (side.installed ?? []).reduce((sum, path) => sum + bytes(path), 0),
    coldStarts: starts.get(side),
  }));
}

/** Every side in turn, round after round, so that a change of the machine's pace hits all of them. */
async function play({ runs, ...scenario }) {
  const options = ["--users", scenario.users, "--latency-ms", scenario.latency, "--no-log"];
  if (scenario.callsPer10s) options.push("--calls-per-10s", scenario.callsPer10s);
  const tenant = await startTenant({ program: values.tenant, flags: options.map(String) });
  try {
    const token = await tenant.token();
    const played = runs.map(({ side: { id, name, short, isOurs = false }, users }) => {
      return { id, name, short, isOurs, users, results: [] };
    });
    for (let round = 1; round <= scenario.rounds; round += 1) {
      for (const [place, { side, users }] of runs.entries()) {
        await tenant.reset();
        const result = await run(side, tenant.url, usersFile(crowd(users)), token);
        const { said, ...figures } = { ...result, ...(await seen(tenant)) };
        played[place].results.push(figures);
        progress(`${scenario.title}: round ${round} of ${scenario.rounds}: ${side.name}: ${seconds(figures.wallMs)}`);
        for (const line of said.slice(0, 3)) progress(`  ${line}`);
      }
    }
    return { ...scenario, runs: played };
  } finally {
    await tenant.stop();
  }
}

/** What has come to the tenant since the reset, and how many users have nothing left to remove and no older session. */
async function seen(tenant) {
  const { users, counts } = await tenant.state();
  const { httpRequests, calls, throttled, violations } = counts;
  const isPassword = (method) => method["@odata.type"] === "#microsoft.graph.passwordAuthenticationMethod";
  const clean = users.filter((user) => user.methods.every(isPassword) && user.signInSessionsValidFromDateTime).length;
  return { httpRequests, calls, throttled, violations, clean };
}

/** Whether nobody claims more than the tenant shows, and whether ours reset everybody without a mistake. */
function isTrue({ isOurs, users, results }) {
  return results.every(
    ({ outcomes: { complete = 0 }, clean, violations }) =>
      complete <= clean && (!isOurs || (complete === users && violations === 0)),
  );
}

/** Cold starts with a sign-in, in every Node that there is; a look at one where it shall be quick. */
async function starts() {
  installPackages();
  const current = { path: process.execPath, version: process.versions.node };
  const given = values.quick ? { rounds: 1, nodes: [current] } : { rounds: 4 * rounds };
  const measured = await measureStarts(installOurs(resolve(values.package)), { ...given, progress });
  return { date: new Date().toISOString().slice(0, 10), ...measured };
}

async function present(results, out) {
  const { page, tables } = await import("./lib/page.mjs");
  console.log(tables(results));
  if (out === undefined) return;
  const { plot } = await import("./lib/plot.mjs");
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "benchmarks.json"), `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(out, "benchmarks.md"), page(results));
  writeFileSync(join(out, "benchmarks.svg"), await plot(results));
}

/** The first users of the tenant's crowd. */
function crowd(users) {
  return Array.from({ length: users }, (_, place) => `user${String(place + 1).padStart(5, "0")}@contoso.com`);
}

function usersFile(names) {
  const file = join(scratch, "users.txt");
  writeFileSync(file, `${names.join("\n")}\n`);
  return file;
}

function progress(text) {
  console.error(`bench: ${text}`);
}

/** Options that say what was measured; the others say where things lie. */
function isChoice(option, place, all) {
  const isNamed = (text) => /^--(only|rounds)(=|$)/.test(text ?? "");
  return /^--(quick|slow|memory)$/.test(option) || isNamed(option) || isNamed(all[place - 1]);
}
