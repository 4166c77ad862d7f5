//! Tests in Node, of what runs elsewhere.

use crate::{process, setup, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a test says that it could not run here, at the start of a line that it prints.
const NOT_TESTED: &str = "NOT TESTED: ";

/// Runs every test of a folder, `*.test.js` and `*.test.mjs`, against `dist/` and the simulated tenant's server, with
/// the packages of `tests/package.json`. The answer is what the tests say they could not test.
pub fn run(folder: &str) -> Result<Vec<String>> {
    run_all(&[workspace::path(folder)], &[])
}

/// The same for several folders at once, with options of `node --test`.
pub fn run_all(folders: &[PathBuf], options: &[&str]) -> Result<Vec<String>> {
    setup::npm_packages("tests")?;
    let server = ["build", "--quiet", "-p", "entra-tenant", "--features", "server"];
    process::run(Command::new("cargo").args(server).current_dir(workspace::root()))?;
    let mut files = Vec::new();
    for folder in folders {
        let shown = workspace::shown(folder);
        let entries = fs::read_dir(folder).with_context(|| format!("{shown} cannot be read"))?;
        let mut tests: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        tests.retain(|path| [".test.js", ".test.mjs"].iter().any(|end| path.to_string_lossy().ends_with(end)));
        if tests.is_empty() {
            bail!("{shown} has no test");
        }
        tests.sort();
        files.extend(tests);
    }
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).args(options).args(files).current_dir(workspace::root());
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
        let folders: Vec<_> = folders.iter().map(|folder| workspace::shown(folder)).collect();
        bail!("the tests of {} failed ({status})", folders.join(", "));
    }
    Ok(untested)
}
