/** The engine's WebAssembly, deflated, as base64. The build writes it. */
declare const base64: string;
export default base64;
