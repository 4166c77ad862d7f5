//! Answers that somebody in between has changed.

use super::tenants::pick;
use bytes::Bytes;
use fastrand::Rng;
use serde_json::{Value, json};

/// An answer that somebody in between has changed so that it shows.
pub fn spoilt(dice: &mut Rng, response: http::Response<Bytes>) -> http::Response<Bytes> {
    let (mut head, body) = response.into_parts();
    let mut json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let body = match dice.u32(..8) {
        0 => Bytes::from_static(b"<html>Please sign in to the guest network</html>"),
        1 => {
            let junk =
                ["null", "7", "\"x\"", "[]", "{}", "{\"value\":null}", "{\"value\":[null]}", "{\"responses\":[]}"];
            Bytes::from(pick(dice, &junk))
        }
        2 => Bytes::from("[".repeat(100_000)),
        3 => {
            relink(&mut json, "https://graph.microsoft.com.evil.example/v1.0/users");
            Bytes::from(json.to_string())
        }
        4 => {
            let evil = http::HeaderValue::from_static("https://evil.example/");
            head.headers.insert(http::header::LOCATION, evil);
            head.status = pick(dice, &[http::StatusCode::TEMPORARY_REDIRECT, http::StatusCode::FOUND]);
            body
        }
        5 => {
            let after = pick(dice, &["99999999999", "-1", "abc", "1e9", "Fri, 31 Dec 9999 23:59:59 GMT"]);
            head.headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static(after));
            body
        }
        _ => {
            if let Some(members) = json.get_mut("responses").and_then(Value::as_array_mut).filter(|m| !m.is_empty()) {
                let at = dice.usize(..members.len());
                match dice.u32(..5) {
                    0 => drop(members.remove(at)),
                    1 => members.push(json!({ "id": "99", "status": 204 })),
                    2 => members[at]["status"] = pick(dice, &[json!("204"), json!(null), json!(99), json!(-1)]),
                    3 => {
                        let mut twice = members[at].clone();
                        twice["status"] = json!(500);
                        members.push(twice);
                    }
                    _ => members[at]["body"] = pick(dice, &[json!(7), json!([]), json!({ "value": [7] })]),
                }
            }
            Bytes::from(json.to_string())
        }
    };
    http::Response::from_parts(head, body)
}

fn relink(json: &mut Value, link: &str) {
    match json {
        Value::Object(object) => {
            if object.get("value").is_some_and(Value::is_array) {
                object.insert("@odata.nextLink".into(), link.into());
            }
            object.values_mut().for_each(|value| relink(value, link));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| relink(item, link)),
        _ => {}
    }
}
