//! What the service answers: every status that an operation can end with, and what its head says.

use super::openapi::reference;
use super::rest::{Body, Operation};
use entra_mfa_reset::ErrorCode;
use entra_mfa_reset_service::problem::{KINDS, UNAVAILABLE};
use serde_json::{Map, Value, json};

/// The answers of an operation, by status.
pub fn answers(operation: &Operation) -> Value {
    let content = match operation.body {
        Body::Lines => json!({ "application/x-ndjson": {
            "schema": { "type": "string", "description": "A report a line; of the last line perhaps a problem." },
            "x-itemSchema": { "anyOf": [reference(operation.answer), reference("Problem")] },
        } }),
        _ => json!({ "application/json": { "schema": reference(operation.answer) } }),
    };
    let mut out = Map::new();
    out.insert(
        "200".into(),
        json!({ "description": "It was carried out; the body says how it went.", "content": content }),
    );
    let mut statuses: Vec<(u16, String)> = Vec::new();
    let of_a_body = !matches!(operation.body, Body::None);
    for (code, status, _, title) in KINDS {
        if can_end_with(operation, code) {
            match statuses.iter_mut().find(|(known, _)| *known == status) {
                Some((_, text)) => *text += &format!(". {title}"),
                None => statuses.push((status, title.to_owned())),
            }
        }
    }
    if let Some((_, text)) = statuses.iter_mut().find(|(known, _)| *known == UNAVAILABLE) {
        *text += ". Graph says that it is unavailable";
    }
    if of_a_body {
        statuses.push((408, "The body did not arrive in time".to_owned()));
        statuses.push((413, "The body is too large".to_owned()));
        statuses.push((415, "The body is of another type".to_owned()));
    }
    statuses.sort_unstable();
    for (status, text) in statuses {
        let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
        let mut answer = json!({ "description": format!("{text}."), "content": content });
        if let Some(headers) = headers(status) {
            answer["headers"] = headers;
        }
        out.insert(status.to_string(), answer);
    }
    out.into()
}

/// What a problem's head says beside its body.
fn headers(status: u16) -> Option<Value> {
    match status {
        401 => Some(json!({ "WWW-Authenticate": {
            "description": "`Bearer`; with `error=\"insufficient_claims\"` and the claims in base64 where continuous access evaluation refused the token. Sign in again with them.",
            "required": true,
            "schema": { "type": "string", "pattern": "^Bearer( error=\"insufficient_claims\", claims=\"[A-Za-z0-9+/]*={0,2}\")?$" },
        } })),
        429 | UNAVAILABLE => Some(json!({ "Retry-After": {
            "description": "How many seconds to wait, where Graph has said so.",
            "schema": { "type": "integer", "minimum": 0 },
        } })),
        _ => None,
    }
}

/// What ends an operation before anything is written. Of many users, each has a report that says so.
fn can_end_with(operation: &Operation, code: ErrorCode) -> bool {
    if !operation.is_guarded() {
        return code == ErrorCode::Internal;
    }
    let at_all = [ErrorCode::InvalidInput, ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::Internal];
    if !operation.is_of_a_user() {
        return at_all.contains(&code);
    }
    code != ErrorCode::DuplicateUser
}
