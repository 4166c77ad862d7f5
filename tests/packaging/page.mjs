// Pages in a real Chromium, from a server that also stands in the way to the tenant, so that all is one origin.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { launchChromium } from "../support/chromium.mjs";
import { played } from "./played.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/**
 * Opens a page of a folder, has it play the scenario by its global `run`, and expects no violation of the policy and
 * nothing on the console.
 *
 * @param {string} folder
 * @param {string} html
 * @param {{ policy?: string }} options
 */
export async function playInPage(folder, html, { policy = STRICT } = {}) {
  await played(async ({ graphUrl, accessToken }) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url, "http://127.0.0.1");
      if (/^\/(v1\.0|beta)\//.test(url.pathname)) {
        void forward(request, response, graphUrl + request.url);
      } else if (url.pathname === "/") {
        response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(html);
      } else {
        file(response, join(folder, normalize(decodeURIComponent(url.pathname))));
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const origin = `http://127.0.0.1:${server.address().port}`;
    try {
      return await visit(origin, { graphUrl: origin, accessToken });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

/** Opens a page, and has it play. */
export async function visit(url, given) {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const complaints = [];
    // Of a policy's violation, too, Chromium tells the console. That a request is refused with 401 is what is tested.
    page.on("console", (message) => message.type() === "error" && !/status of 401/.test(message.text()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
    await page.waitForFunction(() => "run" in globalThis, undefined, { timeout: 20_000 }).catch(() => {
      throw new Error(`the page did not start: ${complaints.join("; ")}`);
    });
    const facts = await page.evaluate((all) => globalThis.run(all), given);
    assert.deepEqual(complaints, []);
    return facts;
  } finally {
    await browser.close();
  }
}

function file(response, path) {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(path.endsWith("favicon.ico") ? 204 : 404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}

async function forward(request, response, to) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { authorization, "content-type": type } = request.headers;
  const headers = { ...(authorization && { authorization }), ...(type && { "content-type": type }) };
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  const answer = await fetch(to, { method: request.method, headers, body });
  const text = await answer.text();
  const kept = ["content-type", "retry-after", "www-authenticate", "request-id"].filter((name) => answer.headers.has(name));
  response.writeHead(answer.status, Object.fromEntries(kept.map((name) => [name, answer.headers.get(name)]))).end(text);
}
