import { compile } from "../../loading/fetch.js";
import { SandboxTenant as Tenant, withFile } from "../../sandbox.js";

/** In browsers, and wherever else `fetch` reaches the file. */
export const SandboxTenant = /* @__PURE__ */ withFile(Tenant, () => compile(new URL("../../../wasm/sandbox_bg.wasm", import.meta.url)));
