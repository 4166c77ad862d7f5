import { MfaResetError } from "entra-mfa-reset";

const REPORT = [
  "user",
  "outcome",
  "methods",
  "signInPreference",
  "sessions",
  "temporaryAccessPass",
  "perUserMfa",
  "verification",
  "guard",
  "residuals",
  "error",
  "graph",
  "startedAt",
  "finishedAt",
  "reason",
];
const PASS = [
  "outcome",
  "id",
  "startDateTime",
  "lifetimeInMinutes",
  "isUsableOnce",
  "isUsable",
  "methodUsabilityReason",
  "error",
];
const REFUSALS = new Set(["protectedUser", "managementRestricted", "duplicateUser", "expired", "invalidInput"]);

/** What of a report may enter the engine's journal: everything but the pass and the backup. */
export function stored(report) {
  const kept = only(REPORT, report);
  return kept.temporaryAccessPass === undefined
    ? kept
    : { ...kept, temporaryAccessPass: only(PASS, kept.temporaryAccessPass) };
}

/** The report of a user of whom nothing was written. What is no failure of a reset is thrown on. */
export function unwritten(asked, error) {
  if (!(error instanceof MfaResetError) || error.code === "cancelled") {
    throw error;
  }
  return refused(asked, error.toJSON());
}

/** The same for an error in the contract's form. */
export function refused(asked, error) {
  const name = asked.includes("@") ? { userPrincipalName: asked } : { id: asked };
  return { user: name, outcome: REFUSALS.has(error.code) ? "refused" : "failed", methods: [], residuals: [], error };
}

/** What a plan would remove: all that a later attempt may touch. */
export function plannedOf({ methods }) {
  return methods
    .filter(({ action }) => action !== "keep")
    .map((method) => only(["id", "kind", "label", "action", "createdDateTime"], method));
}

function only(names, from) {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}
