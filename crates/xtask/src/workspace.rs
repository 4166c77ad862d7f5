//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    // crates/xtask lies two folders below it.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// A file or folder of the repository.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// Where cargo builds for this machine.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
}

/// Where cargo builds wasm: a folder of its own, so that host builds neither wait for it nor disturb it.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// A path as people know it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
