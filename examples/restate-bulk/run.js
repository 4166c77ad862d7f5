import { TerminalError, handlers, workflow } from "@restatedev/restate-sdk";
import { accepted } from "./request.js";
import { add, tally } from "./tally.js";
import { stop, within } from "./window.js";

/** So that the last users of one page do not hold up the next. */
const PAGES_AT_ONCE = 2;

/** A whole run, keyed by the id that its starter chose: the same id started twice is one run. */
export function runOf(worker, page) {
  return workflow({
    name: "reset-run",
    handlers: {
      async run(ctx, input) {
        const { users, concurrency, pageSize, ...task } = accepted(input, worker);
        const pages = Array.from({ length: Math.ceil(users.length / pageSize) }, (_, number) => number);
        const atOnce = Math.min(PAGES_AT_ONCE, pages.length, concurrency);
        const finished = tally();
        const open = new Set();
        // One value, so that nobody sees a page twice or not at all.
        const show = (done) =>
          ctx.set("progress", { users: users.length, pages: pages.length, done, finished, open: [...open] });
        show(false);
        await within(
          ctx,
          atOnce,
          pages,
          (number) => {
            open.add(number);
            show(false);
            const first = number * pageSize;
            const part = users.slice(first, first + pageSize);
            const width = Math.floor(concurrency / atOnce);
            const share = { ...task, run: ctx.key, first, width, users: part };
            return ctx.workflowClient(page, keyOf(ctx, number)).run(share);
          },
          ({ place, value, failure }) => {
            if (failure !== undefined) {
              throw failure;
            }
            open.delete(place);
            add(finished, value);
            show(false);
          },
          () => open.forEach((number) => ctx.workflowSendClient(page, keyOf(ctx, number)).stop()),
        );
        show(true);
        return finished;
      },

      /** How far the run is, at any time; all zero until it begins. */
      status: handlers.workflow.shared(async (ctx) => {
        const { users, pages, done, finished, open } = await progressOf(ctx);
        for (const number of open) {
          add(finished, await ctx.workflowClient(page, keyOf(ctx, number)).counts());
        }
        return { users, pages, done, counts: finished };
      }),

      /** The reports of one page, in the order of the users; those that are there so far. */
      reports: handlers.workflow.shared(async (ctx, number) => {
        const { pages } = await progressOf(ctx);
        if (!Number.isInteger(number) || number < 0 || number >= pages) {
          throw new TerminalError(`There is no page ${number}.`, { errorCode: 404 });
        }
        return ctx.workflowClient(page, keyOf(ctx, number)).reports();
      }),

      /** Begins nobody more. Those under way are finished and reported, unlike after a cancellation by Restate. */
      stop: handlers.workflow.shared(stop),
    },
    options: { workflowRetention: { days: 7 } },
  });
}

function keyOf(ctx, number) {
  return `${ctx.key}/${number}`;
}

async function progressOf(ctx) {
  return (await ctx.get("progress")) ?? { users: 0, pages: 0, done: false, finished: tally(), open: [] };
}
