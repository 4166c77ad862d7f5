/**
 * Events as the Open Cybersecurity Schema Framework has them, for a SIEM.
 *
 * @packageDocumentation
 */

import type { Event, Caller, Kind, MethodAction } from "./contract.js";

/** The version of OCSF that {@link toOcsf} speaks. */
export const OCSF_VERSION = "1.5.0";

/** An event of the class Account Change (3001), with the profile `cloud`. */
export interface OcsfAccountChange {
  /** 10 MFA Factor Enable, 11 MFA Factor Disable, 99 anything else. */
  activity_id: 10 | 11 | 99;
  /** The activity in words; of 99 what the step was. */
  activity_name: string;
  /** Always 3. */
  category_uid: 3;
  /** The category in words. */
  category_name: "Identity & Access Management";
  /** Always 3001. */
  class_uid: 3001;
  /** The class in words. */
  class_name: "Account Change";
  /** `class_uid` * 100 + `activity_id`. */
  type_uid: number;
  /** The type in words. */
  type_name: string;
  /** 1 Informational, 2 Low, 3 Medium. */
  severity_id: 1 | 2 | 3;
  /** The severity in words. */
  severity: "Informational" | "Low" | "Medium";
  /** Unix time in milliseconds. */
  time: number;
  /** The activity, its outcome, and our error code. */
  message: string;
  /** 1 Success, 2 Failure, 99 anything else. */
  status_id: 1 | 2 | 99;
  /** The status in words; of 99 our own outcome. */
  status: string;
  /** Our error code. */
  status_code?: string;
  /** The event itself. */
  metadata: {
    /** The version of OCSF. */
    version: typeof OCSF_VERSION;
    /** What tells it. */
    product: { name: "entra-mfa-reset"; vendor_name: "entra-mfa-reset" };
    /** The profiles that are used. */
    profiles: ["cloud"];
    /** Our operation and step, `reset.method` for example. */
    event_code: string;
    /** Our own time. RFC 3339, UTC. */
    original_time: string;
    /** The `client-request-id`. */
    correlation_uid?: string;
    /** The directory id. */
    tenant_uid?: string;
  };
  /** Who acts. */
  actor?: OcsfActor;
  /** Whose account it is. */
  user: OcsfUser;
  /** The profile `cloud`. */
  cloud: { provider: "Azure" };
  /** What was asked for, of whom, and Graph's `request-id`. */
  api: { operation: string; service: { name: "Microsoft Graph" }; request?: { uid: string } };
  /** What OCSF has no place for, under our own names. */
  unmapped: Partial<Pick<Event, "step" | "outcome" | "method" | "value" | "result" | "reason">>;
}

/** An account: what is known of its object id and its principal name, at least one of them. */
export interface OcsfUser {
  /** The object id. */
  uid?: string;
  /** The user principal name. */
  name?: string;
  /** 1 a user, 3 a service principal. */
  type_id?: 1 | 3;
  /** The type in words. */
  type?: "User" | "System";
}

/** The user or service principal that acts, and the application. */
export interface OcsfActor {
  /** Who acts. */
  user?: OcsfUser;
  /** The application's client id. */
  app_uid?: string;
}

const NO_FACTORS: readonly Kind[] = ["email", "qrCodePin", "resourceAccountKey", "password", "unknown"];
const FACTOR_ACTIVITIES: Partial<Record<MethodAction, 10 | 11>> = { register: 10, delete: 11, deactivate: 11 };
const OTHERS: Record<Event["step"], string> = {
  read: "Account Read",
  guard: "Privileged Account Check",
  plan: "Plan",
  temporaryAccessPass: "Temporary Access Pass",
  signInPreference: "Sign-in Preference Change",
  method: "Authentication Method Change",
  perUserMfa: "Per-user MFA State Change",
  sessions: "Session Revocation",
  verification: "Verification",
  wait: "Wait",
  finished: "End of the Run",
};
const NAMES = { 10: "MFA Factor Enable", 11: "MFA Factor Disable" } as const;
const SEVERITIES = { 1: "Informational", 2: "Low", 3: "Medium" } as const;

/**
 * An event as OCSF Account Change, or nothing for one that is about nobody's account: a wait, or the members of a group.
 *
 * @param event - What `onEvent` is called with.
 */
export function toOcsf(event: Event): OcsfAccountChange | undefined {
  const { at, operation, step, outcome, caller, userId, userPrincipalName, error, requestId, clientRequestId } = event;
  if (step === "wait" || (userId === undefined && userPrincipalName === undefined)) {
    return undefined;
  }
  const activity = activityOf(event);
  const activityName = activity === 99 ? OTHERS[step] : NAMES[activity];
  const severity = severityOf(event);
  const code = `${operation}.${step}`;
  const actor = actorOf(caller);
  const { method, value, result, reason } = event;
  return {
    activity_id: activity,
    activity_name: activityName,
    category_uid: 3,
    category_name: "Identity & Access Management",
    class_uid: 3001,
    class_name: "Account Change",
    type_uid: 3001 * 100 + activity,
    type_name: `Account Change: ${activity === 99 ? "Other" : activityName}`,
    severity_id: severity,
    severity: SEVERITIES[severity],
    time: Date.parse(at),
    message: `${activityName}: ${outcome}${error === undefined ? "" : ` (${error})`}`,
    ...statusOf(outcome),
    ...(error !== undefined && { status_code: error }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: "entra-mfa-reset", vendor_name: "entra-mfa-reset" },
      profiles: ["cloud"],
      event_code: code,
      original_time: at,
      ...(clientRequestId !== undefined && { correlation_uid: clientRequestId }),
      ...(caller?.tenantId !== undefined && { tenant_uid: caller.tenantId }),
    },
    ...(actor !== undefined && { actor }),
    user: { ...(userId !== undefined && { uid: userId }), ...(userPrincipalName !== undefined && { name: userPrincipalName }) },
    cloud: { provider: "Azure" },
    api: { operation: code, service: { name: "Microsoft Graph" }, ...(requestId !== undefined && { request: { uid: requestId } }) },
    unmapped: {
      step,
      outcome,
      ...(method !== undefined && { method }),
      ...(value !== undefined && { value }),
      ...(result !== undefined && { result }),
      ...(reason !== undefined && { reason }),
    },
  };
}

function activityOf({ step, method }: Event): 10 | 11 | 99 {
  if (step === "temporaryAccessPass") {
    return 10;
  }
  const isFactor = step === "method" && method !== undefined && !NO_FACTORS.includes(method.kind);
  return (isFactor && FACTOR_ACTIVITIES[method.action]) || 99;
}

/** A refusal by the guard is what somebody should look at. */
function severityOf({ step, outcome }: Event): 1 | 2 | 3 {
  return outcome === "failed" && step === "guard" ? 3 : outcome === "failed" || outcome === "inDoubt" ? 2 : 1;
}

function statusOf(outcome: Event["outcome"]): Pick<OcsfAccountChange, "status_id" | "status"> {
  switch (outcome) {
    case "done":
    case "alreadyGone":
      return { status_id: 1, status: "Success" };
    case "failed":
      return { status_id: 2, status: "Failure" };
    default:
      return { status_id: 99, status: outcome };
  }
}

function actorOf(caller: Caller | undefined): OcsfActor | undefined {
  const { kind, id, appId } = caller ?? {};
  if (id === undefined && appId === undefined) {
    return undefined;
  }
  const type = kind === undefined ? {} : kind === "user" ? ({ type_id: 1, type: "User" } as const) : ({ type_id: 3, type: "System" } as const);
  return { ...(id !== undefined && { user: { uid: id, ...type } }), ...(appId !== undefined && { app_uid: appId }) };
}
