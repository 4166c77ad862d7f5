//! What is generated from the Rust types of the contract: the JSON Schemas, the service's OpenAPI and the TypeScript
//! types. The WIT is written by hand, because its documentation speaks to other readers, and compared with the same
//! schema.

mod answers;
mod connector;
mod openapi;
mod rest;
mod schema;
mod typescript;
mod wit;

use crate::workspace;
use anyhow::{Context, Result, bail};
use std::fs;

const SCHEMA: &str = "schema/entra-mfa-reset.schema.json";
const EVENTS: &str = "docs/events.schema.json";
const CONNECTOR: &str = "connectors/power-platform/apiDefinition.swagger.json";
const OPENAPI: &str = "schema/openapi.json";
const TYPESCRIPT: &str = "js/entra-mfa-reset/src/contract.d.ts";
const AGAIN: &str = "run `just gen`, and commit what it changed";

/// Writes the files that are out of date, or with `check` says which they are.
pub fn run(check: bool) -> Result<()> {
    let contract = schema::contract()?;
    let differences = wit::compare(&contract, &workspace::path("wit"))?;
    if !differences.is_empty() {
        bail!("wit/types.wit differs from the Rust types:\n  {}", differences.join("\n  "));
    }
    update(SCHEMA, &schema::text(&contract)?, check)?;
    update(EVENTS, &schema::of_events(&contract)?, check)?;
    update(CONNECTOR, &connector::text(&contract)?, check)?;
    update(OPENAPI, &openapi::text(&contract)?, check)?;
    update(TYPESCRIPT, &typescript::text(&contract)?, check)
}

fn update(relative: &str, text: &str, check: bool) -> Result<()> {
    let path = workspace::path(relative);
    if fs::read_to_string(&path).is_ok_and(|old| old.replace("\r\n", "\n") == text) {
        return Ok(());
    }
    if check {
        bail!("{relative} is out of date: {AGAIN}");
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, text).with_context(|| format!("{relative} cannot be written"))?;
    println!("generated {relative}");
    Ok(())
}
