import { MfaResetClient as Client } from "../client.js";
import { withEngine } from "../engine.js";
import { compile } from "../loading/file.js";

export { MfaResetError } from "../error.js";

/** In Node and Bun, which read the file. */
export const MfaResetClient = /* @__PURE__ */ withEngine(Client, () => compile(new URL("../../wasm/entra_mfa_reset_bg.wasm", import.meta.url)));
