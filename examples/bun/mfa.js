// One user at a time: shows what would go, asks, resets what it has shown, and prints the pass. As a script, or as one
// executable for machines that have neither Bun nor Node.
import { parseArgs } from "node:util";
// With the engine inside the JavaScript: an executable has no files beside it.
import { MfaResetClient, MfaResetError } from "entra-mfa-reset/inline";

const USAGE = `usage: mfa USER --reason TICKET [--pass MINUTES] [--yes]

  USER      object id or user principal name
  --reason  the ticket; it stands in the report
  --pass    issue a Temporary Access Pass for so many minutes
  --yes     do not ask
`;
/** The command's own: 0 complete, 1 anything less, 2 usage, 3 refused by a guard, 4 not signed in or not permitted. */
const EXIT = { invalidInput: 2, protectedUser: 3, managementRestricted: 3, unauthenticated: 4, forbidden: 4 };

class UsageError extends Error {}

function asked(args) {
  const { values, positionals } = read(args);
  const minutes = Number(values.pass);
  if (positionals.length !== 1 || !values.reason) {
    throw new UsageError("Name one user, and the ticket with --reason.");
  }
  if (values.pass !== undefined && !Number.isInteger(minutes)) {
    throw new UsageError("--pass takes whole minutes.");
  }
  const pass = values.pass === undefined ? {} : { temporaryAccessPass: { lifetimeInMinutes: minutes } };
  return { yes: values.yes, request: { user: positionals[0], reason: values.reason, ...pass } };
}

function read(args) {
  const text = { type: "string" };
  try {
    return parseArgs({ args, allowPositionals: true, options: { reason: text, pass: text, yes: { type: "boolean" } } });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function connect(env, signal) {
  const { GRAPH_URL: graphUrl, AZURE_AUTHORITY_HOST: authorityHost, PROTECT = "" } = env;
  const protect = PROTECT.split(",").map((name) => name.trim()).filter(Boolean);
  return new MfaResetClient(credential(env), { protect, signal, ...(graphUrl && { graphUrl }), ...(authorityHost && { authorityHost }) });
}

function credential({ ENTRA_ACCESS_TOKEN: accessToken, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret }) {
  if (accessToken) {
    return { accessToken };
  }
  if (!tenantId || !clientId || !clientSecret) {
    const help = "Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or ENTRA_ACCESS_TOKEN.";
    throw new MfaResetError({ code: "unauthenticated", message: "No credential is complete.", help, retryable: false });
  }
  return { tenantId, clientId, clientSecret };
}

async function main(args) {
  const { yes, request } = asked(args);
  // Ctrl-C starts nothing more and settles what is under way; the report says where it ended.
  const controller = new AbortController();
  process.on("SIGINT", () => controller.abort());
  const client = connect(process.env, controller.signal);

  const plan = await client.plan(request);
  show(plan);
  if (plan.outcome === "refused") {
    return failed(plan.error);
  }
  // Where there is nobody to ask, the answer is no.
  if (!yes && !confirm(`Reset ${plan.user.userPrincipalName}?`)) {
    console.error("Nothing was changed.");
    return 1;
  }
  // The account that was shown, and of its methods only those that were shown.
  const planned = plan.methods.map(({ id, kind, label, action, createdDateTime }) => ({ id, kind, label, action, ...(createdDateTime && { createdDateTime }) }));
  const report = await client.reset({ ...request, user: plan.user.id, planned });
  show(report);
  if (report.temporaryAccessPass?.pass) {
    console.log(report.temporaryAccessPass.pass);
  }
  return report.outcome === "complete" ? 0 : 1;
}

/** What a plan or a report says to people. Standard output is for the pass alone. */
function show({ user, outcome, methods, residuals, error }) {
  console.error(`${user.displayName} <${user.userPrincipalName}>: ${outcome}`);
  for (const { label, kind, action, outcome: done, reason, error: trouble } of methods) {
    console.error(`  ${action}: ${kind}, ${label}: ${done}${reason ? ` (${reason})` : ""}${trouble ? `: ${trouble.message}` : ""}`);
  }
  for (const { message } of residuals) {
    console.error(`  note: ${message}`);
  }
  if (error && outcome !== "refused") {
    console.error(`  ${error.code}: ${error.message}. ${error.help}`);
  }
}

function failed(error) {
  console.error(`${error.code}: ${error.message}\n${error.help}`);
  return EXIT[error.code] ?? 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof MfaResetError) {
    process.exitCode = failed(error);
  } else {
    throw error;
  }
}
