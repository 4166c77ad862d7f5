//! The compiler for wasm32-unknown-unknown: rustup's where it can be had, else Debian's.
//!
//! The standard library is compiled along, for size: the ready-made one is made for speed, and weighs 5 % more.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";
const LIMIT: Duration = Duration::from_secs(180);
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust";

/// A compiler that can make wasm.
pub enum Toolchain {
    /// The one in use, with the sources of its standard library.
    Source,
    /// Debian's `rustc-web` in /usr/bin. It has no standard library for wasm, but the sources of one.
    Debian {
        /// The linker, which the packages do not bring.
        linker: PathBuf,
    },
    /// The one in use, with the ready-made standard library of the target. What it makes may outgrow its budget.
    Installed,
}

impl Toolchain {
    /// What this machine has. Reads a few folders and asks nobody.
    pub fn find() -> Result<Option<Self>> {
        let sysroot = sysroot()?;
        if sysroot.join("lib/rustlib/src/rust/library/std").is_dir() {
            return Ok(Some(Toolchain::Source));
        }
        let complete = Path::new("/usr/bin/cargo").exists() && Path::new(DEBIAN_SOURCES).join("library/std").is_dir();
        if complete
            && is_recent(Path::new("/usr/bin/rustc"))
            && let Some(linker) = linker(&sysroot)
        {
            return Ok(Some(Toolchain::Debian { linker }));
        }
        Ok(sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir().then_some(Toolchain::Installed))
    }

    /// What this machine has, or can get without asking anybody.
    pub fn find_or_install() -> Result<Self> {
        let found = Toolchain::find()?;
        if let Some(toolchain @ (Toolchain::Source | Toolchain::Debian { .. })) = found {
            return Ok(toolchain);
        }
        let rustup = |words: &[&str]| process::succeeds_within(Command::new("rustup").args(words), LIMIT);
        let has_rustup = process::find("rustup").is_some();
        if has_rustup {
            eprintln!("setup: adding the sources of the standard library (rust-src) to the Rust toolchain");
            rustup(&["component", "add", "rust-src"]);
            if let Some(toolchain @ Toolchain::Source) = Toolchain::find()? {
                return Ok(toolchain);
            }
        }
        if let Some(apt) = Apt::find() {
            eprintln!("setup: rustup cannot supply it here; installing Debian's {}", DEBIAN_PACKAGES.join(", "));
            if let Err(error) = apt.install() {
                eprintln!("setup: {error:#}");
            }
            if let Some(toolchain @ Toolchain::Debian { .. }) = Toolchain::find()? {
                return Ok(toolchain);
            }
        }
        if has_rustup && found.is_none() {
            eprintln!("setup: adding the target {TARGET} to the Rust toolchain");
            rustup(&["target", "add", TARGET]);
        }
        if let Some(toolchain) = Toolchain::find()? {
            return Ok(toolchain);
        }
        bail!(
            "Rust cannot compile for {TARGET} here: run `rustup component add rust-src`, or as root on Debian \
             `apt-get install {} lld`",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// The compiler's version, which is its standard library's, too.
    pub fn release(&self) -> Result<String> {
        let rustc = match self {
            Toolchain::Source | Toolchain::Installed => "rustc",
            Toolchain::Debian { .. } => "/usr/bin/rustc",
        };
        let text = process::read(Command::new(rustc).arg("--version").env_remove("LD_LIBRARY_PATH"))?;
        Ok(text.split_whitespace().nth(1).context("rustc names no version")?.to_owned())
    }

    /// `cargo SUBCOMMAND --target wasm32-unknown-unknown`, without a trace of this machine's folders in what it makes.
    /// `std` names the parts of the standard library that are needed, where it has to be compiled along.
    pub fn cargo(&self, subcommand: &str, std: &str) -> Result<Command> {
        let mut command = match self {
            Toolchain::Source | Toolchain::Installed => Command::new("cargo"),
            Toolchain::Debian { .. } => Command::new("/usr/bin/cargo"),
        };
        command.current_dir(workspace::root());
        command.arg(subcommand).args(["--target", TARGET, "--target-dir"]).arg(workspace::wasm_target());
        if let Toolchain::Debian { linker } = self {
            for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTDOC", "RUSTC_WRAPPER", "LD_LIBRARY_PATH"] {
                command.env_remove(variable);
            }
            command.env("RUSTC", "/usr/bin/rustc").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        if !matches!(self, Toolchain::Installed) {
            // -Zbuild-std is unstable; the compiler is a stable one.
            command.env("RUSTC_BOOTSTRAP", "1");
            command.arg(format!("-Zbuild-std={std}")).arg("-Zbuild-std-features=optimize_for_size");
        }
        let mut flags = remappings()?;
        if !matches!(self, Toolchain::Installed) {
            // Where a panic happened goes to a standard error that no host of ours has.
            flags.push("-Zlocation-detail=none".to_owned());
            if subcommand == "build" {
                let rustc = command.get_envs().find(|(name, _)| *name == "RUSTC").and_then(|(_, value)| value);
                flags.extend(silences(rustc.unwrap_or(OsStr::new("rustc"))));
            }
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        Ok(command)
    }
}

/// What makes a panic a trap without words, and leaves out how values print for people who debug: no host of ours shows
/// either. It saves 5 %. The flags are unstable, so a compiler that does not know one goes without it.
fn silences(rustc: &OsStr) -> Vec<String> {
    const SILENCES: [&[&str]; 2] = [&["-Zunstable-options", "-Cpanic=immediate-abort"], &["-Zfmt-debug=none"]];
    let is_known = |flags: &&[&str]| {
        let mut probe = Command::new(rustc);
        probe.args(*flags).args(["--print", "cfg"]).env("RUSTC_BOOTSTRAP", "1").env_remove("LD_LIBRARY_PATH");
        process::succeeds_within(&mut probe, LIMIT)
    };
    SILENCES.into_iter().filter(is_known).flatten().map(|flag| (*flag).to_owned()).collect()
}

/// Panic messages hold file names: neutral ones, so that a build says nothing of the machine and can be repeated.
fn remappings() -> Result<Vec<String>> {
    let root = workspace::root().to_string_lossy().into_owned();
    let mut flags = vec![
        format!("--remap-path-prefix={root}=/entra-mfa-reset"),
        format!("--remap-path-prefix={DEBIAN_SOURCES}=/rust"),
        format!("--remap-path-prefix={}=/rust", sysroot()?.join("lib/rustlib/src/rust").display()),
    ];
    let registries = cargo_home()?.join("registry/src");
    let mut names: Vec<PathBuf> = fs::read_dir(&registries)
        .with_context(|| format!("{} cannot be read", registries.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    names.sort();
    flags.extend(names.iter().map(|name| format!("--remap-path-prefix={}=/crates", name.display())));
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    Ok(env::home_dir().context("this user has no home folder")?.join(".cargo"))
}

fn sysroot() -> Result<PathBuf> {
    Ok(process::read(Command::new("rustc").args(["--print", "sysroot"]))?.into())
}

/// Old enough Debian releases have a rustc of that name that is too old.
fn is_recent(rustc: &Path) -> bool {
    let Ok(text) = process::read(Command::new(rustc).arg("--version").env_remove("LD_LIBRARY_PATH")) else {
        return false;
    };
    version(&text) >= version(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION")))
}

/// Major and minor of `rustc 1.95.0 (…)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// rustup's own linker does for any compiler; else LLVM's.
fn linker(sysroot: &Path) -> Option<PathBuf> {
    let host = fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    host.filter_map(|entry| Some(entry.ok()?.path().join("bin/rust-lld")))
        .find(|path| path.exists())
        .or_else(|| process::find("wasm-ld"))
}

/// apt-get, where it may be used without asking anybody.
struct Apt {
    before: Vec<OsString>,
}

impl Apt {
    fn find() -> Option<Self> {
        process::find("apt-get")?;
        if process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
            return Some(Apt { before: Vec::new() });
        }
        let may = process::succeeds_within(Command::new("sudo").args(["-n", "true"]), Duration::from_secs(5));
        may.then(|| Apt { before: vec!["sudo".into(), "-n".into()] })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.before.clone();
        words.extend(
            ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
                .map(OsString::from),
        );
        words.extend(arguments.iter().map(OsString::from));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }

    fn install(&self) -> Result<()> {
        // A source that does not answer need not be the one that has them.
        process::succeeds_within(&mut self.command(&["update"]), Duration::from_secs(300));
        // --no-remove: a Debian package of rustup or rustc is in conflict with these, and it is not ours to take away.
        let mut arguments = vec!["install", "-y", "--no-install-recommends", "--no-remove"];
        arguments.extend(DEBIAN_PACKAGES);
        if linker(&sysroot()?).is_none() {
            arguments.push("lld");
        }
        process::run_quietly(&mut self.command(&arguments)).context("Debian's compiler could not be installed")
    }
}
