import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { startTenant } from "../../../tests/support/tenant.mjs";
import { checksummed, claims } from "../dist/token.js";

export const ADELE = "adele.vance@contoso.com";
export const BIN = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

/** A token of the sandbox with other claims than the usual. */
export function tokenWith(changes, seed) {
  return checksummed({ ...claims(seed), ...changes });
}

/**
 * A tenant behind a real socket. `intercept` may answer in its place: with a Response, by destroying the socket
 * itself, or not at all.
 */
export async function serve(context, { tenant = new SandboxTenant(), intercept } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    const seen = { method: request.method, path: request.url, headers: request.headers, body: body.toString() };
    requests.push(seen);
    const instead = await intercept?.(seen, response, requests.length);
    if (instead === "answered") {
      return;
    }
    const init = { method: request.method, headers: request.headers, ...(body.length > 0 && { body }) };
    const answer = instead ?? (await tenant.fetch(new URL(request.url, "https://graph.microsoft.com"), init));
    response.writeHead(answer.status, [...answer.headers].flat());
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, tenant, requests };
}

/** The tenant's own server, a process of its own, for as long as the test runs. */
export async function tenantServer(context, options) {
  const server = await startTenant(options);
  context.after(() => server.stop());
  return server;
}

/** An origin at which nobody listens. */
export async function deadOrigin() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

/** Runs the command as a process. No file that it writes becomes larger than so many blocks. */
export function cli(args, { env = {}, bin = BIN, cwd, stdin = "ignore", fileBlocks } = {}) {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AZURE_|ENTRA_|NO_COLOR|FORCE_COLOR|NODE_TEST|NODE_OPTIONS)/.test(name)),
  );
  const command = [process.execPath, bin, ...args];
  const [program, ...rest] = fileBlocks === undefined ? command : ["sh", "-c", `ulimit -f ${fileBlocks}; exec "$@"`, "sh", ...command];
  const child = spawn(program, rest, { env: { ...inherited, ...env }, cwd, stdio: [stdin, "pipe", "pipe"] });
  const out = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (out.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (out.stderr += text));
  const done = once(child, "close").then(([code, signal]) => {
    assertNoSecrets(args, env, out, cwd);
    return { code, signal, ...out };
  });
  return { child, out, done };
}

const FOR_SECRETS = ["--passes", "--backups"];
const FOR_ANYBODY = ["--journal", "--events", "--summary"];
/** Telephone numbers and e-mail addresses of the simulated tenant's methods, whole. */
const CONTACTS = /425555\d{4}|\b(?:[a-z.]{2,})@fabrikam\.com/gi;

/** Tokens, client secrets, passes and whole numbers are on stdout and in files of their own, and nowhere else. */
function assertNoSecrets(args, env, { stdout, stderr }, cwd = ".") {
  const files = (flags) =>
    args.flatMap((flag, at) => {
      const path = flags.includes(flag) && args[at + 1] !== undefined ? resolve(cwd, args[at + 1]) : "";
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? [readFileSync(path, "utf8")] : [];
    });
  const told = [stdout, ...files(FOR_SECRETS)].join("\n");
  const secrets = [
    ...Object.entries(env).flatMap(([name, value]) => (/TOKEN$|SECRET$|HEADER$/.test(name) && value.length > 5 ? [value] : [])),
    ...[...told.matchAll(/"pass": ?"([^"]+)"/g)].map(([, pass]) => pass),
  ];
  for (const text of [stderr, ...files(FOR_ANYBODY)]) {
    assert.deepEqual(secrets.filter((secret) => text.includes(secret)), [], "a secret in stderr, journal, events or summary");
    assert.equal(text.match(CONTACTS), null, "a whole number or address in stderr, journal, events or summary");
  }
}

/** Waits until something holds. */
export async function until(holds, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error("It did not come true in time.");
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The kinds that a user has in a tenant now. */
export async function kinds(tenant, user) {
  const { users } = await tenant.state();
  return users
    .find((known) => known.userPrincipalName === user || known.id === user)
    .methods.map((method) => method["@odata.type"].replace("#microsoft.graph.", "").replace("AuthenticationMethod", ""))
    .sort();
}

/** A tenant's seed with that many ordinary users, `user1@contoso.com` and on. */
export function crowd(count) {
  const hex = (number, digits) => number.toString(16).padStart(digits, "0");
  const users = Array.from({ length: count }, (_, at) => ({
    id: `0a000002-5c1e-4f3a-9b7d-${hex(at + 1, 12)}`,
    userPrincipalName: `user${at + 1}@contoso.com`,
    displayName: `User ${at + 1}`,
    signInPreferences: { isSystemPreferredAuthenticationMethodEnabled: false, userPreferredMethodForSecondaryAuthentication: "push" },
    methods: [
      phone(`+1 425555${String(at % 10_000).padStart(4, "0")}`),
      { "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", id: `0b000002-1a2b-4c3d-8e9f-${hex(at + 1, 12)}`, displayName: "Phone" },
      { "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", id: `0c000002-893e-4172-9e89-${hex(at + 1, 12)}` },
    ],
  }));
  return { users };
}

/** A mobile phone; its id is the same for everybody. */
export function phone(phoneNumber, createdDateTime) {
  const about = { id: "3179e48a-750b-4051-897c-87b9720928f7", phoneNumber, phoneType: "mobile", smsSignInState: "ready" };
  return { "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", ...about, ...(createdDateTime && { createdDateTime }) };
}

/** The names of a crowd's users. */
export function names(count) {
  return Array.from({ length: count }, (_, at) => `user${at + 1}@contoso.com`);
}

/** Every delete that a tenant has executed: `user id/collection/method id`, as often as it happened. */
export async function deletes(tenant) {
  const { log } = await tenant.state();
  const calls = log.flatMap(({ members, ...call }) => members ?? [call]);
  return calls.filter(({ method, status }) => method === "DELETE" && status === 204).map(({ path }) => /users\/(.*)/.exec(path)?.[1]);
}
