import { MfaResetClient as Client } from "../client.js";
import { withEngine } from "../engine.js";
import module from "../loading/engine.source.js";

export { MfaResetError } from "../error.js";

/** In Deno, where a module needs no permission and a file does. */
export const MfaResetClient = /* @__PURE__ */ withEngine(Client, () => Promise.resolve(module));
