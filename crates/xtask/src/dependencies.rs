//! Whether docs/dependencies.md names every dependency, and no other.

use crate::{linked, process, sbom, workspace};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

const LIST: &str = "docs/dependencies.md";
/// Whose own dependencies are part of a product.
const PRODUCTS: [&str; 7] = [
    "entra-mfa-reset",
    "entra-mfa-reset-component",
    "entra-mfa-reset-js",
    "entra-mfa-reset-sandbox",
    "entra-mfa-reset-service",
    "entra-mfa-reset-wasi",
    "entra-tenant",
];
/// The npm manifests, each with its lock file; the examples are found.
const NPM: [(&str, &str); 8] = [
    ("js/package.json", "js/package-lock.json"),
    ("js/entra-mfa-reset/package.json", "js/package-lock.json"),
    ("js/node-red-contrib-entra-mfa-reset/package.json", "js/package-lock.json"),
    ("js/n8n-nodes-entra-mfa-reset/package.json", "js/package-lock.json"),
    ("tests/package.json", "tests/package-lock.json"),
    ("tests/n8n/package.json", "tests/n8n/package-lock.json"),
    ("tests/bench/package.json", "tests/bench/package-lock.json"),
    ("tests/bench/sides/graph-client/package.json", "tests/bench/package-lock.json"),
];

/// Version or versions, licence, and whether it is in the wasm.
#[derive(Debug, PartialEq)]
struct Facts {
    versions: String,
    licence: String,
    in_wasm: Option<bool>,
}

/// Every manifest, with its lock file.
fn manifests() -> Vec<(String, &'static str)> {
    let mut manifests: Vec<_> = NPM.iter().map(|(manifest, lock)| ((*manifest).to_owned(), *lock)).collect();
    for example in fs::read_dir(workspace::path("examples")).expect("the examples").flatten() {
        if example.path().join("package.json").exists() {
            let manifest = format!("examples/{}/package.json", example.file_name().to_string_lossy());
            manifests.push((manifest, "examples/package-lock.json"));
        }
    }
    manifests
}

/// The rows of the table below a heading: the first three cells, and the last.
fn table(heading: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(workspace::path(LIST)).expect(LIST);
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{LIST} has no {heading}"));
    let section = rest.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{LIST}: an empty cell: {row}");
        (cells[0].trim_end_matches('`').to_owned(), cells)
    })
    .collect()
}

fn compare(heading: &str, listed: &BTreeMap<String, Facts>, real: &BTreeMap<String, Facts>) {
    for (name, facts) in real {
        assert_eq!(listed.get(name), Some(facts), "{LIST}, {heading}: {name}");
    }
    for name in listed.keys() {
        assert!(real.contains_key(name), "{LIST}, {heading}: {name} is no such dependency any more");
    }
}

fn metadata(manifest: &str) -> Value {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version", "1", "--manifest-path"]).arg(workspace::path(manifest));
    serde_json::from_str(&process::read(&mut cargo).expect("cargo metadata")).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An exact version stays exact; the usual requirement is written as in the manifest.
fn requirement(text: &str) -> String {
    text.trim_start_matches(['^', '~']).to_owned()
}

/// The direct dependencies: of the products, and all others.
fn direct() -> [BTreeMap<String, Facts>; 2] {
    let in_wasm: BTreeSet<String> = linked::all().expect("the trees").into_keys().map(|(name, _)| name).collect();
    let mut versions: [BTreeMap<String, BTreeSet<String>>; 2] = Default::default();
    let mut licences = BTreeMap::new();
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let metadata = metadata(manifest);
        let members: BTreeSet<String> =
            metadata["workspace_members"].as_array().into_iter().flatten().map(text).collect();
        for package in metadata["packages"].as_array().into_iter().flatten() {
            licences.insert(text(&package["name"]), text(&package["license"]).replace('/', " OR "));
            if !members.contains(&text(&package["id"])) {
                continue;
            }
            for dependency in package["dependencies"].as_array().into_iter().flatten() {
                if dependency.get("path").is_some_and(Value::is_string) {
                    continue;
                }
                let product = PRODUCTS.contains(&text(&package["name"]).as_str())
                    && dependency["kind"].is_null()
                    && dependency["optional"] == false;
                let table = &mut versions[usize::from(!product)];
                table.entry(text(&dependency["name"])).or_default().insert(requirement(&text(&dependency["req"])));
            }
        }
    }
    // What a product has is not listed a second time, where the version is the same.
    let (products, others) = versions.split_at_mut(1);
    others[0].retain(|name, versions| products[0].get(name) != Some(versions));
    versions.map(|table| {
        let facts = |(name, versions): (String, BTreeSet<String>)| {
            let licence = licences.get(&name).cloned().unwrap_or_default();
            let versions = versions.into_iter().collect::<Vec<_>>().join(" and ");
            (name.clone(), Facts { versions, licence, in_wasm: Some(in_wasm.contains(&name)) })
        };
        table.into_iter().map(facts).collect()
    })
}

fn listed(heading: &str) -> BTreeMap<String, Facts> {
    let facts = |cells: Vec<String>| Facts {
        versions: cells[1].clone(),
        licence: cells[2].clone(),
        in_wasm: match cells.last().map(String::as_str) {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        },
    };
    table(heading).into_iter().map(|(name, cells)| (name, facts(cells))).collect()
}

#[test]
fn every_rust_dependency_is_listed() {
    let [products, others] = direct();
    compare("Rust, in the products", &listed("Rust, in the products"), &products);
    compare("Rust, for building and testing", &listed("Rust, for building and testing"), &others);
}

#[test]
fn everything_in_the_wasm_is_listed() {
    let [products, _] = direct();
    let ours = |name: &str| name.starts_with("entra-");
    let mut real: BTreeMap<String, Facts> = BTreeMap::new();
    for ((name, _), found) in linked::all().expect("the trees") {
        if !ours(&name) && !products.contains_key(&name) {
            let licence = found.licence.replace('/', " OR ");
            real.insert(name, Facts { versions: String::new(), licence, in_wasm: None });
        }
    }
    let listed = table("Rust, what those bring into the wasm").into_iter().map(|(name, cells)| {
        let facts = Facts { versions: String::new(), licence: cells[1].clone(), in_wasm: None };
        (name, facts)
    });
    compare("Rust, what those bring into the wasm", &listed.collect(), &real);
}

#[test]
fn every_python_dependency_is_listed() {
    let read =
        |folder: &str| fs::read_to_string(workspace::path(folder).join("requirements.txt")).expect("requirements");
    let requirements = ["examples/python", "tests/service"].map(read).concat();
    let mut real: Vec<_> = requirements.lines().filter_map(|line| line.split_once("==")).collect();
    real.sort_unstable();
    let table = table("Python");
    let listed: Vec<_> = table.iter().map(|(name, cells)| (name.as_str(), cells[1].as_str())).collect();
    assert_eq!(listed, real, "{LIST}, Python");
}

#[test]
fn every_npm_dependency_is_listed() {
    let mut real: BTreeMap<String, (BTreeSet<String>, String)> = BTreeMap::new();
    let bundled = sbom::bundled().expect("what is bundled");
    for (manifest, lock) in manifests() {
        let read = |file: &str| -> Value {
            serde_json::from_str(&fs::read_to_string(workspace::path(file)).expect("a file")).expect("JSON")
        };
        let (manifest, lock) = (read(&manifest), read(lock));
        for kind in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            for (name, version) in manifest[kind].as_object().into_iter().flatten() {
                let version = text(version);
                // What the host brings is no dependency of ours.
                let is_of_host = manifest["peerDependenciesMeta"][name]["optional"] == true;
                if is_of_host || version.starts_with("file:") {
                    continue;
                }
                let packages = lock["packages"].as_object().expect("packages");
                let end = format!("node_modules/{name}");
                let found = packages.iter().find(|(path, _)| path.ends_with(&end)).expect("a locked package");
                if found.1["link"] == true {
                    continue;
                }
                let licence = text(&found.1["license"]);
                // Under another name, so that several versions of one package are there side by side.
                let alias = version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@'));
                let (package, version) = alias.unwrap_or((name, &version));
                let (versions, _) = real.entry(package.to_owned()).or_insert((BTreeSet::new(), licence));
                // Several may ask for the same: an example names all that it needs, so that it can be copied alone.
                versions.insert(requirement(version));
            }
        }
    }
    let facts = |(name, (versions, licence)): (String, (BTreeSet<String>, String))| {
        let versions = versions.into_iter().collect::<Vec<_>>().join(" and ");
        let in_wasm = Some(bundled.contains(&name));
        (name, Facts { versions, licence, in_wasm })
    };
    let real = real.into_iter().map(facts).collect();
    compare("npm", &listed("npm"), &real);
}
