// Ours, with a credential of @azure/identity.
import { APP, AUTHORITY, SECRET, TENANT, USER, begin, ours, url } from "./start.mjs";

const installed = ours();
begin();
const [{ MfaResetClient }, { ClientSecretCredential }] = await Promise.all([import(installed), import("@azure/identity")]);
const credential = new ClientSecretCredential(TENANT, APP, SECRET, AUTHORITY);
await new MfaResetClient(credential, { graphUrl: url }).status(USER);
