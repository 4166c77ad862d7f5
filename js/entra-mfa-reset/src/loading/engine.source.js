// JavaScript as it stands, since TypeScript does not know imports of sources yet.
import source module from "../../wasm/entra_mfa_reset_bg.wasm";

export default module;
