// How each block of code is tried: by its page and by how it begins. A block that nobody knows fails the test.

const CSV = "userPrincipalName\nadele.vance@contoso.com\ndiego.siciliani@contoso.com\n";
const BACKUP = "npx entra-mfa-reset reset adele.vance@contoso.com --backups run.backups";
const users = ["adele.vance@contoso.com", "diego.siciliani@contoso.com"];

/** What each leaves on its standard output, and whose methods are gone thereafter. */
export const SNIPPETS = [
  // README.md
  { page: "README.md", starts: "import { MfaResetClient }", prints: /^complete \S{6,}\n/, resets: users.slice(0, 1) },
  { page: "README.md", starts: "for await (const report of client.resetMany(client.groupMembers(", prints: /^(\S+@contoso\.com complete \n){2}$/, resets: users },
  { page: "README.md", starts: "npm install ./dist/entra-mfa-reset.tgz", prints: /^complete|complete$/m },
  { page: "README.md", starts: "const { backup } = await client.reset(", restores: true },
  { page: "README.md", starts: "npx entra-mfa-reset restore", before: BACKUP, restores: true, prints: /Outcome: partial\nunsupported: the default was/, exit: 1 },
  { page: "README.md", starts: "npx entra-mfa-reset plan  --from users.csv", files: { "users.csv": CSV }, writes: ["plan.ndjson", "run.journal", "passes.ndjson"], resets: users },
  { page: "README.md", starts: "npx entra-mfa-reset preflight", prints: /"ready":\s*true/ },
  { page: "README.md", starts: "const { ready, checks } = await client.preflight(", prints: /^$/ },
  { page: "README.md", starts: "resource client {", wit: "wit/reset.wit" },
  // The npm package's own
  { page: "js/entra-mfa-reset/README.md", starts: "npm install entra-mfa-reset" },
  { page: "js/entra-mfa-reset/README.md", starts: "import { DefaultAzureCredential }", prints: /^complete\n[^]*^phone mobile .* done$[^]*^\S{6,}\n$/m, resets: users.slice(0, 1) },
  { page: "js/entra-mfa-reset/README.md", starts: "const users = client.groupMembers(", prints: /^(\S+@contoso\.com complete \n){2}$/, resets: users },
  { page: "js/entra-mfa-reset/README.md", starts: 'import { MfaResetClient } from "entra-mfa-reset";\nimport { toOcsf }', after: "await client.reset({ user });", prints: /"class_uid":3001/, resets: users.slice(0, 1) },
  { page: "js/entra-mfa-reset/README.md", starts: "entra-mfa-reset status adele", prints: /microsoftAuthenticator/ },
  { page: "js/entra-mfa-reset/README.md", starts: "entra-mfa-reset plan  --from users.csv", files: { "users.csv": CSV }, writes: ["plan.ndjson", "run.journal"], resets: users },
  { page: "js/entra-mfa-reset/README.md", starts: 'import { MfaResetClient } from "entra-mfa-reset";\nimport { SandboxTenant }', after: "console.log(users.length > 0, log.length > 0, violations.length);", prints: /^true true 0\n$/ },
  // The events
  { page: "docs/events.md", starts: "{", event: true },
];

/** What a snippet takes for given, where it does not say it itself. */
export const GIVEN = {
  credential: 'const credential = new (await import("@azure/identity")).DefaultAzureCredential();',
  client: 'const client = new (await import("entra-mfa-reset")).MfaResetClient(new (await import("@azure/identity")).DefaultAzureCredential());',
  user: 'const user = "adele.vance@contoso.com";',
  groupId: 'const groupId = "0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10";',
  send: "const send = (event) => console.log(JSON.stringify(event));",
};

/** Lines of shell that are not run, and why. */
export const LINES = [
  [/^npm install /, "the package is installed from its archive already, before the block is run"],
  [/ USER\.\.\. /, "how a command is written: its commands and flags are looked for in their help"],
];

/** Blocks that are not run, and why. What `tested` names, from the page or from the top, must be there. */
export const NOT_RUN = [
  { page: "README.md", starts: "npx --yes rust-just demo", why: "it is this test, and all others" },
  { page: "ARCHITECTURE.md", starts: "crates/core", why: "a picture" },
  { page: "docs/service.md", why: "it needs wasmtime, Spin or a container; the service is tested in wasmtime's own server and in jco", tested: "tests/hosts/tests/service.rs" },
  { page: "examples/rust-wasmtime/README.md", why: "the example's own test runs the program", tested: "tests" },
  { page: /^examples\/[^/]+\/README\.md$/, why: "an account, a cloud's tools or a server: what its example needs, the example's own test has", tested: "test" },
];
