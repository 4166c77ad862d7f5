import { handlers, workflow } from "@restatedev/restate-sdk";
import { refused } from "./report.js";
import { count, tally } from "./tally.js";
import { stop, within } from "./window.js";

/**
 * Some users of a run, keyed by the run's id and the page's number. A run of a hundred thousand has a thousand pages:
 * a journal is sent to the worker that takes an invocation over, so none may grow with the tenant.
 */
export function pageOf(user) {
  return workflow({
    name: "reset-page",
    handlers: {
      async run(ctx, { users, first, width, ...task }) {
        const counts = tally();
        await within(
          ctx,
          width,
          users,
          (asked, place) => ctx.serviceClient(user).reset({ ...task, asked, place: first + place }),
          ({ place, value, failure }) => {
            const report = value ?? refused(users[place], defect(failure));
            count(counts, report);
            ctx.set("counts", counts);
            ctx.set(`${place}`, { asked: users[place], ...report });
          },
        );
        return counts;
      },

      counts: handlers.workflow.shared(
        // Without the reports, which are state as well.
        { enableLazyState: true },
        async (ctx) => (await ctx.get("counts")) ?? tally(),
      ),

      stop: handlers.workflow.shared(stop),

      /** The reports so far, in the order of the users. */
      reports: handlers.workflow.shared(async (ctx) => {
        const places = (await ctx.stateKeys()).filter((key) => key !== "counts").map(Number);
        const reports = [];
        for (const place of places.sort((a, b) => a - b)) {
          reports.push(await ctx.get(`${place}`));
        }
        return reports;
      }),
    },
    options: { ingressPrivate: true, workflowRetention: { days: 7 } },
  });
}

/** What ended a user's invocation for good without being a report: a step that kept failing, or an operator. */
function defect({ message }) {
  return {
    code: "internal",
    message: `The invocation ended: ${message}`,
    help: "Look at the invocation in Restate, and name the user in another run.",
    retryable: false,
  };
}
