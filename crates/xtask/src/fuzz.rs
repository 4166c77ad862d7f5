//! libFuzzer against the engine. The targets are in fuzz/, a workspace of its own; this builds them with the flags that
//! `cargo fuzz` would use, so that nothing has to be installed and any toolchain does.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGETS: [&str; 5] = ["graph_bodies", "batch_answers", "tokens", "stepping", "inputs"];
/// What libFuzzer needs to see where an input gets to. The engine has no unsafe code, so no sanitizer is of use.
const COVERAGE: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
const SECONDS: u32 = 60;

/// `just fuzz [TARGET] [SECONDS]`, or `just fuzz TARGET FILE` to play one input again.
pub fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] => all(SECONDS),
        [seconds] if seconds.parse::<u32>().is_ok() => all(seconds.parse()?),
        [target] => explore(&programs()?, known(target)?, SECONDS, None),
        [target, last] => match last.parse() {
            Ok(seconds) => explore(&programs()?, known(target)?, seconds, None),
            Err(_) => replay(&programs()?, known(target)?, Path::new(last)),
        },
        _ => bail!("give a target and seconds, or a target and a file"),
    }
}

/// What the test command runs: the committed inputs, and a little of what follows from them, always the same.
pub fn quick() -> Result<()> {
    let programs = programs()?;
    process::run(cargo("clippy", &host()?).args(["--", "-D", "warnings"]))?;
    for target in TARGETS {
        explore(&programs, target, 2, Some(1))?;
    }
    Ok(())
}

fn all(seconds: u32) -> Result<()> {
    let programs = programs()?;
    for target in TARGETS {
        explore(&programs, target, seconds, None)?;
    }
    Ok(())
}

fn known(name: &str) -> Result<&'static str> {
    let found = TARGETS.into_iter().find(|target| *target == name);
    found.with_context(|| format!("there is no fuzz target `{name}`: there are {}", TARGETS.join(", ")))
}

/// Builds the targets, and says in which folder they are.
fn programs() -> Result<PathBuf> {
    let compiler = ["c++", "g++", "clang++"].into_iter().find_map(process::find);
    if env::var_os("CXX").is_none() && compiler.is_none() {
        bail!("a C++ compiler is missing, which libFuzzer is compiled with: install g++ or clang");
    }
    let host = host()?;
    process::run(&mut cargo("build", &host))?;
    Ok(folder().join(host).join("release"))
}

fn folder() -> PathBuf {
    workspace::target().join("fuzz")
}

fn host() -> Result<String> {
    let version = process::read(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// With a target named, so that the flags reach neither build scripts nor macros.
fn cargo(subcommand: &str, host: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args([subcommand, "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", host]);
    cargo.arg("--target-dir").arg(folder());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1f}")).current_dir(workspace::root());
    cargo
}

fn explore(programs: &Path, target: &str, seconds: u32, seed: Option<u32>) -> Result<()> {
    let artifacts = workspace::path("fuzz/artifacts").join(target);
    fs::create_dir_all(&artifacts)?;
    // New inputs stay outside of the repository, and serve the next long run.
    let found = folder().join(if seed.is_some() { "quick" } else { "corpus" }).join(target);
    if seed.is_some() && found.exists() {
        fs::remove_dir_all(&found)?;
    }
    fs::create_dir_all(&found)?;
    let log = folder().join(format!("{target}.log"));
    let mut fuzzer = Command::new(programs.join(target));
    fuzzer.arg(format!("-max_total_time={seconds}"));
    fuzzer.args(["-timeout=20", "-rss_limit_mb=2048", "-max_len=4096", "-len_control=0", "-print_final_stats=1"]);
    fuzzer.args(seed.map(|seed| format!("-seed={seed}")));
    fuzzer.arg(format!("-dict={}", workspace::path("fuzz/graph.dict").display()));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzzer.arg(&found).arg(workspace::path("fuzz/corpus").join(target));
    fuzzer.current_dir(workspace::root());
    let file = fs::File::create(&log)?;
    fuzzer.stdout(file.try_clone()?).stderr(file);
    let status = fuzzer.status().with_context(|| format!("{target} could not be started"))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if status.success() {
        let runs = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
        let runs = runs.context("libFuzzer did not say how much it ran")?.trim().to_owned();
        if runs == "0" {
            bail!("{target} ran nothing");
        }
        println!("{target}: {runs} inputs, no finding");
        return Ok(());
    }
    let why = text.lines().skip_while(|line| !line.contains("panicked at")).take(3);
    let why: Vec<&str> = why.collect();
    let written = text.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, path)| path));
    match written {
        Some(path) => bail!(
            "{target} found an input that breaks the engine, or takes too long:\n{}\nplay it again: just fuzz {target} {}",
            why.join("\n"),
            workspace::shown(Path::new(path))
        ),
        None => bail!("{target} failed ({status}); see {}", log.display()),
    }
}

/// Plays one input, and tells each effect and each answer.
fn replay(programs: &Path, target: &str, input: &Path) -> Result<()> {
    let input = workspace::root().join(input);
    if !input.is_file() {
        bail!("{} is neither seconds nor a file", input.display());
    }
    process::run(Command::new(programs.join(target)).arg(input).env("TRACE", "1"))
}
