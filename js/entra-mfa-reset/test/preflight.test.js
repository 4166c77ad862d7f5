// What the credential allows: in JavaScript, and on the command line.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { main } from "../dist/cli/main.js";
import { deadOrigin, tokenWith } from "./support.js";

const AUTHENTICATION_ADMINISTRATOR = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const LEAST = [
  "User.Read.All",
  "UserAuthMethod-Phone.ReadWrite.All",
  "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
  "UserAuthMethod-SoftwareOATH.ReadWrite.All",
  "UserAuthMethod-HardwareOATH.ReadWrite.All",
  "User.RevokeSessions.All",
  "RoleManagement.Read.Directory",
  "GroupMember.Read.All",
];

const application = (roles) => tokenWith({ roles });
const person = (scp, wids) => tokenWith({ idtyp: "user", roles: undefined, scp, wids });
const never = () => assert.fail("a preflight asks nobody");

/** Runs the command; nobody listens where Graph would be. */
async function run(args, token) {
  const stream = () => new PassThrough().setEncoding("utf8");
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const env = token === undefined ? {} : { ENTRA_ACCESS_TOKEN: token };
  const argv = ["preflight", "--graph-url", await deadOrigin(), ...args];
  const code = await main({ argv, env, stdin, stdout, stderr, signal: new AbortController().signal });
  return { code, stdout: stdout.read() ?? "", stderr: stderr.read() ?? "" };
}

test("a client says what its token allows, and asks nobody", async () => {
  const client = new MfaResetClient({ accessToken: application(LEAST) }, { fetch: never });
  const told = await client.preflight();
  assert.equal(told.ready, true);
  assert.equal(told.caller.kind, "application");
  const withPass = await client.preflight({ temporaryAccessPass: true });
  assert.equal(withPass.ready, false);
  const lacking = withPass.checks.filter(({ outcome, required }) => required && outcome !== "granted");
  assert.deepEqual(lacking.map(({ permission }) => permission), ["UserAuthMethod-TAP.ReadWrite.All"]);
});

test("a credential that fails is told in the answer", async () => {
  const credential = {
    getToken() {
      throw new Error("AADSTS700016: there is no such application");
    },
  };
  const told = await new MfaResetClient(credential, { fetch: never }).preflight();
  assert.equal(told.ready, false);
  assert.equal(told.error.code, "unauthenticated");
  assert.match(told.error.message, /AADSTS700016/);
});

test("a request that contradicts itself rejects", async () => {
  const client = new MfaResetClient({ accessToken: application(LEAST) }, { fetch: never });
  const request = { stableOnly: true, perUserMfa: "enabled" };
  await assert.rejects(client.preflight(request), (error) => error instanceof MfaResetError && error.code === "invalidInput");
});

test("the command ends with 0 when all is there", async () => {
  const { code, stdout, stderr } = await run([], application(LEAST));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^The application 6731de76/);
  assert.match(stdout, /^remove: phone, microsoftAuthenticator/m);
  assert.match(stdout, /^revoke the sessions +granted$/m);
  assert.match(stdout, /\nReady\.\n$/);
  assert.doesNotMatch(stdout, /Ask whoever/);
});

test("the command says what is missing and in which words to ask for it", async () => {
  const { code, stdout } = await run([], application(["UserAuthenticationMethod.ReadWrite.All"]));
  assert.equal(code, 4);
  const [, asked] = /Ask whoever administers the tenant for this:\n([^]*?)\n\n/.exec(stdout);
  const names = asked.split("\n").filter((line) => line.startsWith("  - ")).map((line) => line.slice(4));
  // One permission is asked for once, and none that another one covers.
  assert.deepEqual(names.sort(), ["GroupMember.Read.All", "RoleManagement.Read.Directory", "User.Read.All", "User.RevokeSessions.All"]);
  assert.match(asked, /application permissions of Microsoft\s+Graph/);
  assert.match(stdout, /Not required, but better:/);
  assert.match(stdout, /\nNot ready\.\n$/);
});

test("granting what is asked for is enough", async () => {
  const flags = ["--methods", "all", "--temporary-access-pass", "--per-user-mfa", "disabled"];
  const { stdout } = await run(flags, application([]));
  const [, asked] = /Ask whoever administers the tenant for this:\n([^]*?)\n\n/.exec(stdout);
  const names = asked.split("\n").filter((line) => line.startsWith("  - ")).map((line) => line.slice(4));
  const { code } = await run(flags, application(names));
  assert.equal(code, 0, names.join(" "));
});

test("a person is told the role", async () => {
  const scp = "User.Read.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All Policy.ReadWrite.AuthenticationMethod";
  const fine = await run([], person(scp, [AUTHENTICATION_ADMINISTRATOR]));
  assert.equal(fine.code, 0, fine.stdout);
  assert.match(fine.stdout, /^The user /);
  const lacking = await run(["--per-user-mfa", "disabled"], person(scp, [AUTHENTICATION_ADMINISTRATOR]));
  assert.equal(lacking.code, 4);
  assert.match(lacking.stdout, /the directory role:\n {2}- Authentication Policy Administrator\n/);
});

test("json and ndjson are the contract's", async () => {
  const json = await run(["--output", "json"], application(LEAST));
  const ndjson = await run(["--output", "ndjson"], application(LEAST));
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(ndjson.stdout));
  assert.equal(ndjson.stdout.trim().split("\n").length, 1);
  assert.equal(JSON.parse(json.stdout).ready, true);
});

test("a token that cannot be read is not ready", async () => {
  const { code, stdout } = await run([], "opaque");
  assert.equal(code, 4);
  assert.match(stdout, /cannot be read/);
});

test("it takes no user", async () => {
  const { code, stderr } = await run(["adele.vance@contoso.com"], application(LEAST));
  assert.equal(code, 2);
  assert.match(stderr, /takes no user/);
});
