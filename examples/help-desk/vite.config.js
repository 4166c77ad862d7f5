import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

/** The policy of the page. `frame-ancestors` counts only in a header; the README has the whole of it. */
const POLICY = readFileSync(new URL("./content-security-policy.txt", import.meta.url), "utf8").trim().split("\n").join("; ");

export default defineConfig({
  // Any folder of any host.
  base: "./",
  build: {
    target: "es2022",
    // A polyfill would be an inline script, and an inlined asset a data: address; the policy has neither.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: { page: "index.html", "signed-in": "signed-in.html" } },
  },
  plugins: [
    {
      name: "content-security-policy",
      apply: "build",
      transformIndexHtml: {
        order: "post",
        handler: () => [
          { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
        ],
      },
    },
  ],
});
