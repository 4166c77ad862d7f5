use super::{RECIPE, optimise};
use crate::stamp::Inputs;
use crate::workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Writes the JavaScript, the types and the optimised wasm of one crate into the npm package.
pub fn make(module: &Path, name: &str) -> Result<()> {
    let folder = workspace::path("js/entra-mfa-reset/wasm");
    let wasm = folder.join(format!("{name}_bg.wasm"));
    let outputs = [wasm.clone(), folder.join(format!("{name}.js")), folder.join(format!("{name}.d.ts"))];
    let inputs = Inputs::default().text(RECIPE).text(&optimise::recipe()?).file(module)?;
    inputs.make(name, &outputs, || {
        let raw = workspace::wasm_target().join("bindgen").join(name);
        Bindgen::new()
            .input_path(module)
            .out_name(name)
            .web(true)?
            .typescript(true)
            .omit_default_module_path(true)
            .remove_producers_section(true)
            .generate(&raw)
            .with_context(|| format!("wasm-bindgen refuses {}", module.display()))?;
        fs::create_dir_all(&folder)?;
        for end in [".js", ".d.ts", "_bg.wasm.d.ts"] {
            let file = format!("{name}{end}");
            fs::copy(raw.join(&file), folder.join(&file))?;
        }
        // After wasm-bindgen, which reads what wasm-opt would throw away.
        optimise::run(&raw.join(format!("{name}_bg.wasm")), &wasm)?;
        println!("built {}", workspace::shown(&wasm));
        Ok(())
    })?;
    Ok(())
}
