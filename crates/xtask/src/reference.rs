//! The reference of all that others can call, with warnings denied: target/reference.

use crate::{process, setup, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{Docs, InterfaceId, Resolve, TypeDefKind, WorldItem};

const INDEX: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>entra-mfa-reset: reference</title>
<body style="font: 1rem/1.6 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem">
<h1>entra-mfa-reset</h1>
<ul>
<li><a href="js/index.html">JavaScript and TypeScript</a>: the npm package, its sandbox and its OCSF events
<li><a href="wit/plugin.html">WIT</a>: the component's interfaces
<li><a href="rust/entra_mfa_reset/index.html">Rust</a>: the engine, and <a href="rust/entra_tenant/index.html">the simulated tenant</a>
</ul>
"#;

/// All of it; an item without documentation, a broken link and every other warning is an error.
pub fn run() -> Result<()> {
    let folder = workspace::target().join("reference");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    rust(&folder.join("rust"))?;
    wit(&folder.join("wit"))?;
    javascript(&folder.join("js"))?;
    fs::write(folder.join("index.html"), INDEX)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}

fn rust(folder: &Path) -> Result<()> {
    let crates = "doc --quiet --no-deps --workspace --exclude xtask --exclude hosts --exclude example-rust-wasmtime";
    let mut cargo = Command::new("cargo");
    cargo.args(crates.split(' ')).current_dir(workspace::root()).env("RUSTDOCFLAGS", "-D warnings");
    process::run(&mut cargo)?;
    copy(&workspace::target().join("doc"), folder)
}

fn javascript(folder: &Path) -> Result<()> {
    setup::npm_packages("js")?;
    setup::npm_packages("tests")?;
    let typedoc = workspace::path("tests/node_modules/typedoc/bin/typedoc");
    let mut node = Command::new("node");
    node.arg(typedoc).args(["--logLevel", "Warn", "--out"]).arg(folder);
    process::run(node.current_dir(workspace::path("js/entra-mfa-reset")))
}

fn wit(folder: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(workspace::path("wit")).context("the WIT cannot be read")?;
    let world = *resolve.packages[package].worlds.get("plugin").context("there is no world `plugin`")?;
    let exported = resolve.worlds[world].exports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    });
    let bare: Vec<String> = exported.flat_map(|interface| undocumented(&resolve, interface)).collect();
    if !bare.is_empty() {
        bail!("wit/: no documentation of {}", bare.join(", "));
    }
    let mut files = Files::default();
    wit_bindgen_markdown::Opts::default().build().generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(folder)?;
    for (name, contents) in files.iter() {
        fs::write(folder.join(name), contents)?;
    }
    Ok(())
}

/// The types, fields, cases and functions of an interface that say nothing of themselves.
fn undocumented(resolve: &Resolve, interface: InterfaceId) -> Vec<String> {
    let interface = &resolve.interfaces[interface];
    let mut items: Vec<(String, &Docs)> = Vec::new();
    for (name, id) in &interface.types {
        let definition = &resolve.types[*id];
        let mut member = |of: &str, docs| items.push((format!("{name}.{of}"), docs));
        match &definition.kind {
            // Only taken over from another interface, which describes it.
            TypeDefKind::Type(_) => continue,
            TypeDefKind::Record(record) => record.fields.iter().for_each(|field| member(&field.name, &field.docs)),
            TypeDefKind::Variant(variant) => variant.cases.iter().for_each(|case| member(&case.name, &case.docs)),
            TypeDefKind::Enum(names) => names.cases.iter().for_each(|case| member(&case.name, &case.docs)),
            TypeDefKind::Flags(flags) => flags.flags.iter().for_each(|flag| member(&flag.name, &flag.docs)),
            _ => {}
        }
        items.push((name.clone(), &definition.docs));
    }
    items.extend(interface.functions.iter().map(|(name, function)| (name.clone(), &function.docs)));
    let bare = |docs: &Docs| docs.contents.as_deref().is_none_or(|text| text.trim().is_empty());
    items.into_iter().filter(|(_, docs)| bare(docs)).map(|(name, _)| name).collect()
}

/// A folder and all below it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, place) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if path.is_dir() {
            copy(&path, &place)?;
        } else {
            fs::copy(&path, &place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_itself_is_found() {
        let mut resolve = Resolve::default();
        let text = "package a:b;
            interface c {
                /// Said.
                record d { /// Said.
                    e: u32, f: u32 }
                enum g { /// Said.
                    h }
                i: func();
            }";
        resolve.push_str("a.wit", text).expect("a package");
        let (interface, _) = resolve.interfaces.iter().next().expect("an interface");
        assert_eq!(undocumented(&resolve, interface), ["d.f", "g", "i"]);
    }
}
