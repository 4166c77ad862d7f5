// Credentials of @azure/identity, as they are: each signs in, resets one user, and is refused an administrator.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { CERTIFICATE, CLIENT_ID, TENANT_ID, assertion, managedIdentity, seedThatTrusts } from "../support/identities.mjs";
import { assertReset, assertUntouched } from "../support/left.mjs";
import { ADELE, ADMIN, APPLICATION, ISSUER, SECRET, ask, cloud } from "./support.mjs";

/** What a reset leaves of Adele's methods. */
const LEFT = ["fido2", "windowsHelloForBusiness", "email"];
const IDENTITY = "0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012";
const APP_VARIABLES = { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: CLIENT_ID };

/** A folder with files of these names, for as long as the test runs. */
function files(context, contents) {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries(contents).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  return { folder, paths };
}

/** An Azure CLI that is signed in: it answers as az does, with this token. */
function azureCli(context, token) {
  const program = `#!${process.execPath}
const line = process.argv.slice(2);
const value = (name) => line[line.indexOf(name) + 1];
if (line.slice(0, 2).join(" ") !== "account get-access-token" || value("--output") !== "json") process.exit(2);
if (value("--resource") !== "https://graph.microsoft.com") process.exit(3);
const end = new Date(Date.now() + 3600_000);
const expiresOn = end.toISOString().replace("T", " ").replace("Z", "000");
const [subscription, tenant] = ["00000000-0000-0000-0000-000000000000", "${TENANT_ID}"];
const answer = { accessToken: "${token}", expiresOn, expires_on: Math.floor(end / 1000), subscription, tenant, tokenType: "Bearer" };
console.log(JSON.stringify(answer));
`;
  const { folder, paths } = files(context, { az: program });
  chmodSync(paths[0], 0o755);
  return { PATH: [folder, process.env.PATH].join(delimiter) };
}

/** A reset that works, and one that must not; the tenant is asked whether it was so. */
async function prove(started, asked, env, { app = CLIENT_ID, left = LEFT } = {}) {
  const before = await started.tenant.user(ADELE);
  const calls = [["reset", { user: ADELE, reason: "INC0012345" }], ["reset", { user: ADMIN }]];
  const { answers } = await ask(started, { ...asked, calls }, env);
  assert.deepEqual(answers.map(({ outcome, code }) => outcome ?? code), ["complete", "protectedUser"]);
  await assertReset(started.tenant, before, left);
  assert.deepEqual(await started.tenant.kinds(ADMIN), ["phone", "microsoftAuthenticator"]);
  const { log } = await started.tenant.state();
  assert.deepEqual([...new Set(log.flatMap(({ caller }) => (caller ? [caller.app] : [])))], [app]);
}

describe("a credential of @azure/identity resets as it is:", () => {
  test("ClientSecretCredential", async (context) => {
    await prove(await cloud(context), { credential: "ClientSecretCredential", given: APPLICATION });
  });

  test("ClientCertificateCredential", async (context) => {
    const { paths } = files(context, { "certificate.pem": CERTIFICATE });
    await prove(await cloud(context), { credential: "ClientCertificateCredential", given: [TENANT_ID, CLIENT_ID, ...paths] });
  });

  test("WorkloadIdentityCredential", async (context) => {
    const { paths } = files(context, { token: assertion(ISSUER) });
    const env = { ...APP_VARIABLES, AZURE_FEDERATED_TOKEN_FILE: paths[0] };
    await prove(await cloud(context), { credential: "WorkloadIdentityCredential" }, env);
  });

  test("AzureCliCredential of a service principal", async (context) => {
    const started = await cloud(context);
    const env = azureCli(context, await started.tenant.token({ appid: CLIENT_ID }));
    await prove(started, { credential: "AzureCliCredential" }, env);
  });

  test("DefaultAzureCredential with an application's secret in the environment", async (context) => {
    await prove(await cloud(context), { credential: "DefaultAzureCredential" }, { ...APP_VARIABLES, AZURE_CLIENT_SECRET: SECRET });
  });

  test("DefaultAzureCredential on App Service", async (context) => {
    const started = await cloud(context);
    await prove(started, { credential: "DefaultAzureCredential" }, managedIdentity(started.tenant.url), { app: IDENTITY });
  });

  test("DefaultAzureCredential on a virtual machine", async (context) => {
    await prove(await cloud(context, { metadata: true }), { credential: "DefaultAzureCredential" }, {}, { app: IDENTITY });
  });

  test("DefaultAzureCredential falls back to the Azure CLI", async (context) => {
    const started = await cloud(context);
    const env = azureCli(context, await started.tenant.token({ appid: CLIENT_ID }));
    await prove(started, { credential: "DefaultAzureCredential" }, env);
  });
});

describe("national clouds:", () => {
  for (const [name, authorityHost] of [
    ["usGov", "https://login.microsoftonline.us"],
    ["usGovDoD", "https://login.microsoftonline.us"],
    ["china", "https://login.chinacloudapi.cn"],
  ]) {
    test(name, async (context) => {
      // What every cloud has.
      const known = ({ "@odata.type": type }) => /phone|microsoftAuthenticatorA/.test(type);
      const users = seedThatTrusts(ISSUER).users.map(({ methods = [], ...user }) => ({ ...user, methods: methods.filter(known) }));
      const started = await cloud(context, { settings: { cloud: name }, seed: { users } });
      const asked = { credential: "ClientSecretCredential", given: [...APPLICATION, { authorityHost }], options: { cloud: name } };
      await prove(started, asked, {}, { left: [] });
    });
  }

  test("a credential of another cloud gets no token for this one's Graph", async (context) => {
    const started = await cloud(context, { settings: { cloud: "usGov" } });
    const { answers } = await ask(started, { credential: "ClientSecretCredential", given: APPLICATION, calls: [["reset", { user: ADELE }]] });
    assert.equal(answers[0].code, "unauthenticated");
    assert.match(answers[0].message, /AADSTS500011/);
    await assertUntouched(started.tenant);
  });
});

test("the Azure CLI's own application has no permission for methods, whoever is signed in, and that is what is told", async (context) => {
  const started = await cloud(context);
  // What its tokens for Graph hold.
  const scp = "AuditLog.Read.All Directory.AccessAsUser.All Group.ReadWrite.All User.ReadWrite.All";
  const oid = "0a000001-5c1e-4f3a-9b7d-0000000000c1";
  const env = azureCli(context, await started.tenant.token({ scp, oid, appid: "04b07795-8ddb-461a-bbee-02f9e1bf7b46" }));
  const { answers } = await ask(started, { credential: "AzureCliCredential", calls: [["reset", { user: ADELE }]] }, env);
  assert.equal(answers[0].code, "forbidden");
  assert.match(answers[0].help, /UserAuthenticationMethod\.Read\.All/);
  await assertUntouched(started.tenant);
});
