/** A plan or a report, for people: who, what becomes of each method, and what a reset does not reach. */
export function lines({ user, outcome, methods, sessions, temporaryAccessPass: pass, residuals, error }) {
  return [
    `${user.displayName ?? ""} <${user.userPrincipalName ?? user.id}>: ${outcome}`,
    ...methods.map((method) => `  ${method.label} (${method.kind}): ${became(method)}`),
    ...(sessions ? [`  sessions: ${sessions.outcome}${why(sessions)}`] : []),
    ...(pass ? [`  Temporary Access Pass: ${pass.outcome}${lifetime(pass)}${why(pass)}`] : []),
    ...residuals.map(({ message }) => `  note: ${message}`),
    ...(error && outcome !== "refused" ? [`  ${error.code}: ${error.message} ${error.help}`] : []),
  ];
}

function became({ action, outcome, ...rest }) {
  return `${outcome === "planned" ? `will be ${action === "delete" ? "deleted" : "deactivated"}` : outcome}${why(rest)}`;
}

function lifetime({ outcome, lifetimeInMinutes }) {
  return outcome === "issued" && lifetimeInMinutes ? `, for ${lifetimeInMinutes} minutes` : "";
}

function why({ reason, error }) {
  const text = error?.message ?? reason;
  return text ? ` (${text})` : "";
}
