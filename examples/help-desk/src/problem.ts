import { type ErrorCode, type ErrorInfo, type MfaResetClient, MfaResetError, type ResetRequest } from "entra-mfa-reset";
import { sentence } from "./words.js";

/** What went wrong, for people. */
export interface Problem {
  title: string;
  text: string;
  /** What the person at the desk can do. */
  next: "again" | "signIn" | "none";
  /** What the engine says of this very case. */
  why?: string;
  /** What an administrator has to grant. */
  missing?: string[];
  /** For Microsoft's support. */
  support?: string;
}

type Words = Pick<Problem, "title" | "text" | "next">;

/** Where there is no text, the engine's own sentence and advice are shown. */
const WORDS: Record<ErrorCode, Omit<Words, "text"> & { text?: string }> = {
  invalidInput: { title: "That cannot be done", next: "none" },
  unauthenticated: {
    title: "Your sign-in has ended",
    text: "Microsoft does not accept it any more. Sign in again; you stay where you are.",
    next: "signIn",
  },
  forbidden: {
    title: "You may not do this",
    text: "Microsoft refused it for this user. Ask an administrator for what is missing, then sign in again.",
    next: "signIn",
  },
  userNotFound: {
    title: "No such user",
    text: "Nobody in this directory has that name or id. Check the spelling, or search by the beginning of the name.",
    next: "none",
  },
  protectedUser: {
    title: "This user is protected",
    text: "A help desk may not reset an administrator or anybody on the protected list. Hand the case to your identity team.",
    next: "none",
  },
  managementRestricted: {
    title: "This user is managed by others",
    text: "The account is in a restricted management unit, and only that unit's administrators may change it. Hand the case to them.",
    next: "none",
  },
  throttled: { title: "Microsoft is busy", text: "Too many requests at the moment. Wait a minute, then try again.", next: "again" },
  timeout: { title: "No answer in time", text: "Microsoft did not answer. Try again in a moment.", next: "again" },
  unreachable: {
    title: "No connection",
    text: "Microsoft cannot be reached from here. Check the network of this computer, then try again.",
    next: "again",
  },
  unexpectedResponse: {
    title: "An answer that makes no sense",
    text: "Something other than Microsoft may have answered, a proxy for example. Try again, and tell your network team if it stays so.",
    next: "again",
  },
  defaultMethodBlocked: {
    title: "The default method cannot be removed yet",
    text: "Microsoft still counts it as the default. Wait some minutes, then look at the user again.",
    next: "again",
  },
  policyRejected: { title: "A policy of your organisation forbids it", next: "none" },
  unsupported: { title: "This is not available here", next: "none" },
  conflict: { title: "Something else is registered in its place", next: "none" },
  duplicateUser: { title: "The same user twice", next: "none" },
  expired: { title: "This was planned too long ago", text: "Look at the user again.", next: "again" },
  cancelled: { title: "Stopped", text: "You stopped it before anything was changed.", next: "again" },
  internal: { title: "This page has a defect", next: "again" },
};

/** What says why it is this user. */
const GUARDED: ErrorCode[] = ["protectedUser", "managementRestricted"];

/** MSAL's codes for a network that is not there. */
const OFFLINE = ["no_network_connectivity", "post_request_failed", "get_request_failed", "endpoints_resolution_error", "network_error", "open_id_config_error"];

/** Whether a sign-in failed for want of a network. */
export function isOffline(error: object): boolean {
  const { errorCode } = error as { errorCode?: unknown };
  const { cause } = error as { cause?: unknown };
  return (typeof errorCode === "string" && OFFLINE.includes(errorCode)) || (typeof cause === "object" && cause !== null && isOffline(cause));
}

/** Whether nobody can say how far it got: any other error comes before the first write. */
export function isDefect(error: unknown): boolean {
  return !isInfo(error) || error.code === "internal";
}

/** An error of the engine, of a report or of anything else. */
export function problem(error: ErrorInfo | unknown): Problem {
  const info = isInfo(error) ? error : undefined;
  if (info === undefined) {
    return { ...WORDS.internal, text: "Something went wrong that should not. Reload the page; if it stays so, report it." };
  }
  // Where there is no network, no token can be renewed either.
  const code = info.code === "unauthenticated" && isOffline(info) ? "unreachable" : info.code;
  const { title, text, next } = WORDS[code];
  const { graph } = info;
  const support = graph && [`status ${graph.status}`, graph.code, graph.requestId && `request ${graph.requestId}`, graph.date];
  return {
    title,
    text: text ?? [info.message, info.help].filter((part) => part !== "").map(sentence).join(" "),
    next,
    ...(GUARDED.includes(code) && info.message !== "" ? { why: sentence(info.message) } : {}),
    ...(support === undefined ? {} : { support: support.filter(Boolean).join(", ") }),
  };
}

/** As {@link problem}, and of what was forbidden also what the sign-in lacks. */
export async function explain(error: unknown, client: MfaResetClient, request: Omit<ResetRequest, "user">): Promise<Problem> {
  const found = problem(error);
  if (!isInfo(error) || error.code !== "forbidden") {
    return found;
  }
  const { checks } = await client.preflight(request).catch(() => ({ checks: [] }));
  const missing = checks.filter(({ required, outcome }) => required && outcome === "missing");
  const permissions = new Set(missing.map(({ permission }) => permission));
  // Who may write may read.
  const names = [...permissions].filter((name) => !permissions.has(name.replace(".Read.", ".ReadWrite.")) || name.includes(".ReadWrite."));
  return names.length > 0
    ? { ...found, missing: names }
    : {
        ...found,
        title: "You may not change this user",
        text: "Your permissions are complete, so it is about this user: your role does not reach administrators, for example. Hand the case to your identity team.",
        next: "none",
      };
}

function isInfo(error: unknown): error is ErrorInfo {
  return error instanceof MfaResetError || (typeof error === "object" && error !== null && !(error instanceof Error) && "code" in error && "help" in error);
}

/** Why somebody could not sign in. Codes of MSAL and of the sign-in service; their texts can hold names and ids. */
export function signInProblem(error: unknown): Problem {
  const { errorCode = "", errorMessage = "" } = (typeof error === "object" && error !== null ? error : {}) as {
    errorCode?: string;
    errorMessage?: string;
  };
  const next = "signIn";
  if (["popup_window_error", "empty_window_error"].includes(errorCode)) {
    return { title: "The sign-in window was blocked", text: "Allow this page to open windows, then sign in again.", next };
  }
  if (["timed_out", "user_cancelled", "interaction_in_progress_cancelled"].includes(errorCode)) {
    return { title: "Nobody signed in", text: "The sign-in window was closed, or took too long.", next };
  }
  if (["access_denied", "consent_required"].includes(errorCode) || /AADSTS(65001|65004|90094)/.test(errorMessage)) {
    return {
      title: "This page is not approved yet",
      text: "An administrator has to consent to the permissions of this page's application once.",
      next,
    };
  }
  if (OFFLINE.includes(errorCode)) {
    return { title: "No connection", text: "The sign-in service cannot be reached from here. Check the network, then sign in again.", next };
  }
  const code = /AADSTS\d+/.exec(errorMessage)?.[0] ?? errorCode;
  return {
    title: "The sign-in failed",
    text: "Try again. If it stays so, give the code below to your administrator.",
    next,
    ...(code === "" ? {} : { support: code }),
  };
}
