//! Everything that must hold before a commit, the fast and likely failures first.

use crate::{
    bench, build, examples, fuzz, generate, linked, node_tests, process, reference, reproduce, service, setup, size,
    supply, wasm_test, workspace,
};
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Instant;

/// All of it; stops at the first failure.
pub fn run() -> Result<()> {
    let start = Instant::now();
    step("format", || {
        cargo("fmt --all --check").context("run `just fmt`")?;
        cargo("fmt --manifest-path fuzz/Cargo.toml --check").context("run `just fmt`")
    })?;
    step("setup", || setup::run().map(drop))?;
    step("generated files", || generate::run(true))?;
    step("lint", lint)?;
    let mut unchecked = Vec::new();
    let mut untested = Vec::new();
    step("what others wrote", || supply::run().map(|lines| unchecked = lines))?;
    step("tests of the engine and the simulated tenant", || {
        cargo("test --quiet -p entra-mfa-reset -p entra-tenant --features entra-tenant/server")?;
        cargo("test --quiet -p entra-mfa-reset-service --lib")
    })?;
    step("fuzzing, a little", fuzz::quick)?;
    step("tests of the build", || cargo("test --quiet -p xtask"))?;
    step("build", build::run)?;
    step("what is in the wasm", || linked::check(&setup::run()?))?;
    step("the same build in another folder", reproduce::against_this)?;
    step("size", size::run)?;
    step("tests of the JavaScript bindings in wasm", wasm_test::run)?;
    step("tests in wasmtime and other hosts", || cargo("test --quiet -p hosts -p example-rust-wasmtime"))?;
    step("the service in its hosts", || service::test().map(|lines| untested.extend(lines)))?;
    step("tests of the npm packages", || process::run(process::npm().arg("test").current_dir(workspace::path("js"))))?;
    step("every JavaScript runtime and bundler", || {
        setup::chromium()?;
        node_tests::run("tests/packaging").map(|lines| untested.extend(lines))
    })?;
    step("credentials of @azure/identity", || node_tests::run("tests/identity").map(|lines| untested.extend(lines)))?;
    step("the command on a terminal and in shells", || {
        node_tests::run("tests/terminal").map(|lines| untested.extend(lines))
    })?;
    step("low-code hosts", || {
        setup::chromium()?;
        setup::npm_packages("tests/n8n")?;
        for folder in ["tests/low-code", "tests/n8n"] {
            untested.extend(node_tests::run(folder)?);
        }
        Ok(())
    })?;
    step("snippets of the READMEs", || node_tests::run("tests/readme").map(|lines| untested.extend(lines)))?;
    step("tests of the examples", || examples::test().map(|lines| untested.extend(lines)))?;
    step("benchmark, whether it works", bench::quick)?;
    step("the reference", reference::run)?;
    println!("all passed in {} s", start.elapsed().as_secs());
    for line in unchecked {
        println!("but NOT CHECKED: {line}");
    }
    for line in untested {
        println!("but NOT TESTED: {line}");
    }
    Ok(())
}

/// Clippy, with warnings denied.
pub fn lint() -> Result<()> {
    // The stricter rules of crates/core/clippy.toml are for the engine itself, not for its tests, which read files and
    // clocks. So all targets are held to the common rules first.
    let everything =
        "clippy --quiet --workspace --exclude xtask --all-targets --features entra-tenant/server -- -D warnings";
    process::run(command(everything).env("CLIPPY_CONF_DIR", workspace::root()))?;
    cargo("clippy --quiet -p entra-mfa-reset --lib -- -D warnings")?;
    cargo("clippy --quiet -p xtask --all-targets -- -D warnings")
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("== {name}");
    let start = Instant::now();
    work().with_context(|| format!("{name} failed"))?;
    println!("   {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(line: &str) -> Result<()> {
    process::run(&mut command(line))
}

fn command(line: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(line.split(' ')).current_dir(workspace::root());
    command
}
