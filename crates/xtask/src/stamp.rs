//! Remembers from which inputs a file was made, so that nothing is made twice.

use crate::workspace;
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The sum of what something is made from.
#[derive(Default)]
pub struct Inputs(DefaultHasher);

impl Inputs {
    /// A version, a flag, a name.
    pub fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// A file's content.
    pub fn file(mut self, path: &Path) -> Result<Self> {
        fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?.hash(&mut self.0);
        Ok(self)
    }

    /// All files below a folder, names included, without the folders of these names.
    pub fn folder(mut self, path: &Path, without: &[&str]) -> Result<Self> {
        let mut entries = fs::read_dir(path)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if without.contains(&&*name) {
                continue;
            }
            name.hash(&mut self.0);
            self = if entry.file_type()?.is_dir() {
                self.folder(&entry.path(), without)?
            } else {
                self.file(&entry.path())?
            };
        }
        Ok(self)
    }

    /// Calls `make` unless `outputs` are there and were made from the same inputs.
    pub fn make(self, name: &str, outputs: &[PathBuf], make: impl FnOnce() -> Result<()>) -> Result<bool> {
        let stamp = workspace::path(".setup").join(name);
        let sum = format!("{:016x}\n", self.0.finish());
        if fs::read_to_string(&stamp).is_ok_and(|last| last == sum) && outputs.iter().all(|output| output.exists()) {
            return Ok(false);
        }
        // Whatever goes wrong now, the outputs are no longer what the stamp says.
        if stamp.exists() {
            fs::remove_file(&stamp)?;
        }
        make()?;
        fs::create_dir_all(workspace::path(".setup"))?;
        fs::write(&stamp, sum)?;
        Ok(true)
    }
}
