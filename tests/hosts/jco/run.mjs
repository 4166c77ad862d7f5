// The component in Node, through jco: reads cases from stdin as JSON, writes what the component says of each to stdout
// as a JSON list of texts. An export blocks this process, so the tenant's server is another one.
//
//   node run.mjs COMPONENT < cases.json
//
// A case: { graphUrl, accessToken, seed, options, operation, input }, as in tests/golden. The input of `resetMany` is
// { users }, and its text the list of the reports' texts.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const workspace = fileURLToPath(new URL("../../../js/", import.meta.url));
const { resolve } = createRequire(join(workspace, "package.json"));

const folder = mkdtempSync(join(tmpdir(), "entra-mfa-reset-jco-"));
try {
  const { Client, toJson, statusToJson, preflightToJson } = await load(readFileSync(process.argv[2]));
  const cases = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(cases.map((asked) => play({ Client, toJson, statusToJson, preflightToJson }, asked))));
} finally {
  rmSync(folder, { recursive: true });
}

/** The component's interface `reset`. */
async function load(component) {
  const { transpile } = await import(pathToFileURL(resolve("@bytecodealliance/jco")));
  const { files } = await transpile(component, { name: "component", noTypescript: true });
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  // What jco writes imports @bytecodealliance/preview2-shim by name.
  symlinkSync(join(workspace, "node_modules"), join(folder, "node_modules"), "junction");
  const { reset } = await import(pathToFileURL(join(folder, "component.js")));
  return reset;
}

/** Plays one case; the canonical bytes of its answer. */
function play({ Client, toJson, statusToJson, preflightToJson }, { graphUrl, accessToken, seed, options = {}, operation, input }) {
  try {
    const client = new Client({
      cloud: kebab(options.cloud ?? "global"),
      graphUrl,
      authorityHost: options.authorityHost,
      protect: options.protect ?? [],
      limits: options.limits,
      credential: { tag: "access-token", val: accessToken },
      seed: BigInt(seed),
    });
    switch (operation) {
      case "status":
        return statusToJson(client.status(input.user));
      case "plan":
        return toJson(client.plan(request(input)));
      case "reset":
        return toJson(client.reset(request(input)));
      case "restore":
        return toJson(client.restore(restoreRequest(input)));
      case "preflight":
        return preflightToJson(client.preflight(request(input)));
      case "revokeSessions":
        return toJson(client.revokeSessions(input.user, input));
      case "resetMany":
        return JSON.stringify(resetMany(client, input.users).map(toJson));
      case "issueTemporaryAccessPass":
        return toJson(client.issueTemporaryAccessPass(input.user, { ...input, allowPrivileged: waiver(input) }));
      default:
        throw new Error(`there is no operation ${operation}`);
    }
  } catch (error) {
    if (error.payload === undefined) {
      throw error;
    }
    const { code, message, help, retryable, graph } = error.payload;
    const { status, code: graphCode, requestId, date, retryAfterSeconds, claims } = graph ?? {};
    const known = graph && { status, code: graphCode, requestId, date, retryAfterSeconds, claims };
    return JSON.stringify({ code: camel(code), message, help, retryable, graph: known });
  }
}

/** Pushes users as fast as the run is hungry for them. */
function resetMany(client, users) {
  const run = client.resetMany(request({}));
  const waiting = users.map((user) => request({ user }));
  const reports = [];
  for (;;) {
    const { tag, val } = run.next();
    if (tag === "report") {
      reports.push(val);
    } else if (tag === "hungry" && waiting.length > 0) {
      run.push(waiting.splice(0, val));
    } else if (tag === "hungry") {
      run.close();
    } else {
      run.outcome();
      run[Symbol.dispose]();
      return reports;
    }
  }
}

/** JSON's request as jco wants it. */
function request(input) {
  const { methods, temporaryAccessPass: pass, perUserMfa } = input;
  return {
    ...input,
    keep: input.keep ?? [],
    backup: input.backup ?? false,
    stableOnly: input.stableOnly ?? false,
    allowPrivileged: waiver(input),
    methods:
      methods &&
      (Array.isArray(methods) ? { tag: "kinds", val: methods.map(kebab) } : { tag: "preset", val: kebab(methods) }),
    temporaryAccessPass: pass && (pass === true ? { tag: "default" } : { tag: "options", val: pass }),
    perUserMfa: perUserMfa && kebab(perUserMfa),
  };
}

/** The same of a restore. */
function restoreRequest(input) {
  const { phones = [], emails = [], externals = [], hardwareTokens = [], neverRestored = [], hiddenKinds = [], perUserMfa, ...rest } = input.backup;
  return {
    ...input,
    stableOnly: input.stableOnly ?? false,
    allowPrivileged: waiver(input),
    backup: {
      ...rest,
      phones: phones.map((phone) => ({ isMasked: false, ...phone })),
      emails,
      externals,
      hardwareTokens,
      neverRestored: neverRestored.map((method) => ({ ...method, kind: kebab(method.kind) })),
      hiddenKinds: hiddenKinds.map(kebab),
      perUserMfa: perUserMfa && kebab(perUserMfa),
    },
  };
}

function waiver({ allowPrivileged = false }) {
  return { true: "yes", false: "no", ifUnreadable: "if-unreadable" }[allowPrivileged];
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camel(name) {
  return name.replace(/-./g, (pair) => pair[1].toUpperCase());
}
