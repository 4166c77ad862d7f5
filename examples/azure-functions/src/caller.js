import { settings } from "./settings.js";

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const ROLES = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

/** An answer instead of a caller. */
export class Denied extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Who calls, as Easy Auth tells it in headers; the platform drops such headers from outside, but only while Easy Auth is
 * on. With function keys the host has looked at the key, and the caller has no name.
 */
export function callerOf(request) {
  if (settings.authorize === "functionKey") {
    return { name: "function key" };
  }
  if (process.env.WEBSITE_AUTH_ENABLED !== "True") {
    throw new Denied(500, "AUTHORIZE says easyAuth, and the platform says that it is off.");
  }
  const claims = claimsOf(request.headers);
  const value = (type) => claims.find(({ typ }) => typ === type)?.val;
  const id = value(OBJECT_ID) ?? value("oid");
  if (id === undefined) {
    throw new Denied(401, "The caller is not signed in with Entra ID.");
  }
  if (!claims.some(({ typ, val }) => ROLES.includes(typ) && val === settings.callerRole)) {
    throw new Denied(403, "The caller does not have the role that CALLER_ROLE names.");
  }
  return { id, name: value("preferred_username") ?? value("azp") ?? value("appid") ?? id };
}

function claimsOf(headers) {
  try {
    const principal = JSON.parse(Buffer.from(headers.get("x-ms-client-principal") ?? "", "base64").toString("utf8"));
    return headers.get("x-ms-client-principal-idp") === "aad" && Array.isArray(principal.claims) ? principal.claims : [];
  } catch {
    return [];
  }
}
