//! Servers that misbehave: whatever they do, an answer comes, in time and in words.

use bytes::Bytes;
use entra_tenant::{Seed, Tenant, TokenClaims};
use hosts::host::Network;
use hosts::rogue::{self, Action, Rogue};
use hosts::types::{ClientOptions, ClientSecret, Cloud, Credential, ErrorCode, ErrorInfo, Limits, ManagedIdentity};
use hosts::{Session, convert};
use std::time::{Duration, Instant};

/// What leaves first: both at once, so their order is the network's.
const FIRST: [&str; 2] = ["POST /beta/$batch", "POST /v1.0/$batch"];

fn page(status: u16, kind: &str, body: impl Into<Bytes>) -> http::Response<Bytes> {
    http::Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}

/// A reset that fails before anything was written.
async fn reset(origin: &str, request_seconds: u32) -> ErrorInfo {
    let token = Tenant::new(Seed::sample()).access_token(&TokenClaims::everything());
    reset_as(Credential::AccessToken(token), origin, request_seconds).await
}

async fn reset_as(credential: Credential, origin: &str, request_seconds: u32) -> ErrorInfo {
    let options = ClientOptions {
        cloud: Cloud::Global,
        graph_url: Some(origin.to_owned()),
        authority_host: Some(origin.to_owned()),
        protect: Vec::new(),
        limits: Some(Limits {
            request_seconds: Some(request_seconds),
            verify_seconds: Some(5),
            retries: Some(0),
            retry_seconds: Some(1),
            response_bytes: Some(1 << 20),
            calls_per10s: None,
            concurrency: None,
            users: None,
        }),
        credential,
        seed: None,
    };
    let mut session = Session::open(Network, None, &options).await.unwrap();
    let request = entra_mfa_reset::ResetRequest::new("0a000001-5c1e-4f3a-9b7d-000000000001");
    session.reset(&convert::reset_request(request)).await.unwrap().unwrap_err()
}

fn sorted(mut log: Vec<String>) -> Vec<String> {
    log.sort_unstable();
    log
}

#[tokio::test]
async fn a_page_in_place_of_graph() {
    let rogue = Rogue::start(|_| Action::Answer(page(200, "text/html", "<html>Sign in</html>"))).unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
    assert!(error.message.starts_with("the answer is not what Graph documents"), "{error:?}");
    assert_eq!(sorted(rogue.log()), FIRST);
}

#[tokio::test]
async fn nobody_listens() {
    let error = reset(&rogue::nobody().unwrap(), 20).await;
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::Unreachable, "Graph cannot be reached"));
    assert!(error.retryable);
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_deadline() {
    let answer = page(200, "application/json", "{}");
    let rogue = Rogue::start(move |_| Action::Late(Duration::from_secs(30), answer.clone())).unwrap();
    let begun = Instant::now();
    let error = reset(rogue.origin(), 1).await;
    assert_eq!(error.code, ErrorCode::Timeout, "{error:?}");
    assert!(error.message.starts_with("Graph did not answer within the 1 s of limits.requestSeconds"), "{error:?}");
    // The deadline of one, and not the host's own, which comes later, nor the answer.
    assert!(begun.elapsed() >= Duration::from_secs(1) && begun.elapsed() < Duration::from_secs(5));
    assert_eq!(sorted(rogue.log()), FIRST);
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let answer = page(200, "application/json", r#"{"responses":[]}                    "#);
    let rogue = Rogue::start(move |_| Action::Half(answer.clone())).unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");
    assert_eq!(error.message, "the connection to Graph broke before the answer was complete");
    assert_eq!(sorted(rogue.log()), FIRST);
}

#[tokio::test]
async fn a_connection_that_is_hung_up() {
    let rogue = Rogue::start(|_| Action::Hangup).unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");
    assert_eq!(error.message, "the connection to Graph broke before the answer was complete");
    // Sent once each: a request that may have run is not repeated behind the engine's back.
    assert_eq!(sorted(rogue.log()), FIRST);
}

/// The bearer token reaches no origin but Graph's.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Rogue::start(|_| Action::Answer(page(200, "application/json", "{}"))).unwrap();
    for status in [301, 302, 303, 307, 308] {
        let there = format!("{}/v1.0/$batch", other.origin());
        let rogue = Rogue::start(move |_| {
            let mut response = page(status, "text/plain", "");
            response.headers_mut().insert("location", there.parse().unwrap());
            Action::Answer(response)
        })
        .unwrap();
        let error = reset(rogue.origin(), 20).await;
        assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
        assert!(error.message.contains(&status.to_string()), "{error:?}");
        assert_eq!(sorted(rogue.log()), FIRST);
    }
    assert_eq!(other.log(), [""; 0]);
}

/// Nor does a secret reach any but the sign-in service, or the platform.
#[tokio::test]
async fn a_redirected_sign_in_is_none() {
    let other = Rogue::start(|_| Action::Answer(page(200, "application/json", r#"{"access_token":"x"}"#))).unwrap();
    for status in [301, 302, 307, 308] {
        let there = format!("{}/token", other.origin());
        let rogue = Rogue::start(move |_| {
            let mut response = page(status, "text/plain", "");
            response.headers_mut().insert("location", there.parse().unwrap());
            Action::Answer(response)
        })
        .unwrap();
        for credential in [
            Credential::ClientSecret(ClientSecret {
                tenant_id: "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10".to_owned(),
                client_id: "6731de76-14a6-49ae-97bc-6eba6914391e".to_owned(),
                client_secret: "not-a-real-one".to_owned(),
            }),
            Credential::ManagedIdentity(ManagedIdentity {
                client_id: None,
                endpoint: Some(format!("{}/msi/token", rogue.origin())),
                header: Some("not-a-real-one".to_owned()),
            }),
        ] {
            reset_as(credential, rogue.origin(), 20).await;
        }
        assert!(!rogue.log().is_empty());
    }
    assert_eq!(other.log(), [""; 0]);
}

/// A link that leads elsewhere would carry the token along.
#[tokio::test]
async fn a_link_astray_is_not_followed() {
    let other = Rogue::start(|_| Action::Answer(page(200, "application/json", "{}"))).unwrap();
    let host = other.origin().trim_start_matches("http://").to_owned();
    for link in [
        format!("http://{host}/v1.0/next"),
        format!("http://user:pass@{host}/v1.0/next"),
        format!("//{host}/v1.0/next"),
        format!("http://GRAPH@{host}/v1.0/next"),
        format!("http://GRAPH\\@{host}/v1.0/next"),
        format!("http://GRAPH.{host}/v1.0/next"),
        "http://GRAPH/v1.0/../next".to_owned(),
        "http://GRAPH/v1.0/%2e%2e/next".to_owned(),
        "http://GRAPH/v2.0/next".to_owned(),
    ] {
        let rogue = Rogue::start(move |request| {
            let own = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
            let link = serde_json::Value::from(link.replace("GRAPH", own));
            let user = r#""id":"0a000001-5c1e-4f3a-9b7d-000000000001","userPrincipalName":"adele.vance@contoso.com""#;
            let member = |id: u32| {
                format!(
                    r#"{{"id":"{id}","status":200,"headers":{{"Location":{link}}},"body":{{{user},"value":[],"@odata.nextLink":{link}}}}}"#
                )
            };
            let members: Vec<String> = (1..=20).map(member).collect();
            let body = format!(r#"{{"responses":[{}]}}"#, members.join(","));
            Action::Answer(page(200, "application/json", body))
        })
        .unwrap();
        let error = reset(rogue.origin(), 20).await;
        assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
        assert_eq!(sorted(rogue.log()), FIRST);
    }
    assert_eq!(other.log(), [""; 0]);
}

#[tokio::test]
async fn a_body_that_drips_ends_at_the_deadline() {
    let rogue = Rogue::start(|_| Action::Drip(Duration::from_millis(20))).unwrap();
    let begun = Instant::now();
    let error = reset(rogue.origin(), 1).await;
    assert_eq!(error.code, ErrorCode::Timeout, "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(sorted(rogue.log()), FIRST);
}

#[tokio::test]
async fn a_head_without_end_is_none() {
    let rogue = Rogue::start(|_| Action::EndlessHead).unwrap();
    let begun = Instant::now();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn json_that_is_nested_without_end_is_none() {
    for body in ["[".repeat(100_000), format!("{}1{}", "{\"value\":".repeat(50_000), "}".repeat(50_000))] {
        let rogue = Rogue::start(move |_| Action::Answer(page(200, "application/json", body.clone()))).unwrap();
        let error = reset(rogue.origin(), 20).await;
        assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
        assert_eq!(sorted(rogue.log()), FIRST);
    }
}

/// Nobody asks for it, and nobody unpacks it: a bomb stays as small as it came.
#[tokio::test]
async fn a_packed_answer_is_not_unpacked() {
    let rogue = Rogue::start(|request| {
        assert!(!request.headers().contains_key("accept-encoding"));
        let mut response = page(200, "application/json", &b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..]);
        response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        Action::Answer(response)
    })
    .unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
    assert_eq!(sorted(rogue.log()), FIRST);
}

#[tokio::test]
async fn a_huge_answer_is_cut_off() {
    let rogue = Rogue::start(|_| Action::Flood(1 << 30)).unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{error:?}");
    assert_eq!(error.message, "the answer of Graph is larger than limits.responseBytes");
    assert_eq!(sorted(rogue.log()), FIRST);
    // 1 MiB is the limit; what more was sent lies in the sockets' buffers.
    assert!(rogue.flooded() < 64 << 20, "{} bytes were taken", rogue.flooded());
}

/// Writing on would wait for ever, and the answer would be lost.
#[tokio::test]
async fn an_answer_before_the_body_is_taken() {
    let rogue = Rogue::start(|_| Action::Early(page(504, "text/html", "<html>Gateway Time-out</html>"))).unwrap();
    let error = reset(rogue.origin(), 20).await;
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");
    assert_eq!(sorted(rogue.log()), FIRST);
}
