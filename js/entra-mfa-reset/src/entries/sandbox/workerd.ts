import module from "../../../wasm/sandbox_bg.wasm";
import { SandboxTenant as Tenant, withFile } from "../../sandbox.js";

/** In workerd, which compiles no bytes and wants WebAssembly as a module. */
export const SandboxTenant = /* @__PURE__ */ withFile(Tenant, () => Promise.resolve(module));
