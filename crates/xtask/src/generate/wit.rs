use super::schema::Definitions;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use wit_parser::{Resolve, Type, TypeDef, TypeDefKind};

/// Types of the WIT that are built otherwise than in JSON, or that JSON does not have. crates/component converts them
/// by hand, where the compiler sees to it that no case is forgotten.
const ONLY_WIT: &[(&str, &str)] = &[
    ("methods", "a preset or a list of kinds: a variant here, a string or an array in JSON"),
    ("pass-request", "`true` or the options: a variant here"),
    ("allow-privileged", "true, false or a string in JSON: an enum here"),
    ("reset-options", "a reset request without its user: left out in JSON"),
    ("target", "a reset request"),
    ("credential", "an object of the language's own elsewhere"),
    ("client-secret", "part of the credential"),
    ("client-assertion", "part of the credential"),
    ("managed-identity", "part of the credential"),
];

/// Fields of a record that JSON does not have: the component has no other way in for them.
const ONLY_WIT_FIELDS: [(&str, &str); 2] = [("client-options", "credential"), ("client-options", "seed")];

/// Types that the component does not have: a blocking call has nowhere to send its progress.
const ONLY_JSON: [&str; 8] = [
    "Methods",
    "PassRequest",
    "AllowPrivileged",
    "Event",
    "EventMethod",
    "EventOperation",
    "EventStep",
    "EventOutcome",
];

/// The WIT's interface `types`, held against the contract; each difference is one sentence.
pub fn compare(contract: &Definitions, folder: &Path) -> Result<Vec<String>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder).context("the WIT cannot be read")?;
    let types = resolve.packages[package].interfaces.get("types").context("the WIT has no interface `types`")?;
    let mut comparison = Comparison { contract, resolve: &resolve, differences: Vec::new() };
    let mut seen = BTreeSet::new();
    for (name, id) in &resolve.interfaces[*types].types {
        if ONLY_WIT.iter().all(|(only, _)| only != name) {
            comparison.definition(name, &resolve.types[*id]);
        }
        seen.insert(pascal(name));
    }
    for name in contract.keys().filter(|name| !seen.contains(*name) && !ONLY_JSON.contains(&name.as_str())) {
        comparison.differences.push(format!("`{}` is missing", kebab(name)));
    }
    Ok(comparison.differences)
}

struct Comparison<'a> {
    contract: &'a Definitions,
    resolve: &'a Resolve,
    differences: Vec<String>,
}

impl Comparison<'_> {
    fn differs(&mut self, text: String) {
        self.differences.push(text);
    }

    fn definition(&mut self, name: &str, wit: &TypeDef) {
        let Some(json) = self.contract.get(&pascal(name)) else {
            return self.differs(format!("`{name}` has no Rust type `{}`", pascal(name)));
        };
        match &wit.kind {
            TypeDefKind::Enum(wit) => {
                let ours: Vec<_> = wit.cases.iter().map(|case| camel(&case.name)).collect();
                let theirs = cases(json);
                if ours != theirs {
                    self.differs(format!("`{name}` has the cases {}, not {}", ours.join(", "), theirs.join(", ")));
                }
            }
            TypeDefKind::Record(wit) => {
                let nothing = serde_json::Map::new();
                let fields = json.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
                let names: Vec<_> = wit
                    .fields
                    .iter()
                    .filter(|field| !ONLY_WIT_FIELDS.contains(&(name, field.name.as_str())))
                    .map(|field| camel(&field.name))
                    .collect();
                if !names.iter().eq(fields.keys()) {
                    let theirs: Vec<_> = fields.keys().cloned().collect();
                    self.differs(format!("`{name}` has the fields {}, not {}", names.join(", "), theirs.join(", ")));
                }
                for field in &wit.fields {
                    let Some(json_field) = fields.get(&camel(&field.name)) else { continue };
                    let required =
                        json["required"].as_array().is_some_and(|all| all.contains(&camel(&field.name).into()));
                    let expected = expected(json_field);
                    let mut found = self.shown(&field.ty);
                    if !required && self.is_its_own_absence(&field.ty) {
                        found = format!("option<{found}>");
                    }
                    let expected = if required { expected } else { format!("option<{expected}>") };
                    if found != expected {
                        self.differs(format!("`{name}.{}` is {found}, not {expected}", field.name));
                    }
                }
            }
            other => self.differs(format!("`{name}` is a {}, which nothing here compares", other.as_str())),
        }
    }

    /// An empty list, `false` and the first case of an enum stand for a field that is absent in JSON.
    fn is_its_own_absence(&self, wit: &Type) -> bool {
        match wit {
            Type::Bool => true,
            Type::Id(id) => matches!(self.resolve.types[*id].kind, TypeDefKind::List(_) | TypeDefKind::Enum(_)),
            _ => false,
        }
    }

    fn shown(&self, wit: &Type) -> String {
        match wit {
            Type::Bool => "bool".into(),
            Type::String => "string".into(),
            Type::U16 => "u16".into(),
            Type::U32 => "u32".into(),
            Type::U64 => "u64".into(),
            Type::Id(id) => match &self.resolve.types[*id] {
                TypeDef { name: Some(name), .. } => name.clone(),
                TypeDef { kind: TypeDefKind::Option(inner), .. } => format!("option<{}>", self.shown(inner)),
                TypeDef { kind: TypeDefKind::List(inner), .. } => format!("list<{}>", self.shown(inner)),
                TypeDef { kind, .. } => kind.as_str().into(),
            },
            other => format!("{other:?}").to_lowercase(),
        }
    }
}

/// The WIT type that a schema calls for.
fn expected(json: &Value) -> String {
    if let Some(target) = json.get("$ref").and_then(Value::as_str) {
        return kebab(target.rsplit('/').next().unwrap_or(target));
    }
    match json["type"].as_str() {
        Some("boolean") => "bool".into(),
        Some("array") => format!("list<{}>", expected(&json["items"])),
        Some("integer") => json["format"].as_str().unwrap_or("integer").replace("uint", "u"),
        Some(other) => other.into(),
        None => "nothing that WIT knows".into(),
    }
}

/// The names of an enum, in order.
fn cases(json: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let choices = json["oneOf"].as_array().map_or_else(|| vec![json.clone()], Clone::clone);
    for choice in &choices {
        names.extend(choice["const"].as_str().map(str::to_owned));
        names.extend(choice["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    names
}

fn camel(kebab: &str) -> String {
    let pascal = pascal(kebab);
    pascal.chars().take(1).flat_map(char::to_lowercase).chain(pascal.chars().skip(1)).collect()
}

fn pascal(kebab: &str) -> String {
    kebab
        .split('-')
        .flat_map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)))
        .collect()
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    #[test]
    fn names_go_both_ways() {
        for (kebab_name, camel_name) in [("us-gov-do-d", "usGovDoD"), ("fido2", "fido2"), ("qr-code-pin", "qrCodePin")]
        {
            assert_eq!(camel(kebab_name), camel_name);
            assert_eq!(kebab(camel_name), kebab_name);
        }
        assert_eq!(kebab("ErrorInfo"), "error-info");
    }

    /// What `compare` says of these types, against a contract with the record `Thing` and the enum `Colour`.
    fn differences(name: &str, types: &str) -> Vec<String> {
        let contract = json!({
            "Thing": {
                "properties": {
                    "theId": { "type": "string" },
                    "size": { "type": "integer", "format": "uint32" },
                    "colours": { "type": "array", "items": { "$ref": "#/$defs/Colour" } },
                },
                "required": ["theId"],
            },
            "Colour": { "oneOf": [{ "const": "red" }, { "const": "skyBlue" }] },
        });
        let folder = std::env::temp_dir().join(format!("entra-mfa-reset-wit-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("types.wit"), format!("package a:b;\ninterface types {{ {types} }}\n")).unwrap();
        let result = compare(contract.as_object().unwrap(), &folder);
        fs::remove_dir_all(&folder).unwrap();
        result.unwrap()
    }

    const COLOUR: &str = "enum colour { red, sky-blue }";

    #[test]
    fn the_same_types_are_the_same() {
        let thing = "record thing { the-id: string, size: option<u32>, colours: list<colour> }";
        assert_eq!(differences("same", &format!("{COLOUR} {thing}")), [""; 0]);
    }

    #[test]
    fn each_difference_is_told() {
        let thing = "record thing { the-id: option<string>, size: option<u16>, colours: list<string> }";
        let told = differences("types", &format!("{COLOUR} {thing}"));
        assert_eq!(
            told,
            [
                "`thing.the-id` is option<string>, not string",
                "`thing.size` is option<u16>, not option<u32>",
                "`thing.colours` is option<list<string>>, not option<list<colour>>",
            ]
        );
        let told = differences("names", "enum colour { red, green } record thing { the-id: string }");
        assert_eq!(
            told,
            [
                "`colour` has the cases red, green, not red, skyBlue",
                "`thing` has the fields theId, not theId, size, colours"
            ]
        );
        assert_eq!(differences("missing", COLOUR), ["`thing` is missing"]);
        assert_eq!(
            differences(
                "extra",
                &format!(
                    "{COLOUR} record thing {{ the-id: string, size: option<u32>, colours: list<colour> }} record other {{ x: bool }}"
                )
            ),
            ["`other` has no Rust type `Other`"]
        );
    }
}
