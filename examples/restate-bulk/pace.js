import { object } from "@restatedev/restate-sdk";

/**
 * How fast a tenant may be called, whoever calls: one object a tenant, keyed by the tenant's id.
 *
 * It keeps one number, the moment from which the next call may go out, and hands out stretches of time. Restate serves
 * the callers of one object in the order in which they came, keeps the number and the caller's answer in one step, and
 * lets the caller wait on a durable timer. So a worker that dies neither loses its turn nor takes two.
 */
export const pace = object({
  name: "pace",
  handlers: {
    /** Reserves that many calls; resolves to the milliseconds to wait before the first. */
    async acquire(ctx, { calls, callsPer10s }) {
      const now = await ctx.date.now();
      const from = Math.max((await ctx.get("from")) ?? 0, now);
      ctx.set("from", from + milliseconds(calls, callsPer10s));
      return Math.ceil(from - now);
    },

    /** Makes good what a reservation was wrong by: more calls than reserved, or fewer. */
    async settle(ctx, { calls, callsPer10s }) {
      const from = (await ctx.get("from")) ?? 0;
      ctx.set("from", from + milliseconds(calls, callsPer10s));
    },
  },
  options: { ingressPrivate: true },
});

function milliseconds(calls, callsPer10s) {
  return (calls * 10_000) / callsPer10s;
}
