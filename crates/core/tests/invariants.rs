//! What must stay true of the engine's own source.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push(path);
        }
    }
}

#[test]
fn the_engine_touches_nothing() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20);
    for file in files {
        // Reads the published examples, in tests only.
        if file.ends_with("published.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file");
        for forbidden in [
            "std::env::",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "Instant::now",
            "SystemTime",
            "HashMap",
            "HashSet",
            "unsafe {",
            "wasm_bindgen",
            "wasi::",
        ] {
            assert!(!text.contains(forbidden), "{} has {forbidden}", file.display());
        }
    }
}

#[test]
fn the_engine_depends_on_no_wasm_crate_and_no_runtime() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("the manifest");
    let (_, rest) = manifest.split_once("[dependencies]").expect("dependencies");
    let (dependencies, _) = rest.split_once("[dev-dependencies]").expect("dev-dependencies");
    let names: Vec<&str> = dependencies
        .lines()
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty())
        .collect();
    let expected = [
        "base64ct",
        "bytes",
        "fastrand",
        "futures-util",
        "http",
        "httpdate",
        "percent-encoding",
        "schemars",
        "serde",
        "serde_json",
        "thiserror",
        "time",
        "uuid",
    ];
    assert_eq!(
        names, expected,
        "a new dependency of the engine is a decision: what it saves, what it weighs, who keeps it"
    );
}
