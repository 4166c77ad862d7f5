//! The examples that Microsoft publishes, read by the code that reads Graph. They lie beside the checkout where the
//! project keeps its research; a checkout without them says so.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

use crate::directory::User;
use crate::graph::{Answer, Context, Object, is_default_method_refusal};
use crate::kind::Kind;
use crate::methods::{Method, Preference};
use crate::pass;
use http::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

fn examples() -> Option<Vec<Value>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/graph/examples.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "skipped: the published examples are not beside this checkout");
        return None;
    };
    let published: Value = serde_json::from_str(&text).expect("JSON");
    Some(published["examples"].as_array().expect("a list").clone())
}

fn answer(example: &Value) -> Answer {
    let status = example["response_status"].as_u64().unwrap_or(200);
    let body = &example["response_body"];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let status = u16::try_from(status).expect("a status");
    Answer::of(http::Response::builder().status(status).body(body.into()).expect("a response"), 0)
}

fn url(example: &Value) -> String {
    example["url"].as_str().unwrap_or_default().to_ascii_lowercase()
}

fn entities(answer: &Answer) -> Vec<Object> {
    match answer.page() {
        Some((items, _)) => items.iter().filter_map(Value::as_object).cloned().collect(),
        None => answer.entity().cloned().into_iter().collect(),
    }
}

#[test]
fn every_published_method_is_read_as_its_kind() {
    let Some(examples) = examples() else { return };
    let mut found: BTreeMap<Kind, usize> = BTreeMap::new();
    for example in &examples {
        let url = url(example);
        let Some((_, rest)) = url.split_once("/authentication/") else { continue };
        let segment = rest.split(['/', '?', '(']).next().unwrap_or_default();
        let listed = Kind::ALL.into_iter().find(|kind| kind.segment().is_some_and(|s| s.eq_ignore_ascii_case(segment)));
        let reads = example["method"] == "GET" && example["response_status"] == 200;
        if !reads || listed.is_none() && segment != "methods" {
            continue;
        }
        for entity in entities(&answer(example)) {
            let method = Method::read(&entity, listed);
            let title = &example["title"];
            assert_ne!(method.kind, Kind::Unknown, "{title}: {entity:?}");
            assert!(listed.is_none_or(|kind| kind == method.kind), "{title}: {entity:?}");
            assert!(!method.id.is_empty() && !method.label.is_empty(), "{title}: {entity:?}");
            if let Some(contact) = &method.contact {
                assert!(!method.label.contains(contact.expose()), "{title} shows a contact");
            }
            *found.entry(method.kind).or_default() += 1;
        }
    }
    println!("{found:?}");
    assert!(found.len() >= 9, "{found:?}");
}

#[test]
fn published_preferences_passes_and_users_are_read() {
    let Some(examples) = examples() else { return };
    let (mut preferences, mut passes, mut users) = (0, 0, 0);
    for example in &examples {
        let url = url(example);
        let answer = answer(example);
        let path = url.split('?').next().unwrap_or_default();
        if path.ends_with("/signinpreferences") && example["method"] == "GET" {
            let preference = Preference::read(answer.entity().expect("a preference"));
            assert_eq!(preference.target(), Some("push"));
            preferences += 1;
        }
        if path.ends_with("/temporaryaccesspassmethods") && example["method"] == "POST" {
            let report = pass::read(&answer).expect("a pass");
            assert!(report.pass.is_some() && report.error.is_none(), "{}", example["title"]);
            passes += 1;
        }
        let tail = path.rsplit("/users/").next().unwrap_or_default();
        if example["method"] == "GET"
            && path.contains("/users/")
            && !tail.contains('/')
            && example["title"] == "Get a user"
        {
            let user = User::read(answer.entity().expect("a user"));
            users += usize::from(user.info().display_name.is_some());
        }
    }
    println!("{preferences} preferences, {passes} passes, {users} users");
    assert!(preferences >= 1 && passes >= 1 && users >= 1);
}

#[test]
fn published_refusals_are_told_apart() {
    let Some(examples) = examples() else { return };
    let titled = |part: &str| {
        let found = examples.iter().find(|example| example["title"].as_str().is_some_and(|title| title.contains(part)));
        answer(found.expect(part))
    };
    assert!(is_default_method_refusal(&titled("Default method cannot be deleted")));
    let not_allowed = titled("Caller not authorised");
    assert!(!is_default_method_refusal(&not_allowed) && !not_allowed.is_unrouted());
    assert_eq!(not_allowed.to_error(Context::Methods).code, crate::ErrorCode::Forbidden);
    let mut unrouted = titled("Generic DELETE");
    unrouted.status = StatusCode::NOT_FOUND;
    assert!(unrouted.is_unrouted());
}
