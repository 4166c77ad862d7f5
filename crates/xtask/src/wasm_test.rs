//! The tests of the JavaScript bindings, compiled to wasm and run in Node.

use crate::{build, process, setup, workspace};
use anyhow::Result;
use std::process::Command;

const RUNNER: &str = "wasm-test-runner";

/// Runs them.
pub fn run() -> Result<()> {
    let toolchain = setup::run()?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--quiet", "-p", "xtask", "--features", RUNNER, "--bin", RUNNER])
        .current_dir(workspace::root());
    process::run(&mut cargo)?;
    let runner = workspace::target().join("debug").join(RUNNER).with_extension(std::env::consts::EXE_EXTENSION);

    // A test program unwinds and has a harness, which the products have not.
    let mut cargo = toolchain.cargo("test", "std,panic_abort,panic_unwind,test")?;
    cargo.args(["--quiet", "--tests"]).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    for name in [build::JS, build::SANDBOX] {
        cargo.args(["--package", name]);
    }
    process::run(&mut cargo)
}
