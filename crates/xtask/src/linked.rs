//! The crates that are in the wasm files: what cargo resolves for them, and what it compiled for them.

use crate::toolchain::Toolchain;
use crate::{build, process, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

/// Name and version.
pub type Name = (String, String);

/// A crate, and what it needs itself.
pub struct Crate {
    /// An SPDX expression.
    pub licence: String,
    /// What it needs.
    pub needs: BTreeSet<Name>,
}

/// What is linked into one file, the crate that it is made of included.
pub type Linked = BTreeMap<Name, Crate>;

/// What is linked into the wasm of each package, without macros and what only builds need. The features are those of
/// the one build that makes them.
pub fn trees() -> Result<BTreeMap<String, Linked>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--quiet", "--locked", "--target", "wasm32-unknown-unknown"]);
    cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--no-dedupe", "--format", "\t{p}\t{l}"]);
    for name in build::PACKAGES {
        cargo.args(["--package", name]);
    }
    let text = process::read(cargo.current_dir(workspace::root()))?;
    let mut trees: BTreeMap<String, Linked> = BTreeMap::new();
    // From the root to the crate at hand.
    let mut line: Vec<Name> = Vec::new();
    for row in text.lines().filter(|row| !row.is_empty()) {
        let mut cells = row.split('\t');
        let (depth, package, licence) = (cells.next(), cells.next(), cells.next());
        let (Some(Ok(depth)), Some(package), Some(licence)) = (depth.map(str::parse::<usize>), package, licence) else {
            bail!("cargo tree printed `{row}`");
        };
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let name = (name.to_owned(), version.trim_start_matches('v').to_owned());
        line.truncate(depth);
        line.push(name.clone());
        let linked = trees.entry(line[0].0.clone()).or_default();
        linked.entry(name.clone()).or_insert(Crate { licence: licence.to_owned(), needs: BTreeSet::new() });
        if let Some(parent) = depth.checked_sub(1).and_then(|above| linked.get_mut(&line[above])) {
            parent.needs.insert(name);
        }
    }
    if trees.len() != build::PACKAGES.len() {
        bail!("cargo tree names {} packages instead of {}", trees.len(), build::PACKAGES.len());
    }
    Ok(trees)
}

/// All of them, each once.
pub fn all() -> Result<Linked> {
    let mut all = Linked::new();
    for (name, found) in trees()?.into_values().flatten() {
        all.entry(name).or_insert(found);
    }
    Ok(all)
}

/// Compares with what cargo really hands to the linker, which knows nothing of the tree above. The standard library
/// is compiled along, and with it the crates of its own lock file.
pub fn check(toolchain: &Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo("build", "std,panic_abort")?;
    cargo.args(["--release", "--quiet", "--message-format=json-render-diagnostics"]);
    for name in build::PACKAGES {
        cargo.args(["--package", name]);
    }
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the wasm does not compile");
    }
    let text = String::from_utf8(output.stdout).context("cargo's messages are no text")?;
    let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let for_wasm = |message: &&Value| {
        let files = message["filenames"].as_array();
        files.is_some_and(|files| {
            files.iter().any(|file| file.as_str().is_some_and(|file| file.contains("wasm32-unknown-unknown")))
        })
    };
    let mut standard = BTreeSet::new();
    let mut compiled = BTreeSet::new();
    for message in messages.iter().filter(for_wasm) {
        let source = message["target"]["src_path"].as_str().unwrap_or_default();
        if let Some((library, _)) = source.split_once("/library/core/src") {
            let lock = fs::read_to_string(format!("{library}/library/Cargo.lock"))
                .context("the standard library has no lock file")?;
            standard.extend(lock_entries(&lock).into_keys());
        }
        compiled.extend(package(message["package_id"].as_str().unwrap_or_default()));
    }
    let linked = all()?;
    let missing: Vec<String> = compiled
        .iter()
        .filter(|name| !linked.contains_key(*name) && !standard.contains(*name))
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    if !missing.is_empty() {
        bail!("linked into the wasm, and not in what cargo tree says: {}", missing.join(", "));
    }
    let unseen: Vec<&str> =
        linked.keys().filter(|name| !compiled.contains(*name)).map(|(name, _)| name.as_str()).collect();
    if !unseen.is_empty() {
        bail!("named as linked into the wasm, and not compiled for it: {}", unseen.join(", "));
    }
    Ok(())
}

/// `registry+…#name@version`, `path+file:///…/name#version`, `path+file:///…#name@version`.
fn package(id: &str) -> Option<Name> {
    let (place, end) = id.rsplit_once('#')?;
    let (name, version) = end.split_once('@').or_else(|| Some((place.rsplit('/').next()?, end)))?;
    Some((name.to_owned(), version.to_owned()))
}

/// The crates of a lock file, with the checksums of those that come from a registry.
pub fn lock_entries(text: &str) -> BTreeMap<Name, Option<String>> {
    let field = |block: &str, name: &str| {
        let value = block.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix("= \""))?;
        Some(value.trim_end_matches('"').to_owned())
    };
    let blocks = text.split("[[package]]").skip(1);
    blocks
        .filter_map(|block| Some(((field(block, "name")?, field(block, "version")?), field(block, "checksum"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds_of_package_ids() {
        let read = |id: &str| package(id).map(|(name, version)| format!("{name} {version}"));
        assert_eq!(read("registry+https://example.com/index#bytes@1.12.1").as_deref(), Some("bytes 1.12.1"));
        assert_eq!(read("path+file:///src/library/core#0.0.0").as_deref(), Some("core 0.0.0"));
        assert_eq!(
            read("path+file:///src/crates/core#entra-mfa-reset@0.1.0").as_deref(),
            Some("entra-mfa-reset 0.1.0")
        );
    }

    #[test]
    fn each_wasm_is_made_of_the_engine_or_the_tenant_and_of_no_macro() {
        let trees = trees().expect("the trees");
        for (root, inside) in [
            ("entra-mfa-reset-component", "entra-mfa-reset"),
            ("entra-mfa-reset-service", "entra-mfa-reset"),
            ("entra-mfa-reset-js", "entra-mfa-reset"),
            ("entra-mfa-reset-sandbox", "entra-tenant"),
        ] {
            let linked = &trees[root];
            assert!(linked.keys().any(|(name, _)| name == inside), "{root} without {inside}");
            for macros in ["serde_derive", "syn", "wasm-bindgen-macro", "schemars"] {
                assert!(!linked.keys().any(|(name, _)| name == macros), "{macros} in {root}");
            }
            assert!(linked.values().all(|found| !found.licence.is_empty()));
        }
    }
}
