// A whole reset, step by step, against the Graph at --graph-url with the token in ENTRA_ACCESS_TOKEN. `just demo`
// starts a simulated tenant for it.
import { parseArgs } from "node:util";
import { MfaResetClient } from "entra-mfa-reset";

const USER = "adele.vance@contoso.com";

const { values } = parseArgs({ options: { "graph-url": { type: "string" } } });
const graphUrl = values["graph-url"];
const accessToken = process.env["ENTRA_ACCESS_TOKEN"];
if (graphUrl === undefined || !accessToken) {
  console.error("Usage: ENTRA_ACCESS_TOKEN=… node demo.mjs --graph-url URL");
  process.exit(2);
}

const client = new MfaResetClient({ accessToken }, { graphUrl });

title("The user before");
show(await client.status(USER));

title("The plan");
const request = { user: USER, temporaryAccessPass: true, reason: "demo" };
showMethods(await client.plan(request));

title("The reset, step by step");
const report = await client.reset(request, { onEvent: step });

title("The report");
showMethods(report);
const { temporaryAccessPass: pass, sessions, verification, residuals, graph } = report;
line("sessions", sessions?.outcome);
line("temporary access pass", `${pass?.outcome} ${pass?.pass ?? ""} for ${pass?.lifetimeInMinutes} minutes`);
line("verification", verification?.outcome);
for (const { code, message } of residuals) {
  line(code, message);
}
line("requests to Graph", `${graph.httpRequests}, with ${graph.calls} calls`);
line("outcome", report.outcome);

title("The user after");
show(await client.status(USER));

process.exitCode = report.outcome === "complete" ? 0 : 1;

function title(text) {
  console.log(`\n${text}`);
}

function line(name, value) {
  console.log(`  ${name.padEnd(26)}${value}`);
}

function show({ user, methods }) {
  line(user.userPrincipalName, user.displayName);
  for (const { kind, label, isDefault } of methods) {
    line(kind, label + (isDefault ? " (default)" : ""));
  }
}

function showMethods({ methods }) {
  for (const { kind, label, action, outcome } of methods) {
    line(kind, `${label}: ${action}${outcome === "kept" || outcome === "planned" ? "" : `, ${outcome}`}`);
  }
}

function step({ step: name, outcome, method, waitMilliseconds }) {
  const what = method === undefined ? name : `${method.action} ${method.kind} ${method.label}`;
  line(outcome, waitMilliseconds === undefined ? what : `${what} ${waitMilliseconds} ms`);
}
