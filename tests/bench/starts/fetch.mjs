// Nothing but what Node brings: below this nobody gets who uses its `fetch`.
import { APP, SCOPE, SECRET, TENANT, USER, begin, handed, url } from "./start.mjs";

begin();
const form = { grant_type: "client_credentials", client_id: APP, client_secret: SECRET, scope: SCOPE };
handed();
const answer = await fetch(`${url}/${TENANT}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });
const { access_token: token } = await answer.json();
await fetch(`${url}/v1.0/users/${USER}/authentication/methods`, { headers: { Authorization: `Bearer ${token}` } });
