// Microsoft's own addresses, answered on this machine: Graph by the simulated tenant's server, and the sign-in service
// by as much of OAuth as a browser needs. MSAL and the page are the ones that users get.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";

const TENANT = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
const CLIENT = "9d5f0b0e-7a45-4c0e-8f43-0f6a2f1f7c11";
const AGENT = "5f0e8a1c-93d4-4c1e-9d1b-7c2b8a5e4f10";
export const AUTHENTICATION_ADMINISTRATOR = "c4e39bd9-1100-46d3-8c65-fb160da0071f";

export const CONFIG = { tenantId: TENANT, clientId: CLIENT, cloud: "global", protect: [], passMinutes: 60 };
/** What the README asks for. */
export const SCOPES = "User.ReadBasic.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Puts both into a tab. What the next tokens are like, and whether the network is there, can be changed at any time. */
export async function routeEntra(context, tenant) {
  const entra = new Entra(tenant);
  await context.route("https://login.microsoftonline.com/**", (route) => entra.login(route));
  await context.route("https://graph.microsoft.com/**", (route) => entra.graph(route));
  return entra;
}

class Entra {
  /** Claims of the tokens, over those of a help desk. */
  claims = {};
  offline = false;
  /** No refresh any more: only a person can sign in. */
  refreshes = true;
  /** Refuses who signs in: an error of the sign-in service. */
  refuses = undefined;
  signIns = 0;
  tokenRequests = 0;
  /** Called when a request to Graph has been answered. */
  after = () => undefined;
  #revoked = new Set();
  #minted = [];
  #tenant;
  #codes = new Map();

  constructor(tenant) {
    this.#tenant = tenant;
  }

  /** The tenant takes no token any more that was handed out so far. */
  revoke() {
    this.#minted.forEach((token) => this.#revoked.add(token));
  }

  async login(route) {
    const request = route.request();
    const url = new URL(request.url());
    if (url.pathname === `/${TENANT}/oauth2/v2.0/authorize`) {
      return this.#authorize(route, url.searchParams);
    }
    if (url.pathname === `/${TENANT}/oauth2/v2.0/token`) {
      return this.offline ? route.abort("internetdisconnected") : this.#token(route, new URLSearchParams(request.postData()));
    }
    throw new Error(`the page asks the sign-in service for ${request.method()} ${url.pathname}`);
  }

  /** A person has typed a password and approved. */
  async #authorize(route, asked) {
    assert.equal(asked.get("client_id"), CLIENT);
    assert.equal(asked.get("response_type"), "code");
    assert.equal(asked.get("code_challenge_method"), "S256");
    assert.ok(asked.get("scope").split(" ").includes("https://graph.microsoft.com/.default"));
    const code = randomUUID();
    this.#codes.set(code, { nonce: asked.get("nonce"), challenge: asked.get("code_challenge") });
    const answer = this.refuses === undefined ? { code, client_info: part({ uid: AGENT, utid: TENANT }) } : this.refuses;
    const location = `${asked.get("redirect_uri")}#${new URLSearchParams({ ...answer, state: asked.get("state") })}`;
    this.signIns += 1;
    // Not a redirect: the browser would answer it itself.
    await route.fulfill({
      contentType: "text/html",
      headers: { "cross-origin-opener-policy": "same-origin-allow-popups" },
      body: `<script>location.replace(${JSON.stringify(location)})</script>`,
    });
  }

  async #token(route, form) {
    const headers = { "access-control-allow-origin": "*" };
    const refresh = form.get("grant_type") === "refresh_token";
    this.tokenRequests += 1;
    if (refresh && !this.refreshes) {
      const body = { error: "invalid_grant", suberror: "token_expired", error_description: "AADSTS700084: The refresh token has expired." };
      return route.fulfill({ status: 400, headers, json: body });
    }
    const { nonce, challenge } = this.#codes.get(form.get("code")) ?? {};
    if (!refresh) {
      assert.equal(createHash("sha256").update(form.get("code_verifier")).digest("base64url"), challenge);
    }
    const seconds = Math.floor(Date.now() / 1000);
    const identity = { aud: CLIENT, iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, iat: seconds, nbf: seconds, exp: seconds + 3600, nonce, oid: AGENT, sub: AGENT, tid: TENANT, preferred_username: "desk@contoso.com", name: "Desk", ver: "2.0" };
    const accessToken = await this.#tenant.token({
      idtyp: "user",
      scp: SCOPES,
      oid: AGENT,
      wids: AUTHENTICATION_ADMINISTRATOR,
      appid: CLIENT,
      uti: randomUUID(),
      ...this.claims,
    });
    this.#minted.push(`Bearer ${accessToken}`);
    await route.fulfill({
      headers,
      json: {
        token_type: "Bearer",
        // The sign-in service names what was asked for beside what it stands for.
        scope: [...SCOPES.split(" ").map((name) => `https://graph.microsoft.com/${name}`), "https://graph.microsoft.com/.default"].join(" "),
        expires_in: 3600,
        ext_expires_in: 3600,
        access_token: accessToken,
        refresh_token: randomUUID(),
        id_token: `${part({ alg: "RS256", typ: "JWT" })}.${part(identity)}.${part("unsigned")}`,
        client_info: part({ uid: AGENT, utid: TENANT }),
      },
    });
  }

  async graph(route) {
    const request = route.request();
    if (this.offline) {
      return route.abort("internetdisconnected");
    }
    const url = new URL(request.url());
    const headers = { "access-control-allow-origin": "*" };
    const { "content-type": type, authorization, ...rest } = request.headers();
    const passed = Object.fromEntries(Object.entries(rest).filter(([name]) => name === "consistencylevel" || name === "client-request-id"));
    const answer = await fetch(`${this.#tenant.url}${url.pathname}${url.search}`, {
      method: request.method(),
      headers: { ...passed, ...(type === undefined ? {} : { "content-type": type }), authorization: this.#revoked.has(authorization) ? `${authorization}x` : authorization },
      ...(request.postDataBuffer() === null ? {} : { body: request.postDataBuffer() }),
    }).catch(() => undefined);
    if (answer === undefined) {
      return route.abort("connectionreset");
    }
    const body = Buffer.from(await answer.arrayBuffer().catch(() => new ArrayBuffer(0)));
    this.after(request);
    await route.fulfill({ status: answer.status, headers: { ...Object.fromEntries(answer.headers), ...headers }, body });
  }
}
