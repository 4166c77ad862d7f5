/** An answer instead of a caller. */
export class Denied extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Who calls, by name. `CALLERS` is a secret of JSON, a name and the SHA-256 of that caller's key in hex for each, so that
 * one can be withdrawn without the others, and none can be read out.
 */
export async function callerOf(request, { CALLERS }) {
  const callers = read(CALLERS);
  const [, key] = /^Bearer (\S{32,})$/.exec(request.headers.get("authorization") ?? "") ?? [];
  if (key === undefined) {
    throw new Denied(401, "Send `Authorization: Bearer KEY`.");
  }
  const given = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  // All are compared, each in the same time, so that the time says nothing about any.
  const known = callers.filter(([, digest]) => crypto.subtle.timingSafeEqual(given, digest));
  if (known.length === 0) {
    throw new Denied(401, "This key is none of ours.");
  }
  return known[0][0];
}

function read(text) {
  try {
    const callers = Object.entries(JSON.parse(text)).map(([name, hex]) => [name, bytes(hex)]);
    if (callers.length > 0) {
      return callers;
    }
  } catch {
    // Said below.
  }
  throw new Denied(500, "The secret CALLERS is not set, or names nobody.");
}

function bytes(hex) {
  if (!/^[0-9a-f]{64}$/i.test(hex)) {
    throw new TypeError("not a SHA-256 in hex");
  }
  return Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
}
