import { type ErrorCode, type Fetch, MfaResetError } from "entra-mfa-reset";
import { type Found, SHOWN, type SearchResult } from "./session.js";

const CODES: Partial<Record<number, ErrorCode>> = { 401: "unauthenticated", 403: "forbidden", 429: "throttled", 503: "unreachable" };

/** How to ask Graph. */
interface Graph {
  origin: string;
  token: string;
  fetch: Fetch;
}

/** Users of the directory whose name, surname or principal name begins with this text. */
export async function findUsers({ origin, token, fetch }: Graph, beginning: string, signal: AbortSignal): Promise<SearchResult> {
  const text = `'${beginning.replaceAll("'", "''")}'`;
  const filter = ["displayName", "surname", "userPrincipalName"].map((field) => `startswith(${field},${text})`).join(" or ");
  const query = new URLSearchParams({ $filter: filter, $select: "id,displayName,userPrincipalName", $top: String(SHOWN + 1) });
  let response: Response;
  try {
    response = await fetch(`${origin}/v1.0/users?${query}`, {
      headers: { authorization: `Bearer ${token}` },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw failure("unreachable", "Microsoft Graph could not be reached.", error);
  }
  if (!response.ok) {
    throw failure(CODES[response.status] ?? "unexpectedResponse", `The search was answered with status ${response.status}.`);
  }
  const { value } = (await response.json().catch(() => ({}))) as { value?: Partial<Found>[] };
  if (!Array.isArray(value)) {
    throw failure("unexpectedResponse", "The search was answered with something else than users.");
  }
  const users = value.map(({ id = "", displayName, userPrincipalName }) => ({
    id,
    displayName: displayName ?? "",
    userPrincipalName: userPrincipalName ?? "",
  }));
  return { users: users.slice(0, SHOWN), more: users.length > SHOWN };
}

function failure(code: ErrorCode, message: string, cause?: unknown): MfaResetError {
  return new MfaResetError({ code, message, help: "", retryable: code === "throttled" || code === "unreachable" }, { cause });
}
