// Servers that attack, behind real sockets: nothing reaches another origin, and time and memory are bounded.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { MfaResetClient, MfaResetError } from "entra-mfa-reset";
import { SandboxTenant } from "entra-mfa-reset/sandbox";
import { serve, until } from "./support.js";

const ADELE = "0a000001-5c1e-4f3a-9b7d-000000000001";

const FAST = { retries: 0, retrySeconds: 1, requestSeconds: 1, verifySeconds: 1, responseBytes: 1 << 20 };
const GROUP = "0d000001-5c1e-4f3a-9b7d-000000000001";

async function failure(promise) {
  const error = await promise.then((result) => assert.fail(`resolved: ${JSON.stringify(result)}`), (thrown) => thrown);
  assert.ok(error instanceof MfaResetError, error);
  return error;
}

/** Somebody who waits for a token. Whoever connects has lost. */
async function thief(context) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return { host: `127.0.0.1:${server.address().port}`, connections: () => connections };
}

/** A server that speaks for itself: `speak` is called with the socket once the request's head is there. */
async function raw(context, speak) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.once("data", () => speak(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, open: () => sockets.size };
}

function client(graphUrl, options = {}) {
  return new MfaResetClient({ accessToken: new SandboxTenant().accessToken }, { graphUrl, limits: FAST, ...options });
}

/** A reset, the listing of a group, and a page of it, each against the same server. */
async function attempts(url) {
  const errors = [await failure(client(url).reset({ user: ADELE }))];
  errors.push(await failure(client(url).groupMembers(GROUP).next()));
  return errors.map(({ code }) => code);
}

describe("another origin gets no connection", () => {
  test("by a redirect", async (context) => {
    const other = await thief(context);
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = () => new Response(null, { status, headers: { location: `http://${other.host}/v1.0/$batch` } });
      const { url } = await serve(context, { intercept: redirect });
      assert.deepEqual(await attempts(url), ["unexpectedResponse", "unexpectedResponse"], String(status));
    }
    assert.equal(other.connections(), 0);
  });

  test("by a redirect of the sign-in service, which would carry the secret along", async (context) => {
    const other = await thief(context);
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = () => new Response(null, { status, headers: { location: `http://${other.host}/token` } });
      const { url } = await serve(context, { intercept: redirect });
      const credential = { tenantId: "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10", clientId: "6731de76-14a6-49ae-97bc-6eba6914391e", clientSecret: "not-a-real-one" };
      const signedOut = new MfaResetClient(credential, { graphUrl: url, authorityHost: url, limits: FAST });
      await failure(signedOut.status(ADELE));
    }
    assert.equal(other.connections(), 0);
  });

  test("by a redirect of a managed identity's endpoint", async (context) => {
    const other = await thief(context);
    const redirect = () => new Response(null, { status: 307, headers: { location: `http://${other.host}/token` } });
    const { url } = await serve(context, { intercept: redirect });
    const managedIdentity = { endpoint: `${url}/msi/token`, header: "not-a-real-one" };
    await failure(new MfaResetClient({ managedIdentity }, { graphUrl: url, limits: FAST }).status(ADELE));
    assert.equal(other.connections(), 0);
  });

  test("by a link to the next page, or by what else is in a batch", async (context) => {
    const other = await thief(context);
    let link = "";
    const intercept = ({ body }) => {
      const page = { value: [], id: ADELE, userPrincipalName: "adele.vance@contoso.com", "@odata.nextLink": link };
      const requests = body === "" ? undefined : JSON.parse(body).requests;
      const headers = { Location: `http://${other.host}/` };
      return Response.json(requests === undefined ? page : { responses: [...requests.map(({ id }) => ({ id, status: 200, headers, body: page })), { id: `http://${other.host}/`, status: 200 }] });
    };
    const { url, requests } = await serve(context, { intercept });
    const { host } = new URL(url);
    for (const astray of [
      `http://${other.host}/v1.0/next`,
      `http://${host}@${other.host}/v1.0/next`,
      `http://user:pass@${host}/v1.0/next`,
      `//${other.host}/v1.0/next`,
      `http://${host}\\@${other.host}/v1.0/next`,
      `http://${host}/v1.0/../../next`,
      `http://${host}/v1.0/%2e%2e/next`,
      `http://${host}/v2.0/next`,
      `http://${host}.${other.host}/v1.0/next`,
      `http://${host}/v1.0/next\r\nhost: ${other.host}`,
    ]) {
      link = astray;
      assert.equal((await failure(client(url).reset({ user: ADELE }))).code, "unexpectedResponse", astray);
      const pages = client(url).groupMembers(GROUP);
      assert.equal((await failure(pages.next())).code, "unexpectedResponse", astray);
    }
    assert.equal(other.connections(), 0);
    assert.ok(requests.every(({ path }) => path.endsWith("/$batch") || path.includes("/transitiveMembers?")), JSON.stringify(requests.map(({ path }) => path)));
  });
});

describe("time and memory are bounded", () => {
  test("by a body that drips", async (context) => {
    const { url, open } = await raw(context, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n");
      const drip = setInterval(() => socket.write(" "), 50);
      socket.on("close", () => clearInterval(drip));
    });
    const begun = Date.now();
    assert.deepEqual(await attempts(url), ["timeout", "timeout"]);
    assert.ok(Date.now() - begun < 6000, `${Date.now() - begun} ms`);
    // A connection that nobody reads is not left open.
    await until(() => open() === 0);
  });

  test("by a head that never ends", async (context) => {
    const { url } = await raw(context, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(`x-${"a".repeat(1000)}: ${"b".repeat(1000)}\r\n`));
      };
      socket.on("drain", more);
      more();
    });
    const before = process.memoryUsage().rss;
    const begun = Date.now();
    assert.deepEqual(new Set(await attempts(url)), new Set(["unreachable"]));
    assert.ok(Date.now() - begun < 6000);
    assert.ok(process.memoryUsage().rss - before < 256 << 20);
  });

  test("by a page that unpacks to a gigabyte", async (context) => {
    // Two layers, so that the bomb itself is made at once: what fetch unpacks is a gigabyte of blanks.
    const layer = gzipSync(Buffer.alloc(64 << 20, " "), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => layer));
    const { url } = await raw(context, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });
    const before = process.memoryUsage().rss;
    assert.deepEqual(await attempts(url), ["unexpectedResponse", "unexpectedResponse"]);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 256 << 20, `${grown >> 20} MiB`);
  });

  test("by JSON that is nested 100,000 levels deep", async (context) => {
    for (const body of ["[".repeat(100_000), `${'{"value":'.repeat(100_000)}1${"}".repeat(100_000)}`]) {
      const { url } = await serve(context, { intercept: () => new Response(body) });
      assert.deepEqual(await attempts(url), ["unexpectedResponse", "unexpectedResponse"]);
    }
  });

  test("by pages without end, and without anybody on them", async (context) => {
    let at = 0;
    const { url, requests } = await serve(context, {
      intercept: ({ headers }) => {
        at += 1;
        return Response.json({ value: [], "@odata.nextLink": `http://${headers.host}/v1.0/groups/${GROUP}/transitiveMembers?$skiptoken=${at}` });
      },
    });
    assert.equal((await failure(client(url).groupMembers(GROUP).next())).code, "unexpectedResponse");
    assert.ok(requests.length < 1000, `${requests.length} requests`);
  });

  test("by a body under the wrong name, whatever its type says", async (context) => {
    const page = JSON.stringify({ value: [{ "@odata.type": "#microsoft.graph.user", id: ADELE }] });
    for (const type of ["text/html", "image/png", "application/json; charset=utf-16", "nonsense"]) {
      const { url } = await serve(context, { intercept: () => new Response(page, { headers: { "content-type": type } }) });
      assert.equal((await client(url).groupMembers(GROUP).next()).value, ADELE);
      const { url: other } = await serve(context, { intercept: () => new Response("<html>", { headers: { "content-type": type } }) });
      assert.equal((await failure(client(other).groupMembers(GROUP).next())).code, "unexpectedResponse");
    }
  });
});
