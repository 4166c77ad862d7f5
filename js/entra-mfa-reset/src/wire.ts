import type { ErrorInfo, Event, Intent, Report } from "./contract.js";

/** What the engine hands out after each call. */
export interface Step {
  effects: Effect[];
  cancelled: number[];
  outcome?: { ok: unknown } | { error: ErrorInfo };
}

/** What the engine asks of its host. */
export type Effect = SendEffect | SleepEffect | TokenEffect | AssertionEffect | EmitEffect | BulkEffect;

/** What only a run over many users asks for. */
export type BulkEffect = NextTargetsEffect | BeginEffect | ReportEffect;

/** Perform this request, follow no redirect. */
export interface SendEffect {
  type: "send";
  id: number;
  method: string;
  url: string;
  headers: [string, string][];
  body?: string;
}

/** Wait this long. */
export interface SleepEffect {
  type: "sleep";
  id: number;
  milliseconds: number;
}

/** Get an access token. */
export interface TokenEffect {
  type: "token";
  id: number;
  scope: string;
  claims?: string;
  refused?: string;
}

/** Get an assertion of the application, signed for this audience. */
export interface AssertionEffect {
  type: "assertion";
  id: number;
  audience: string;
}

/** Read more users, but no more than that. */
export interface NextTargetsEffect {
  type: "nextTargets";
  id: number;
  atMost: number;
}

/** Remember this before the user's first write. */
export interface BeginEffect {
  type: "begin";
  id: number;
  intent: Intent;
}

/** One user is done. */
export interface ReportEffect {
  type: "report";
  id: number;
  report: Report;
}

/** Pass this on; it is not answered. */
export interface EmitEffect {
  type: "emit";
  event: Event;
}

/** What came back from Graph. It goes into the wasm as it is, and not as JSON. */
export interface SentResponse {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

/** What the host answers. */
export type Reply =
  | { failed: { reason: "neverSent" | "lost" | "tooLarge"; message: string } }
  | "slept"
  | { token: { token: string; expiresAt?: number } }
  | { tokenFailed: { message: string } }
  | { assertion: { assertion: string } }
  | { assertionFailed: { message: string } }
  | { targets: { users: SentTarget[]; end: boolean } }
  | "taken"
  | { notTaken: { message: string } };

/** A user alone, or its request as JSON text, with the user where it names one. */
export type SentTarget = string | { user?: string; request: string };
