//! The benchmarks against other ways to do the same.

use crate::{build, process, setup, workspace};
use anyhow::{Context, Result};
use std::process::Command;

/// All of it, with what the caller chooses; `docs/benchmarks.md` is written anew.
pub fn run(choices: &[&str]) -> Result<()> {
    build::run()?;
    cargo("build --quiet --release -p entra-tenant --features server")?;
    compare(&workspace::target().join("release"), choices)
}

/// A few users, once: whether it still works. What it says of time means nothing.
pub fn quick() -> Result<()> {
    cargo("build --quiet -p entra-tenant --features server")?;
    compare(&workspace::target().join("debug"), &["--quick"])
}

fn compare(tenant: &std::path::Path, choices: &[&str]) -> Result<()> {
    // What the component costs is decided in the code that wasmtime makes of it, so its host need not be optimised.
    cargo("build --quiet -p hosts --bin bulk")?;
    // @azure/identity and the SDKs, whose cold starts are compared.
    setup::npm_packages("tests")?;
    let node = process::find("node").context("Node is missing")?;
    let mut bench = Command::new(node);
    bench.arg("tests/bench/run.mjs").arg("--tenant").arg(tenant.join(program("entra-tenant")));
    bench.arg("--component-host").arg(workspace::target().join("debug").join(program("bulk")));
    process::run(bench.args(choices).current_dir(workspace::root()))
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn cargo(line: &str) -> Result<()> {
    process::run(Command::new("cargo").args(line.split(' ')).current_dir(workspace::root()))
}
