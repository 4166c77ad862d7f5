import { TerminalError } from "@restatedev/restate-sdk";

/**
 * What a run may ask for. Not `allowPrivileged`, which never comes from a message, and not `backup`, which holds whole
 * phone numbers.
 */
const FIELDS = new Set([
  "methods",
  "methodIds",
  "keep",
  "revokeSessions",
  "temporaryAccessPass",
  "perUserMfa",
  "notAfter",
  "verify",
  "stableOnly",
  "reason",
]);

/** The run with its defaults, or the reason for which it is refused for good. */
export function accepted(run, { tenantId, passes }) {
  const {
    users,
    request = {},
    concurrency = 32,
    callsPer10s,
    retry: { attempts = 6, seconds = 10 } = {},
    pageSize = 100,
  } = run;
  demand(run.tenantId === tenantId, "The run is for another tenant than the one that this worker is signed in to.");
  demand(Array.isArray(users) && users.every((user) => typeof user === "string"), "`users` is no list of names.");
  for (const [name, number] of Object.entries({ concurrency, attempts, pageSize })) {
    demand(Number.isInteger(number) && number > 0, `\`${name}\` is no positive whole number.`);
  }
  demand(seconds > 0, "`retry.seconds` is no positive number.");
  demand(callsPer10s === undefined || callsPer10s > 0, "`callsPer10s` is no positive number.");
  const foreign = Object.keys(request).filter((name) => !FIELDS.has(name));
  demand(foreign.length === 0, `A run cannot ask for ${foreign.join(" and ")}.`);
  demand(
    request.notAfter === undefined || !Number.isNaN(Date.parse(request.notAfter)),
    "`notAfter` is no date and time.",
  );
  demand(!request.temporaryAccessPass || passes !== undefined, "The worker has no place for passes: set PASSES_FILE.");
  return { tenantId, users, request, concurrency, callsPer10s, retry: { attempts, seconds }, pageSize };
}

function demand(holds, otherwise) {
  if (!holds) {
    throw new TerminalError(otherwise, { errorCode: 400 });
  }
}
