//! The service's own description, OpenAPI 3.1, from the contract.

use super::answers::answers;
use super::rest::{Body, OPERATIONS, Operation};
use super::schema::{Definitions, refer, without_formats};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// An object id, or a user principal name.
const USER: &str = r"^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[^@/\\\x00-\x1f\x7f]+@[^/\\\x00-\x1f\x7f]+)$";

/// The file that people read, clients are made from, and the service serves.
pub fn text(contract: &Definitions) -> Result<String> {
    Ok(serde_json::to_string_pretty(&document(contract)?).context("it is no JSON")? + "\n")
}

fn document(contract: &Definitions) -> Result<Value> {
    let mut paths = Map::new();
    for operation in &OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation)?;
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "entra-mfa-reset",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Resets the multifactor authentication of Microsoft Entra ID users.",
            "description": "The service holds no authority of its own: the caller's bearer token is the one that Microsoft Graph sees. Generated from the Rust types; do not edit.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "graphToken": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "graphToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token for Microsoft Graph.",
                },
            },
            "schemas": schemas(contract)?,
        },
    }))
}

fn described(operation: &Operation) -> Result<Value> {
    let mut out = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
    });
    let mut parameters = Vec::new();
    if operation.is_of_a_user() {
        parameters.push(json!({
            "name": "user",
            "in": "path",
            "required": true,
            "description": "Object id or user principal name, percent-encoded: the # of a guest is %23.",
            "schema": { "type": "string", "pattern": USER, "maxLength": 1024 },
            "example": "adele.vance@contoso.com",
        }));
    }
    if let Body::Lines = operation.body {
        parameters.push(json!({
            "name": "defaults",
            "in": "query",
            "description": "What a line leaves out comes from here.",
            "content": { "application/json": { "schema": reference("ResetOptions") } },
        }));
    }
    if operation.waiver {
        parameters.push(json!({
            "name": "allowPrivileged",
            "in": "query",
            "description": "Waives the guard, where the service's operator permits it. No body can.",
            "schema": { "type": "string", "enum": ["false", "ifUnreadable", "true"], "default": "false" },
        }));
    }
    if !parameters.is_empty() {
        out["parameters"] = parameters.into();
    }
    let body = match operation.body {
        Body::None => None,
        Body::Optional(name) => Some((name, false)),
        Body::Required(name) => Some((name, true)),
        Body::Lines => {
            let schema = json!({
                "type": "string",
                "description": "One user a line, at most 65536 bytes: a user's request as a JSON object, or the user alone as a JSON string.",
            });
            let example =
                "\"adele.vance@contoso.com\"\n{\"user\":\"diego.siciliani@contoso.com\",\"methods\":\"all\"}\n";
            let content = json!({ "schema": schema, "x-itemSchema": reference("ManyItem"), "example": example });
            out["requestBody"] = json!({ "required": true, "content": { "application/x-ndjson": content } });
            None
        }
    };
    if let Some((name, required)) = body {
        let mut content = json!({ "schema": reference(name) });
        if let Some(example) = operation.example {
            content["example"] = serde_json::from_str(example).context(operation.id)?;
        }
        out["requestBody"] = json!({ "required": required, "content": { "application/json": content } });
    }
    out["responses"] = answers(operation);
    if !operation.is_guarded() {
        out["security"] = json!([]);
    }
    Ok(out)
}

fn schemas(contract: &Definitions) -> Result<Map<String, Value>> {
    let mut all: Value = contract.clone().into();
    without_formats(&mut all);
    let mut inputs = inputs(&all)?;
    inputs.insert(
        "ManyItem".into(),
        json!({
            "description": "One line: a user's request, or the user alone.",
            "anyOf": [{ "type": "string" }, reference("ResetItem")],
        }),
    );
    let mut outputs = outputs(&all);
    outputs.insert(
        "Health".into(),
        json!({
            "type": "object",
            "properties": { "status": { "type": "string", "const": "ok" }, "version": { "type": "string" } },
            "required": ["status", "version"],
        }),
    );
    outputs.insert("Description".into(), json!({ "type": "object" }));

    // What is taken in may be null where it may be absent, and what is handed out never is.
    let taken: Vec<String> = inputs.keys().cloned().collect();
    inputs.values_mut().for_each(or_null);
    // A type that goes both ways and is not the same in both has a name for each.
    let double: Vec<&String> =
        taken.iter().filter(|name| outputs.get(*name).is_some_and(|output| *output != inputs[*name])).collect();
    let mut schemas = Map::new();
    for (name, mut schema) in inputs.clone() {
        rename(&mut schema, &|target| double.iter().any(|name| *name == target).then(|| format!("{target}Input")));
        let name = if double.contains(&&name) { format!("{name}Input") } else { name };
        schemas.insert(name, schema);
    }
    for (name, schema) in outputs {
        schemas.entry(name).or_insert(schema);
    }
    for schema in schemas.values_mut() {
        rename(schema, &|_| None);
    }
    Ok(schemas)
}

/// What bodies hold: the contract's types without what stands elsewhere in a request.
pub fn inputs(all: &Value) -> Result<Map<String, Value>> {
    let mut inputs = Map::new();
    let without = |name: &str, fields: &[&str], description: &str| -> Result<Value> {
        let mut schema = all.get(name).with_context(|| format!("{name} is no type of the contract"))?.clone();
        for field in fields {
            schema["properties"].as_object_mut().and_then(|all| all.shift_remove(*field));
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name.as_str().is_none_or(|name| !fields.contains(&name)));
            if required.is_empty() {
                schema.as_object_mut().and_then(|schema| schema.shift_remove("required"));
            }
        }
        schema["description"] = description.into();
        Ok(schema)
    };
    inputs.insert(
        "ResetOptions".into(),
        without("ResetRequest", &["user", "allowPrivileged"], "What is asked; the user stands in the path.")?,
    );
    inputs.insert("ResetItem".into(), without("ResetRequest", &["allowPrivileged"], "What is asked for one user.")?);
    inputs.insert(
        "RestoreOptions".into(),
        without("RestoreRequest", &["user", "allowPrivileged"], "What is put back; the user stands in the path.")?,
    );
    inputs.insert(
        "IssuePassOptions".into(),
        without("IssuePassOptions", &["allowPrivileged"], "The pass; what is absent is the tenant's default.")?,
    );
    inputs.insert("RevokeSessionsOptions".into(), without("RevokeSessionsOptions", &[], "Why.")?);
    let mut used: Vec<String> = Vec::new();
    inputs.values().for_each(|schema| collect(schema, &mut used));
    for name in closure(all, used) {
        inputs.entry(&name).or_insert_with(|| all[&name].clone());
    }
    inputs.values_mut().for_each(tighten);
    Ok(inputs)
}

/// What answers hold.
pub fn outputs(all: &Value) -> Map<String, Value> {
    let used = ["Status", "Report", "Preflight", "ErrorCode", "GraphError"].map(str::to_owned).to_vec();
    let mut outputs: Map<String, Value> =
        closure(all, used).into_iter().map(|name| (name.clone(), all[&name].clone())).collect();
    outputs.insert("Problem".into(), problem());
    outputs
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What is not answered, as RFC 9457 has it, with what every error of the contract has.",
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "Where it is described." },
            "title": { "type": "string", "description": "The same for every problem of this code." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "detail": { "type": "string", "description": "One plain sentence; no secret, no whole phone number." },
            "code": { "$ref": "#/$defs/ErrorCode", "description": "The stable name." },
            "help": { "type": "string", "description": "What to do next." },
            "retryable": { "type": "boolean", "description": "Whether the same call may succeed later without any other change." },
            "graph": { "$ref": "#/$defs/GraphError", "description": "What Graph answered, where Graph answered." },
        },
        "required": ["type", "title", "status", "detail", "code", "help", "retryable"],
    })
}

pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn collect(schema: &Value, used: &mut Vec<String>) {
    let mut names: Vec<&str> = Vec::new();
    refer(schema, &mut names);
    used.extend(names.into_iter().map(str::to_owned));
}

/// These types of the contract, and what they are made of.
fn closure(all: &Value, mut used: Vec<String>) -> Vec<String> {
    let mut at = 0;
    while let Some(name) = used.get(at).cloned() {
        let mut found = Vec::new();
        if let Some(schema) = all.get(&name) {
            collect(schema, &mut found);
        }
        found.retain(|name| !used.contains(name));
        found.sort_unstable();
        found.dedup();
        used.extend(found);
        at += 1;
    }
    used.retain(|name| all.get(name).is_some());
    let mut seen = Vec::new();
    used.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    used
}

/// What the contract says in words.
fn tighten(schema: &mut Value) {
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        match name.as_str() {
            "lifetimeInMinutes" => {
                property["minimum"] = 10.into();
                property["maximum"] = 43200.into();
            }
            "notAfter" | "startDateTime" => property["format"] = "date-time".into(),
            "user" => property["minLength"] = 1.into(),
            _ => {}
        }
    }
}

fn or_null(schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|one| one == name));
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if is_required(name) {
            continue;
        }
        if let Some(kind) = property.get("type").cloned() {
            property["type"] = json!([kind, "null"]);
        } else if let Some(target) = property.as_object_mut().and_then(|property| property.shift_remove("$ref")) {
            property["anyOf"] = json!([{ "$ref": target }, { "type": "null" }]);
        }
    }
}

/// From the place that the contract's types have to the one that they have here.
fn rename(schema: &mut Value, name: &dyn Fn(&str) -> Option<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get_mut("$ref") {
                let last = target.rsplit('/').next().unwrap_or_default().to_owned();
                *target = format!("#/components/schemas/{}", name(&last).unwrap_or(last));
            }
            object.values_mut().for_each(|value| rename(value, name));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::schema::contract;
    use entra_mfa_reset_service::{problem::KINDS, settings};

    #[test]
    fn every_reference_has_a_target_and_no_schema_is_left_over() {
        let document = document(&contract().unwrap()).unwrap();
        let mut used = Vec::new();
        refer(&document, &mut used);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for name in &used {
            assert!(schemas.contains_key(*name), "{name}");
        }
        for name in schemas.keys() {
            assert!(used.contains(&name.as_str()), "{name} is not used");
        }
    }

    #[test]
    fn no_body_can_waive_the_guard() {
        let document = document(&contract().unwrap()).unwrap();
        assert!(!document["components"].to_string().contains("allowPrivileged\":"));
    }

    #[test]
    fn the_page_about_the_service_has_every_problem_and_every_variable() {
        let page = std::fs::read_to_string(crate::workspace::path("docs/service.md")).unwrap();
        for (_, status, name, title) in KINDS {
            let row = format!("| <a id=\"{name}\"></a>`{name}` | {status} | {title}");
            assert!(page.contains(&row), "docs/service.md lacks: {row}");
        }
        for (name, _) in settings::VARIABLES {
            assert!(page.contains(&format!("| `{name}` |")), "docs/service.md lacks {name}");
        }
    }
}
