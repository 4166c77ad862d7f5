//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The variable that names another copy of the repository to work in.
pub const ROOT: &str = "XTASK_ROOT";

/// The repository.
pub fn root() -> &'static Path {
    static ROOT_FOLDER: OnceLock<PathBuf> = OnceLock::new();
    ROOT_FOLDER.get_or_init(|| {
        // crates/xtask lies two folders below it.
        let here = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned();
        env::var_os(ROOT).map_or_else(here, PathBuf::from)
    })
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
