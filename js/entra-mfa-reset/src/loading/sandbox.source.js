// JavaScript as it stands, since TypeScript does not know imports of sources yet.
import source module from "../../wasm/sandbox_bg.wasm";

export default module;
