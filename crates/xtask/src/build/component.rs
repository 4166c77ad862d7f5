use super::{RECIPE, optimise};
use crate::stamp::Inputs;
use crate::workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use wit_component::ComponentEncoder;

/// Turns a core module, which carries its world in a custom section, into the component `dist/NAME.wasm`.
pub fn make(module: &Path, name: &str) -> Result<()> {
    let component = workspace::path("dist").join(name).with_extension("wasm");
    let inputs = Inputs::default().text(RECIPE).text(&optimise::recipe()?).file(module)?;
    inputs.make(&format!("component-{name}"), std::slice::from_ref(&component), || {
        // Before it becomes a component: wasm-opt knows core modules only.
        let optimised = workspace::wasm_target().join(name).with_extension("wasm");
        optimise::run(module, &optimised)?;
        let bytes = ComponentEncoder::default()
            .validate(true)
            .module(&fs::read(&optimised)?)
            .and_then(|encoder| encoder.encode())
            .context("the core module is no component")?;
        fs::create_dir_all(workspace::path("dist"))?;
        fs::write(&component, bytes)?;
        println!("built {}", workspace::shown(&component));
        Ok(())
    })?;
    Ok(())
}
