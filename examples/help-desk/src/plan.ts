import type { Kind, PlannedMethod, Preset, Report, ResetRequest } from "entra-mfa-reset";

/** What the person at the desk has chosen for one user. */
export interface Choice {
  /** A preset, or the kinds that were picked. */
  methods: Exclude<Preset, "none"> | "kinds";
  kinds: Kind[];
  pass: boolean;
  revokeSessions: boolean;
  reason: string;
}

export const FIRST: Choice = { methods: "reRegister", kinds: [], pass: true, revokeSessions: true, reason: "" };

/** The request without its user. The guard cannot be waived from this page. */
export function request(choice: Choice, passMinutes: number | undefined): Omit<ResetRequest, "user"> {
  const { methods, kinds, pass, revokeSessions } = choice;
  const reason = choice.reason.trim();
  return {
    methods: methods !== "kinds" ? methods : kinds.length > 0 ? kinds : "none",
    revokeSessions,
    ...(pass ? { temporaryAccessPass: passMinutes === undefined ? true : { lifetimeInMinutes: passMinutes } } : {}),
    ...(reason === "" ? {} : { reason }),
  };
}

/** What goes by this plan, so that nothing goes that was not on the screen when it was confirmed. */
export function planned({ methods }: Report): PlannedMethod[] {
  return methods
    .filter(({ action }) => action !== "keep")
    .map(({ id, kind, label, action, createdDateTime }) => ({
      id,
      kind,
      label,
      action,
      ...(createdDateTime === undefined ? {} : { createdDateTime }),
    }));
}

/** What is left to do, in a few words. */
export function gist(report: Report): { goes: number; stays: number; does: string[] } {
  const goes = report.methods.filter(({ action }) => action !== "keep").length;
  const stays = report.methods.length - goes;
  const does = [
    ...(goes > 0 ? [`remove ${goes === 1 ? "1 method" : `${goes} methods`}`] : []),
    ...(report.sessions?.outcome === "planned" ? ["sign the user out everywhere"] : []),
    ...(report.temporaryAccessPass === undefined ? [] : ["issue a Temporary Access Pass"]),
  ];
  return { goes, stays, does };
}
