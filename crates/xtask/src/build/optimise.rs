use crate::{process, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Exactly what rustc emits for this target and every runtime accepts. `--all-features` would let wasm-opt write
/// encodings that wasmtime, jco and Node refuse.
const FLAGS: [&str; 11] = [
    "-Oz",
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--strip-producers",
];

/// Makes a core module small.
pub fn run(from: &Path, to: &Path) -> Result<()> {
    process::run_quietly(
        Command::new("node")
            .arg(workspace::path("js/node_modules/binaryen/bin/wasm-opt"))
            .args(FLAGS)
            .arg(from)
            .arg("-o")
            .arg(to),
    )
}

/// Version and flags, for stamps.
pub fn recipe() -> Result<String> {
    let manifest = workspace::path("js/node_modules/binaryen/package.json");
    let manifest =
        fs::read_to_string(&manifest).context("the npm package binaryen is missing: js/package.json must name it")?;
    Ok(format!("{manifest}{}", FLAGS.join(" ")))
}
