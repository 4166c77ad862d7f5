// `node --test` that always ends: `node run.mjs [--concurrency=N] [--seconds=N] FILE…`. A file that has not ended after so
// many seconds has failed, and so has one that left a program behind which holds its output. `node --test --test-timeout`
// says so, too, but then waits for that program; with `--test-force-exit` it would no longer notice what a file leaves open.
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

const { values, positionals: files } = parseArgs({
  options: { concurrency: { type: "string", default: "4" }, seconds: { type: "string", default: "600" } },
  allowPositionals: true,
});
// They wait more than they compute, so there may be more of them than cores.
const events = run({ files, concurrency: Number(values.concurrency), timeout: Number(values.seconds) * 1000 });
let code = 0;
events.on("test:fail", ({ todo }) => {
  if (todo === undefined || todo === false) {
    code = 1;
  }
});
for await (const text of events.compose(new spec())) {
  process.stdout.write(text);
}
process.stdout.write("", () => process.exit(code));
