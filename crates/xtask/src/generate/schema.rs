use anyhow::{Context, Result, bail};
use entra_mfa_reset as core;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// A type, by its name in the contract.
pub type Definitions = Map<String, Value>;

/// Every type of the contract, each after what refers to it. What is taken in is described as it may be written, what
/// is handed out as it is written.
pub fn contract() -> Result<Definitions> {
    let settings = SchemaSettings::draft2020_12().with_transform(Absent);
    let mut input = settings.clone().for_deserialize().into_generator();
    add::<core::ResetRequest>(&mut input);
    add::<core::IssuePassOptions>(&mut input);
    add::<core::RevokeSessionsOptions>(&mut input);
    add::<core::RestoreRequest>(&mut input);
    add::<core::ClientOptions>(&mut input);
    let mut output = settings.for_serialize().into_generator();
    add::<core::Report>(&mut output);
    add::<core::Intent>(&mut output);
    add::<core::Status>(&mut output);
    add::<core::Preflight>(&mut output);
    add::<core::Error>(&mut output);
    add::<core::Event>(&mut output);
    add::<core::Backup>(&mut output);

    let mut all = input.take_definitions(true);
    for (name, definition) in output.take_definitions(true) {
        match all.get(&name) {
            Some(other) if *other != definition => bail!("{name} reads otherwise than it writes: give it two types"),
            Some(_) => {}
            None => drop(all.insert(name, definition)),
        }
    }
    Ok(all)
}

/// The JSON Schema file.
pub fn text(contract: &Definitions) -> Result<String> {
    let mut contract = Value::Object(contract.clone());
    without_formats(&mut contract);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "entra-mfa-reset",
        "description": "The types of the contract, under `$defs`. Generated from the Rust types; do not edit.",
        "$defs": contract,
    });
    Ok(serde_json::to_string_pretty(&schema).context("the schema is no JSON")? + "\n")
}

/// The JSON Schema file of the events alone: one event is one document.
pub fn of_events(contract: &Definitions) -> Result<String> {
    let mut used: Vec<&str> = vec!["Event"];
    let mut at = 0;
    while let Some(name) = used.get(at).copied() {
        let definition = contract.get(name).with_context(|| format!("{name} is no type of the contract"))?;
        refer(definition, &mut used);
        at += 1;
    }
    used.sort_unstable();
    let mut defs: Value = used.into_iter().map(|name| (name.to_owned(), contract[name].clone())).collect();
    without_formats(&mut defs);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "entra-mfa-reset events",
        "description": "One event, which is one line of the command's `--events FILE`. Generated from the Rust types; do not edit.",
        "$ref": "#/$defs/Event",
        "$defs": defs,
    });
    Ok(serde_json::to_string_pretty(&schema).context("the schema is no JSON")? + "\n")
}

/// The types that a type is made of.
pub fn refer<'a>(value: &'a Value, used: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            let target = object.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
            used.extend(target.filter(|name| !used.contains(name)));
            object.values().for_each(|value| refer(value, used));
        }
        Value::Array(values) => values.iter().for_each(|value| refer(value, used)),
        _ => {}
    }
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

/// What is absent is absent: no `null` in the contract. And the links of rustdoc mean nothing outside of it.
#[derive(Debug, Clone)]
struct Absent;

impl Transform for Absent {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        if let Some(Value::String(text)) = object.get_mut("description") {
            *text = without_links(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if object.get("default").is_some_and(Value::is_null) {
            object.remove("default");
        }
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|name| name != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                object.insert("type".into(), one);
            }
        }
        if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
            if let [Value::Object(one)] = choices.as_slice() {
                let one = one.clone();
                object.remove("anyOf");
                object.extend(one);
            }
        }
    }
}

/// Rust's widths, which the WIT is compared with, are no formats of JSON Schema.
pub fn without_formats(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("format").is_some_and(Value::is_string) {
                object.remove("format");
            }
            object.values_mut().for_each(without_formats);
        }
        Value::Array(values) => values.iter_mut().for_each(without_formats),
        _ => {}
    }
}

/// ``[`Client::revoke_sessions`](crate::Client::revoke_sessions)`` becomes `` `revokeSessions` ``, as the rest of the
/// contract would say it.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, behind)) = after.split_once("`]") else { break };
        out.push_str(before);
        out.push('`');
        out.push_str(&camel(name.rsplit("::").next().unwrap_or(name)));
        out.push('`');
        rest = match behind.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    out + rest
}

fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_names() {
        let text = "What [`Client::revoke_sessions`](crate::Client::revoke_sessions) takes.";
        assert_eq!(without_links(text), "What `revokeSessions` takes.");
        assert_eq!(without_links("As in [`ResetRequest`] and [`B`]."), "As in `ResetRequest` and `B`.");
        assert_eq!(without_links("A list [1] of `x`."), "A list [1] of `x`.");
    }

    #[test]
    fn nothing_may_be_null() {
        let text = text(&contract().unwrap()).unwrap();
        assert!(!text.contains("null"), "{text}");
    }

    #[test]
    fn the_events_stand_alone() {
        let text = of_events(&contract().unwrap()).unwrap();
        for name in ["Event", "EventMethod", "MethodAction", "Kind", "ErrorCode", "Outcome"] {
            assert!(text.contains(&format!("\n    \"{name}\": {{")), "{name}");
        }
        assert!(!text.contains("\n    \"Report\": {"));
    }

    #[test]
    fn input_refuses_unknown_fields_and_output_allows_later_ones() {
        let contract = contract().unwrap();
        assert_eq!(contract["ResetRequest"]["additionalProperties"], false);
        assert_eq!(contract["ClientOptions"]["required"], Value::Null);
        assert_eq!(contract["Report"]["additionalProperties"], Value::Null);
    }
}
