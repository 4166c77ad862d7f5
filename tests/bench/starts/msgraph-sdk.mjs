// @azure/identity with @microsoft/msgraph-sdk, as its documentation puts them together.
import { APP, AUTHORITY, SCOPE, SECRET, TENANT, USER, begin, url } from "./start.mjs";

begin();
const [{ ClientSecretCredential }, { AzureIdentityAuthenticationProvider }, { GraphRequestAdapter, createGraphServiceClient }] = await Promise.all([
  import("@azure/identity"),
  import("@microsoft/kiota-authentication-azure"),
  import("@microsoft/msgraph-sdk"),
  import("@microsoft/msgraph-sdk-users"),
]);
const credential = new ClientSecretCredential(TENANT, APP, SECRET, AUTHORITY);
const hosts = new Set([new URL(url).hostname]);
const adapter = new GraphRequestAdapter(new AzureIdentityAuthenticationProvider(credential, [SCOPE], undefined, hosts));
adapter.baseUrl = `${url}/v1.0`;
await createGraphServiceClient(adapter).users.byUserId(USER).authentication.methods.get();
