//! The artifacts under test.

use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The repository's root.
pub fn root() -> &'static Path {
    // tests/hosts lies two folders below it.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// The library; `ENTRA_MFA_RESET_COMPONENT` names another file.
pub static PLUGIN: Artifact = Artifact::new("dist/entra-mfa-reset.wasm", Some("ENTRA_MFA_RESET_COMPONENT"));
/// The service.
pub static SERVICE: Artifact = Artifact::new("dist/entra-mfa-reset-service.wasm", None);
/// The service that is set up with environment variables.
pub static SERVICE_ENV: Artifact = Artifact::new("dist/entra-mfa-reset-service-env.wasm", None);

/// A component that the build makes.
pub struct Artifact {
    file: &'static str,
    variable: Option<&'static str>,
    compiled: OnceLock<Result<(Engine, Component), String>>,
}

impl Artifact {
    const fn new(file: &'static str, variable: Option<&'static str>) -> Self {
        Artifact { file, variable, compiled: OnceLock::new() }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.variable.and_then(std::env::var_os).map_or_else(|| root().join(self.file), PathBuf::from)
    }

    /// The compiled component. Compiling takes a second or two, so a process does it once.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn load(&self) -> Result<(&Engine, &Component)> {
        let compile = || {
            let path = self.path();
            if !path.exists() {
                return Err(format!("{} does not exist; run `just build` first", path.display()));
            }
            let engine = Engine::default();
            let component = Component::from_file(&engine, &path).map_err(|error| format!("{error:#}"))?;
            Ok((engine, component))
        };
        match self.compiled.get_or_init(compile) {
            Ok((engine, component)) => Ok((engine, component)),
            Err(sentence) => Err(anyhow::anyhow!("{sentence}")),
        }
    }

    /// What it imports, in order.
    ///
    /// # Errors
    /// As [`Artifact::load`].
    pub fn imports(&self) -> Result<Vec<String>> {
        let (engine, component) = self.load()?;
        let names = component.component_type();
        let mut names: Vec<String> = names.imports(engine).map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        Ok(names)
    }
}
