import { subscribe } from "node:diagnostics_channel";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Where the sign-in service and Graph are: one server for both. */
export const [, , url] = process.argv;
export const USER = "adele.vance@contoso.com";
export const SCOPE = "https://graph.microsoft.com/.default";
/** The application that signs in. */
export const TENANT = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
export const APP = "6731de76-14a6-49ae-97bc-6eba6914391e";
export const SECRET = "bench-secret";
/** MSAL asks Microsoft about a sign-in service that it does not know, unless it is told not to. */
export const AUTHORITY = { authorityHost: url, disableInstanceDiscovery: true };

/** What our package is imported from. */
export function ours() {
  return pathToFileURL(createRequire(`${process.env.BENCH_OURS}/package.json`).resolve("entra-mfa-reset")).href;
}

/** Says that the import begins: what is measured counts from here. */
export function begin() {
  say("begin");
}

/** Says that a request is Node's now. The first one counts. */
export function handed() {
  say("handed");
}

/** `fetch` as ours gets it. */
export function handing(address, init) {
  handed();
  return fetch(address, init);
}

// Of those who use node:https, Node says it.
subscribe("http.client.request.start", handed);

function say(what) {
  console.log(JSON.stringify({ [what]: performance.timeOrigin + performance.now() }));
}
