/** What an invocation needs at its end to settle what is under way, and to say how it went. */
const RESERVE = 15_000;

/** Fires before Lambda would end the invocation in the middle of a reset. */
export function deadline(context) {
  return AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE));
}
