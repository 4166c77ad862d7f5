//! What others wrote: licences, sources, bans and known holes.

use crate::stamp::Inputs;
use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const DENY: &str = "0.20.2";
/// The lock files of npm, by folder.
const NPM: [&str; 5] = ["js", "examples", "tests", "tests/bench", "tests/n8n"];

/// Checks it, and says what could not be checked from here.
pub fn run() -> Result<Vec<String>> {
    let deny = deny()?;
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        check(&deny, manifest, &["bans", "licenses", "sources"], &[])?;
        println!("cargo deny, {manifest}: bans, licences and sources ok");
    }
    let mut unchecked = Vec::new();
    if process::succeeds_within(command(&deny, "Cargo.toml").args(["fetch", "db"]), Duration::from_secs(120)) {
        for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
            check(&deny, manifest, &["advisories"], &["--disable-fetch"])?;
        }
        println!("cargo deny: no advisory");
    } else {
        unchecked.push("advisories of Rust crates: their database cannot be fetched from here".to_owned());
    }
    for folder in NPM {
        for (choice, what) in [(Some("--omit=dev"), "what users get"), (None, "all of it")] {
            match audit(folder, choice)? {
                Some(text) => println!("npm audit, {folder}, {what}: {text}"),
                None => unchecked.push(format!("npm audit of {folder}, {what}: the registry answers no audit")),
            }
        }
    }
    for line in &unchecked {
        println!("NOT CHECKED: {line}");
    }
    Ok(unchecked)
}

/// cargo-deny, compiled once into the checkout.
fn deny() -> Result<PathBuf> {
    let root = workspace::path(".setup/cargo-deny");
    let program = root.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    Inputs::default().text(DENY).make("deny", std::slice::from_ref(&program), || {
        eprintln!("setup: compiling cargo-deny {DENY}, which takes a minute or two");
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "cargo-deny", "--locked", "--quiet", "--force", "--version"]).arg(format!("={DENY}"));
        cargo.arg("--root").arg(&root).current_dir(workspace::root());
        // It runs for a second: what optimising it would cost never comes back.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env_remove("CARGO_TARGET_DIR");
        process::run_quietly(&mut cargo)
    })?;
    Ok(program)
}

fn command(deny: &PathBuf, manifest: &str) -> Command {
    let mut command = Command::new(deny);
    command.arg("--manifest-path").arg(workspace::path(manifest));
    command.arg("--config").arg(workspace::path("deny.toml")).current_dir(workspace::root());
    command
}

fn check(deny: &PathBuf, manifest: &str, which: &[&str], options: &[&str]) -> Result<()> {
    process::run_quietly(command(deny, manifest).arg("check").args(options).args(which))
}

/// What the registry knows of one lock file; `None` when it does not answer. Nothing that users get may have a known
/// hole, and nothing that only we run a grave one.
fn audit(folder: &str, choice: Option<&str>) -> Result<Option<String>> {
    let mut npm = process::npm();
    npm.env_remove("NPM_CONFIG_AUDIT").env("NPM_CONFIG_FETCH_RETRIES", "1").env("NPM_CONFIG_FETCH_TIMEOUT", "60000");
    npm.args(["audit", "--json", "--package-lock-only"]).args(choice).current_dir(workspace::path(folder));
    let output = npm.stdin(Stdio::null()).stderr(Stdio::null()).output().context("npm could not be started")?;
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else { return Ok(None) };
    let Some(counts) = report["metadata"]["vulnerabilities"].as_object() else { return Ok(None) };
    let grave: &[&str] =
        if choice.is_some() { &["low", "moderate", "high", "critical"] } else { &["high", "critical"] };
    let count = |level: &&str| counts.get(*level).and_then(Value::as_u64).unwrap_or_default();
    let found: u64 = grave.iter().map(count).sum();
    if found > 0 {
        let names = report["vulnerabilities"].as_object().map(|found| found.keys().cloned().collect::<Vec<_>>());
        bail!(
            "{found} known holes in the packages of {folder} ({}): run `npm audit` there",
            names.unwrap_or_default().join(", ")
        );
    }
    Ok(Some("no hole is known".into()))
}
