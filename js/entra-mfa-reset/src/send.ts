import type { Reply, SendEffect, SentResponse } from "./wire.js";

/** The part of `fetch` that is used: a URL and its options in, a response out. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Bounds of one request. The deadline is the engine's; this is the net below it.
 *
 * @internal
 */
export interface SendLimits {
  milliseconds: number;
  bytes: number;
}

/** What an effect came to, and what was behind a failure. */
export type Answer = { reply: Reply; cause?: unknown } | { response: SentResponse };

/** Nothing left this machine: the connection was refused, or the name did not resolve. Everything else may have run. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA", "ConnectionRefused"]);

/**
 * Performs one request. Never rejects. The controller ends it, and is ended when it takes too long.
 *
 * @internal
 */
export async function send(
  effect: SendEffect,
  fetch: Fetch,
  limits: SendLimits,
  controller: AbortController,
): Promise<Answer> {
  const timer = setTimeout(() => controller.abort(new DOMException("The request timed out.", "TimeoutError")), limits.milliseconds);
  try {
    const response = await fetch(effect.url, {
      method: effect.method,
      headers: effect.headers,
      redirect: "manual",
      signal: controller.signal,
      ...(effect.body === undefined ? {} : { body: effect.body }),
    });
    const body = await read(response, limits.bytes);
    if (body === undefined) {
      return { reply: { failed: { reason: "tooLarge", message: "" } } };
    }
    return { response: { status: status(response), headers: [...response.headers], body } };
  } catch (cause) {
    const codes = errorCodes(cause);
    const never = codes.length > 0 && codes.every((code) => NEVER_SENT.has(code));
    // Codes and names only: a message may quote what it was given.
    const message = codes[0] ?? (cause instanceof Error ? cause.name : "failed");
    return { reply: { failed: { reason: never ? "neverSent" : "lost", message } }, cause };
  } finally {
    clearTimeout(timer);
  }
}

/** Browsers hide a redirect behind status 0, and a `fetch` of the caller's may have followed one. */
function status(response: Response): number {
  return response.type === "opaqueredirect" || response.redirected ? 302 : response.status;
}

/** The whole body, or nothing when it outgrows the limit. */
async function read(response: Response, limit: number): Promise<Uint8Array | undefined> {
  if (response.body === null) {
    return new Uint8Array();
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    length += value.byteLength;
    if (length > limit) {
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The system's codes inside an error of `fetch`: its own, its cause's, or those of each address that was tried. */
function errorCodes(error: unknown): string[] {
  if (typeof error !== "object" || error === null) {
    return [];
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap(errorCodes);
  }
  if ("code" in error && typeof error.code === "string") {
    return [error.code];
  }
  return "cause" in error ? errorCodes(error.cause) : [];
}
