// Ours, with a sign-in of its own.
import { APP, SECRET, TENANT, USER, begin, handing, ours, url } from "./start.mjs";

const installed = ours();
begin();
const { MfaResetClient } = await import(installed);
const credential = { tenantId: TENANT, clientId: APP, clientSecret: SECRET };
await new MfaResetClient(credential, { graphUrl: url, authorityHost: url, fetch: handing }).status(USER);
