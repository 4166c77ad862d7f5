#!/usr/bin/env node
// One user at a time, for the help desk: shows the plan, asks, resets, and prints the pass to read out.
import { stdin, stderr, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { DefaultAzureCredential } from "@azure/identity";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { lines } from "./view.js";

const USAGE = `usage: node reset.js USER --reason TICKET [--pass MINUTES | --no-pass] [--yes]

  USER        object id or user principal name
  --reason    the ticket; it stands in the report and in every event
  --pass      how long the Temporary Access Pass works (60)
  --no-pass   issue none: the user registers with the password alone
  --yes       do not ask
`;
/** The command's own: 0 complete, 1 anything less, 2 usage, 3 refused by a guard, 4 not signed in or not permitted. */
const EXIT = { complete: 0, less: 1, usage: 2, refused: 3, denied: 4 };
const REFUSALS = new Set(["protectedUser", "managementRestricted"]);
const DENIALS = new Set(["unauthenticated", "forbidden"]);

class UsageError extends Error {}

function request(args) {
  const { values, positionals } = read(args);
  const minutes = values.pass === undefined ? 60 : Number(values.pass);
  if (positionals.length !== 1) {
    throw new UsageError("Name one user.");
  }
  if (!values.reason) {
    throw new UsageError("Say why: --reason TICKET.");
  }
  if (!Number.isInteger(minutes) || (values.pass !== undefined && values["no-pass"])) {
    throw new UsageError("--pass takes whole minutes, and does not go with --no-pass.");
  }
  const pass = values["no-pass"] ? {} : { temporaryAccessPass: { lifetimeInMinutes: minutes, isUsableOnce: true } };
  return { yes: values.yes, request: { user: positionals[0], reason: values.reason, ...pass } };
}

function read(args) {
  const options = {
    reason: { type: "string" },
    pass: { type: "string" },
    "no-pass": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** The token of whoever started this, or whatever DefaultAzureCredential finds; and whom nobody resets from here. */
function connect({ ENTRA_ACCESS_TOKEN: accessToken, GRAPH_URL: graphUrl, PROTECT = "" }, signal) {
  const credential = accessToken ? { accessToken } : new DefaultAzureCredential();
  const protect = PROTECT.split(",").map((name) => name.trim()).filter(Boolean);
  return new MfaResetClient(credential, { protect, signal, ...(graphUrl && { graphUrl }) });
}

async function confirmed(question, signal) {
  if (!stdin.isTTY) {
    throw new UsageError("Nobody can be asked here: say --yes.");
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } finally {
    terminal.close();
  }
}

async function main(args) {
  // Ctrl-C starts nothing more and settles what is under way; the report says where it ended.
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  const { yes, request: asked } = request(args);
  const client = connect(process.env, controller.signal);

  const plan = await client.plan(asked);
  say(lines(plan));
  if (plan.outcome === "refused") {
    return failed(plan.error);
  }
  if (!yes && !(await confirmed(`Reset ${plan.user.userPrincipalName}? [y/N] `, controller.signal))) {
    say(["Nothing was changed."]);
    return EXIT.less;
  }
  // The account that was shown, and of its methods only those that were shown.
  const planned = plan.methods.map(plannedMethod);
  const report = await client.reset({ ...asked, user: plan.user.id, planned });
  say(lines(report));
  if (report.temporaryAccessPass?.pass) {
    stdout.write(`${report.temporaryAccessPass.pass}\n`);
  }
  return report.outcome === "complete" ? EXIT.complete : EXIT.less;
}

function plannedMethod({ id, kind, label, action, createdDateTime }) {
  return { id, kind, label, action, ...(createdDateTime && { createdDateTime }) };
}

/** Standard output is for the pass alone. */
function say(text) {
  stderr.write(`${text.join("\n")}\n`);
}

function failed(error) {
  say([`${error.code}: ${error.message}`, error.help]);
  return REFUSALS.has(error.code) ? EXIT.refused : DENIALS.has(error.code) ? EXIT.denied : EXIT.less;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    say([error.message, USAGE]);
    process.exitCode = EXIT.usage;
  } else if (error instanceof MfaResetError) {
    process.exitCode = failed(error);
  } else if (error.name === "AbortError") {
    say(["Nothing was changed."]);
    process.exitCode = EXIT.less;
  } else {
    throw error;
  }
}
