/** How many reports there are, by outcome and by error code. */
export function tally() {
  return { users: 0, outcomes: {}, errors: {} };
}

export function count(tally, { outcome, error }) {
  tally.users += 1;
  more(tally.outcomes, outcome, 1);
  if (error !== undefined) {
    more(tally.errors, error.code, 1);
  }
}

export function add(tally, other) {
  tally.users += other.users;
  for (const group of ["outcomes", "errors"]) {
    for (const [name, number] of Object.entries(other[group])) {
      more(tally[group], name, number);
    }
  }
}

function more(group, name, number) {
  group[name] = (group[name] ?? 0) + number;
}
