import base64 from "../../loading/sandbox.inline.js";
import { compile } from "../../loading/inflate.js";
import { SandboxTenant as Tenant, withFile } from "../../sandbox.js";

/** Anywhere: the WebAssembly is inside the JavaScript, where no bundler loses it. */
export const SandboxTenant = /* @__PURE__ */ withFile(Tenant, () => compile(base64));
