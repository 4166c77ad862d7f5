/** The compiled engine. */
declare const module: WebAssembly.Module;
export default module;
