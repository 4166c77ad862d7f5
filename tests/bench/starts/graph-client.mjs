// @azure/identity with @microsoft/microsoft-graph-client, as its documentation puts them together.
import { APP, AUTHORITY, SCOPE, SECRET, TENANT, USER, begin, url } from "./start.mjs";

begin();
const [{ ClientSecretCredential }, { Client }, { TokenCredentialAuthenticationProvider }] = await Promise.all([
  import("@azure/identity"),
  import("@microsoft/microsoft-graph-client"),
  import("@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js"),
]);
const credential = new ClientSecretCredential(TENANT, APP, SECRET, AUTHORITY);
const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [SCOPE] });
const customHosts = new Set([new URL(url).hostname]);
const client = Client.initWithMiddleware({ authProvider, baseUrl: url, customHosts });
await client.api(`/users/${USER}/authentication/methods`).get();
