// Where the package is tested, and which of its entries a plain import takes there. The READMEs' table is made of this.
import { NODES, runtime } from "../support/runtimes.mjs";
import { js, tests } from "./project.mjs";

const HOW = {
  node: "is read from its file",
  deno: "is a module, which needs no `--allow-read`",
  workerd: "is a module",
  web: "is fetched from beside the JavaScript",
  inline: "is inside the bundle",
};

const runtimes = (...names) => names.map((name) => runtime(name).version.split(/[.-]/)[0]);

/** The major version, and the minor one before the first major. */
function bundler(from, name) {
  const [major, minor] = from(`${name}/package.json`).version.split(".");
  return [major === "0" ? `0.${minor}` : major];
}

const TARGETS = {
  node: { title: "Node.js, by `import` and `require()`", versions: runtimes(...NODES.map((major) => `node${major}`)), entry: "node" },
  deno: { title: "Deno", versions: runtimes("deno"), entry: "deno" },
  bun: { title: "Bun", versions: runtimes("bun"), entry: "node" },
  workerd: { title: "workerd (Cloudflare Workers)", versions: runtimes("workerd"), entry: "workerd" },
  browser: { title: "Browsers without a bundler (Chromium)", versions: ["the system's"], entry: "web" },
  esbuild: { title: "esbuild, for browsers and for Node", versions: bundler(js, "esbuild"), entry: "inline", file: "bundlers" },
  rollup: { title: "Rollup, for browsers and for Node", versions: bundler(tests, "rollup"), entry: "inline", file: "bundlers" },
  vite: { title: "Vite, for browsers and for Node", versions: bundler(tests, "vite"), entry: "inline", file: "bundlers" },
  webpack: { title: "webpack, for browsers and for Node", versions: bundler(tests, "webpack"), entry: "inline", file: "bundlers" },
};

/** The entry that a plain import must take. */
export function entry(name) {
  return TARGETS[name].entry;
}

/** The table as the READMEs have it. */
export function table() {
  const rows = Object.entries(TARGETS).map(([name, { title, versions, entry: taken, file = name }]) =>
    `| ${title} | ${versions.join(", ")} | ${HOW[taken]} | \`${file}.test.mjs\` |`);
  return ["| where | versions | the engine | tested by |", "|---|---|---|---|", ...rows].join("\n");
}
