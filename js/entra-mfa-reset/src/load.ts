import * as glue from "../wasm/entra_mfa_reset.js";
import { engineModule } from "#engine";

export type { Client as WasmClient, Engine } from "../wasm/entra_mfa_reset.js";

let loaded: Promise<typeof glue> | undefined;

/**
 * The engine, loaded by whoever needs it first.
 *
 * @internal
 */
export function load(): Promise<typeof glue> {
  loaded ??= engineModule().then(
    (module) => {
      glue.initSync({ module });
      return glue;
    },
    (error: unknown) => {
      // The next call tries again.
      loaded = undefined;
      throw error;
    },
  );
  return loaded;
}
