// Serves the run, its pages, users and accounts, and the pace to Restate. Any number of them may run.
import "./node20.js";
import { createServer } from "node:http2";
import { endpoint } from "@restatedev/restate-sdk";
import { MfaResetClient } from "entra-mfa-reset";
import { accountOf } from "./account.js";
import { signIn } from "./environment.js";
import { pace } from "./pace.js";
import { pageOf } from "./page.js";
import { passesIn } from "./passes.js";
import { runOf } from "./run.js";
import { userOf } from "./user.js";

const { AZURE_AUTHORITY_HOST, GRAPH_URL, PASSES_FILE, PROTECT, RESTATE_IDENTITY_KEY } = process.env;
const { HOST = "127.0.0.1", PORT = "9080" } = process.env;

const { tenantId, credential } = signIn(process.env);
const client = new MfaResetClient(credential, {
  // Longer waits are Restate's, which holds no worker for them.
  limits: { retries: 3, retrySeconds: 30 },
  ...(AZURE_AUTHORITY_HOST && { authorityHost: AZURE_AUTHORITY_HOST }),
  ...(GRAPH_URL && { graphUrl: GRAPH_URL }),
  ...(PROTECT && { protect: PROTECT.split(",").map((user) => user.trim()) }),
});
const passes = PASSES_FILE ? await passesIn(PASSES_FILE) : undefined;

const worker = { client, tenantId, passes };
const account = accountOf(worker);
const user = userOf(worker, account);
const page = pageOf(user);
const services = endpoint().bind(pace).bind(account).bind(user).bind(page).bind(runOf(worker, page));
if (RESTATE_IDENTITY_KEY) {
  services.withIdentityV1(RESTATE_IDENTITY_KEY);
}

const server = createServer(services.http2Handler());
server.listen(Number(PORT), HOST, () => console.log(`worker listens on http://${HOST}:${server.address().port}`));
