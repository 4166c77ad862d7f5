//! SHA-256 sums, by Node, which is here anyway.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One sum for each file.
pub fn of(files: &[PathBuf]) -> Result<Vec<String>> {
    const SCRIPT: &str = "const { createHash } = require('node:crypto'), { readFileSync } = require('node:fs');
        for (const file of process.argv.slice(1)) {
            console.log(createHash('sha256').update(readFileSync(file)).digest('hex'));
        }";
    let printed = process::read(Command::new("node").args(["--eval", SCRIPT, "--"]).args(files))
        .context("not all files are there; run `just build` first")?;
    let sums: Vec<String> = printed.lines().map(str::to_owned).collect();
    if sums.len() != files.len() {
        bail!("Node printed {} sums for {} files", sums.len(), files.len());
    }
    Ok(sums)
}

/// Writes `dist/SHA256SUMS`, as `sha256sum -c` reads it.
pub fn write() -> Result<()> {
    let dist = workspace::path("dist");
    let mut files: Vec<PathBuf> = fs::read_dir(&dist)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.is_file() && file.file_name().is_some_and(|name| name != "SHA256SUMS"));
    files.sort();
    let mut text = String::new();
    for (file, sum) in files.iter().zip(of(&files)?) {
        text.push_str(&format!("{sum}  {}\n", file.file_name().unwrap_or_default().to_string_lossy()));
    }
    write_changed(&dist.join("SHA256SUMS"), &text)
}

/// Leaves a file alone that holds this already, so that nothing is made again because of it.
pub fn write_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("{} cannot be written", workspace::shown(path)))?;
    println!("built {}", workspace::shown(path));
    Ok(())
}
