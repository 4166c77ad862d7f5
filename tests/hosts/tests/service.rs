//! The service in wasmtime, in simulated time: one user.

use bytes::Bytes;
use entra_tenant::Seed;
use hosts::artifact::{SERVICE, SERVICE_ENV};
use hosts::desk::{Desk, Said, whole};
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use wasmtime_wasi_http::WasiBody;

const ADELE: &str = "/v1/users/adele.vance@contoso.com/mfa";
const ADMIN: &str = "/v1/users/admin@contoso.com/mfa";

fn desk() -> Desk {
    Desk::open(&SERVICE, Seed::sample(), &[]).unwrap()
}

fn kinds(desk: &Desk, user: &str) -> Vec<String> {
    let users = desk.tenant.state().users;
    let user = users.iter().find(|found| found.user_principal_name == user).unwrap();
    let kind = |method: &serde_json::Map<String, Value>| {
        method["@odata.type"].as_str().unwrap().replace("#microsoft.graph.", "").replace("AuthenticationMethod", "")
    };
    let mut kinds: Vec<String> = user.methods.iter().map(kind).filter(|kind| kind != "password").collect();
    kinds.sort_unstable();
    kinds
}

/// A problem as RFC 9457 has it, with what the contract's error has.
pub fn is_problem(said: &Said, status: u16, code: &str) {
    assert_eq!((said.status, said.header("content-type")), (status, Some("application/problem+json")), "{said:?}");
    assert_eq!(said.header("cache-control"), Some("no-store"));
    let problem = said.json().unwrap();
    assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{problem}");
    for name in ["type", "title", "detail", "help"] {
        assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {problem}");
    }
    assert!(problem["type"].as_str().unwrap().ends_with(&format!("docs/service.md#{code}")), "{problem}");
    assert!(problem["retryable"].is_boolean(), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn every_operation_does_at_the_tenant_what_it_says() {
    let desk = desk();
    let status = desk.call("GET", ADELE, None).await.unwrap();
    assert_eq!((status.status, status.header("content-type")), (200, Some("application/json")));
    assert_eq!(status.json().unwrap()["methods"].as_array().unwrap().len(), 7);

    let plan = desk.call("POST", &format!("{ADELE}/plan"), None).await.unwrap();
    assert_eq!(plan.json().unwrap()["outcome"], "planned", "{plan:?}");
    assert_eq!(kinds(&desk, "adele.vance@contoso.com").len(), 6, "a plan writes nothing");

    let asked = json!({ "temporaryAccessPass": { "lifetimeInMinutes": 60 }, "backup": true, "reason": "INC0012345" });
    let reset = desk.call("POST", &format!("{ADELE}/reset"), Some(&asked)).await.unwrap();
    let report = reset.json().unwrap();
    assert_eq!((reset.status, &report["outcome"], &report["reason"]), (200, &json!("complete"), &json!("INC0012345")));
    assert_eq!(reset.header("cache-control"), Some("no-store"), "it holds a pass");
    assert!(report["temporaryAccessPass"]["pass"].as_str().is_some_and(|pass| !pass.is_empty()));
    let left = ["email", "fido2", "temporaryAccessPass", "windowsHelloForBusiness"];
    assert_eq!(kinds(&desk, "adele.vance@contoso.com"), left);

    let backup = json!({ "backup": { "phones": report["backup"]["phones"] } });
    let restored = desk.call("POST", &format!("{ADELE}/restore"), Some(&backup)).await.unwrap();
    assert_eq!(restored.json().unwrap()["outcome"], "complete", "{restored:?}");
    assert!(kinds(&desk, "adele.vance@contoso.com").contains(&"phone".to_owned()));

    let before = desk.tenant.state().users;
    let asked = json!({ "reason": "INC0012346" });
    let revoked = desk.call("POST", &format!("{ADELE}/revoke-sessions"), Some(&asked)).await.unwrap();
    assert_eq!(revoked.json().unwrap()["sessions"]["outcome"], "revoked", "{revoked:?}");
    assert_ne!(desk.tenant.state().users, before, "the sessions begin later now");

    let asked = json!({ "lifetimeInMinutes": 90, "isUsableOnce": true });
    let path = "/v1/users/nestor.wilke@contoso.com/mfa/temporary-access-pass";
    let issued = desk.call("POST", path, Some(&asked)).await.unwrap();
    assert_eq!(issued.json().unwrap()["temporaryAccessPass"]["lifetimeInMinutes"], 90, "{issued:?}");
    assert_eq!(kinds(&desk, "nestor.wilke@contoso.com"), ["temporaryAccessPass"]);

    let asked = json!({ "methods": ["fido2"] });
    let preflight = desk.call("POST", "/v1/preflight", Some(&asked)).await.unwrap();
    assert_eq!(preflight.json().unwrap()["ready"], true, "{preflight:?}");
    assert_eq!(desk.tenant.state().violations, []);
}

#[tokio::test(start_paused = true)]
async fn a_guests_name_arrives_whole() {
    let desk = desk();
    for name in [
        "lidia.holloway_fabrikam.com%23EXT%23@contoso.com",
        "lidia.holloway_fabrikam.com%23EXT%23%40contoso.com",
        "%24ervice.desk@contoso.com",
        "o'brien@contoso.com",
        "0a000001-5c1e-4f3a-9b7d-000000000001",
    ] {
        let reset = desk.call("POST", &format!("/v1/users/{name}/mfa/reset"), Some(&json!({}))).await.unwrap();
        assert_eq!(reset.json().unwrap()["outcome"], "complete", "{name}: {reset:?}");
    }
    assert_eq!(kinds(&desk, "lidia.holloway_fabrikam.com#EXT#@contoso.com"), [""; 0]);
    assert_eq!(desk.tenant.state().users.len(), Seed::sample().users.len());
    assert_eq!(desk.tenant.state().violations, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_a_problem_and_changes_nothing() {
    let mut seed = Seed::sample();
    seed.settings.temporary_access_pass.enabled = false;
    let desk = Desk::open(&SERVICE, seed, &[]).unwrap();
    let before = desk.tenant.state().users;
    let pass = json!({ "temporaryAccessPass": true });
    let expired = json!({ "notAfter": "2026-11-21T08:59:00Z" });
    let restricted = "/v1/users/pradeep.gupta@contoso.com/mfa/reset";
    let cases: [(&str, String, Option<Value>, u16, &str); 19] = [
        ("GET", "/v1/users/nobody@contoso.com/mfa".into(), None, 404, "userNotFound"),
        ("POST", format!("{ADMIN}/reset"), None, 403, "protectedUser"),
        ("POST", format!("{ADMIN}/temporary-access-pass"), None, 403, "protectedUser"),
        ("POST", restricted.into(), None, 403, "managementRestricted"),
        ("POST", format!("{ADELE}/reset"), Some(pass), 422, "policyRejected"),
        ("POST", format!("{ADELE}/reset"), Some(expired), 412, "expired"),
        ("POST", format!("{ADELE}/reset"), Some(json!({ "method": "all" })), 400, "invalidInput"),
        ("POST", format!("{ADELE}/reset"), Some(json!([])), 400, "invalidInput"),
        ("POST", format!("{ADELE}/reset"), Some(json!({ "user": "diego.siciliani@contoso.com" })), 400, "invalidInput"),
        ("POST", format!("{ADELE}/restore"), None, 400, "invalidInput"),
        ("POST", format!("{ADELE}/restore"), Some(json!({ "backup": {}, "user": "a" })), 400, "invalidInput"),
        ("POST", format!("{ADELE}/reset?dryRun=true"), None, 400, "invalidInput"),
        ("GET", "/v1/users/a%2/mfa".into(), None, 400, "invalidInput"),
        ("GET", "/v1/users/%2e%2e/mfa".into(), None, 400, "invalidInput"),
        ("GET", "/v1/users//mfa".into(), None, 400, "invalidInput"),
        ("GET", "/v2/users".into(), None, 404, "invalidInput"),
        ("GET", format!("{ADELE}/reset"), None, 405, "invalidInput"),
        ("DELETE", ADELE.into(), None, 405, "invalidInput"),
        ("OPTIONS", ADELE.into(), None, 405, "invalidInput"),
    ];
    for (method, path, body, status, code) in cases {
        let said = desk.call(method, &path, body.as_ref()).await.unwrap();
        println!("{method} {path}: {}", said.body);
        is_problem(&said, status, code);
        assert!(!said.body.contains(&desk.token));
        let allow = (status == 405).then(|| if path == ADELE { "GET" } else { "POST" });
        assert_eq!(said.header("allow"), allow, "{method} {path}");
    }
    assert_eq!(desk.tenant.state().users, before);
    assert_eq!(desk.tenant.state().violations, []);
}

#[tokio::test(start_paused = true)]
async fn the_token_is_the_callers_and_nobody_elses() {
    let desk = desk();
    let other = |value: &str| desk.anonymous("GET", ADELE).header("authorization", value);
    for request in [
        desk.anonymous("GET", ADELE),
        other("Basic YTpi"),
        other("Bearer"),
        other("Bearer  "),
        other("Bearer a b"),
        other("Bearer not-a-token-of-this-tenant"),
        other("Bearer a").header("authorization", "Bearer b"),
        desk.anonymous("POST", &format!("{ADELE}/reset")),
        desk.anonymous("POST", "/v1/preflight"),
        desk.anonymous("POST", "/v1/reset-many").header("content-type", "application/x-ndjson"),
        desk.anonymous("POST", "/v1/plan-many")
            .header("content-type", "application/x-ndjson")
            .header("authorization", "Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjF9."),
    ] {
        let shown = format!("{request:?}");
        let said = desk.send(request, "").await.unwrap();
        is_problem(&said, 401, "unauthenticated");
        assert_eq!(said.header("www-authenticate"), Some("Bearer"), "{shown}");
    }
    assert_eq!(desk.tenant.state().counts.violations, 0);
    let small = desk.send(desk.anonymous("GET", ADELE).header("authorization", format!("bearer {}", desk.token)), "");
    assert_eq!(small.await.unwrap().status, 200, "the scheme has no case");
}

#[tokio::test(start_paused = true)]
async fn a_message_cannot_waive_the_guard() {
    let waiving = json!({ "allowPrivileged": true });
    for (variable, most) in [(None, 0), (Some("ifUnreadable"), 1), (Some("true"), 2)] {
        let variables: Vec<_> = variable.map(|value| ("ENTRA_MFA_RESET_ALLOW_PRIVILEGED", value)).into_iter().collect();
        let desk = Desk::open(&SERVICE_ENV, Seed::sample(), &variables).unwrap();
        let before = desk.tenant.state().users;
        for operation in ["plan", "reset", "temporary-access-pass"] {
            let said = desk.call("POST", &format!("{ADMIN}/{operation}"), Some(&waiving)).await.unwrap();
            is_problem(&said, 400, "invalidInput");
        }
        for (at, asked) in ["false", "ifUnreadable", "true"].into_iter().enumerate() {
            let said = desk.call("POST", &format!("{ADMIN}/plan?allowPrivileged={asked}"), None).await.unwrap();
            let report = said.json().unwrap();
            match (at > most, asked) {
                (true, _) => is_problem(&said, 403, "forbidden"),
                (false, "true") => assert_eq!(report["outcome"], "planned", "{report}"),
                (false, _) => assert_eq!(report["error"]["code"], "protectedUser", "{report}"),
            }
        }
        assert_eq!(desk.tenant.state().users, before);
        if most == 2 {
            let said = desk.call("POST", &format!("{ADMIN}/reset?allowPrivileged=true"), None).await.unwrap();
            assert_eq!(said.json().unwrap()["outcome"], "complete", "{said:?}");
            assert_eq!(kinds(&desk, "admin@contoso.com"), [""; 0]);
        }
    }
}

/// A body whose pieces are sent later.
pub fn pieces() -> (http_body_util::channel::Sender<Bytes, Infallible>, WasiBody) {
    let (sender, body) = Channel::new(1);
    (sender, body.map_err(|never| match never {}).boxed_unsync())
}

#[tokio::test(start_paused = true)]
async fn a_body_is_bounded_in_size_and_time() {
    let desk = desk();
    let post = |path: &str| desk.request("POST", path).header("content-type", "application/json");
    let reset = format!("{ADELE}/reset");
    let large = json!({ "reason": "x".repeat(70_000) }).to_string();
    is_problem(&desk.send(post(&reset), &large).await.unwrap(), 413, "invalidInput");

    let (mut sender, body) = pieces();
    sender.send_data("{\"reason\":".into()).await.unwrap();
    let said = whole(desk.begin(post(&reset), body).await.unwrap()).await.unwrap();
    is_problem(&said, 408, "timeout");
    assert_eq!(desk.clock.elapsed() / 1000, 30);
    drop(sender);

    for (kind, status) in
        [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("APPLICATION/JSON; charset=utf-8", 200)]
    {
        let said =
            desk.send(desk.request("POST", &format!("{ADELE}/plan")).header("content-type", kind), "{}").await.unwrap();
        assert_eq!(said.status, status, "{kind}: {said:?}");
    }
    let said = desk.send(desk.request("POST", &reset), "{}").await.unwrap();
    is_problem(&said, 415, "invalidInput");
    assert_eq!(desk.tenant.exchange().iter().filter(|line| line.contains("DELETE")).count(), 0);
}

/// A caller that goes away in the middle leaves nothing half done.
#[tokio::test(start_paused = true)]
async fn a_reset_is_finished_without_its_caller() {
    let desk = Desk::open(&SERVICE, Seed { latency_milliseconds: 500, ..Seed::sample() }, &[]).unwrap();
    let post = desk.request("POST", &format!("{ADELE}/reset"));
    let begun = desk.begin(post, hosts::simulation::body_of(Bytes::new()));
    assert!(tokio::time::timeout(Duration::from_millis(700), begun).await.is_err(), "it is under way");
    assert!(kinds(&desk, "adele.vance@contoso.com").contains(&"phone".to_owned()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(kinds(&desk, "adele.vance@contoso.com"), ["email", "fido2", "windowsHelloForBusiness"]);
    assert!(desk.tenant.exchange().iter().any(|line| line.contains("revokeSignInSessions")));
}

/// What a gateway's own limit would lose is told before it passes.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_told() {
    let slow = Seed { latency_milliseconds: 1500, ..Seed::sample() };
    let limit = |seconds: &'static str| [("ENTRA_MFA_RESET_MAX_SECONDS", seconds)];
    let desk = Desk::open(&SERVICE_ENV, slow.clone(), &limit("2")).unwrap();
    let before = desk.tenant.state().users;
    let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
    is_problem(&said, 504, "timeout");
    assert_eq!(desk.tenant.state().users, before);
    assert_eq!(desk.clock.elapsed(), 2000);

    // Late enough for the deletes, too early for what follows.
    let desk = Desk::open(&SERVICE_ENV, slow, &limit("5")).unwrap();
    let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
    let report = said.json().unwrap();
    assert_eq!((said.status, &report["error"]["code"]), (200, &json!("cancelled")), "{report}");
    assert!(["partial", "unverified", "failed"].contains(&report["outcome"].as_str().unwrap()), "{report}");
    let gone: Vec<bool> =
        report["methods"].as_array().unwrap().iter().map(|method| method["outcome"] == "done").collect();
    assert_eq!(
        gone.iter().filter(|gone| **gone).count(),
        6 - kinds(&desk, "adele.vance@contoso.com").len(),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_of_other_origins_need_permission() {
    let page = "https://desk.contoso.com";
    let closed = desk();
    let ask = |desk: &Desk, origin: &str, method: &str| desk.request(method, ADELE).header("origin", origin);
    let said = closed.send(ask(&closed, page, "GET"), "").await.unwrap();
    assert_eq!((said.status, said.header("access-control-allow-origin")), (200, None));

    let open = Desk::open(&SERVICE_ENV, Seed::sample(), &[("ENTRA_MFA_RESET_CORS_ORIGINS", page)]).unwrap();
    let said = open.send(ask(&open, page, "GET"), "").await.unwrap();
    assert_eq!((said.status, said.header("access-control-allow-origin")), (200, Some(page)));
    assert_eq!(said.header("vary"), Some("Origin"));
    let preflight = |desk: &Desk, origin: &str| {
        let request = desk.anonymous("OPTIONS", &format!("{ADELE}/reset")).header("origin", origin);
        request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization")
    };
    let said = open.send(preflight(&open, page), "").await.unwrap();
    assert_eq!((said.status, said.body.as_str()), (204, ""));
    assert_eq!(said.header("access-control-allow-headers"), Some("Authorization, Content-Type"));
    // A page has to see problems, too.
    let said = open.send(open.anonymous("GET", ADELE).header("origin", page), "").await.unwrap();
    assert_eq!((said.status, said.header("access-control-allow-origin")), (401, Some(page)));
    for (desk, origin) in [(&open, "https://desk.contoso.com.example.com"), (&open, "null"), (&closed, page)] {
        let said = desk.send(preflight(desk, origin), "").await.unwrap();
        assert_eq!((said.status, said.header("access-control-allow-origin")), (405, None), "{origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn settings_are_the_operators() {
    let options = json!({ "protect": ["adele.vance@contoso.com"], "limits": { "verifySeconds": 1 } }).to_string();
    let desk = Desk::open(&SERVICE_ENV, Seed::sample(), &[("ENTRA_MFA_RESET_OPTIONS", &options)]).unwrap();
    let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
    is_problem(&said, 403, "protectedUser");

    // The build without an import for them does not see them.
    let desk = Desk::open(&SERVICE, Seed::sample(), &[("ENTRA_MFA_RESET_OPTIONS", &options)]).unwrap();
    assert_eq!(desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap().status, 200);

    // A list of protected users that is misspelt must not be an empty one.
    let wrong = [("ENTRA_MFA_RESET_PROTECT", "adele.vance@contoso.com")];
    let desk = Desk::open(&SERVICE_ENV, Seed::sample(), &wrong).unwrap();
    for path in ["/healthz", ADELE, "/openapi.json"] {
        let said = desk.call("GET", path, None).await.unwrap();
        is_problem(&said, 500, "internal");
        assert!(said.body.contains("ENTRA_MFA_RESET_PROTECT") && !said.body.contains("adele"), "{said:?}");
    }
    assert_eq!(desk.tenant.exchange(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn it_says_how_it_is_and_what_it_takes() {
    let desk = desk();
    let health = desk.send(desk.anonymous("GET", "/healthz"), "").await.unwrap();
    assert_eq!((health.status, &health.json().unwrap()["status"]), (200, &json!("ok")));
    let described = desk.send(desk.anonymous("GET", "/openapi.json"), "").await.unwrap();
    assert_eq!((described.status, described.header("content-type")), (200, Some("application/json")));
    assert_eq!(described.header("content-length"), Some(described.body.len().to_string().as_str()));
    let committed = std::fs::read_to_string(hosts::artifact::root().join("schema/openapi.json")).unwrap();
    assert_eq!(described.json().unwrap(), serde_json::from_str::<Value>(&committed).unwrap());
    let mut operations = 0;
    for (path, methods) in described.json().unwrap()["paths"].as_object().unwrap() {
        let path = path.replace("{user}", "adele.vance@contoso.com");
        let (method, operation) = methods.as_object().unwrap().iter().next().unwrap();
        let said = desk.send(desk.anonymous(&method.to_uppercase(), &path), "").await.unwrap();
        let expected = if operation["security"] == json!([]) { 200 } else { 401 };
        assert_eq!(said.status, expected, "{method} {path}: {said:?}");
        let said = desk.call("PUT", &path, None).await.unwrap();
        assert_eq!((said.status, said.header("allow")), (405, Some(method.to_uppercase().as_str())), "{path}");
        operations += 1;
    }
    assert_eq!(operations, 11);
    assert_eq!(desk.tenant.exchange(), [""; 0]);
}
