/** The compiled sandbox. */
declare const module: WebAssembly.Module;
export default module;
