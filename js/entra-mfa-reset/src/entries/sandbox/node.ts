import { compile } from "../../loading/file.js";
import { SandboxTenant as Tenant, withFile } from "../../sandbox.js";

/** In Node and Bun, which read the file. */
export const SandboxTenant = /* @__PURE__ */ withFile(Tenant, () => compile(new URL("../../../wasm/sandbox_bg.wasm", import.meta.url)));
