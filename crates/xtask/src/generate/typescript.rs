use super::schema::Definitions;
use anyhow::{Context, Result, bail};
use serde_json::Value;

const WIDTH: usize = 120;

/// The TypeScript types.
pub fn text(contract: &Definitions) -> Result<String> {
    let mut out = String::from(
        "// Generated from the Rust types by `just gen`; do not edit.\n//\n// A field that is absent is absent: nothing here is ever null.\n",
    );
    for (name, definition) in contract {
        out.push('\n');
        declaration(&mut out, name, definition).with_context(|| format!("{name} has no TypeScript type"))?;
    }
    Ok(out)
}

fn declaration(out: &mut String, name: &str, definition: &Value) -> Result<()> {
    comment(out, "", definition);
    if let Some(properties) = definition.get("properties").and_then(Value::as_object) {
        out.push_str(&format!("export interface {name} {{\n"));
        for (field, value) in properties {
            comment(out, "  ", value);
            let mark = if is_required(definition, field) { "" } else { "?" };
            out.push_str(&format!("  {field}{mark}: {};\n", expression(value)?));
        }
        out.push_str("}\n");
        return Ok(());
    }
    if let Some(cases) = definition.get("oneOf").and_then(Value::as_array) {
        out.push_str(&format!("export type {name} ="));
        for case in cases {
            out.push('\n');
            comment(out, "  ", case);
            out.push_str(&format!("  | {}", expression(case)?));
        }
        out.push_str(";\n");
        return Ok(());
    }
    out.push_str(&format!("export type {name} = {};\n", expression(definition)?));
    Ok(())
}

fn expression(schema: &Value) -> Result<String> {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return Ok(target.rsplit('/').next().unwrap_or(target).to_owned());
    }
    if let Some(value) = schema.get("const") {
        return Ok(value.to_string());
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Ok(values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | "));
    }
    for word in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            return Ok(choices.iter().map(expression).collect::<Result<Vec<_>>>()?.join(" | "));
        }
    }
    Ok(match schema.get("type").and_then(Value::as_str) {
        Some("string") => "string".into(),
        Some("boolean") => "boolean".into(),
        Some("integer" | "number") => "number".into(),
        Some("array") => {
            let item = expression(schema.get("items").context("a list of anything is not in the contract")?)?;
            if item.contains('|') { format!("({item})[]") } else { format!("{item}[]") }
        }
        _ => bail!("the emitter does not know {schema}"),
    })
}

fn is_required(definition: &Value, field: &str) -> bool {
    definition.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|name| name == field))
}

/// The documentation, wrapped.
fn comment(out: &mut String, indent: &str, schema: &Value) {
    let Some(text) = schema.get("description").and_then(Value::as_str) else { return };
    let text = text.replace("*/", "* /");
    let line = format!("{indent}/** {text} */\n");
    if line.chars().count() <= WIDTH {
        out.push_str(&line);
        return;
    }
    out.push_str(&format!("{indent}/**\n"));
    let mut line = format!("{indent} *");
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = format!("{indent} *");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&format!("{line}\n{indent} */\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn emit(definition: Value) -> String {
        let mut out = String::new();
        declaration(&mut out, "Thing", &definition).unwrap();
        out
    }

    #[test]
    fn optional_fields_are_marked() {
        let thing = json!({
            "type": "object",
            "description": "A thing.",
            "required": ["id"],
            "properties": { "id": { "type": "string" }, "sizes": { "type": "array", "items": { "type": "integer" } } },
        });
        assert_eq!(emit(thing), "/** A thing. */\nexport interface Thing {\n  id: string;\n  sizes?: number[];\n}\n");
    }

    #[test]
    fn a_list_of_choices_is_bracketed() {
        let thing = json!({ "type": "array", "items": { "anyOf": [{ "const": "a" }, { "$ref": "#/$defs/B" }] } });
        assert_eq!(emit(thing), "export type Thing = (\"a\" | B)[];\n");
    }

    #[test]
    fn long_documentation_is_wrapped_and_cannot_end_the_comment() {
        let text = emit(json!({ "type": "string", "description": format!("*/ {}", "word ".repeat(60).trim()) }));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches("*/").count(), 1, "{text}");
    }

    #[test]
    fn what_has_no_type_is_an_error() {
        assert!(expression(&json!({})).is_err());
        assert!(expression(&json!({ "type": "object", "additionalProperties": true })).is_err());
    }
}
