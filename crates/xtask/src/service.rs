//! The service over sockets: in wasmtime, in Node, against its own description, and through the connector.

use crate::{node_tests, process, setup, workspace};
use anyhow::Result;
use std::process::Command;

/// Runs its tests, and says what could not be tested here.
pub fn test() -> Result<Vec<String>> {
    setup::python_packages("tests/service")?;
    let server = ["build", "--quiet", "-p", "hosts", "--bin", "serve"];
    process::run(Command::new("cargo").args(server).current_dir(workspace::root()))?;
    node_tests::run_all(&["tests/service", "tests/connector"].map(workspace::path))
}
