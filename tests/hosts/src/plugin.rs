//! The artifact under test.

use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The repository's root.
pub fn root() -> &'static Path {
    // tests/hosts lies two folders below it.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Where the build puts the component; `ENTRA_MFA_RESET_COMPONENT` names another.
pub fn path() -> PathBuf {
    std::env::var_os("ENTRA_MFA_RESET_COMPONENT")
        .map_or_else(|| root().join("dist/entra-mfa-reset.wasm"), PathBuf::from)
}

/// The compiled component. Compiling takes a second or two, so a process does it once.
///
/// # Errors
/// When it has not been built.
pub fn load() -> Result<(&'static Engine, &'static Component)> {
    static COMPILED: LazyLock<Result<(Engine, Component), String>> = LazyLock::new(|| {
        let path = path();
        if !path.exists() {
            return Err(format!("{} does not exist; run `just build` first", path.display()));
        }
        let engine = Engine::default();
        let component = Component::from_file(&engine, &path).map_err(|error| format!("{error:#}"))?;
        Ok((engine, component))
    });
    match &*COMPILED {
        Ok((engine, component)) => Ok((engine, component)),
        Err(sentence) => Err(anyhow::anyhow!("{sentence}")),
    }
}

/// What the component imports, in order.
///
/// # Errors
/// As [`load`].
pub fn imports() -> Result<Vec<String>> {
    let (engine, component) = load()?;
    let mut names: Vec<String> = component.component_type().imports(engine).map(|(name, _)| name.to_owned()).collect();
    names.sort_unstable();
    Ok(names)
}
