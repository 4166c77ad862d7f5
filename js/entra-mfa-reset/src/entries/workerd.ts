import { MfaResetClient as Client } from "../client.js";
import { withEngine } from "../engine.js";
import module from "../../wasm/entra_mfa_reset_bg.wasm";

export { MfaResetError } from "../error.js";

/** In workerd, which compiles no bytes and wants WebAssembly as a module. */
export const MfaResetClient = /* @__PURE__ */ withEngine(Client, () => Promise.resolve(module));
