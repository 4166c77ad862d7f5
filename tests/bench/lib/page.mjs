import { markdownTable } from "markdown-table";
import { figures } from "./figures.mjs";
import { median } from "./statistics.mjs";
import { mebibytes, round, seconds } from "./units.mjs";

/** All tables, as Markdown that is aligned for a terminal, too. */
export function tables(results) {
  return [...results.scenarios.filter(isTimed).map(timed), memory(results), weights(results), signIns(results), absent(results)]
    .filter(Boolean)
    .join("\n\n");
}

/** docs/benchmarks.md. */
export function page(results) {
  const { machine, date, command } = results;
  const python = machine.python ? `, Python ${machine.python}` : "";
  return `# Benchmarks

The same users, reset on the same simulated tenant by the scripts that people write today and by \`entra-mfa-reset\`.
Written by \`just bench\`; nothing here is asserted by a test. The raw figures are in
[benchmarks.json](benchmarks.json).

![Time, requests, memory, size and cold start of every side, on logarithmic scales](benchmarks.svg)

- Measured on ${date} with \`${command}\`
- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB of memory, ${machine.system}, Node ${machine.node}${python}
- The tenant's server runs on the same machine and shares its cores with the side that is measured.

${tables(results)}

## How to read it

- **Time** runs from the first user to the last report, without the import, which stands under cold start. It is the
  median of the rounds, with the least and the most. The sides take turns within a round, and ratios are taken within a
  round before their median is, so that a slower hour of the machine hits all sides alike.
- **Scaled**: the sides that work one by one had a tenth of the users, since their time grows with the users and
  with nothing else. "Per 1,000 users" and the ratios are scaled from that.
- **Requests and calls** are counted by the tenant. A batch is one request, and each of its members is one call.
- **Throttled** is the share of calls that were answered with 429. The tenant keeps a token bucket that is full at the
  start, so a run shorter than its limit suggests has used the first ten seconds' calls at once. "Of the limit" is the
  time divided by what the calls that were answered take at the tenant's limit.
- **Not reset** counts users that the tenant still shows with a method that can be removed, or with sessions that were
  not revoked.
- **Peak memory** is the most that the process had in memory at once, its runtime included.
- **Installed** is everything that the side's package manager puts on the disk: for ours the package from its archive,
  for the component the one file, without the runtime that carries it. The first script needs nothing but Node.
- **Cold start** runs until a server sees the first request: once from the start of the import, once from the start of
  the process.
- **Cold start with a sign-in**: each signs in with a client secret at the same https server, which answers at once, and
  then asks Graph. What is handed to Node is the package's own doing; then Node loads its \`fetch\` or its https, and sets
  up TLS, until the server has the request. The first request is the one for the token, and with \`@azure/identity\` the one for the addresses of
  an authority that it does not know. The sides take turns, and the ratio is that of \`@azure/identity\` with
  \`@microsoft/microsoft-graph-client\` to the side within a round. "Node's fetch alone" is what loading Node's own
  \`fetch\` and setting up TLS takes, without any library: nobody who uses it is faster. Memory is the peak by the first
  request to Graph.

## What the others are

Each is the script that a competent administrator would write: find the user, list the methods, delete each one under
its type's own segment, keep the one that Graph refuses as the default for the end, revoke the sessions, and list again.
They keep their connections open as their libraries do. The first obeys \`Retry-After\` until the call goes through;
the SDKs bring their own retries, which give up after three. The Python SDK loads the models that it needs with the first
user, which is scaled along. They are in \`tests/bench/sides\`.

They leave about one user of a hundred with two phones: where the alternate phone is the default, Graph refuses it as
the default and the mobile because of the alternate, and only moving the default first helps.

Two things were changed for the bench: the JavaScript SDK sends its token to https only, so its authentication handler
is replaced by one that sends it to loopback, too, and every side is given a token instead of a sign-in.

## What they do not do

The sides are not alike, and the others do less:

- no guard: nothing stops them from resetting an administrator, the caller itself or a protected user. Ours reads roles,
  eligible roles and groups of every user first. Those calls are in its figures, and where calls are what is limited they
  cost time that the others do not spend
- no plan, and no report: they know that a call failed, and not what that means for the user
- no answer for a lost reply, a delayed list, or a default that has to be moved
- no resuming: killed in the middle, they start again from the first user
- one request at a time per user, and no budget: a limit is found by running into it

What this cannot show: a tenant on loopback has no network, no front door and no neighbours. 20 ms is a friendly
latency for Graph; the real one is longer, which helps the side with the fewest round trips.
`;
}

function timed(scenario) {
  const isLimited = scenario.callsPer10s !== undefined;
  const isScaled = scenario.runs.some((run) => run.users !== scenario.users);
  const columns = [
    ["side", "left", (run) => run.name],
    ["users", "right", (run) => round(run.users)],
    ["time", "right", (run, { wall }) => seconds(wall.median)],
    ["least to most", "right", (run, { wall }) => `${seconds(wall.least)} to ${seconds(wall.most)}`],
    isScaled && ["per 1,000 users", "right", (run, { perThousand }) => seconds(perThousand)],
    ["faster than fetch", "right", (run, { thanFetch }) => times(thanFetch)],
    ["faster than 8 at once", "right", (run, { thanParallel }) => times(thanParallel)],
    ["requests a user", "right", (run, { httpRequests }) => round(httpRequests)],
    ["calls a user", "right", (run, { calls }) => round(calls)],
    ["throttled", "right", (run, { throttled }) => percent(throttled)],
    isLimited && ["of the limit", "right", (run, { overNeeded }) => overNeeded.toFixed(2)],
    ["not reset", "right", (run, { notReset }) => round(notReset)],
    ["peak memory", "right", (run, { peakBytes }) => mebibytes(peakBytes)],
  ].filter(Boolean);
  const rounds = scenario.rounds === 1 ? "one round" : `medians of ${scenario.rounds} rounds`;
  const rows = scenario.runs.map((run) => columns.map(([, , cell]) => cell(run, figures(run, scenario))));
  return `## ${scenario.title} (${rounds})\n\n${table(columns, rows)}`;
}

function memory({ scenarios }) {
  const [small, large] = scenarios.filter((scenario) => !isTimed(scenario));
  if (small === undefined) {
    return undefined;
  }
  const rows = large.runs.map((run, place) => {
    const few = figures(small.runs[place], small);
    const many = figures(run, large);
    const ratio = (many.peakBytes / few.peakBytes).toFixed(2);
    return [run.name, mebibytes(few.peakBytes), mebibytes(many.peakBytes), ratio, seconds(many.wall.median)];
  });
  const columns = [
    ["side", "left"],
    [`peak, ${round(small.users)} users`, "right"],
    [`peak, ${round(large.users)} users`, "right"],
    ["ratio", "right"],
    ["time of the latter", "right"],
  ];
  return `## Memory, no latency (median of ${small.rounds} rounds, and one round)\n\n${table(columns, rows)}`;
}

function weights({ sides }) {
  const rows = sides.map(({ name, bytesInstalled, coldStarts }) => [
    name,
    bytesInstalled === 0 ? "nothing" : mebibytes(bytesInstalled),
    middle(coldStarts.map((start) => start.import)),
    middle(coldStarts.map((start) => start.process)),
  ]);
  const columns = [
    ["side", "left"],
    ["installed", "right"],
    ["import to first request", "right"],
    ["process to first request", "right"],
  ];
  return `## Size and cold start (medians of ${sides[0].coldStarts.length})\n\n${table(columns, rows)}`;
}

function signIns({ starts }) {
  if (starts === undefined) {
    return undefined;
  }
  const { date, rounds, results } = starts;
  const peer = results.find(({ id }) => id === "graph-client");
  const peaks = results[0].nodes[0].starts.some(({ peakKiB }) => peakKiB !== undefined);
  const name = ["side", "left", (side) => side.name];
  const weights = [
    ["installed", "right", ({ bytesInstalled }) => (bytesInstalled === 0 ? "nothing" : mebibytes(bytesInstalled))],
    peaks && ["peak memory", "right", ({ nodes }) => mebibytes(1024 * median(nodes[0].starts.map(({ peakKiB }) => peakKiB)))],
  ].filter(Boolean);
  const until = (moment) =>
    results[0].nodes.flatMap(({ version }, place) => [
      [`Node ${version.split(".")[0]}`, "right", ({ nodes }) => seconds(median(nodes[place].starts.map((start) => start[moment])))],
      ["faster", "right", ({ nodes }) => {
        const ratios = nodes[place].starts.map((start, round) => peer.nodes[place].starts[round][moment] / start[moment]);
        return `${median(ratios).toFixed(1)} ×`;
      }],
    ]);
  const shown = (columns, sides) => table(columns, sides.map((side) => columns.map(([, , cell]) => cell(side))));
  const ofNobody = ({ id }) => id === "fetch";
  return `## Cold start with a sign-in, import to first request (medians of ${rounds}, ${date})

Until the request is handed to Node:

${shown([name, ...until("handed")], results.filter((side) => !ofNobody(side)))}

Until the server has it:

${shown([name, ...weights, ...until("import")], results)}`;
}

function absent({ missing }) {
  return Object.entries(missing)
    .map(([name, reason]) => `Not measured: ${name} (${reason}).`)
    .join("\n");
}

function isTimed(scenario) {
  return scenario.latency > 0;
}

function table(columns, rows) {
  return markdownTable([columns.map(([title]) => title), ...rows], { align: columns.map(([, align]) => align) });
}

function middle(durations) {
  return durations.includes(undefined) ? "–" : seconds(median(durations));
}

function times(ratio) {
  return ratio === undefined ? "–" : `${round(ratio)} ×`;
}

function percent(share) {
  return share === 0 ? "0" : `${(share * 100).toFixed(1)} %`;
}
