//! The service in wasmtime, in simulated time: what Graph says to a token that it refuses and to who asks too often, and
//! how the caller hears of it.

use crate::service::is_problem;
use base64ct::{Base64, Encoding};
use entra_tenant::{FaultRates, Faults, RetryAfter, Seed, TokenClaims};
use hosts::artifact::{SERVICE, SERVICE_ENV};
use hosts::desk::{Desk, Said};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ADELE: &str = "/v1/users/adele.vance@contoso.com/mfa";

/// What a library that answers challenges reads out of the header.
fn claims(said: &Said) -> Value {
    let challenge = said.header("www-authenticate").unwrap();
    let encoded = challenge.strip_prefix("Bearer error=\"insufficient_claims\", claims=\"").unwrap();
    let claims = Base64::decode_vec(encoded.strip_suffix('"').unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_reaches_whoever_can_sign_in_again() {
    let mut seed = Seed::sample();
    seed.settings.claims_challenge = true;
    let page = "https://desk.contoso.com";
    let mut desk = Desk::open(&SERVICE_ENV, seed, &[("ENTRA_MFA_RESET_CORS_ORIGINS", page)]).unwrap();
    let before = desk.tenant.state().users;
    let line = "\"adele.vance@contoso.com\"\n";
    for (method, path, body) in [
        ("GET", ADELE.to_owned(), ""),
        ("POST", format!("{ADELE}/plan"), ""),
        ("POST", format!("{ADELE}/reset"), ""),
        ("POST", format!("{ADELE}/revoke-sessions"), ""),
        ("POST", format!("{ADELE}/temporary-access-pass"), ""),
        ("POST", "/v1/plan-many".to_owned(), line),
        ("POST", "/v1/reset-many".to_owned(), line),
    ] {
        let kind = if body.is_empty() { "application/json" } else { "application/x-ndjson" };
        let request = desk.request(method, &path).header("content-type", kind).header("origin", page);
        let said = desk.send(request, body).await.unwrap();
        is_problem(&said, 401, "unauthenticated");
        let asked = claims(&said);
        assert_eq!(asked["access_token"]["nbf"]["essential"], true, "{path}: {asked}");
        let graph = &said.json().unwrap()["graph"];
        assert_eq!((&graph["status"], graph["requestId"].is_string()), (&json!(401), true), "{path}: {graph}");
        let told: Value = serde_json::from_str(graph["claims"].as_str().unwrap()).unwrap();
        assert_eq!(told, asked, "{path}");
        let seen = said.header("access-control-expose-headers").unwrap();
        assert!(seen.contains("WWW-Authenticate"), "a page has to see it: {seen}");
    }
    assert_eq!(desk.tenant.state().users, before);

    let renewed = TokenClaims { uti: Some("renewed".to_owned()), ..TokenClaims::everything() };
    desk.token = desk.tenant.with_tenant(|tenant| tenant.access_token(&renewed));
    let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
    assert_eq!(said.json().unwrap()["outcome"], "complete", "{said:?}");
}

/// A token that is refused for another reason is asked for nothing.
#[tokio::test(start_paused = true)]
async fn without_claims_the_challenge_is_bare() {
    let faults = Faults::new(1, FaultRates { expired_token: 1.0, ..FaultRates::default() });
    let desk = Desk::furnish(&SERVICE, Seed::sample(), faults, &[], usize::MAX).unwrap();
    let said = desk.call("GET", ADELE, None).await.unwrap();
    is_problem(&said, 401, "unauthenticated");
    assert_eq!(said.header("www-authenticate"), Some("Bearer"));
    let graph = &said.json().unwrap()["graph"];
    assert_eq!((&graph["status"], graph.get("claims")), (&json!(401), None), "{graph}");
}

/// The same request, before tenants whose answers differ in nothing but chance: the header's values, and whether
/// anything was written.
async fn ask(rates: FaultRates, form: RetryAfter, status: u16, code: &str) -> BTreeSet<Option<u32>> {
    let options = json!({ "limits": { "retries": 0 } }).to_string();
    let mut found = BTreeSet::new();
    for seed in 0..8 {
        let mut sample = Seed::sample();
        sample.settings.retry_after = form;
        let faults = Faults::new(seed, rates.clone());
        let variables = [("ENTRA_MFA_RESET_OPTIONS", options.as_str())];
        let desk = Desk::furnish(&SERVICE_ENV, sample, faults, &variables, usize::MAX).unwrap();
        let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
        is_problem(&said, status, code);
        let seconds = said.header("retry-after").map(|text| text.parse().unwrap());
        let graph = &said.json().unwrap()["graph"];
        assert_eq!(graph.get("retryAfterSeconds").and_then(Value::as_u64), seconds.map(u64::from), "{said:?}");
        assert_eq!(desk.tenant.counts().writes, 0);
        found.insert(seconds);
    }
    found
}

#[tokio::test(start_paused = true)]
async fn who_asks_too_often_hears_for_how_long_to_wait() {
    let throttled = FaultRates { throttled: 1.0, ..FaultRates::default() };
    for form in [RetryAfter::Seconds, RetryAfter::Fraction, RetryAfter::Date] {
        let found = ask(throttled.clone(), form, 429, "throttled").await;
        // The tenant asks for three seconds at most, and a date says whole ones.
        assert!(found.iter().all(|seconds| matches!(seconds, Some(0..=4))), "{form:?}: {found:?}");
        assert!(found.len() > 1, "it is what Graph said, each time: {form:?}: {found:?}");
    }
    assert_eq!(ask(throttled, RetryAfter::Absent, 429, "throttled").await, BTreeSet::from([None]));
}

#[tokio::test(start_paused = true)]
async fn graphs_503_is_passed_on_with_the_time_that_it_names() {
    let unavailable = FaultRates { unavailable: 1.0, ..FaultRates::default() };
    let found = ask(unavailable, RetryAfter::Seconds, 503, "unreachable").await;
    assert_eq!(found, BTreeSet::from([None, Some(2)]));
    let page = FaultRates { html: 1.0, ..FaultRates::default() };
    assert_eq!(ask(page, RetryAfter::Seconds, 502, "unreachable").await, BTreeSet::from([None]));
}
