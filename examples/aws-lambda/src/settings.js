/** What the function is told by its environment. What is missing keeps it from starting. */
export const settings = read(process.env);

function read({ AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_AUTHORITY_HOST, GRAPH_URL, PROTECT = "", MAX_AGE_MINUTES = "60", QUEUE_URL }) {
  if (!AZURE_TENANT_ID || !AZURE_CLIENT_ID) {
    throw new Error("AZURE_TENANT_ID and AZURE_CLIENT_ID name the application that trusts this function's role.");
  }
  const maxAgeMinutes = Number(MAX_AGE_MINUTES);
  if (!(maxAgeMinutes > 0)) {
    throw new Error("MAX_AGE_MINUTES is no positive number.");
  }
  return {
    tenantId: AZURE_TENANT_ID,
    clientId: AZURE_CLIENT_ID,
    authorityHost: AZURE_AUTHORITY_HOST || undefined,
    graphUrl: GRAPH_URL || undefined,
    protect: PROTECT.split(",").map((name) => name.trim()).filter(Boolean),
    maxAgeMinutes,
    queueUrl: QUEUE_URL || undefined,
  };
}
