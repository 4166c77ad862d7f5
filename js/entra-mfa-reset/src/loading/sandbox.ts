import { compile } from "#compile";

/** The compiled sandbox. */
export function sandboxModule(): Promise<WebAssembly.Module> {
  // Written out, so that bundlers find the file.
  return compile(new URL("../../wasm/sandbox_bg.wasm", import.meta.url));
}
