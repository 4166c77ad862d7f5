import { MfaResetClient as Client } from "../client.js";
import { withEngine } from "../engine.js";
import base64 from "../loading/engine.inline.js";
import { compile } from "../loading/inflate.js";

export { MfaResetError } from "../error.js";

/** Anywhere: the engine is inside the JavaScript, where no bundler loses it. */
export const MfaResetClient = /* @__PURE__ */ withEngine(Client, () => compile(base64));
