import { RestatePromise } from "@restatedev/restate-sdk";

const STOP = "stop";

/**
 * Begins a call for each item, at most `width` at a time, and tells each result as it comes. When the workflow is told
 * to stop, nothing more is begun; `onStop` hears of it, and what is under way is waited for.
 */
export async function within(ctx, width, items, begin, tell, onStop = () => undefined) {
  const open = new Map([[STOP, ctx.promise(STOP).get().map(() => ({ place: STOP }))]]);
  let next = 0;
  for (;;) {
    for (; open.has(STOP) && next < items.length && open.size <= width; next += 1) {
      const place = next;
      open.set(place, begin(items[place], place).map((value, failure) => ({ place, value, failure })));
    }
    if (open.size === (open.has(STOP) ? 1 : 0)) {
      return;
    }
    const done = await RestatePromise.race([...open.values()]);
    open.delete(done.place);
    await (done.place === STOP ? onStop() : tell(done));
  }
}

/** Tells a workflow to begin nothing more. */
export async function stop(ctx) {
  const promise = ctx.promise(STOP);
  if (!(await promise.peek())) {
    await promise.resolve(true);
  }
}
