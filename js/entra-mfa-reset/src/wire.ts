import type { ErrorInfo, Event } from "./contract.js";

/** What the engine hands out after each call. */
export interface Step {
  effects: Effect[];
  cancelled: number[];
  outcome?: { ok: unknown } | { error: ErrorInfo };
}

/** What the engine asks of its host. */
export type Effect = SendEffect | SleepEffect | TokenEffect | EmitEffect;

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

/** Pass this on; it is not answered. */
export interface EmitEffect {
  type: "emit";
  event: Event;
}

/** What the host answers. */
export type Reply =
  | { response: { status: number; headers: [string, string][]; body?: string } }
  | { failed: { reason: "neverSent" | "lost" | "tooLarge"; message: string } }
  | "slept"
  | { token: { token: string; expiresAt?: number } }
  | { tokenFailed: { message: string } };
