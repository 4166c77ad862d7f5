use crate::stamp::Inputs;
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::fs;

/// Compiles and packs the npm package.
pub fn make() -> Result<()> {
    let folder = workspace::path("js/entra-mfa-reset");
    let archive = workspace::path("dist/entra-mfa-reset.tgz");
    let inputs = Inputs::default()
        .file(&workspace::path("js/package-lock.json"))?
        .folder(&folder, &["node_modules", "dist", "test"])?;
    inputs.make("package", &[archive.clone(), folder.join("dist")], || {
        process::run_quietly(process::npm().args(["run", "build"]).current_dir(&folder))?;
        let dist = workspace::path("dist");
        fs::create_dir_all(&dist)?;
        let printed = process::read(
            process::npm()
                .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
                .arg(&dist)
                .current_dir(&folder),
        )?;
        let name = printed.lines().last().context("npm pack named no file")?;
        fs::rename(dist.join(name), &archive)?;
        println!("built {}", workspace::shown(&archive));
        Ok(())
    })?;
    Ok(())
}
