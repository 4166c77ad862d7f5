#!/usr/bin/env node
import { main } from "./main.js";

const ENDED = 130;

const controller = new AbortController();
const interrupt = (): void => {
  if (controller.signal.aborted) {
    process.stderr.write("Ended at once. The last step is in doubt: look at the user with `entra-mfa-reset status`.\n");
    process.exit(ENDED);
  }
  process.stderr.write("Stopping: nothing more is started. Press Ctrl-C again to end at once.\n");
  controller.abort();
};
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
// Nobody reads the reports any more, as behind `head`: finish the step under way, and start nothing more.
process.stdout.on("error", () => controller.abort());
process.stderr.on("error", () => undefined);

const { argv, env, stdin, stdout, stderr } = process;
process.exitCode = await main({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: controller.signal });
process.off("SIGINT", interrupt);
process.off("SIGTERM", interrupt);
