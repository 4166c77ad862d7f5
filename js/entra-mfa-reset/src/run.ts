import type { Bulk } from "./bulk.js";
import type { ErrorCode, Event } from "./contract.js";
import type { Access, GetTokenOptions } from "./credential.js";
import type { Engine } from "./engine.js";
import { MfaResetError, fromWasm } from "./error.js";
import { type Answer, type Fetch, type SendLimits, send } from "./send.js";
import type { AssertionEffect, BulkEffect, Effect, Reply, SendEffect, Step, TokenEffect } from "./wire.js";

/**
 * What a run needs of the world.
 *
 * @internal
 */
export interface World {
  fetch: Fetch;
  /** Whom the engine asks for tokens and assertions. */
  access: Access;
  /** Present where the run is over many users. */
  bulk?: Bulk;
  onEvent: ((event: Event) => void)[];
  signals: AbortSignal[];
  limits: SendLimits;
  seed: number;
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls back after that long, unless it is called off. */
  sleep(milliseconds: number, end: () => void): () => void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** One for all: each would carry a stack, and most waits are called off. */
const NO_LONGER_NEEDED = new DOMException("Nobody waits for it any more.", "AbortError");

/** @internal */
export function sleep(milliseconds: number, end: () => void): () => void {
  const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/**
 * Performs the engine's effects until it has an outcome. The engine is freed.
 *
 * @internal
 */
export async function drive(engine: Engine, world: World): Promise<unknown> {
  /** What is under way, and how to call it off. */
  const open = new Map<number, () => void>();
  const answers: [number, Answer][] = [];
  let cause: unknown;
  let cancelled = false;
  let wake = (): void => undefined;
  const onAbort = (): void => {
    cancelled = true;
    wake();
  };

  const perform = (effect: Exclude<Effect, { type: "emit" }>): void => {
    const end = (answered: Answer): void => {
      // A late answer is of no interest.
      if (open.delete(effect.id)) {
        if (effect.type !== "sleep") {
          cause = "cause" in answered ? answered.cause : undefined;
        }
        answers.push([effect.id, answered]);
        wake();
      }
    };
    switch (effect.type) {
      case "sleep":
        open.set(effect.id, world.sleep(effect.milliseconds, () => end({ reply: "slept" })));
        break;
      case "send":
      case "token":
      case "assertion": {
        const controller = new AbortController();
        open.set(effect.id, () => controller.abort(NO_LONGER_NEEDED));
        void answer(effect, world, controller).then(end);
        break;
      }
      default:
        open.set(effect.id, () => undefined);
        void bulkReply(effect, world.bulk).then((reply) => end({ reply }));
    }
  };

  const take = (step: Step): Step["outcome"] => {
    for (const id of step.cancelled) {
      open.get(id)?.();
      open.delete(id);
    }
    for (const effect of step.effects) {
      if (effect.type === "emit") {
        tell(effect.event, world.onEvent);
      } else {
        perform(effect);
      }
    }
    return step.outcome;
  };

  for (const signal of world.signals) {
    signal.addEventListener("abort", onAbort, { once: true });
    cancelled ||= signal.aborted;
  }
  try {
    let isCancelling = cancelled;
    const first = call(() => engine.start(world.now(), world.seed));
    // A signal that has fired already must not let the first request out.
    let outcome = take(cancelled ? then(first, call(() => engine.cancel(world.now()))) : first);
    while (outcome === undefined) {
      if (cancelled && !isCancelling) {
        isCancelling = true;
        outcome = take(call(() => engine.cancel(world.now())));
        continue;
      }
      const next = answers.shift();
      if (next !== undefined) {
        const [id, answer] = next;
        outcome = take(call(() => tellEngine(engine, id, answer, world.now())));
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if ("error" in outcome) {
      const reason = world.signals.find((signal) => signal.aborted)?.reason as unknown;
      throw new MfaResetError(outcome.error, causeOf(outcome.error.code, reason, cause));
    }
    return outcome.ok;
  } finally {
    for (const signal of world.signals) {
      signal.removeEventListener("abort", onAbort);
    }
    for (const callOff of open.values()) {
      callOff();
    }
    free(engine);
  }
}

function tellEngine(engine: Engine, id: number, answer: Answer, now: number): string {
  if ("reply" in answer) {
    return engine.resume(id, JSON.stringify(answer.reply), now);
  }
  const { status, headers, body } = answer.response;
  return engine.respond(id, status, JSON.stringify(headers), body, now);
}

/** Two steps as one: what the second cancels has not begun. */
function then(first: Step, second: Step): Step {
  const effects = first.effects.filter((effect) => effect.type === "emit" || !second.cancelled.includes(effect.id));
  return { ...second, effects: [...effects, ...second.effects] };
}

/** The last failure of the network or of the credential, where it is what the error is about. */
function causeOf(code: ErrorCode, reason: unknown, failure: unknown): ErrorOptions {
  switch (code) {
    case "cancelled":
      return { cause: reason };
    case "unauthenticated":
    case "unreachable":
    case "timeout":
      return failure === undefined ? {} : { cause: failure };
    default:
      return {};
  }
}

function call(step: () => string): Step {
  try {
    return JSON.parse(step()) as Step;
  } catch (thrown) {
    throw fromWasm(thrown);
  }
}

/** An engine that trapped cannot be freed either; its error is on its way already. */
function free(engine: Engine): void {
  try {
    engine.free();
  } catch {
    return;
  }
}

async function bulkReply(effect: BulkEffect, bulk: Bulk | undefined): Promise<Reply> {
  switch (effect.type) {
    case "nextTargets":
      return { targets: (await bulk?.next(effect.atMost)) ?? { users: [], end: true } };
    case "begin":
      try {
        await bulk?.begin(effect.intent);
        return "taken";
      } catch (thrown) {
        // The name alone: the rest may quote anything.
        return { notTaken: { message: thrown instanceof Error ? thrown.name : "failed" } };
      }
    case "report":
      await bulk?.report(effect.report);
      return "taken";
  }
}

/** Never rejects. */
function answer(effect: SendEffect | TokenEffect | AssertionEffect, world: World, controller: AbortController): Promise<Answer> {
  switch (effect.type) {
    case "send":
      return send(effect, world.fetch, world.limits, controller);
    case "token":
      return getToken(effect, world.access.tokens, controller.signal);
    case "assertion":
      return getAssertion(effect, world.access.assertions, controller.signal);
  }
}

async function getAssertion(effect: AssertionEffect, assertions: Access["assertions"], abortSignal: AbortSignal): Promise<Answer> {
  try {
    const assertion: unknown = await assertions?.getAssertion(effect.audience, { abortSignal });
    return typeof assertion === "string"
      ? { reply: { assertion: { assertion: assertion.trim() } } }
      : { reply: { assertionFailed: { message: "getAssertion gave no text" } } };
  } catch (cause) {
    return { reply: { assertionFailed: { message: failure(cause, "getAssertion failed") } }, cause };
  }
}

async function getToken(effect: TokenEffect, tokens: Access["tokens"], signal: AbortSignal): Promise<Answer> {
  const options: GetTokenOptions = { abortSignal: signal };
  if (effect.claims !== undefined) {
    options.claims = effect.claims;
  }
  try {
    const given = await tokens?.getToken([effect.scope], options);
    if (typeof given === "string") {
      return { reply: { token: { token: given } } };
    }
    if (typeof given?.token !== "string") {
      return { reply: { tokenFailed: { message: "getToken gave no token" } } };
    }
    const expiresAt = given.expiresOnTimestamp;
    return { reply: { token: { token: given.token, ...(expiresAt === undefined ? {} : { expiresAt }) } } };
  } catch (cause) {
    return { reply: { tokenFailed: { message: failure(cause, "getToken failed") } }, cause };
  }
}

/** The error's name and the codes of Entra and of MSAL: the rest may quote a secret, and stays in `cause`. */
function failure(error: unknown, otherwise: string): string {
  if (!(error instanceof Error)) {
    return otherwise;
  }
  if (error instanceof MfaResetError) {
    return error.message;
  }
  const entra = error.message.match(/\bAADSTS\d+\b/g) ?? [];
  const msal = /^[a-z]+(?:_[a-z]+)+(?=:)/.exec(error.message) ?? [];
  const told = [error.name, ...msal, ...new Set(entra)].join(" ");
  // A chain of credentials, DefaultAzureCredential for example: each has its own reason.
  const tried = "errors" in error && Array.isArray(error.errors) ? error.errors.length : 0;
  return tried === 0 ? told : `${told}, of ${tried} credentials that were tried; the reasons are in the error's cause`;
}

/** A listener must not stop a reset half way, so what it throws is dropped. */
function tell(event: Event, listeners: ((event: Event) => unknown)[]): void {
  for (const listener of listeners) {
    try {
      Promise.resolve(listener(event)).catch(() => undefined);
    } catch {
      continue;
    }
  }
}
