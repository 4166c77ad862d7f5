//! Everything that the `justfile` does beyond calling cargo and npm. `cargo run -p xtask -- help` lists it.
#![forbid(unsafe_code)]

mod bench;
mod build;
mod check;
mod demo;
#[cfg(test)]
mod dependencies;
mod examples;
mod fuzz;
mod generate;
mod linked;
mod node_tests;
mod process;
mod reference;
mod reproduce;
mod sbom;
mod service;
mod setup;
mod size;
mod stamp;
mod sums;
mod supply;
mod toolchain;
mod wasm_test;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo run -p xtask -- TASK

  setup        the wasm target and the npm packages; says and does nothing when both are there
  build        the artifacts in dist/: the components and the npm package
  demo         a reset against the simulated tenant, in wasmtime and in Node
  test         everything that must hold before a commit
  bench        other ways to do the same, side by side; takes half an hour, and its choices are those of
               tests/bench/run.mjs (--quick, --slow, --memory, --only ID,ID)
  examples     the tests of the examples
  fuzz         libFuzzer against the engine: [TARGET] [SECONDS], or TARGET FILE to play one input again
  supply       licences, bans, sources and known holes of what others wrote
  linked       whether all that is linked into the wasm is known
  reproduce    two builds in two folders, and whether they are the same; with --against-dist, one of them is
               what `build` made
  size         what the artifacts weigh; fails when one is over its budget
  gen          the JSON Schema, the OpenAPI and the TypeScript types, and a look at the WIT; with --check, only says what is stale
  lint         clippy, with warnings denied
  docs         the reference of the npm package, the crates and the WIT, with warnings denied: target/reference
  wasm-test    the tests of the JavaScript bindings, in wasm
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["setup"] => setup::run().map(drop),
        ["build"] => build::run(),
        ["demo"] => demo::run(),
        ["test"] => check::run(),
        ["bench", choices @ ..] => bench::run(choices),
        ["examples"] => examples::test().map(drop),
        ["fuzz", choices @ ..] => fuzz::run(choices),
        ["supply"] => supply::run().map(drop),
        ["linked"] => linked::check(&setup::run()?),
        ["reproduce", "--against-dist"] => reproduce::against_this(),
        ["reproduce"] => reproduce::run(),
        ["size"] => size::run(),
        ["gen"] => generate::run(false),
        ["gen", "--check"] => generate::run(true),
        ["lint"] => check::lint(),
        ["docs"] => reference::run(),
        ["wasm-test"] => wasm_test::run(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no task `{}`; `cargo run -p xtask -- help` lists them", other.join(" ")),
    }
}
