// What is published: the tarball installed elsewhere, its types in strict projects, its manifest.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { ADELE, serve } from "./support.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const npm = process.env["npm_execpath"];
const LIMIT = 850_000;

let folder;
let tarball;

/** npm itself, or the npm that runs this. */
function runNpm(args, cwd) {
  const [command, before] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  return execFileSync(command, [...before, ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a script of the package `name`, found from here. */
function tool(name, bin, args, cwd) {
  const script = join(dirname(require.resolve(`${name}/package.json`)), bin);
  return spawnSync(process.execPath, [script, ...args], { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-"));
  const [packed] = JSON.parse(runNpm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root));
  tarball = join(folder, packed.filename);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  runNpm(["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball], folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

describe("the tarball", () => {
  test("holds what it should, and no more", () => {
    const listed = JSON.parse(runNpm(["pack", "--json", "--dry-run", "--ignore-scripts"], root))[0];
    const names = listed.files.map(({ path }) => path);
    for (const name of ["dist/index.js", "dist/index.d.ts", "dist/contract.d.ts", "dist/slim.js", "dist/cli/bin.js", "wasm/entra_mfa_reset_bg.wasm", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "sbom.cdx.json"]) {
      assert.ok(names.includes(name), `${name} is missing`);
    }
    const strange = names.filter((name) => !/^(dist\/.*\.(js|d\.ts)|wasm\/\w+\.(js|wasm|d\.ts|wasm\.d\.ts)|README\.md|LICENSE(-\w+)?|package\.json|sbom\.cdx\.json)$/.test(name));
    assert.deepEqual(strange, []);
    assert.ok(listed.size <= LIMIT, `${listed.size} bytes`);
  });

  test("depends on nothing", () => {
    const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    assert.deepEqual(installed, ["entra-mfa-reset"]);
  });

  test("says nothing of the machine that made it", () => {
    const strings = [root, process.env["HOME"] ?? root].map((path) => path.replace(/\/$/, ""));
    const at = join(folder, "node_modules/entra-mfa-reset");
    for (const entry of readdirSync(at, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "latin1");
        assert.ok(strings.every((path) => path.length < 4 || !text.includes(`${path}/`)), entry.name);
      }
    }
  });

  test("works in ten lines", async (context) => {
    const { url, tenant } = await serve(context);
    writeFileSync(
      join(folder, "ten.mjs"),
      `import { MfaResetClient } from "entra-mfa-reset";

const client = new MfaResetClient(
  { accessToken: process.env.ENTRA_ACCESS_TOKEN },
  { graphUrl: process.argv[2] },
);
const report = await client.reset({ user: "${ADELE}", temporaryAccessPass: true });
console.log(report.outcome);
for (const { kind, outcome } of report.methods) console.log(kind, outcome);
console.log(typeof report.temporaryAccessPass?.pass);
`,
    );
    const { stdout, stderr } = await run(["ten.mjs", url], { ENTRA_ACCESS_TOKEN: tenant.accessToken });
    assert.equal(stderr, "");
    assert.match(stdout, /^complete\n/);
    assert.match(stdout, /^phone done$/m);
    assert.match(stdout, /^string\n$/m);
  });

  test("can be required", async () => {
    const [major, minor] = process.versions.node.split(".").map(Number);
    const supported = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    if (!supported) {
      console.log(`Node ${process.versions.node} cannot require() an ES module; not tried.`);
      return;
    }
    writeFileSync(
      join(folder, "required.cjs"),
      `const { MfaResetClient } = require("entra-mfa-reset");
const { SandboxTenant } = require("entra-mfa-reset/sandbox");
const tenant = new SandboxTenant();
const client = new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch });
client.reset({ user: "${ADELE}" }).then((report) => console.log(report.outcome));
`,
    );
    assert.equal((await run(["--no-warnings", "required.cjs"])).stdout, "complete\n");
  });

  test("brings the command", async () => {
    const bin = join(folder, "node_modules/.bin/entra-mfa-reset");
    const { status, stdout, stderr } = spawnSync(bin, ["reset", ADELE, "--sandbox", "--yes", "--output", "json"], { encoding: "utf8", shell: process.platform === "win32" });
    assert.equal(status, 0, stderr);
    assert.equal(JSON.parse(stdout).outcome, "complete");
  });
});

describe("the types", () => {
  const source = `import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import type { BulkOptions, ErrorCode, Event, Intent, Report, ResetRequest, ResetTarget, Status } from "entra-mfa-reset";
import { SandboxTenant, type SandboxSeed } from "entra-mfa-reset/sandbox";
import type { TokenCredential } from "@azure/core-auth";

declare const azure: TokenCredential;
const seed: SandboxSeed = { users: [{ userPrincipalName: "x@contoso.com", userType: "Guest" }] };
const tenant = new SandboxTenant(seed);
export const clients = [
  new MfaResetClient(azure),
  new MfaResetClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch, cloud: "usGov", limits: { retries: 1 } }),
  new MfaResetClient({ getToken: async () => "token" }, { fetch: globalThis.fetch, protect: ["x"] }),
  new MfaResetClient({ tenantId: "t", clientId: "c", clientSecret: "s" }, { onEvent: (event: Event) => console.log(event.step) }),
];
const request: ResetRequest = { user: "x@contoso.com", methods: ["phone"], temporaryAccessPass: { lifetimeInMinutes: 60 }, allowPrivileged: "ifUnreadable" };
export async function all(client: MfaResetClient): Promise<ErrorCode | undefined> {
  const status: Status = await client.status("x@contoso.com", { signal: AbortSignal.timeout(1000) });
  const report: Report = await client.reset(request);
  const pass: string | undefined = report.temporaryAccessPass?.pass;
  console.log(status.methods[0]?.isDefault, pass, (await tenant.state()).violations.length);
  try {
    await client.issueTemporaryAccessPass("x@contoso.com", { isUsableOnce: true });
  } catch (error) {
    return error instanceof MfaResetError ? error.code : undefined;
  }
  const stored: Intent[] = [];
  const options: BulkOptions = { onBegin: async (intent) => void stored.push(intent) };
  const targets: ResetTarget[] = ["x@contoso.com", request, ...stored.map(({ user, planned }) => ({ user, planned }))];
  for await (const each of client.resetMany(targets, { methods: "all" }, options)) {
    console.log(each.outcome);
  }
  for await (const each of client.planMany(client.groupMembers("0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10"))) {
    console.log(each.methods.length);
  }
  // @ts-expect-error the defaults are for nobody in particular
  client.resetMany(targets, { user: "x@contoso.com" });
  // @ts-expect-error there is no such preset
  await client.plan({ user: "x@contoso.com", methods: "everything" });
  // @ts-expect-error there is no such field
  await client.plan({ user: "x@contoso.com", methodes: "all" });
  // @ts-expect-error a credential is needed
  new MfaResetClient({});
  // @ts-expect-error nothing is any
  report.outcome.nonsense;
  return undefined;
}
`;
  for (const [module, moduleResolution] of [["node16", "node16"], ["nodenext", "nodenext"], ["esnext", "bundler"], ["preserve", "bundler"]]) {
    test(`are exact with module ${module} and moduleResolution ${moduleResolution}`, () => {
      const project = join(folder, `types-${module}`);
      mkdirSync(project, { recursive: true });
      writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
      writeFileSync(join(project, "index.ts"), source);
      const types = dirname(dirname(require.resolve("@types/node/package.json")));
      writeFileSync(
        join(project, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            ...{ module, moduleResolution, target: "es2022", lib: ["es2023"], strict: true, noEmit: true, skipLibCheck: false },
            ...{ exactOptionalPropertyTypes: true, types: ["node"], typeRoots: [types] },
            paths: { "@azure/core-auth": [require.resolve("@azure/core-auth").replace(/dist\/.*/, "dist/esm/index.d.ts")] },
          },
          files: ["index.ts"],
        }),
      );
      const { status, stdout } = tool("typescript", "bin/tsc", ["-p", project], project);
      assert.equal(status, 0, stdout);
    });
  }

  test("resolve for every kind of consumer (@arethetypeswrong/cli)", () => {
    // ES modules only, on purpose: CommonJS requires them since Node 20.19.
    const { status, stdout, stderr } = tool("@arethetypeswrong/cli", "dist/index.js", [tarball, "--profile", "esm-only", "--exclude-entrypoints", "entra_mfa_reset_bg.wasm", "sandbox_bg.wasm", "--no-color"], folder);
    assert.equal(status, 0, stdout + stderr);
  });

  test("and the manifest are sound (publint)", async () => {
    const { publint } = await import("publint");
    const { messages } = await publint({ pkgDir: join(folder, "node_modules/entra-mfa-reset"), level: "suggestion", strict: true });
    assert.deepEqual(messages, []);
  });
});

test("the lock file names no registry", () => {
  const lock = JSON.parse(readFileSync(join(root, "../package-lock.json"), "utf8"));
  const urls = Object.values(lock.packages).map(({ resolved }) => resolved).filter((resolved) => resolved?.includes("://"));
  assert.deepEqual(urls, []);
});

async function run(args, env = {}) {
  const { spawn } = await import("node:child_process");
  const { once } = await import("node:events");
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const out = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (out.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (out.stderr += text));
  await once(child, "close");
  return out;
}
