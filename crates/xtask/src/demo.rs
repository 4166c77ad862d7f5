//! A reset, before the eyes of who asks for it.

use crate::{build, process, workspace};
use anyhow::Result;
use std::process::Command;

/// Builds what it needs and hands over to tests/hosts, which runs both products against the tenant's server.
pub fn run() -> Result<()> {
    build::run()?;
    process::run(
        Command::new("cargo").args(["run", "--quiet", "-p", "hosts", "--bin", "demo"]).current_dir(workspace::root()),
    )
}
