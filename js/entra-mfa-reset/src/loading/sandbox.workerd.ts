import module from "../../wasm/sandbox_bg.wasm";

/** The compiled sandbox: workerd compiles no bytes, it wants WebAssembly as a module. */
export function sandboxModule(): Promise<WebAssembly.Module> {
  return Promise.resolve(module);
}
