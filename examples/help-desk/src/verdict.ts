import type { ErrorInfo, Report } from "entra-mfa-reset";
import type { Tone } from "./view/notice.js";
import { sentence } from "./words.js";

/** A report in a sentence, and what the person at the desk does next. */
export interface Verdict {
  tone: Tone;
  title: string;
  text: string;
  next: string[];
}

/** Reads the whole report: no step that went wrong is left out. */
export function verdict(report: Report, hasPass: boolean): Verdict {
  const { temporaryAccessPass: pass, sessions } = report;
  const next = [
    ...(hasPass ? ["Read the pass out to the user, who signs in with it and registers again."] : []),
    ...(pass?.outcome === "failed" ? ["The user has no working pass from this reset. Issue one before you end the call."] : []),
    ...(sessions?.outcome === "failed" ? ["Sessions were not ended: whoever is signed in stays so. Try again."] : []),
  ];
  switch (report.outcome) {
    case "complete":
      return { tone: "good", title: "Done", text: "Every step is done, and the live list confirms it.", next };
    case "unverified":
      return {
        tone: "warn",
        title: "Done, but not confirmed yet",
        text: "Every step is done. Microsoft's list does not show it yet, or could not be seen in full.",
        next: [...next, "Check again in a minute. Do not tell the user that everything is gone before."],
      };
    case "partial":
      return {
        tone: "warn",
        title: "Only partly done",
        text: "Some steps are done, others are not. What is not done is marked below.",
        next: [...next, ...advice(report), "Look at the user again: it shows what is still there, and you can reset the rest."],
      };
    case "failed":
    case "refused":
    case "planned":
      return {
        tone: "bad",
        title: "Not done",
        text: "Nothing that was asked for is known to be done.",
        next: [...next, ...advice(report), "Look at the user again before you tell anybody how things stand."],
      };
  }
}

function advice({ error }: Report): string[] {
  const words: Partial<Record<ErrorInfo["code"], string>> = {
    unauthenticated: "Your sign-in has ended: sign in again.",
    forbidden: "You may not do all of this: ask an administrator for what is missing.",
    throttled: "Microsoft is busy: wait a minute.",
    unreachable: "The connection was lost: check the network.",
    timeout: "Microsoft did not answer in time: wait a minute.",
    cancelled: "You stopped it.",
  };
  return error === undefined ? [] : [words[error.code] ?? sentence(error.message)];
}

/** When the pass ends by this computer's clock: as if it had been issued when the run began, so never too late. */
export function passEnds({ startedAt, temporaryAccessPass }: Report): number {
  return Date.parse(startedAt) + (temporaryAccessPass?.lifetimeInMinutes ?? 0) * 60_000;
}
