import module from "../../wasm/entra_mfa_reset_bg.wasm";

/** The compiled engine: workerd compiles no bytes, it wants WebAssembly as a module. */
export function engineModule(): Promise<WebAssembly.Module> {
  return Promise.resolve(module);
}
