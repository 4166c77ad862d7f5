// A browser without any tool: the files as they are published, from a server that knows nothing of them.
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { playInPage, STRICT } from "./page.mjs";
import { MANIFEST, Project } from "./project.mjs";
import { entry } from "./targets.mjs";

const html = (scripts) => `<!doctype html><meta charset="utf-8"><title>Packaging</title>${scripts}`;
const START = `import * as scenario from "./main.mjs";\nglobalThis.run = scenario.run;\n`;

/** What a browser takes, which knows no conditions. */
function map() {
  const imports = {};
  for (const [name, target] of [[".", entry("browser")], ["./sandbox", `sandbox/${entry("browser")}`]]) {
    const path = MANIFEST.exports[name].default;
    if (!path.endsWith(`/entries/${target}.js`)) {
      throw new Error(`the default of ${name} is ${path}`);
    }
    imports[`entra-mfa-reset${name.slice(1)}`] = `/node_modules/entra-mfa-reset${path.slice(1)}`;
  }
  return imports;
}

let project;
before(async () => {
  project = await Project.install();
  project.write("start.mjs", START);
});
after(() => project.remove());

test("imports it by an import map", async () => {
  const text = JSON.stringify({ imports: map() });
  const hash = createHash("sha256").update(text).digest("base64");
  const policy = STRICT.replace("script-src", `script-src 'sha256-${hash}'`);
  await playInPage(project.folder, html(`<script type="importmap">${text}</script><script type="module" src="/start.mjs"></script>`), { policy });
});

test("imports it by its path, under a strict policy", async () => {
  const imports = map();
  project.write("by-path.mjs", `import { MfaResetClient, MfaResetError } from "${imports["entra-mfa-reset"]}";
import { SandboxTenant } from "${imports["entra-mfa-reset/sandbox"]}";
import { play } from "./scenario.mjs";
globalThis.run = (given) => play({ MfaResetClient, MfaResetError, SandboxTenant }, given);
`);
  await playInPage(project.folder, html(`<script type="module" src="/by-path.mjs"></script>`));
});
