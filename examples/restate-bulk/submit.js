// Starts a run, or finds the one of that id, follows it, and prints the summary.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect } from "@restatedev/restate-sdk-clients";

const USAGE = `usage: node submit.js FILE --run ID --tenant ID [options]

  FILE                 object ids or user principal names, one a line
  --run ID             the run's own name; the same name again is the same run
  --tenant ID          the directory id
  --request JSON       what is asked for each user, as in ResetRequest; '{}' when absent
  --concurrency N      users at once, over all workers; 32 when absent
  --calls-per-10s N    Graph calls, over all runs and workers of the tenant; unlimited when absent
  --ingress URL        Restate's ingress; http://127.0.0.1:8080 when absent
  --yes                really reset them
`;
const POLL_MILLISECONDS = 1000;

try {
  process.exitCode = await submit(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = error.code?.startsWith("ERR_PARSE_ARGS") ? 2 : 1;
}

async function submit(line) {
  const { values, positionals } = parsed(line);
  const [file] = positionals;
  if (file === undefined || !values.run || !values.tenant) {
    process.stderr.write(USAGE);
    return 2;
  }
  const users = await namesIn(file);
  if (!values.yes) {
    console.error(`This would reset ${users.length} users of the tenant ${values.tenant}. Say --yes to do it.`);
    return 2;
  }
  const run = connect({ url: values.ingress, retry: {} }).workflowClient({ name: "reset-run" }, values.run);
  const { status } = await run.workflowSubmit({
    tenantId: values.tenant,
    users,
    request: JSON.parse(values.request),
    concurrency: Number(values.concurrency),
    ...(values["calls-per-10s"] && { callsPer10s: Number(values["calls-per-10s"]) }),
  });
  console.error(status === "Accepted" ? `run ${values.run} begins` : `run ${values.run} was started before`);
  const counts = await followed(run, users.length);
  console.log(JSON.stringify(counts, undefined, 2));
  return counts.outcomes.complete === users.length ? 0 : 1;
}

/** The counts of the whole run, once it has ended; tells on the way how far it is. */
async function followed(run, size) {
  for (let told; ; ) {
    // Asked first: it also says that a run was refused.
    const output = await run.workflowOutput();
    const counts = output.ready ? output.result : (await run.status()).counts;
    if (counts.users !== told) {
      told = counts.users;
      console.error(`${told} of ${size} users`);
    }
    if (output.ready) {
      return counts;
    }
    await sleep(POLL_MILLISECONDS);
  }
}

async function namesIn(file) {
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
}

function parsed(line) {
  return parseArgs({
    args: line,
    allowPositionals: true,
    options: {
      run: { type: "string" },
      tenant: { type: "string" },
      request: { type: "string", default: "{}" },
      concurrency: { type: "string", default: "32" },
      "calls-per-10s": { type: "string" },
      ingress: { type: "string", default: "http://127.0.0.1:8080" },
      yes: { type: "boolean", default: false },
    },
  });
}
