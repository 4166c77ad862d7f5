import { object } from "@restatedev/restate-sdk";
import { refused, stored, unwritten } from "./report.js";
import { ABORT, step } from "./step.js";

/** Reads before the writes, the revocation, and reading the live list after them. */
const BESIDE_REMOVALS = 12;

/**
 * One user of the tenant, keyed by object id. Restate runs one invocation of a key at a time, on whatever worker and
 * for whatever run, so nobody else resets this user meanwhile.
 */
export function accountOf({ client, passes }) {
  return object({
    name: "account",
    handlers: {
      /** Removes what was planned; resolves to the place in the run and the report. */
      async reset(ctx, { run, place, asked, request: { notAfter, ...request }, planned, ...settings }) {
        if (request.temporaryAccessPass && passes === undefined) {
          // Another worker may have one.
          throw new Error("This worker has no place for passes: set PASSES_FILE.");
        }
        if (notAfter !== undefined && (await ctx.date.now()) > Date.parse(notAfter)) {
          return { place, report: refused(asked, EXPIRED) };
        }
        // It has begun: from here on a retry finishes it, whatever the time. What the user registers meanwhile is
        // not among the planned and stays.
        const report = await step(ctx, "reset", settings, planned.length + BESIDE_REMOVALS, async (signal) => {
          try {
            const report = await client.reset({ ...request, user: ctx.key, planned }, { signal });
            // On disk before the step counts as done: a pass that a crash swallows is issued again.
            await passes?.keep(run, report);
            return stored(report);
          } catch (error) {
            return unwritten(asked, error);
          }
        });
        return { place, report };
      },
    },
    options: { ingressPrivate: true, idempotencyRetention: { days: 7 }, abortTimeout: ABORT },
  });
}

const EXPIRED = {
  code: "expired",
  message: "The time that notAfter allows has passed.",
  help: "Start a new run if the reset is still wanted.",
  retryable: false,
};
