//! Whether a build in another folder gives the same bytes.

use crate::{process, setup, sums, workspace};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILES: [&str; 10] = [
    "dist/entra-mfa-reset.wasm",
    "dist/entra-mfa-reset.wasm.cdx.json",
    "dist/entra-mfa-reset-service.wasm",
    "dist/entra-mfa-reset-service-env.wasm",
    "dist/entra-mfa-reset.tgz",
    "dist/node-red-contrib-entra-mfa-reset.tgz",
    "dist/n8n-nodes-entra-mfa-reset.tgz",
    "js/entra-mfa-reset/wasm/entra_mfa_reset_bg.wasm",
    "js/entra-mfa-reset/wasm/entra_mfa_reset.js",
    "js/entra-mfa-reset/wasm/sandbox_bg.wasm",
];

/// Two builds from nothing, in two folders.
pub fn run() -> Result<()> {
    setup::run()?;
    compare(&elsewhere("one")?, &elsewhere("the other, with a longer name")?)
}

/// One build from nothing in another folder, against what is in dist/.
pub fn against_this() -> Result<()> {
    compare(workspace::root(), &elsewhere("the other, with a longer name")?)
}

/// Copies the sources, and builds there with a target folder of its own. What was there before is removed.
fn elsewhere(name: &str) -> Result<PathBuf> {
    let base = env::temp_dir().join(format!("entra-mfa-reset-{}", std::process::id())).join(name);
    let result = build_in(&base);
    if result.is_err() {
        let _ = fs::remove_dir_all(&base);
    }
    result.map(|()| base)
}

fn build_in(folder: &Path) -> Result<()> {
    let listed = process::read(
        Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(workspace::root()),
    )
    .context("git does not say which files belong to the sources")?;
    for file in listed.lines() {
        let (from, to) = (workspace::path(file), folder.join(file));
        // A file that is deleted and not committed is listed, too.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(folder))?;
            fs::copy(&from, &to).with_context(|| format!("{file} cannot be copied"))?;
        }
    }
    let mut build = Command::new(env::current_exe()?);
    build.arg("build").env(workspace::ROOT, folder).env("CARGO_TARGET_DIR", folder.join("target"));
    process::run(build.current_dir(folder))
}

fn compare(one: &Path, other: &Path) -> Result<()> {
    let in_folder = |folder: &Path| FILES.map(|file| folder.join(file)).to_vec();
    let sums = [sums::of(&in_folder(one))?, sums::of(&in_folder(other))?];
    let mut different = Vec::new();
    for (at, file) in FILES.into_iter().enumerate() {
        println!("{}  {file}", sums[0][at]);
        if sums[0][at] != sums[1][at] {
            println!("{}  the same, built in {}", sums[1][at], other.display());
            different.push(file);
        }
    }
    if !different.is_empty() {
        bail!("not the same in {}: {}", other.display(), different.join(", "));
    }
    for folder in [one, other].into_iter().filter(|folder| *folder != workspace::root()) {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_byte_is_found_and_the_same_ones_are_cleared_away() {
        let base = env::temp_dir().join(format!("entra-mfa-reset-test-{}", std::process::id()));
        let folders = ["one", "other"].map(|name| base.join(name));
        for folder in &folders {
            for file in FILES {
                let file = folder.join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, "same").expect("a file");
            }
        }
        let wasm = folders[1].join(FILES[0]);
        fs::write(&wasm, "some").expect("a file");
        let error = compare(&folders[0], &folders[1]).expect_err("they differ").to_string();
        assert!(error.contains(FILES[0]) && !error.contains(FILES[1]), "{error}");
        fs::write(&wasm, "same").expect("a file");
        compare(&folders[0], &folders[1]).expect("they are the same");
        assert!(!folders[0].exists() && !folders[1].exists());
        fs::remove_dir_all(base).expect("an empty folder");
    }
}
