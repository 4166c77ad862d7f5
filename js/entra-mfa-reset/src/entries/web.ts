import { MfaResetClient as Client } from "../client.js";
import { withEngine } from "../engine.js";
import { compile } from "../loading/fetch.js";

export { MfaResetError } from "../error.js";

/** In browsers, and wherever else `fetch` reaches the file. */
export const MfaResetClient = /* @__PURE__ */ withEngine(Client, () => compile(new URL("../../wasm/entra_mfa_reset_bg.wasm", import.meta.url)));
