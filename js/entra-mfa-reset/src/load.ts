import * as glue from "../wasm/entra_mfa_reset.js";
import { engineModule } from "#engine";
import { once } from "./loading/once.js";

export type { Client as WasmClient, Engine } from "../wasm/entra_mfa_reset.js";

/**
 * The engine.
 *
 * @internal
 */
export const load = /* @__PURE__ */ once(glue, engineModule);
