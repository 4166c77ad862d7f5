// The built page on a server of its own, with the headers that the README asks for.
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build as vite } from "vite";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** The headers of the README, word for word. */
export function headers() {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, block] = /```http\n([^`]*)```/.exec(readme);
  return block.trim().split("\n").map((line) => {
    const at = line.indexOf(": ");
    return [line.slice(0, at), line.slice(at + 2)];
  });
}

/** Builds the page into a folder of its own, so that tests can do so side by side. */
export async function build() {
  if (!existsSync(join(ROOT, "../../js/entra-mfa-reset/dist/index.js"))) {
    throw new Error("the package is not built: just build");
  }
  const folder = mkdtempSync(join(tmpdir(), "help-desk-"));
  await vite({ root: ROOT, logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** Serves it on a free port. `config` stands in for config.json; a text is sent as it is. */
export async function serve(folder, config) {
  const sent = headers();
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path));
    for (const [name, value] of sent) {
      response.setHeader(name, value);
    }
    if (path === "/config.json") {
      response.setHeader("content-type", TYPES[".json"]);
      response.end(typeof config === "string" ? config : JSON.stringify(config));
    } else if (file.startsWith(folder) && existsSync(file)) {
      response.setHeader("content-type", TYPES[extname(file)]);
      createReadStream(file).pipe(response);
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
