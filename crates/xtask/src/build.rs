//! The artifacts.
//!
//! | crate                      | becomes                                                                              |
//! |----------------------------|--------------------------------------------------------------------------------------|
//! | entra-mfa-reset-component  | `dist/entra-mfa-reset.wasm`, a WASI 0.2 component                                     |
//! | entra-mfa-reset-service    | `dist/entra-mfa-reset-service.wasm`, one that answers HTTP                             |
//! | the same, with its feature | `dist/entra-mfa-reset-service-env.wasm`, the same with settings                        |
//! | entra-mfa-reset-js         | `js/entra-mfa-reset/wasm/entra_mfa_reset.{js,d.ts}`, `entra_mfa_reset_bg.wasm{,.d.ts}` |
//! | entra-mfa-reset-sandbox    | `js/entra-mfa-reset/wasm/sandbox.{js,d.ts}`, `sandbox_bg.wasm{,.d.ts}`                  |
//!
//! The JavaScript is wasm-bindgen's target `web`, without a default path: the package's own code hands the bytes or
//! the compiled module to `initSync({ module })`. Then `npm run build` of js/entra-mfa-reset compiles the TypeScript,
//! and `npm pack` makes `dist/entra-mfa-reset.tgz` of it; the packages for low-code hosts are made of that. Beside each
//! lies what is in it (`*.cdx.json`), and `dist/SHA256SUMS`.

mod bindgen;
mod component;
mod optimise;
mod package;

use crate::{process, sbom, setup, sums, workspace};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// The WASI component.
pub const COMPONENT: &str = "entra-mfa-reset-component";
/// The WASI component that answers HTTP.
pub const SERVICE: &str = "entra-mfa-reset-service";
/// The JavaScript bindings of the engine.
pub const JS: &str = "entra-mfa-reset-js";
/// The JavaScript bindings of the simulated tenant.
pub const SANDBOX: &str = "entra-mfa-reset-sandbox";

/// What becomes wasm, in one build.
pub const PACKAGES: [&str; 4] = [COMPONENT, SERVICE, JS, SANDBOX];

/// The components: the file in dist/ without its ending, and the package.
pub const COMPONENTS: [(&str, &str); 3] = [
    ("entra-mfa-reset", COMPONENT),
    ("entra-mfa-reset-service", SERVICE),
    // The same crates, and two imports more.
    ("entra-mfa-reset-service-env", SERVICE),
];

/// Part of every stamp: what this program does to a file changes with its dependencies.
const RECIPE: &str = concat!(env!("CARGO_PKG_VERSION"), " wasm-bindgen 0.2.130, wit-component 0.263");

/// Builds what is out of date.
pub fn run() -> Result<()> {
    let toolchain = setup::run()?;
    fs::create_dir_all(workspace::path(".setup"))?;
    let lock = fs::File::create(workspace::path(".setup/lock"))?;
    lock.lock()?;

    if !compiled(COMPONENT).exists() {
        eprintln!("build: compiling to wasm for the first time, which takes some minutes");
    }
    let mut cargo = toolchain.cargo("build", "std,panic_abort")?;
    cargo.args(["--release", "--quiet"]);
    for name in PACKAGES {
        cargo.args(["--package", name]);
    }
    process::run(&mut cargo)?;

    component::make(&compiled(COMPONENT), "entra-mfa-reset")?;
    component::make(&compiled(SERVICE), "entra-mfa-reset-service")?;
    bindgen::make(&compiled(JS), "entra_mfa_reset")?;
    bindgen::make(&compiled(SANDBOX), "sandbox")?;

    let mut cargo = toolchain.cargo("build", "std,panic_abort")?;
    cargo.args(["--release", "--quiet", "--package", SERVICE, "--features", "environment"]);
    process::run(&mut cargo)?;
    component::make(&compiled(SERVICE), "entra-mfa-reset-service-env")?;

    sbom::write(&toolchain)?;
    package::make()?;
    sums::write()
}

fn compiled(name: &str) -> PathBuf {
    workspace::wasm_target().join("wasm32-unknown-unknown/release").join(name.replace('-', "_")).with_extension("wasm")
}
