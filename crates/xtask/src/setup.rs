//! What a fresh machine needs beside Rust and Node.

use crate::stamp::Inputs;
use crate::toolchain::Toolchain;
use crate::{process, workspace};
use anyhow::{Result, bail};
use std::process::Command;
use std::time::Duration;

const OLDEST_NODE: u32 = 20;
const NPM_LIMIT: Duration = Duration::from_secs(600);

/// Gets the wasm target and the npm packages. Says nothing when there is nothing to do.
pub fn run() -> Result<Toolchain> {
    node()?;
    let toolchain = Toolchain::find_or_install()?;
    npm_packages("js")?;
    Ok(toolchain)
}

fn node() -> Result<()> {
    let Ok(text) = process::read(Command::new("node").arg("--version")) else {
        bail!("Node.js is missing: install Node {OLDEST_NODE} or newer from https://nodejs.org");
    };
    let major = text.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        bail!("Node.js {text} is too old: install Node {OLDEST_NODE} or newer from https://nodejs.org");
    }
    if process::find("npm").is_none() {
        bail!("npm is missing: install the npm that belongs to your Node.js");
    }
    Ok(())
}

/// A Chromium for the tests that need a browser: the machine's own, or Debian's.
pub fn chromium() -> Result<()> {
    if process::has_chromium() {
        return Ok(());
    }
    let apt = process::find("apt-get");
    if let Some(apt) = apt.filter(|_| process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")) {
        eprintln!("setup: installing Debian's chromium");
        let apt = |arguments: &[&str]| {
            process::run_quietly(Command::new(&apt).env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        apt(&["update"])?;
        apt(&["install", "--yes", "--no-install-recommends", "chromium"])?;
        if process::has_chromium() {
            return Ok(());
        }
    }
    bail!("Chromium is missing: install Chromium or Google Chrome, or name one in the variable CHROMIUM");
}

/// An environment of Python's own with the packages of a folder's requirements.txt, where there is a Python for it. The
/// tests that need it say so where it is missing.
pub fn python_packages(folder: &str) -> Result<()> {
    let Some(python) = process::find("python3").or_else(|| process::find("python")) else { return Ok(()) };
    let recent = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    if !process::succeeds_within(Command::new(&python).args(["-c", recent]), NPM_LIMIT) {
        return Ok(());
    }
    let name = folder.replace('/', "-");
    let root = workspace::path(".setup/python").join(&name);
    let program = root.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = workspace::path(folder).join("requirements.txt");
    Inputs::default().file(&requirements)?.make(
        &format!("python-packages-{name}"),
        std::slice::from_ref(&program),
        || {
            eprintln!("setup: fetching the Python packages of {folder}/requirements.txt");
            process::run_quietly(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&root))?;
            let pip =
                ["-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:", "--requirement"];
            process::run_quietly(Command::new(&program).args(pip).arg(&requirements))
        },
    )?;
    Ok(())
}

/// The packages of a folder's package-lock.json, when that file has changed.
pub fn npm_packages(folder: &str) -> Result<()> {
    let root = workspace::path(folder);
    let stamp = format!("npm-{}", folder.replace('/', "-"));
    Inputs::default().file(&root.join("package-lock.json"))?.make(&stamp, &[root.join("node_modules")], || {
        eprintln!("setup: fetching the npm packages of {folder}/package-lock.json");
        let root = root.as_os_str();
        if process::succeeds_within(process::npm().args(["ci", "--prefix"]).arg(root), NPM_LIMIT) {
            return Ok(());
        }
        // `npm ci` refuses a lock file that was made where the registry lacked another platform's optional packages.
        // This installs the locked versions, too, and does not write the lock file.
        process::run_quietly(process::npm().args(["install", "--no-save", "--prefix"]).arg(root))
    })?;
    Ok(())
}
