use crate::stamp::Inputs;
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "entra-mfa-reset";
/// What is built on it.
const HOSTS: [&str; 2] = ["node-red-contrib-entra-mfa-reset", "n8n-nodes-entra-mfa-reset"];

/// Compiles and packs the npm packages.
pub fn make() -> Result<()> {
    let library = pack(LIBRARY, None)?;
    HOSTS.iter().try_for_each(|name| pack(name, Some(&library)).map(drop))
}

/// The archive of one package, which is made again when what it needs has changed.
fn pack(name: &str, needs: Option<&Path>) -> Result<PathBuf> {
    let folder = workspace::path("js").join(name);
    let archive = workspace::path("dist").join(format!("{name}.tgz"));
    let mut inputs = Inputs::default()
        .file(&workspace::path("js/package-lock.json"))?
        .folder(&folder, &["node_modules", "dist", "test"])?;
    if let Some(needs) = needs {
        inputs = inputs.file(needs)?;
    }
    inputs.make(&format!("package-{name}"), &[archive.clone(), folder.join("dist")], || {
        process::run_quietly(process::npm().args(["run", "build"]).current_dir(&folder))?;
        let dist = workspace::path("dist");
        fs::create_dir_all(&dist)?;
        let printed = process::read(
            process::npm()
                .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
                .arg(&dist)
                .current_dir(&folder),
        )?;
        let packed = printed.lines().last().context("npm pack named no file")?;
        fs::rename(dist.join(packed), &archive)?;
        println!("built {}", workspace::shown(&archive));
        Ok(())
    })?;
    Ok(archive)
}
