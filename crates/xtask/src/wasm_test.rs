//! The tests of the JavaScript bindings, compiled to wasm and run in Node.
//!
//! wasm-bindgen's own runner drives browsers too, and takes minutes to compile for that; Node needs twenty lines.

use crate::{build, setup, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wasm_bindgen_cli_support::Bindgen;

const RUN: &str = include_str!("wasm_test/run.cjs");

/// Runs them.
pub fn run() -> Result<()> {
    let mut count = 0;
    for program in compile()? {
        count += execute(&program).with_context(|| format!("{} failed", workspace::shown(&program)))?;
    }
    if count == 0 {
        bail!("no wasm test was found; crates/js/tests has some");
    }
    println!("{count} tests passed in Node");
    Ok(())
}

/// The test programs.
fn compile() -> Result<Vec<PathBuf>> {
    // A test program unwinds and has a harness, which the products have not.
    let mut cargo = setup::run()?.cargo("test", "std,panic_abort,panic_unwind,test")?;
    cargo.args(["--tests", "--no-run", "--message-format=json-render-diagnostics", "--quiet"]);
    for name in [build::JS, build::SANDBOX] {
        cargo.args(["--package", name]);
    }
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the wasm tests do not compile");
    }
    let messages = String::from_utf8(output.stdout).context("cargo's messages are no text")?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(messages
        .filter(|message| message["profile"]["test"] == true)
        .filter_map(|message| Some(message["executable"].as_str()?.into()))
        .collect())
}

/// Runs one; the number of its tests.
fn execute(program: &Path) -> Result<usize> {
    let folder = workspace::wasm_target().join("tests").join(program.file_stem().unwrap_or_default());
    Bindgen::new()
        .input_path(program)
        .out_name("tests")
        .nodejs(true)?
        .export_wasm(true)
        .emit_start(false)
        .typescript(false)
        .generate(&folder)?;
    let script = folder.join("run.cjs");
    fs::write(&script, RUN)?;
    let output =
        Command::new("node").arg(&script).stderr(Stdio::inherit()).output().context("Node could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        print!("{text}");
        bail!("Node ended with {}", output.status);
    }
    text.lines().last().and_then(|line| line.parse().ok()).context("the tests ended before their time")
}
