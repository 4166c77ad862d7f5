//! Tests in Node, of what runs elsewhere.

use crate::{process, setup, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// How a test says that it could not run here, at the start of a line that it prints.
const NOT_TESTED: &str = "NOT TESTED: ";

/// Runs every `*.test.mjs` of a folder against `dist/` and the simulated tenant's server, with the packages of
/// `tests/package.json`. The answer is what the tests say they could not test.
pub fn run(folder: &str) -> Result<Vec<String>> {
    setup::npm_packages("tests")?;
    let server = ["build", "--quiet", "-p", "entra-tenant", "--features", "server"];
    process::run(Command::new("cargo").args(server).current_dir(workspace::root()))?;
    let entries = fs::read_dir(workspace::path(folder)).with_context(|| format!("{folder} cannot be read"))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    if files.is_empty() {
        bail!("{folder} has no test");
    }
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).args(files).current_dir(workspace::root());
    let mut child = node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("Node could not be started")?;
    let mut untested = Vec::new();
    for line in BufReader::new(child.stdout.take().context("Node has no output")?).lines() {
        let line = line?;
        if let Some((_, what)) = line.split_once(NOT_TESTED) {
            untested.push(what.to_owned());
        }
        println!("{line}");
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("the tests of {folder} failed ({status})");
    }
    Ok(untested)
}
