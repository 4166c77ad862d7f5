import module from "../../loading/sandbox.source.js";
import { SandboxTenant as Tenant, withFile } from "../../sandbox.js";

/** In Deno, where a module needs no permission and a file does. */
export const SandboxTenant = /* @__PURE__ */ withFile(Tenant, () => Promise.resolve(module));
