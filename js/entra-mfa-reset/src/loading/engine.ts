import { compile } from "#compile";

/** The compiled engine. */
export function engineModule(): Promise<WebAssembly.Module> {
  // Written out, so that bundlers find the file.
  return compile(new URL("../../wasm/entra_mfa_reset_bg.wasm", import.meta.url));
}
