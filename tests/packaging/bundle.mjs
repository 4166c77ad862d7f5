// How each bundler is called: with no setting but what it needs for the platform.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { js, tests } from "./project.mjs";

/** What a bundler makes for a platform: a folder of ES modules, with the entry `main.js`. */
export const BUNDLERS = {
  async esbuild(project, { input, out, platform, loader = {} }) {
    const { build } = js("esbuild");
    const options = { bundle: true, format: "esm", platform, loader, minify: true, logLevel: "error", publicPath: `/${out}` };
    await build({ ...options, absWorkingDir: project.folder, entryPoints: { main: input }, outdir: out });
  },

  async rollup(project, { input, out, platform }) {
    const { rollup } = tests("rollup");
    const { nodeResolve } = tests("@rollup/plugin-node-resolve");
    const plugins = [nodeResolve({ browser: platform === "browser", exportConditions: platform === "node" ? ["node"] : [] })];
    const onwarn = ({ message }) => {
      throw new Error(message);
    };
    const bundle = await rollup({ input: project.path(input), plugins, onwarn });
    await bundle.write({ dir: project.path(out), entryFileNames: "main.js", format: "es" });
    await bundle.close();
  },

  async vite(project, { input, out, platform }) {
    const { build } = await import(pathToFileURL(tests.resolve("vite")).href);
    const node = platform === "node";
    await build({
      root: project.folder,
      base: `/${out}/`,
      configFile: false,
      logLevel: "error",
      ...(node && { ssr: { noExternal: true } }),
      build: {
        ssr: node,
        outDir: out,
        emptyOutDir: false,
        rollupOptions: { input: project.path(input), preserveEntrySignatures: "strict", output: { entryFileNames: "main.js" } },
      },
    });
  },

  async webpack(project, { input, out, platform }) {
    const webpack = tests("webpack");
    const compiler = webpack({
      mode: "production",
      context: project.folder,
      entry: { main: `./${input}` },
      target: platform === "node" ? "node20" : "web",
      experiments: { outputModule: true },
      // It warns of every program of more than 244 KiB.
      performance: { hints: false },
      output: { path: project.path(out), filename: "main.js", module: true, library: { type: "module" }, publicPath: `/${out}/` },
    });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, done) => compiler.close((closing) => (error ?? closing ? reject(error ?? closing) : resolve(done))));
    });
    if (stats.hasErrors() || stats.hasWarnings()) {
      throw new Error(stats.toString("errors-warnings"));
    }
  },
};

/** Bundles it, and lists what came of it. */
export async function bundle(project, name, options) {
  await BUNDLERS[name](project, options);
  const folder = project.path(options.out);
  // So that Node takes it for what it is, wherever it lies.
  writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "package.json")
    .map((entry) => entry.name);
}
