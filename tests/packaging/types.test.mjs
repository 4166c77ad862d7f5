// The types, in strict projects of every way to resolve them and of every TypeScript that people have.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../support/program.mjs";
import { archive } from "../support/project.mjs";
import { js, Project, tests } from "./project.mjs";

const COMPILERS = { 5: tests.resolve("typescript-5/bin/tsc"), 6: tests.resolve("typescript-6/bin/tsc"), 7: join(dirname(js.resolve("typescript/package.json")), "bin/tsc") };
const RESOLUTIONS = [["node16", "node16"], ["nodenext", "nodenext"], ["esnext", "bundler"], ["preserve", "bundler"]];

const SOURCE = `import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import type { BulkOptions, ErrorCode, Event, Intent, Report, ResetRequest, ResetTarget, Status } from "entra-mfa-reset";
import { MfaResetClient as InlineClient } from "entra-mfa-reset/inline";
import { type EngineSource, MfaResetClient as SlimClient, provideEngine } from "entra-mfa-reset/slim";
import { SandboxTenant, type SandboxSeed } from "entra-mfa-reset/sandbox";
import type { TokenCredential } from "@azure/core-auth";

declare const azure: TokenCredential;
const seed: SandboxSeed = { users: [{ userPrincipalName: "x@contoso.com", userType: "Guest" }] };
const tenant = new SandboxTenant(seed);
export const clients: MfaResetClient[] = [
  new MfaResetClient(azure),
  new InlineClient(azure),
  new SlimClient({ accessToken: tenant.accessToken }, { fetch: tenant.fetch, cloud: "usGov", limits: { retries: 1 } }),
  new MfaResetClient({ getToken: async () => "token" }, { fetch: globalThis.fetch, protect: ["x"] }),
  new MfaResetClient({ tenantId: "t", clientId: "c", clientSecret: "s" }, { onEvent: (event: Event) => console.log(event.step) }),
];
export class Ours extends MfaResetClient {}
const engine: EngineSource = new Uint8Array();
provideEngine(engine);
provideEngine(fetch("https://contoso.com/engine.wasm"));
provideEngine(async () => engine);
// @ts-expect-error an address is no engine
provideEngine("https://contoso.com/engine.wasm");
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

let project;
before(async () => (project = await Project.install()));
after(() => project.remove());

for (const [version, compiler] of Object.entries(COMPILERS)) {
  for (const [module, moduleResolution] of RESOLUTIONS) {
    test(`are exact in TypeScript ${version} with module ${module} and moduleResolution ${moduleResolution}`, async () => {
      const folder = project.path(`types-${version}-${module}`);
      mkdirSync(folder);
      const typeRoots = [dirname(dirname(js.resolve("@types/node/package.json")))];
      const paths = { "@azure/core-auth": [js.resolve("@azure/core-auth").replace(/dist\/.*/, "dist/esm/index.d.ts")] };
      const compilerOptions = {
        ...{ module, moduleResolution, target: "es2022", lib: ["es2023"], strict: true, noEmit: true, skipLibCheck: false },
        ...{ exactOptionalPropertyTypes: true, types: ["node"], typeRoots, paths },
      };
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
      writeFileSync(join(folder, "index.ts"), SOURCE);
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
      const { code, stdout } = await run(process.execPath, [compiler, "-p", folder], { cwd: folder });
      assert.equal(code, 0, stdout);
    });
  }
}

test("resolve for every kind of consumer (@arethetypeswrong/cli)", async () => {
  // ES modules only, on purpose: CommonJS requires them since Node 20.19.
  const tool = join(dirname(js.resolve("@arethetypeswrong/cli/package.json")), "dist/index.js");
  const line = [tool, archive(), "--profile", "esm-only", "--exclude-entrypoints", "entra_mfa_reset_bg.wasm", "sandbox_bg.wasm", "--no-color"];
  const { code, stdout, stderr } = await run(process.execPath, line, { cwd: project.folder, env: { NO_COLOR: "1" } });
  assert.equal(code, 0, stdout + stderr);
});
