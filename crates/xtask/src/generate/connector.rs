//! The connector for Power Automate, Power Apps and Logic Apps: OpenAPI 2.0, with what its designer shows.
//!
//! OpenAPI 2.0 knows no unions, and a designer no lists of choices inside of a choice: `methods` is a preset here, and
//! a pass is asked for by its options. Who needs more sends the request itself.

use super::openapi::{inputs, outputs};
use super::rest::{Body, OPERATIONS, Operation};
use super::schema::{Definitions, refer, without_formats};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// What a maker fills in first, and what only after asking for more. The rest is shown between the two.
const IMPORTANT: [&str; 6] =
    ["methods", "temporaryAccessPass", "lifetimeInMinutes", "isUsableOnce", "revokeSessions", "reason"];
const ADVANCED: [&str; 6] = ["stableOnly", "verify", "perUserMfa", "notAfter", "startDateTime", "backup"];
/// What only a program can fill in.
const INTERNAL: [&str; 3] = ["planned", "neverRestored", "hiddenKinds"];

/// The file.
pub fn text(contract: &Definitions) -> Result<String> {
    Ok(serde_json::to_string_pretty(&document(contract)?).context("it is no JSON")? + "\n")
}

fn document(contract: &Definitions) -> Result<Value> {
    let operations: Vec<&Operation> = OPERATIONS
        .iter()
        .filter(|operation| operation.is_guarded() && !matches!(operation.body, Body::Lines))
        .collect();
    let mut paths = Map::new();
    for operation in &operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation)?;
    }
    let mut all: Value = contract.clone().into();
    without_formats(&mut all);
    let (inputs, outputs) = (inputs(&all)?, outputs(&all));
    let mut definitions = Map::new();
    for (name, mut schema) in inputs.clone().into_iter().chain(outputs) {
        if !definitions.contains_key(&name) {
            simplify(&mut schema, &name)?;
            name_fields(&mut schema, inputs.contains_key(&name));
            definitions.insert(name, schema);
        }
    }
    let all = definitions.clone();
    for schema in definitions.values_mut() {
        inline(schema, &all)?;
    }
    only_used(&paths, &mut definitions);
    let mut document = json!({
        "swagger": "2.0",
        "info": {
            "title": "Entra MFA reset",
            "description": "Resets the multifactor authentication of Microsoft Entra ID users: removes what is registered, revokes sessions, issues a Temporary Access Pass, and verifies.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "host": "mfa-reset.contoso.com",
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json", "application/problem+json"],
        "paths": paths,
        "definitions": definitions,
        "securityDefinitions": {
            "oauth2": {
                "type": "oauth2",
                "flow": "accessCode",
                "authorizationUrl": "https://login.microsoftonline.com/common/oauth2/authorize",
                "tokenUrl": "https://login.microsoftonline.com/common/oauth2/token",
                "scopes": { "https://graph.microsoft.com/.default": "What the application is granted on Microsoft Graph." },
            },
        },
        "security": [{ "oauth2": ["https://graph.microsoft.com/.default"] }],
        "x-ms-connector-metadata": [
            { "propertyName": "Categories", "propertyValue": "IT Operations;Security" },
        ],
    });
    to_definitions(&mut document);
    Ok(document)
}

fn described(operation: &Operation) -> Result<Value> {
    let mut parameters = Vec::new();
    if operation.is_of_a_user() {
        parameters.push(json!({
            "name": "user",
            "in": "path",
            "required": true,
            "type": "string",
            "description": "Object id or user principal name.",
            "x-ms-summary": "User",
            "x-ms-visibility": "important",
            "x-ms-url-encoding": "single",
        }));
    }
    let body = match operation.body {
        Body::Optional(name) => Some((name, false)),
        Body::Required(name) => Some((name, true)),
        Body::None => None,
        Body::Lines => bail!("{} is a stream, which a connector has not", operation.id),
    };
    if let Some((name, required)) = body {
        parameters.push(json!({
            "name": "body",
            "in": "body",
            "required": required,
            "schema": { "$ref": format!("#/$defs/{name}") },
            "x-ms-visibility": "important",
        }));
    }
    let problem = json!({ "description": "Nothing was written; `code`, `detail` and `help` say why.", "schema": { "$ref": "#/$defs/Problem" } });
    Ok(json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "x-ms-visibility": if matches!(operation.id, "restore" | "preflight") { "advanced" } else { "important" },
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "It was carried out; the body says how it went.",
                "schema": { "$ref": format!("#/$defs/{}", operation.answer) },
            },
            "default": problem,
        },
    }))
}

/// To what OpenAPI 2.0 can say.
fn simplify(schema: &mut Value, name: &str) -> Result<()> {
    match name {
        "Methods" => {
            *schema = json!({
                "type": "string",
                "enum": ["reRegister", "contactDetails", "all", "none"],
                "default": "reRegister",
                "description": "What goes. reRegister is what the portal's button does; contactDetails are phone and e-mail.",
            });
        }
        "PassRequest" => {
            *schema = json!({
                "$ref": "#/$defs/PassOptions",
                "description": "Issues a Temporary Access Pass first. Give a lifetime to ask for one.",
            });
        }
        _ => {}
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array).cloned() {
        let names: Option<Vec<Value>> = choices.iter().map(|choice| choice.get("const").cloned()).collect();
        let names = names.with_context(|| format!("{name} has a choice that is no word"))?;
        *schema = json!({ "type": "string", "enum": names, "description": schema["description"] });
    }
    if schema.get("anyOf").is_some() {
        bail!("{name} is a union, which OpenAPI 2.0 has not");
    }
    Ok(())
}

/// Titles for people, and how soon each field is shown.
fn name_fields(schema: &mut Value, is_input: bool) {
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        property["x-ms-summary"] = title(name).into();
        if !is_input {
            continue;
        }
        let name = name.as_str();
        let visibility = [("important", &IMPORTANT[..]), ("advanced", &ADVANCED[..]), ("internal", &INTERNAL[..])];
        if let Some((visibility, _)) = visibility.iter().find(|(_, names)| names.contains(&name)) {
            property["x-ms-visibility"] = (*visibility).into();
        }
    }
}

/// `lifetimeInMinutes` becomes `Lifetime In Minutes`.
fn title(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() || words.is_empty() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.extend(letter.to_uppercase());
        } else {
            words.push(letter);
        }
    }
    for (word, better) in [("Mfa", "MFA"), ("Ids", "IDs"), ("Id", "ID"), ("Http", "HTTP"), ("Fido2", "FIDO2")] {
        let parts: Vec<&str> = words.split(' ').map(|part| if part == word { better } else { part }).collect();
        words = parts.join(" ");
    }
    words
}

/// A reference stands alone in OpenAPI 2.0: a field that has a title and a description of its own is written out.
fn inline(schema: &mut Value, all: &Map<String, Value>) -> Result<()> {
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        while let Some(target) = property.get("$ref").and_then(Value::as_str) {
            let target = target.rsplit('/').next().unwrap_or_default();
            let mut found = all.get(target).with_context(|| format!("{name} is of no type that is there"))?.clone();
            // Where less can be said here than in the contract, less is described.
            let without = if ["Methods", "PassRequest"].contains(&target) { "description" } else { "$ref" };
            let own = property.as_object().into_iter().flatten();
            for (key, value) in own.filter(|(key, _)| *key != "$ref" && *key != without) {
                found[key] = value.clone();
            }
            *property = found;
        }
        inline(property, all)?;
    }
    Ok(())
}

fn only_used(paths: &Map<String, Value>, definitions: &mut Map<String, Value>) {
    let all = Value::Object(definitions.clone());
    let paths = Value::Object(paths.clone());
    let mut used: Vec<&str> = Vec::new();
    refer(&paths, &mut used);
    let mut at = 0;
    while let Some(name) = used.get(at).copied() {
        refer(&all[name], &mut used);
        at += 1;
    }
    definitions.retain(|name, _| used.contains(&name.as_str()));
}

fn to_definitions(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get_mut("$ref") {
                *target = target.replace("#/$defs/", "#/definitions/");
            }
            object.values_mut().for_each(to_definitions);
        }
        Value::Array(values) => values.iter_mut().for_each(to_definitions),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::schema::contract;

    #[test]
    fn titles_are_for_people() {
        for (name, expected) in [
            ("user", "User"),
            ("perUserMfa", "Per User MFA"),
            ("methodIds", "Method IDs"),
            ("clientRequestIds", "Client Request IDs"),
            ("httpRequests", "HTTP Requests"),
        ] {
            assert_eq!(title(name), expected);
        }
    }

    #[test]
    fn a_flow_cannot_waive_the_guard_and_nothing_is_beyond_openapi_2() {
        let text = text(&contract().unwrap()).unwrap();
        for word in ["allowPrivileged\":", "\"anyOf\"", "\"oneOf\"", "\"const\"", "\"null\"", "$defs"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn every_field_of_the_reset_has_a_title() {
        let document = document(&contract().unwrap()).unwrap();
        let fields = document["definitions"]["ResetOptions"]["properties"].as_object().unwrap();
        assert!(fields.len() > 8);
        for (name, field) in fields {
            assert!(field["x-ms-summary"].is_string() && field["type"].is_string(), "{name}: {field}");
        }
        assert_eq!(fields["temporaryAccessPass"]["properties"]["lifetimeInMinutes"]["maximum"], 43200);
        assert_eq!(fields["planned"]["x-ms-visibility"], "internal");
    }
}
