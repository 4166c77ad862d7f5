// Ours: every user of the file through `resetMany`, the file read only as fast as it is used.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { begin, callsPer10s, graphUrl, measure, token, usersFile } from "./side.mjs";

const installed = createRequire(`${process.env.BENCH_OURS}/package.json`).resolve("entra-mfa-reset");

begin();
const { MfaResetClient } = await import(pathToFileURL(installed).href);

const limits = { ...(callsPer10s && { callsPer10s }) };
const client = new MfaResetClient({ accessToken: token }, { graphUrl, limits });

async function* lines() {
  yield* createInterface({ input: createReadStream(usersFile), crlfDelay: Infinity });
}

await measure(async (count) => {
  for await (const report of client.resetMany(lines(), { methods: "all" })) {
    count(report.outcome);
  }
});
