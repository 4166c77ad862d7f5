//! What is in the artifacts, as CycloneDX 1.5. Written by hand: the format is small, and the crate that knows it brings
//! a regular expression engine, an XML parser and the texts of all licences into this program.
//!
//! The same artifacts give the same bytes: there is neither a time nor a random number in it.

use crate::linked::{self, Linked, Name};
use crate::toolchain::Toolchain;
use crate::{build, sums, workspace};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The npm package that the others are made of.
const LIBRARY: &str = "entra-mfa-reset";
const WASM_OF_LIBRARY: [(&str, &str); 2] =
    [("wasm/entra_mfa_reset_bg.wasm", build::JS), ("wasm/sandbox_bg.wasm", build::SANDBOX)];

/// Writes them: beside the components, and beside and in the npm packages.
pub fn write(toolchain: &Toolchain) -> Result<()> {
    let trees = linked::trees()?;
    for (name, package) in build::COMPONENTS {
        let mut parts = Parts::new(toolchain)?;
        let needs = parts.add_crates(&trees[package])?;
        let file = workspace::path("dist").join(format!("{name}.wasm"));
        let component = subject(&format!("{name}.wasm"), &file)?;
        sums::write_changed(&file.with_extension("wasm.cdx.json"), &parts.finish(component, vec![needs]))?;
    }

    let mut parts = Parts::new(toolchain)?;
    let mut needs = parts.add_wasm(&trees)?;
    for name in bundled()? {
        needs.insert(parts.add(npm_component(&name)?, BTreeSet::new()));
    }
    write_package(LIBRARY, parts, needs)?;

    // The nodes for Node-RED depend on the library, which says itself what is in it.
    let mut parts = Parts::new(toolchain)?;
    let library = parts.add(own_component(LIBRARY)?, BTreeSet::new());
    write_package("node-red-contrib-entra-mfa-reset", parts, BTreeSet::from([library]))?;

    // The node for n8n holds the library, without the command and what that holds.
    let mut parts = Parts::new(toolchain)?;
    let wasm = parts.add_wasm(&trees)?;
    let library = parts.add(own_component(LIBRARY)?, wasm);
    write_package("n8n-nodes-entra-mfa-reset", parts, BTreeSet::from([library]))
}

fn write_package(name: &str, parts: Parts, needs: BTreeSet<String>) -> Result<()> {
    let text = parts.finish(own_component(name)?, needs.into_iter().collect());
    sums::write_changed(&workspace::path("js").join(name).join("sbom.cdx.json"), &text)?;
    sums::write_changed(&workspace::path("dist").join(format!("{name}.tgz.cdx.json")), &text)
}

/// One of the npm packages of `js/`.
fn own_component(name: &str) -> Result<Value> {
    let manifest = read(&format!("js/{name}/package.json"))?;
    let [version, licence] = ["version", "license"].map(|field| manifest[field].as_str());
    let version = version.with_context(|| format!("{name} has no version"))?;
    Ok(library(name, version, licence.unwrap_or_default(), &format!("pkg:npm/{name}@{version}")))
}

/// What the library holds of other packages: what its vendored file imports. It depends on nothing else, or this
/// is where to say so.
pub fn bundled() -> Result<BTreeSet<String>> {
    let manifest = read("js/entra-mfa-reset/package.json")?;
    anyhow::ensure!(manifest.get("dependencies").is_none(), "the SBOM does not know dependencies of the npm package");
    let vendor = fs::read_to_string(workspace::path("js/entra-mfa-reset/src/cli/vendor.ts"))?;
    let imports = vendor.split(" from \"").skip(1).filter_map(|rest| rest.split('"').next());
    let name = |import: &str| {
        let parts = if import.starts_with('@') { 2 } else { 1 };
        import.split('/').take(parts).collect::<Vec<_>>().join("/")
    };
    Ok(imports.map(name).collect())
}

fn npm_component(name: &str) -> Result<Value> {
    let lock = read("js/package-lock.json")?;
    let entry = &lock["packages"][format!("node_modules/{name}")];
    let version = entry["version"].as_str().with_context(|| format!("js/package-lock.json has no {name}"))?;
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    Ok(library(name, version, entry["license"].as_str().unwrap_or_default(), &purl))
}

fn read(relative: &str) -> Result<Value> {
    let text = fs::read_to_string(workspace::path(relative)).with_context(|| format!("{relative} cannot be read"))?;
    serde_json::from_str(&text).with_context(|| format!("{relative} is no JSON"))
}

fn library(name: &str, version: &str, licence: &str, purl: &str) -> Value {
    json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        // The way of writing `OR` that crates used before SPDX had one.
        "licenses": [{ "expression": licence.replace('/', " OR ") }],
        "purl": purl,
    })
}

fn subject(name: &str, file: &Path) -> Result<Value> {
    let sum = sums::of(&[file.to_owned()])?.remove(0);
    Ok(json!({
        "type": "application",
        "bom-ref": format!("{name}@{}", env!("CARGO_PKG_VERSION")),
        "name": name,
        "version": env!("CARGO_PKG_VERSION"),
        "hashes": [{ "alg": "SHA-256", "content": sum }],
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }))
}

fn purl((name, version): &Name) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// The components, and what each needs.
struct Parts {
    components: BTreeMap<String, Value>,
    needs: BTreeMap<String, BTreeSet<String>>,
    checksums: BTreeMap<Name, Option<String>>,
    standard: Value,
}

impl Parts {
    fn new(toolchain: &Toolchain) -> Result<Parts> {
        let lock = fs::read_to_string(workspace::path("Cargo.lock"))?;
        let release = toolchain.release()?;
        let purl = format!("pkg:generic/rust-std@{release}");
        Ok(Parts {
            components: BTreeMap::new(),
            needs: BTreeMap::new(),
            checksums: linked::lock_entries(&lock),
            standard: library("rust-std", &release, "MIT OR Apache-2.0", &purl),
        })
    }

    fn add(&mut self, component: Value, needs: BTreeSet<String>) -> String {
        let reference = component["bom-ref"].as_str().unwrap_or_default().to_owned();
        self.components.insert(reference.clone(), component);
        self.needs.entry(reference.clone()).or_default().extend(needs);
        reference
    }

    /// The reference of the crate that needs all others.
    fn add_crates(&mut self, linked: &Linked) -> Result<String> {
        let standard = self.add(self.standard.clone(), BTreeSet::new());
        for (name, found) in linked {
            let mut component = library(&name.0, &name.1, &found.licence, &purl(name));
            if let Some(Some(checksum)) = self.checksums.get(name) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
            }
            let mut needs: BTreeSet<String> = found.needs.iter().map(purl).collect();
            needs.insert(standard.clone());
            self.add(component, needs);
        }
        let needed: BTreeSet<&Name> = linked.values().flat_map(|found| &found.needs).collect();
        linked.keys().find(|name| !needed.contains(name)).map(purl).context("no crate is at the root")
    }

    /// The references of the library's files of wasm, each with its crates.
    fn add_wasm(&mut self, trees: &BTreeMap<String, Linked>) -> Result<BTreeSet<String>> {
        let mut references = BTreeSet::new();
        for (file, package) in WASM_OF_LIBRARY {
            let needs = self.add_crates(&trees[package])?;
            let mut component = subject(file, &workspace::path("js").join(LIBRARY).join(file))?;
            component["type"] = json!("file");
            references.insert(self.add(component, BTreeSet::from([needs])));
        }
        Ok(references)
    }

    fn finish(self, subject: Value, needs: Vec<String>) -> String {
        let mut dependencies = vec![json!({ "ref": subject["bom-ref"], "dependsOn": needs })];
        dependencies
            .extend(self.needs.iter().map(|(reference, needs)| json!({ "ref": reference, "dependsOn": needs })));
        let mut bom = Map::new();
        bom.insert("bomFormat".into(), json!("CycloneDX"));
        bom.insert("specVersion".into(), json!("1.5"));
        bom.insert("version".into(), json!(1));
        bom.insert("metadata".into(), json!({ "component": subject }));
        bom.insert("components".into(), self.components.into_values().collect());
        bom.insert("dependencies".into(), dependencies.into());
        format!("{}\n", Value::Object(bom))
    }
}
