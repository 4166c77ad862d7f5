//! Everything that the `justfile` does beyond calling cargo and npm. `cargo run -p xtask -- help` lists it.
#![forbid(unsafe_code)]

mod build;
mod process;
mod setup;
mod stamp;
mod toolchain;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo run -p xtask -- TASK

  setup        the wasm target and the npm packages; nothing to do the second time
  build        dist/entra-mfa-reset.wasm and dist/entra-mfa-reset.tgz
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
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no task `{}`; `cargo run -p xtask -- help` lists them", other.join(" ")),
    }
}
