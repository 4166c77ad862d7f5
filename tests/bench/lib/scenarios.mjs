import { paced } from "./sides.mjs";
import { round } from "./units.mjs";

const LATENCY = 20;
const SEQUENTIAL_USERS = 100;

/**
 * What is measured. The sequential sides work on fewer users where they would take all day, and are scaled.
 *
 * @returns Scenarios, each with its tenant, and with the sides and the number of users of each.
 */
export function scenarios(sides, { quick, slow, memory, rounds }) {
  const ours = sides.filter((side) => side.isOurs);
  const peers = sides.filter((side) => ["fetch", "graph-client-8"].includes(side.id));
  const among = (users) => (side) => ({ side, users });
  const limited = (callsPer10s, users, repeat) => ({
    id: `limit-${callsPer10s}`,
    title: `${users} users, ${LATENCY} ms, ${callsPer10s} calls per 10 s`,
    users,
    latency: LATENCY,
    callsPer10s,
    rounds: repeat,
    runs: [...peers, ...ours.flatMap((side) => [paced(side, callsPer10s), side])].map(among(users)),
  });
  const unthrottled = (users, sequentialUsers) => ({
    id: "unthrottled",
    title: `${round(users)} users, ${LATENCY} ms, unthrottled`,
    users,
    latency: LATENCY,
    rounds,
    runs: sides.map((side) => ({ side, users: side.isSequential ? sequentialUsers : users })),
  });
  const unhindered = (users, repeat) => ({
    id: `memory-${users}`,
    title: `${round(users)} users, no latency, unthrottled`,
    users,
    latency: 0,
    rounds: repeat,
    runs: ours.map(among(users)),
  });
  const all = quick
    ? [unthrottled(40, 8), limited(200, 12, 1)]
    : [
        unthrottled(1000, SEQUENTIAL_USERS),
        // Once: the limit sets the pace, and that does not vary.
        limited(200, 100, 1),
        ...(slow ? [limited(5, 10, 1)] : []),
        ...(memory ? [unhindered(1000, rounds), unhindered(100_000, 1)] : []),
      ];
  return all.filter((scenario) => scenario.runs.length > 0);
}
