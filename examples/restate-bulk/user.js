import { rpc, service } from "@restatedev/restate-sdk";
import { plannedOf, refused, stored, unwritten } from "./report.js";
import { ABORT, step } from "./step.js";

const PLAN_CALLS = 8;

/** One user of a run, by whatever name: plans, and hands the plan to the account that the name turns out to mean. */
export function userOf({ client }, account) {
  return service({
    name: "user",
    handlers: {
      async reset(ctx, { run, place, asked, request, ...settings }) {
        const plan = await step(ctx, "plan", settings, PLAN_CALLS, async (signal) => {
          try {
            return stored(await client.plan({ ...request, user: asked }, { signal }));
          } catch (error) {
            return unwritten(asked, error);
          }
        });
        if (plan.outcome !== "planned") {
          return plan;
        }
        // One invocation a run and account: who comes second gets the first one's answer.
        const once = rpc.opts({ idempotencyKey: run });
        const task = { run, place, asked, request, planned: plannedOf(plan), ...settings };
        const answer = await ctx.objectClient(account, plan.user.id).reset(task, once);
        return answer.place === place ? answer.report : { ...refused(asked, DUPLICATE), user: plan.user };
      },
    },
    options: { ingressPrivate: true, abortTimeout: ABORT },
  });
}

const DUPLICATE = {
  code: "duplicateUser",
  message: "The user was named twice in this run.",
  help: "Nothing to do: the other report tells what happened.",
  retryable: false,
};
