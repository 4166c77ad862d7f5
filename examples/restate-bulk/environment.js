/** The credential that the environment holds, under the names that the command reads, and the tenant it belongs to. */
export function signIn(env) {
  const { ENTRA_ACCESS_TOKEN: accessToken, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = env;
  if (accessToken) {
    return { tenantId: tenantOf(accessToken), credential: { accessToken } };
  }
  const clientSecret = env.AZURE_CLIENT_SECRET;
  if (tenantId && clientId && clientSecret) {
    return { tenantId, credential: { tenantId, clientId, clientSecret } };
  }
  throw new Error("Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or ENTRA_ACCESS_TOKEN.");
}

function tenantOf(accessToken) {
  try {
    return JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url")).tid;
  } catch {
    throw new Error("ENTRA_ACCESS_TOKEN is no access token of Entra.");
  }
}
