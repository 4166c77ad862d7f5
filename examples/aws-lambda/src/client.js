import { GetWebIdentityTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { MfaResetClient } from "entra-mfa-reset/inline";
import { settings } from "./settings.js";

const { tenantId, clientId, authorityHost, graphUrl, protect } = settings;
const sts = new STSClient({});

/** A token of this account's own issuer about this function's role, which the application in Entra ID trusts. */
async function getAssertion(_, { abortSignal }) {
  const command = new GetWebIdentityTokenCommand({
    Audience: ["api://AzureADTokenExchange"],
    SigningAlgorithm: "RS256",
    DurationSeconds: 300,
  });
  return (await sts.send(command, { abortSignal })).WebIdentityToken;
}

/** One for all invocations of this instance, so that they share a token. Each of its steps is a line in the log. */
export const client = new MfaResetClient(
  { tenantId, clientId, getAssertion },
  {
    protect,
    // An invocation has minutes: what Graph wants to have later is tried again later, as a whole.
    limits: { retrySeconds: 20 },
    onEvent: (event) => console.log(JSON.stringify(event)),
    ...(authorityHost && { authorityHost }),
    ...(graphUrl && { graphUrl }),
  },
);
