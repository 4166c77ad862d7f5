//! Tests in Node, of what runs elsewhere.

use crate::{process, setup, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// How a test says that it could not run here, at the start of a line that it prints.
const NOT_TESTED: &str = "NOT TESTED: ";

/// Runs every test of a folder, `*.test.js` and `*.test.mjs`, against `dist/` and the simulated tenant's server, with
/// the packages of `tests/package.json`. The answer is what the tests say they could not test.
pub fn run(folder: &str) -> Result<Vec<String>> {
    run_all(&[workspace::path(folder)])
}

/// The same for several folders at once.
pub fn run_all(folders: &[PathBuf]) -> Result<Vec<String>> {
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
    let mut untested = Vec::new();
    let status = play(&files, &[], |line| {
        if let Some((_, what)) = line.split_once(NOT_TESTED) {
            untested.push(what.to_owned());
        }
        println!("{line}");
    })?;
    if !status.success() {
        let folders: Vec<_> = folders.iter().map(|folder| workspace::shown(folder)).collect();
        bail!("the tests of {} failed ({status})", folders.join(", "));
    }
    Ok(untested)
}

/// Runs these files, with options of `tests/support/run.mjs`, and ends even if one of them does not.
fn play(files: &[PathBuf], options: &[&str], mut said: impl FnMut(String)) -> Result<ExitStatus> {
    let mut node = Command::new("node");
    node.arg("tests/support/run.mjs").args(options).arg("--").args(files).current_dir(workspace::root());
    let mut child = node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("Node could not be started")?;
    for line in BufReader::new(child.stdout.take().context("Node has no output")?).lines() {
        said(line?);
    }
    Ok(child.wait()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const PASSES: &str = r#"import { test } from "node:test"; test("passes", () => {});"#;
    const FAILS: &str =
        r#"import { test } from "node:test"; test("fails", () => { throw new Error("as it should"); });"#;
    const HANGS: &str = r#"import { test } from "node:test";
        test("passes", () => {});
        test("hangs", () => new Promise(() => setInterval(() => {}, 1000)));"#;
    /// What it starts has a child, is killed, and leaves the child with the output of all of them for two minutes.
    const LEAVES_AN_ORPHAN: &str = r#"import { spawn } from "node:child_process";
        import { once } from "node:events";
        import { test } from "node:test";
        const inherited = ["ignore", "inherit", "inherit"];
        const parent = `const inherited = ["ignore", "inherit", "inherit"];
            require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 120000)"], { stdio: inherited });
            process.send("started");`;
        test("passes", async () => {
            const child = spawn(process.execPath, ["-e", parent], { stdio: [...inherited, "ipc"] });
            await once(child, "message");
            child.kill("SIGKILL");
            await once(child, "exit");
        });"#;

    fn played(name: &str, script: &str, options: &[&str]) -> (bool, String) {
        let folder = std::env::temp_dir().join(format!("xtask-node-tests-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.test.mjs"));
        fs::write(&file, script).unwrap();
        let mut text = String::new();
        let status = play(&[file], options, |line| text.push_str(&line)).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        (status.success(), text)
    }

    #[test]
    fn tells_what_passes_from_what_fails() {
        assert!(played("passes", PASSES, &[]).0);
        let (passed, text) = played("fails", FAILS, &[]);
        assert!(!passed && text.contains("as it should"), "{text}");
    }

    #[test]
    fn fails_and_ends_when_a_test_or_what_it_left_behind_does_not_end() {
        let start = Instant::now();
        for (name, script) in [("hangs", HANGS), ("orphan", LEAVES_AN_ORPHAN)] {
            let (passed, text) = played(name, script, &["--seconds=5"]);
            assert!(!passed, "{text}");
            assert!(text.contains("passes") && text.contains(&format!("{name}.test.mjs")), "{text}");
            assert!(text.contains("timed out"), "{text}");
        }
        assert!(start.elapsed() < Duration::from_secs(100), "the orphan was waited for");
    }
}
