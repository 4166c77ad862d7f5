import { pace } from "./pace.js";

/** More than a step can take at all: every call at its deadline, and every retry. */
export const ABORT = { hours: 1 };

const LONGEST_PAUSE_SECONDS = 300;

/**
 * One step of a user, journaled by the engine: in its turn, and tried again while what went wrong may pass. A failure
 * of Graph is a result, so the last one is kept with its code; only a crash, or a defect, makes the engine itself run
 * a step again.
 *
 * @param reserve - Graph calls that it will probably take.
 * @param act - Gets a signal that fires when another worker has taken over; resolves to a report without secrets.
 */
export async function step(ctx, name, { tenantId, callsPer10s, retry }, reserve, act) {
  const { attemptCompletedSignal: signal } = ctx.request();
  for (let attempt = 1; ; attempt += 1) {
    if (callsPer10s !== undefined) {
      const wait = await ctx.objectClient(pace, tenantId).acquire({ calls: reserve, callsPer10s });
      await ctx.sleep(wait);
    }
    const report = await ctx.run(`${name} ${attempt}`, () => unlessOver(signal, act), {
      maxRetryAttempts: 5,
      initialRetryInterval: { seconds: 1 },
    });
    const calls = (report.graph?.calls ?? reserve) - reserve;
    if (callsPer10s !== undefined && calls !== 0) {
      ctx.objectSendClient(pace, tenantId).settle({ calls, callsPer10s });
    }
    if (attempt === retry.attempts || !mayPass(report)) {
      return report;
    }
    const pause = Math.min(retry.seconds * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS);
    await ctx.sleep({ seconds: pause * (0.5 + ctx.rand.random()) });
  }
}

/** What a step comes to whose worker is no longer asked is not a result. */
async function unlessOver(signal, act) {
  const result = await act(signal);
  signal.throwIfAborted();
  return result;
}

/** Whether trying again may help. A credential that is refused is often being renewed. */
function mayPass({ outcome, error, methods = [], sessions, temporaryAccessPass, perUserMfa, signInPreference }) {
  return (
    (outcome === "failed" || outcome === "partial") &&
    [{ error }, ...methods, sessions, temporaryAccessPass, perUserMfa, signInPreference].some(
      (part) => part?.error?.retryable === true || part?.error?.code === "unauthenticated",
    )
  );
}
