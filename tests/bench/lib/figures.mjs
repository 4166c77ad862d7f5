import { median, summary } from "./statistics.mjs";

/** What the rounds of one side come to. Ratios are taken within each round. */
export function figures(run, scenario) {
  const of = (figure) => median(run.results.map(figure));
  const faster = (id) => {
    const other = scenario.runs.find((candidate) => candidate.id === id);
    return other && median(run.results.map((result, place) => perUser(other.results[place]) / perUser(result)));
  };
  const rate = scenario.callsPer10s / 10_000;
  return {
    wall: summary(run.results.map((result) => result.wallMs)),
    perThousand: of(perUser) * 1000,
    thanFetch: faster("fetch"),
    thanParallel: faster("graph-client-8"),
    httpRequests: of((result) => result.httpRequests / result.users),
    calls: of((result) => result.calls / result.users),
    throttled: of((result) => result.throttled / result.calls),
    notReset: of((result) => run.users - result.clean),
    peakBytes: of((result) => result.peakKiB * 1024),
    overNeeded: of((result) => (result.wallMs * rate) / (result.calls - result.throttled)),
  };
}

function perUser({ wallMs, users }) {
  return wallMs / users;
}
