//! The examples, each tested on the real host where there is one for this machine.

use crate::{node_tests, setup, workspace};
use anyhow::Result;
use std::fs;

/// Runs the tests of all of them, and says what could not be tested here.
pub fn test() -> Result<Vec<String>> {
    setup::npm_packages("examples")?;
    setup::python_packages("examples/python")?;
    setup::chromium()?;
    let mut folders = Vec::new();
    for example in fs::read_dir(workspace::path("examples"))? {
        folders.push(example?.path().join("test"));
    }
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    node_tests::run_all(&folders)
}
