// Signing in: certificates, assertions and managed identities, against a tenant that checks what Entra checks.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, test } from "node:test";
import { generateKeyPairSync } from "node:crypto";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { CLIENT_ID as APP, IDENTITY_HEADER as HEADER, TENANT_ID as TENANT, assertion } from "../../../tests/support/identities.mjs";
import { ADELE, cli, serve, tenantServer, tokenWith } from "./support.js";

const OTHER_IDENTITY = "1c8d5b63-ae4f-4027-9b3c-6d7e8f901223";
const ISSUER = "https://oidc.contoso.com/";
const SUBJECT = "system:serviceaccount:helpdesk:mfa-reset";
const KEYS = new URL("../../../crates/tenant/tests/keys/", import.meta.url);
const CERTIFICATE = key("app-certificate.pem");
const KEY = key("app-key.pem");
const FAST = { retries: 1, retrySeconds: 1, requestSeconds: 5, verifySeconds: 1 };
const app = { tenantId: TENANT, clientId: APP };

function key(name) {
  return readFileSync(new URL(name, KEYS), "utf8");
}

async function failure(promise, secrets = []) {
  const error = await promise.then((value) => assert.fail(`resolved: ${JSON.stringify(value)}`), (thrown) => thrown);
  assert.ok(error instanceof MfaResetError, inspect(error));
  for (const secret of [HEADER, "eyJ", ...secrets]) {
    assert.ok(!inspect({ ...error.toJSON(), stack: error.stack }).includes(secret), secret);
  }
  return error;
}

/** The sandbox's own people, with an application that has a certificate and trusts an issuer. */
async function seedFile(context, change = (seed) => seed) {
  const folder = mkdtempSync(join(tmpdir(), "sign-in-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const sample = JSON.parse(readFileSync(new URL("../../../crates/tenant/src/sample.json", import.meta.url), "utf8"));
  Object.assign(sample.apps[0], {
    certificates: [CERTIFICATE],
    federatedCredentials: [{ issuer: ISSUER, subject: SUBJECT, publicKey: key("issuer-public-key.pem") }],
  });
  const file = join(folder, "seed.json");
  writeFileSync(file, JSON.stringify(change({ ...sample, latencyMilliseconds: 0 })));
  return { file, folder };
}

/** A tenant in a process of its own, which verifies signatures; its address is Graph's and the sign-in service's. */
async function tenant(context, change) {
  const { file, folder } = await seedFile(context, change);
  const server = await tenantServer(context, { flags: ["--seed", file] });
  return Object.assign(server, { folder, options: { graphUrl: server.url, authorityHost: server.url, limits: FAST } });
}

async function signIns(server) {
  const { log } = await server.state();
  return log.filter(({ path }) => /oauth2|msi\/token/i.test(path));
}

/** A token of the issuer that the application trusts. */
function federated(changes = {}) {
  return assertion({ issuer: ISSUER, subject: SUBJECT, ...changes });
}

describe("a certificate", () => {
  test("signs in with PS256, from PKCS#8 and from PKCS#1, whatever stands beside it", async (context) => {
    const server = await tenant(context);
    const pkcs1 = execFileSync("openssl", ["rsa", "-traditional", "-in", new URL("app-key.pem", KEYS).pathname], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    assert.match(pkcs1, /BEGIN RSA PRIVATE KEY/);
    const other = selfSigned(server.folder).certificate;
    for (const certificate of [CERTIFICATE + KEY, KEY + CERTIFICATE, CERTIFICATE + pkcs1, `Bag Attributes\r\n${other}${KEY}${CERTIFICATE}`.replaceAll("\n", "\r\n")]) {
      const client = new MfaResetClient({ ...app, certificate }, server.options);
      assert.equal((await client.status(ADELE)).user.userPrincipalName, ADELE);
      assert.equal((await client.reset({ user: ADELE, methods: "none", revokeSessions: false })).outcome, "complete");
    }
    const asked = await signIns(server);
    assert.equal(asked.length, 4);
    assert.ok(asked.every(({ status }) => status === 200));
    assert.deepEqual((await server.state()).violations, []);
  });

  test("that cannot sign is invalid input, and nothing is sent", async (context) => {
    const { folder } = await seedFile(context);
    const { certificate: stranger } = selfSigned(folder);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const encrypted = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const locked = (type, cipher) => encrypted.export({ type, format: "pem", cipher, passphrase: "hunter2" });
    for (const [certificate, said] of [
      ["", /no certificate/],
      [KEY, /no certificate/],
      [CERTIFICATE, /no private key/],
      [CERTIFICATE + KEY + KEY, /more than one/],
      [stranger + KEY, /does not belong/],
      [CERTIFICATE + locked("pkcs8", "aes-256-cbc"), /encrypted/],
      [CERTIFICATE + locked("pkcs1", "aes-128-cbc"), /encrypted/],
      [CERTIFICATE + privateKey.export({ type: "pkcs8", format: "pem" }), /elliptic curve/],
      [CERTIFICATE + privateKey.export({ type: "sec1", format: "pem" }), /elliptic curve/],
      [CERTIFICATE + KEY.replace(/\n[^\n]{30}/, "\n"), /cannot be read|garbled/],
      [CERTIFICATE + KEY.replace(/\nM/, "\n!"), /garbled/],
    ]) {
      const fetch = () => assert.fail("a request left");
      const client = new MfaResetClient({ ...app, certificate }, { fetch });
      const error = await failure(client.status(ADELE), ["hunter2", ...KEY.split("\n").slice(1, 4)]);
      assert.equal(error.code, "invalidInput");
      assert.match(error.message, said);
      assert.ok(error.help.length > 0);
    }
  });

  test("that the application does not have is told so", async (context) => {
    const server = await tenant(context);
    const { certificate, privateKey } = selfSigned(server.folder);
    const error = await failure(new MfaResetClient({ ...app, certificate: certificate + privateKey }, server.options).status(ADELE));
    assert.equal(error.code, "unauthenticated");
    assert.match(error.message, /AADSTS700027/);
    const elsewhere = await failure(new MfaResetClient({ ...app, clientId: OTHER_IDENTITY, certificate: CERTIFICATE + KEY }, server.options).status(ADELE));
    assert.match(elsewhere.message, /AADSTS700016/);
  });

  test("leaves no trace of its key in the client", async (context) => {
    const server = await tenant(context);
    const client = new MfaResetClient({ ...app, certificate: CERTIFICATE + KEY }, server.options);
    await client.status(ADELE);
    const shown = inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client);
    assert.ok(!KEY.split("\n").slice(1, -1).some((line) => line.length > 0 && shown.includes(line)));
  });
});

describe("an assertion", () => {
  test("is asked for with each sign-in, and the token serves until it expires", async (context) => {
    const server = await tenant(context, (seed) => ({ ...seed, settings: { tokenLifetimeSeconds: 4 } }));
    const audiences = [];
    const getAssertion = (audience, { abortSignal }) => {
      assert.ok(abortSignal instanceof AbortSignal);
      audiences.push(audience);
      return audiences.length === 1 ? `${federated()}\n` : Promise.resolve(federated());
    };
    const client = new MfaResetClient({ ...app, getAssertion }, server.options);
    await client.status(ADELE);
    await client.status(ADELE);
    assert.deepEqual(audiences, [`${server.url}/${TENANT}/oauth2/v2.0/token`]);
    // Half of its life is over.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await client.status(ADELE);
    assert.equal(audiences.length, 2);
  });

  test("that is refused, is none, or cannot be had", async (context) => {
    const server = await tenant(context);
    const now = Math.floor(Date.now() / 1000);
    const cause = new Error("the vault said hunter2");
    for (const [getAssertion, message] of [
      [() => federated({ exp: now - 1 }), /AADSTS700024/],
      [() => federated({ iss: "https://oidc.fabrikam.com/" }), /AADSTS700211/],
      [() => federated({ sub: "somebody" }), /AADSTS700213/],
      [() => federated({ aud: "api://other" }), /AADSTS700212/],
      [() => federated().replace(/[^.]{20}$/, "A".repeat(20)), /AADSTS50013/],
      [() => "no.jwt", /AADSTS50027/],
      [() => "", /no assertion/],
      [() => undefined, /no text/],
      [() => Promise.reject(cause), /no client assertion could be had: Error/],
    ]) {
      const error = await failure(new MfaResetClient({ ...app, getAssertion }, server.options).status(ADELE), ["hunter2"]);
      assert.equal(error.code, "unauthenticated");
      assert.match(error.message, message);
      assert.ok(error.help.length > 0);
    }
    const rejected = await failure(new MfaResetClient({ ...app, getAssertion: () => Promise.reject(cause) }, server.options).status(ADELE));
    assert.equal(rejected.cause, cause);
  });

  test("that nobody waits for any more is told to stop", async () => {
    const controller = new AbortController();
    let signal;
    const getAssertion = (_, { abortSignal }) => {
      signal = abortSignal;
      setTimeout(() => controller.abort(), 20);
      return new Promise(() => undefined);
    };
    const client = new MfaResetClient({ ...app, getAssertion }, { fetch: () => assert.fail("a request left") });
    assert.equal((await failure(client.reset({ user: ADELE }, { signal: controller.signal }))).code, "cancelled");
    assert.equal(signal.aborted, true);
  });
});

describe("a managed identity", () => {
  const of = (url, extra = {}) => ({ managedIdentity: { endpoint: `${url}/msi/token`, header: HEADER, ...extra } });

  test("of App Service, and of a machine", async (context) => {
    const { url, requests, tenant: sandbox } = await sandboxServer(context);
    for (const [credential, header, value, query] of [
      [of(url), "x-identity-header", HEADER, "api-version=2019-08-01&resource=https%3A%2F%2Fgraph%2Emicrosoft%2Ecom"],
      [{ managedIdentity: { endpoint: url } }, "metadata", "true", "api-version=2018-02-01&resource=https%3A%2F%2Fgraph%2Emicrosoft%2Ecom"],
      [{ managedIdentity: { endpoint: url, clientId: OTHER_IDENTITY } }, "metadata", "true", `client%5Fid=${OTHER_IDENTITY}`],
    ]) {
      const before = requests.length;
      const client = new MfaResetClient(credential, { graphUrl: url, limits: FAST });
      assert.ok((await client.plan({ user: ADELE, allowPrivileged: true })).methods.length > 0);
      const [first, ...rest] = requests.slice(before);
      assert.equal(first.method, "GET");
      assert.equal(first.headers[header], value);
      assert.equal(first.headers.authorization, undefined);
      assert.ok(decodeURIComponent(first.path).includes(decodeURIComponent(query)), first.path);
      assert.ok(rest.length > 0 && rest.every(({ path, headers }) => !/token/.test(path) && headers["x-identity-header"] === undefined && headers.metadata === undefined));
    }
    assert.deepEqual((await sandbox.state()).violations, []);
  });

  test("comes from the environment where the platform names it, and never both from here and from there", async (context) => {
    const { url, requests } = await sandboxServer(context);
    const program = (credential) => `
      import { MfaResetClient } from "entra-mfa-reset";
      const client = new MfaResetClient(${JSON.stringify(credential)}, { graphUrl: ${JSON.stringify(url)}, limits: ${JSON.stringify(FAST)} });
      await client.status(${JSON.stringify(ADELE)}).then(({ user }) => console.log(user.id), (error) => console.log(error.code, error.message));
    `;
    const run = (credential, env) => {
      const { IDENTITY_ENDPOINT, IDENTITY_HEADER, ...rest } = process.env;
      return execute(["--input-type=module", "--eval", program(credential)], { ...rest, ...env });
    };
    const there = { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: HEADER };
    assert.equal(await run({ managedIdentity: {} }, there), "0a000001-5c1e-4f3a-9b7d-000000000001");
    // The environment's header belongs to the environment's endpoint.
    const before = requests.length;
    assert.equal(await run({ managedIdentity: { endpoint: url } }, there), "0a000001-5c1e-4f3a-9b7d-000000000001");
    assert.ok(requests.slice(before).every(({ headers }) => headers["x-identity-header"] === undefined));
    assert.match(await run({ managedIdentity: {} }, { IDENTITY_ENDPOINT: `${url}/msi/token` }), /^invalidInput/);
    assert.match(await run({ managedIdentity: {} }, { ...there, IDENTITY_ENDPOINT: "http://identity.contoso.com/msi/token" }), /^invalidInput.*https/);
    const fabric = execute(["--input-type=module", "--eval", program({ managedIdentity: {} })], { ...process.env, ...there, IDENTITY_SERVER_THUMBPRINT: "00" });
    await assert.rejects(fabric, /Service Fabric/);
  });

  test("that a platform keeps handing out although Graph refuses it", async (context) => {
    const { url, requests } = await sandboxServer(context, { claimsChallenge: true });
    const error = await failure(new MfaResetClient(of(url), { graphUrl: url, limits: FAST }).status(ADELE));
    assert.equal(error.code, "unauthenticated");
    assert.match(error.help, /platform/);
    assert.equal(requests.filter(({ path }) => path.startsWith("/msi/token")).length, 2);
  });

  test("that is not there", async () => {
    const fetch = () => Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(), { code: "EHOSTUNREACH" }) }));
    const error = await failure(new MfaResetClient({ managedIdentity: { endpoint: "http://169.254.169.254" } }, { fetch, limits: FAST }).status(ADELE));
    assert.equal(error.code, "unauthenticated");
    assert.equal(error.message, "this host has no managed identity");
  });
});

describe("a sign-in service", () => {
  const secret = { ...app, clientSecret: "sandbox-secret" };

  test("that redirects is not followed, and one that answers HTML is not believed", async (context) => {
    const thief = await serve(context, { intercept: () => Response.json({ access_token: "stolen" }) });
    for (const [status, code] of [[302, "unexpectedResponse"], [307, "unexpectedResponse"], [308, "unexpectedResponse"], [200, "unexpectedResponse"], [503, "unreachable"]]) {
      const intercept = () => new Response("<html>Sign in to the hotel's network</html>", { status, headers: { location: `${thief.url}/token`, "content-type": "text/html" } });
      const { url, requests } = await serve(context, { intercept });
      for (const credential of [secret, { ...app, getAssertion: () => federated() }, { managedIdentity: { endpoint: `${url}/msi/token`, header: HEADER } }]) {
        const error = await failure(new MfaResetClient(credential, { authorityHost: url, limits: { ...FAST, retries: 0 } }).status(ADELE), ["sandbox-secret"]);
        assert.equal(error.code, code, `${status}: ${error.message}`);
      }
      assert.equal(requests.length, 3);
      assert.ok(requests.every(({ headers }) => headers.authorization === undefined));
    }
    assert.equal(thief.requests.length, 0);
  });

  test("that throttles is asked again when it says so", async (context) => {
    const sandbox = new SandboxTenant();
    const intercept = ({ path, method, headers, body }, _, serial) => {
      if (serial === 1) {
        return new Response("", { status: 429, headers: { "retry-after": "1" } });
      }
      return path.endsWith("/token") ? sandbox.fetch(new URL(path, "https://login.microsoftonline.com"), { method, headers, body }) : undefined;
    };
    const { url, requests } = await serve(context, { tenant: sandbox, intercept });
    const started = performance.now();
    await new MfaResetClient(secret, { graphUrl: url, authorityHost: url, limits: FAST }).status(ADELE);
    assert.ok(performance.now() - started >= 950);
    assert.equal(requests.filter(({ path }) => path.endsWith("/token")).length, 2);
  });

  test("is asked once by calls side by side", async (context) => {
    const sandbox = new SandboxTenant();
    const intercept = async ({ path, method, headers, body }) => {
      if (!path.endsWith("/token")) {
        return undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
      return sandbox.fetch(new URL(path, "https://login.microsoftonline.com"), { method, headers, body });
    };
    const { url, requests } = await serve(context, { tenant: sandbox, intercept });
    const client = new MfaResetClient(secret, { graphUrl: url, authorityHost: url, limits: FAST });
    await Promise.all(Array.from({ length: 8 }, () => client.status(ADELE)));
    assert.equal(requests.filter(({ path }) => path.endsWith("/token")).length, 1);
  });
});

describe("clouds", () => {
  test("are not mixed, and a token for something else is not sent", async () => {
    const fetch = () => assert.fail("a request left");
    for (const [options, code] of [
      [{ cloud: "usGov", graphUrl: "https://graph.microsoft.com" }, "invalidInput"],
      [{ authorityHost: "https://login.microsoftonline.us" }, "invalidInput"],
      [{ cloud: "usGov" }, "unauthenticated"],
    ]) {
      assert.equal((await failure(new MfaResetClient({ accessToken: tokenWith({}) }, { fetch, ...options }).status(ADELE))).code, code);
    }
    for (const changes of [{ aud: "https://management.azure.com" }, { exp: 1 }]) {
      const error = await failure(new MfaResetClient({ accessToken: tokenWith(changes) }, { fetch }).status(ADELE));
      assert.equal(error.code, "unauthenticated");
    }
  });
});

describe("the command", () => {
  test("signs in with what the environment holds, and the first counts", async (context) => {
    const server = await tenant(context);
    const write = (name, content) => {
      const file = join(server.folder, name);
      writeFileSync(file, content);
      return file;
    };
    const certificate = write("certificate.pem", CERTIFICATE + KEY);
    const token = write("token", `${federated()}\n`);
    const run = (env) => cli(["status", ADELE, "--graph-url", server.url, "--output", "json"], { env: { AZURE_AUTHORITY_HOST: server.url, ...env } }).done;
    const ids = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP };
    const identity = { IDENTITY_ENDPOINT: `${server.url}/msi/token`, IDENTITY_HEADER: HEADER };
    const all = { ...ids, AZURE_CLIENT_SECRET: "sandbox-secret", AZURE_CLIENT_CERTIFICATE_PATH: certificate, AZURE_FEDERATED_TOKEN_FILE: token, ...identity };
    for (const env of [
      { ...ids, AZURE_CLIENT_SECRET: "sandbox-secret", AZURE_CLIENT_CERTIFICATE_PATH: "/nowhere" },
      { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: certificate, AZURE_FEDERATED_TOKEN_FILE: "/nowhere" },
      { ...ids, AZURE_FEDERATED_TOKEN_FILE: token, IDENTITY_ENDPOINT: "http://127.0.0.1:1/msi/token" },
      identity,
      { ...identity, AZURE_CLIENT_ID: "0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012" },
      { IDENTITY_ENDPOINT: server.url },
      { ...all, AZURE_CLIENT_CERTIFICATE_PATH: "/nowhere" },
    ]) {
      const { code, stdout, stderr } = await run(env);
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).user.userPrincipalName, ADELE);
    }
    const wrong = await run({ ...all, AZURE_CLIENT_SECRET: "wrong" });
    assert.equal(wrong.code, 4);
    assert.match(wrong.stderr, /AADSTS7000215/);
  });

  test("says exactly what is missing", async () => {
    for (const [env, said] of [
      [{ AZURE_CLIENT_SECRET: "s" }, /AZURE_TENANT_ID and AZURE_CLIENT_ID are not set/],
      [{ AZURE_CLIENT_ID: APP, AZURE_FEDERATED_TOKEN_FILE: "f" }, /AZURE_TENANT_ID is not set/],
      [{ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP }, /one of AZURE_CLIENT_SECRET.*is not set/s],
      [{ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_SECRET: "s", IDENTITY_ENDPOINT: "http://127.0.0.1:1" }, /AZURE_CLIENT_ID is not set/],
      [{ IDENTITY_HEADER: HEADER }, /IDENTITY_ENDPOINT is not set/],
      [{ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP, AZURE_CLIENT_CERTIFICATE_PATH: "/nowhere" }, /AZURE_CLIENT_CERTIFICATE_PATH names cannot be read \(ENOENT\)/],
      [{ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP, AZURE_FEDERATED_TOKEN_FILE: "/nowhere" }, /AZURE_FEDERATED_TOKEN_FILE names cannot be read \(ENOENT\)/],
    ]) {
      const { code, stderr } = await cli(["status", ADELE], { env }).done;
      assert.equal(code, 4, stderr);
      assert.match(stderr.replace(/\s+/g, " "), said);
      assert.ok(!stderr.includes(HEADER));
    }
  });
});

/** The sandbox behind a socket, with the endpoint of its managed identities. */
async function sandboxServer(context, settings = {}) {
  const sample = JSON.parse(readFileSync(new URL("../../../crates/tenant/src/sample.json", import.meta.url), "utf8"));
  return serve(context, { tenant: new SandboxTenant({ ...sample, latencyMilliseconds: 0, settings }) });
}

/** A certificate that nobody knows, and its key. */
function selfSigned(folder) {
  const [certificate, privateKey] = ["stranger.pem", "stranger-key.pem"].map((name) => join(folder, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "30", "-subj", "/CN=contoso.com", "-keyout", privateKey, "-out", certificate], { stdio: "ignore" });
  return { certificate: readFileSync(certificate, "utf8"), privateKey: readFileSync(privateKey, "utf8") };
}

/** A program in Node, and what it printed. */
async function execute(args, env) {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, cwd: new URL("..", import.meta.url) }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
  });
}
