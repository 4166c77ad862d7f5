import * as core from "@actions/core";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset/inline";
import { inputs } from "./inputs.js";
import { write } from "./summary.js";

/** Cancelling the workflow starts nothing more and settles what is under way; the summary says where it ended. */
const controller = new AbortController();
process.once("SIGINT", () => controller.abort());

async function main() {
  const { request, planOnly, showPass, tenantId, clientId, protect } = inputs(process.env);
  const { AZURE_AUTHORITY_HOST: authorityHost, GRAPH_URL: graphUrl, ACTIONS_ID_TOKEN_REQUEST_URL } = process.env;
  if (!ACTIONS_ID_TOKEN_REQUEST_URL) {
    throw new Error("The job may not ask for a token of its own: give it `permissions: id-token: write`.");
  }
  const getAssertion = () => core.getIDToken("api://AzureADTokenExchange");
  const client = new MfaResetClient(
    { tenantId, clientId, getAssertion },
    {
      protect,
      signal: controller.signal,
      onEvent: (event) => core.info(JSON.stringify(event)),
      ...(authorityHost && { authorityHost }),
      ...(graphUrl && { graphUrl }),
    },
  );
  const report = planOnly ? await client.plan(request) : await client.reset(request);
  const { pass, ...about } = report.temporaryAccessPass ?? {};
  if (pass !== undefined && !showPass) {
    core.setSecret(pass);
  }
  core.setOutput("outcome", report.outcome);
  core.setOutput("report", JSON.stringify(report.temporaryAccessPass ? { ...report, temporaryAccessPass: about } : report));
  core.setOutput("pass", pass ?? "");
  await write(report, showPass ? pass : undefined);
  if (!["complete", "planned"].includes(report.outcome)) {
    const { code, message, help } = report.error ?? {};
    core.setFailed(`${report.outcome}${code ? `: ${code}: ${message} ${help}` : ""}`);
  }
}

main().catch((error) => {
  const known = error instanceof MfaResetError;
  core.setFailed(known ? `${error.code}: ${error.message} ${error.help} Nothing was changed.` : error);
});
