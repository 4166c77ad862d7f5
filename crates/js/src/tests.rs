//! The edge between JavaScript and the engine, as JavaScript meets it.

use crate::{Client, Engine};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: f64 = 1_780_000_000_000.0;
const TOKEN: &str = "eyJ.not-to-be-seen.sig";
const USER: &str = "adele.vance@contoso.com";

fn client() -> Client {
    Client::new("{}", &json!({ "accessToken": TOKEN }).to_string()).unwrap_or_else(|error| {
        panic!("{}", thrown(error));
    })
}

/// The contract's error inside what JavaScript would catch.
fn thrown(error: impl Into<JsValue>) -> Value {
    let message = String::from(error.into().unchecked_into::<js_sys::Error>().message());
    serde_json::from_str(&message).unwrap_or_else(|_| panic!("no contract error: {message}"))
}

fn step(json: Result<String, wasm_bindgen::JsError>) -> Value {
    serde_json::from_str(&json.unwrap_or_else(|error| panic!("{}", thrown(error)))).expect("a step in JSON")
}

fn engine() -> (Engine, Value) {
    let mut engine = client().run("status", USER, "{}").unwrap_or_else(|error| panic!("{}", thrown(error)));
    let first = step(engine.start(NOW, 1.0));
    (engine, first)
}

/// The first effect of that type.
fn effect(step: &Value, kind: &str) -> Value {
    let effects = step["effects"].as_array().expect("effects");
    effects.iter().find(|effect| effect["type"] == kind).unwrap_or_else(|| panic!("no {kind} in {step}")).clone()
}

fn id(effect: &Value) -> u32 {
    u32::try_from(effect["id"].as_u64().expect("an id")).expect("a small id")
}

#[wasm_bindgen_test]
fn bad_options_name_the_field() {
    let error = thrown(Client::new(r#"{"retries":3}"#, r#""host""#).expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("retries")), "{error}");
    let error = thrown(Client::new("{", r#""host""#).expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
}

#[wasm_bindgen_test]
fn an_origin_without_tls_is_refused() {
    let error = thrown(Client::new(r#"{"graphUrl":"http://graph.contoso.com"}"#, r#""host""#).expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
}

#[wasm_bindgen_test]
fn a_bad_credential_is_not_quoted() {
    let error = thrown(Client::new("{}", &json!({ TOKEN: TOKEN }).to_string()).expect_err("refused"));
    assert!(!error.to_string().contains(TOKEN), "{error}");
}

#[wasm_bindgen_test]
fn bad_input_names_the_field() {
    let error =
        thrown(client().run("reset", r#"{"user":"a@contoso.com","methodes":"all"}"#, "{}").expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("methodes")), "{error}");
    let error = thrown(client().run("reset", r#"{"user":5}"#, "{}").expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
    let error = thrown(client().run("revokeSessions", "a@contoso.com", r#"{"x":1}"#).expect_err("refused"));
    assert!(error["message"].as_str().is_some_and(|message| message.contains('x')), "{error}");
    let error = thrown(client().run("explode", "a@contoso.com", "{}").expect_err("refused"));
    assert_eq!(error["code"], "internal");
}

#[wasm_bindgen_test]
fn the_first_request_carries_the_token_and_nobody_else_prints_it() {
    let (engine, first) = engine();
    let send = effect(&first, "send");
    assert!(send["url"].as_str().is_some_and(|url| url.starts_with("https://graph.microsoft.com/")), "{send}");
    let headers = send["headers"].as_array().expect("headers");
    assert!(headers.iter().any(|header| header[1].as_str().is_some_and(|value| value.contains(TOKEN))));
    assert!(!format!("{engine:?}").contains(TOKEN));
    assert!(!format!("{:?}", client()).contains(TOKEN));
}

#[wasm_bindgen_test]
fn unknown_and_repeated_ids_are_errors() {
    let (mut engine, first) = engine();
    let send = id(&effect(&first, "send"));
    let lost = json!({ "failed": { "reason": "lost", "message": "cut" } }).to_string();
    assert!(
        thrown(engine.resume(4_000_000, &lost, NOW).expect_err("never issued"))["message"]
            .to_string()
            .contains("never issued")
    );
    step(engine.resume(send, &lost, NOW));
    assert!(thrown(engine.resume(send, &lost, NOW).expect_err("twice"))["message"].to_string().contains("twice"));
}

#[wasm_bindgen_test]
fn a_reply_that_does_not_fit_leaves_the_run_alive() {
    let (mut engine, first) = engine();
    let send = id(&effect(&first, "send"));
    for reply in ["", "{}", r#"{"response":{}}"#, r#""slept""#] {
        assert_eq!(thrown(engine.resume(send, reply, NOW).expect_err("refused"))["code"], "internal");
    }
    step(engine.resume(send, r#"{"failed":{"reason":"lost","message":"cut"}}"#, NOW));
}

#[wasm_bindgen_test]
fn a_token_in_a_broken_reply_is_not_quoted() {
    let mut engine = Client::new("{}", r#""host""#)
        .and_then(|client| client.run("status", USER, "{}"))
        .unwrap_or_else(|error| panic!("{}", thrown(error)));
    let ask = effect(&step(engine.start(NOW, 1.0)), "token");
    assert!(ask["scope"].as_str().is_some_and(|scope| scope.ends_with("/.default")), "{ask}");
    let error = thrown(
        engine
            .resume(id(&ask), &json!({ "token": { "token": { "value": TOKEN } } }).to_string(), NOW)
            .expect_err("refused"),
    );
    assert!(!error.to_string().contains(TOKEN), "{error}");
}

#[wasm_bindgen_test]
fn garbled_answers_end_in_an_error_and_not_in_a_trap() {
    let garbled = [
        (200, r#"[["content-type","application/json"]]"#, vec![0xff]),
        (200, "[]", b"<html>".to_vec()),
        (0, "[]", Vec::new()),
        (200, r#"[["no header","\n"]]"#, b"{}".to_vec()),
        (200, "{", b"{}".to_vec()),
    ];
    for (status, headers, body) in garbled {
        let (mut engine, first) = engine();
        let mut open = answerable(&first);
        let mut outcome = None;
        let mut clock = NOW;
        for _ in 0..500 {
            let Some(effect) = open.pop() else { break };
            let next = if effect["type"] == "sleep" {
                clock += effect["milliseconds"].as_f64().unwrap_or(0.0);
                engine.resume(id(&effect), r#""slept""#, clock)
            } else {
                clock += 1.0;
                engine.respond(id(&effect), status, headers, body.clone(), clock)
            };
            let next = step(next);
            open.retain(|effect| !next["cancelled"].as_array().expect("ids").contains(&effect["id"]));
            open.extend(answerable(&next));
            if let Some(end) = next.get("outcome") {
                outcome = Some(end.clone());
                break;
            }
        }
        let outcome = outcome.unwrap_or_else(|| panic!("no outcome for {status} {headers}"));
        assert!(outcome["error"]["code"].is_string(), "{outcome}");
        assert_ne!(outcome["error"]["code"], "internal", "{outcome}");
    }
}

/// Sends last, so that they are answered first and no deadline strikes before its request.
fn answerable(step: &Value) -> Vec<Value> {
    let mut effects: Vec<Value> = step["effects"].as_array().expect("effects").clone();
    effects.retain(|effect| effect["type"] != "emit");
    effects.sort_by_key(|effect| effect["type"] == "send");
    effects
}

#[wasm_bindgen_test]
fn many_users_are_asked_for_and_each_bad_one_has_a_report() {
    let mut engine = client()
        .run("resetMany", r#"{"methods":"all"}"#, r#"{"events":false}"#)
        .unwrap_or_else(|error| panic!("{}", thrown(error)));
    let ask = effect(&step(engine.start(NOW, 1.0)), "nextTargets");
    assert!(ask["atMost"].as_u64().is_some_and(|most| most > 0), "{ask}");
    let users =
        json!(["no name", { "user": "a@contoso.com", "request": r#"{"user":"a@contoso.com","metods":"all"}"# }, 5]);
    let reply = json!({ "targets": { "users": users, "end": true } }).to_string();
    let mut last = step(engine.resume(id(&ask), &reply, NOW));
    let reports: Vec<Value> = last["effects"].as_array().expect("effects").clone();
    assert_eq!(reports.len(), 3, "{last}");
    for report in reports {
        assert_eq!(report["report"]["error"]["code"], "invalidInput", "{report}");
        last = step(engine.resume(id(&report), r#""taken""#, NOW));
    }
    assert_eq!(last["outcome"]["ok"], json!({}), "{last}");
    let error = thrown(client().run("resetMany", r#"{"user":"a@contoso.com"}"#, "{}").expect_err("refused"));
    assert_eq!(error["code"], "invalidInput");
}

#[wasm_bindgen_test]
fn cancelling_twice_and_after_the_end() {
    let (mut engine, _) = engine();
    let mut last = step(engine.cancel(NOW));
    if last.get("outcome").is_none() {
        last = step(engine.cancel(NOW));
    }
    assert_eq!(last["outcome"]["error"]["code"], "cancelled", "{last}");
    assert!(thrown(engine.cancel(NOW).expect_err("finished"))["message"].to_string().contains("finished"));
}
