/** Who may call, whom nobody resets, and how old a message may be. What is wrong here keeps the app from starting. */
export const settings = read(process.env);

function read({ AUTHORIZE, CALLER_ROLE, PROTECT = "", MAX_AGE_MINUTES = "60", AZURE_CLIENT_ID, GRAPH_URL }) {
  if (AUTHORIZE !== "easyAuth" && AUTHORIZE !== "functionKey") {
    throw new Error("AUTHORIZE says who may call: easyAuth or functionKey.");
  }
  if (AUTHORIZE === "easyAuth" && !CALLER_ROLE) {
    throw new Error("CALLER_ROLE names the app role that a caller must have.");
  }
  const maxAgeMinutes = Number(MAX_AGE_MINUTES);
  if (!(maxAgeMinutes > 0)) {
    throw new Error("MAX_AGE_MINUTES is no positive number.");
  }
  const protect = PROTECT.split(",").map((name) => name.trim()).filter(Boolean);
  return {
    authorize: AUTHORIZE,
    callerRole: CALLER_ROLE,
    maxAgeMinutes,
    protect,
    identity: AZURE_CLIENT_ID || undefined,
    graphUrl: GRAPH_URL || undefined,
  };
}
