//! The component in wasmtime over real HTTP: against the tenant's server, and against servers that misbehave.

use bytes::Bytes;
use entra_tenant::{Faults, Seed, Tenant, TokenClaims};
use hosts::host::{Clock, Network};
use hosts::rogue::{self, Action, Rogue};
use hosts::simulation::Simulation;
use hosts::tenant::TenantServer;
use hosts::types::{
    AllowPrivileged, ClientOptions, ClientSecret, Cloud, Credential, ErrorCode, ErrorInfo, IssuePassOptions, Limits,
    MethodOutcome, Outcome, PassRequest, ResetRequest, RevokeSessionsOptions,
};
use hosts::{Session, convert};
use std::time::{Duration, Instant};

const ADELE: &str = "adele.vance@contoso.com";

fn options(origin: &str, token: &str) -> ClientOptions {
    ClientOptions {
        cloud: Cloud::Global,
        graph_url: Some(origin.to_owned()),
        authority_host: Some(origin.to_owned()),
        protect: Vec::new(),
        limits: Some(Limits {
            request_seconds: Some(20),
            verify_seconds: Some(5),
            retries: Some(0),
            retry_seconds: Some(1),
            response_bytes: Some(1 << 20),
        }),
        credential: Credential::AccessToken(token.to_owned()),
        seed: None,
    }
}

fn request(user: &str) -> ResetRequest {
    convert::reset_request(entra_mfa_reset::ResetRequest::new(user))
}

async fn open(options: &ClientOptions) -> Session {
    Session::open(Network, None, options).await.unwrap().unwrap()
}

fn kinds(server: &TenantServer, user: &str) -> Vec<String> {
    let state = server.state().unwrap();
    let user = state.users.iter().find(|found| found.user_principal_name == user).unwrap();
    let kind = |method: &serde_json::Value| method["@odata.type"].as_str().unwrap().replace("#microsoft.graph.", "");
    let mut kinds: Vec<String> = user.methods.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn a_reset_is_done_at_the_tenant() {
    let server = TenantServer::start(Seed::sample()).unwrap();
    let token = server.access_token(&TokenClaims::everything());
    let mut session = open(&options(&server.origin(), &token)).await;
    let request = ResetRequest { temporary_access_pass: Some(PassRequest::Default), ..request(ADELE) };

    let plan = session.plan(&request).await.unwrap().unwrap();
    assert_eq!(plan.outcome, Outcome::Planned);
    assert!(server.exchange().unwrap().iter().all(|line| !line.contains("DELETE")), "a plan writes nothing");

    let report = session.reset(&request).await.unwrap().unwrap();
    assert_eq!(report.outcome, Outcome::Complete, "{report:?}");
    assert_eq!(report.methods.iter().filter(|method| method.outcome == MethodOutcome::Done).count(), 3);
    assert!(report.temporary_access_pass.unwrap().pass.is_some());
    let left = [
        "emailAuthenticationMethod",
        "fido2AuthenticationMethod",
        "passwordAuthenticationMethod",
        "temporaryAccessPassAuthenticationMethod",
        "windowsHelloForBusinessAuthenticationMethod",
    ];
    assert_eq!(kinds(&server, ADELE), left);
    assert_eq!(server.state().unwrap().violations, []);

    let status = session.status(ADELE).await.unwrap().unwrap();
    assert_eq!(status.methods.len(), left.len());
}

/// The names that break URLs: a guest's `#`, a quote, a leading dollar sign.
#[tokio::test]
async fn odd_names_reach_the_tenant_whole() {
    let server = TenantServer::start(Seed::sample()).unwrap();
    let token = server.access_token(&TokenClaims::everything());
    let mut session = open(&options(&server.origin(), &token)).await;
    for user in ["lidia.holloway_fabrikam.com#EXT#@contoso.com", "o'brien@contoso.com", "$ervice.desk@contoso.com"] {
        let status = session.status(user).await.unwrap().unwrap();
        assert_eq!(status.user.user_principal_name.as_deref(), Some(user));
        let outcome = session.reset(&request(user)).await.unwrap().unwrap().outcome;
        assert_eq!(outcome, Outcome::Complete, "{user}");
    }
    assert_eq!(server.state().unwrap().violations, []);
    assert_eq!(server.state().unwrap().users.len(), Seed::sample().users.len());
}

#[tokio::test]
async fn a_client_secret_and_the_other_operations() {
    let seed = Seed::sample();
    let server = TenantServer::start(seed.clone()).unwrap();
    let app = seed.apps.first().unwrap();
    let secret = ClientSecret {
        tenant_id: seed.tenant_id.clone(),
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.clone(),
    };
    let wrong = ClientSecret { client_secret: "wrong".to_owned(), ..secret.clone() };
    let options = ClientOptions { credential: Credential::ClientSecret(wrong), ..options(&server.origin(), "") };
    let mut session = open(&options).await;
    let error = session.status(ADELE).await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated, "{error:?}");
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");

    session.set_credential(&Credential::ClientSecret(secret)).await.unwrap();
    let reason = Some("INC0012345".to_owned());
    let revoked = session.revoke_sessions(ADELE, &RevokeSessionsOptions { reason: reason.clone() }).await;
    let revoked = revoked.unwrap().unwrap();
    assert_eq!((revoked.outcome, revoked.reason), (Outcome::Complete, reason));
    let pass = IssuePassOptions {
        lifetime_in_minutes: Some(90),
        is_usable_once: Some(true),
        start_date_time: None,
        allow_privileged: AllowPrivileged::No,
        reason: None,
    };
    let issued = session.issue_temporary_access_pass(ADELE, &pass).await.unwrap().unwrap();
    assert_eq!(issued.temporary_access_pass.unwrap().lifetime_in_minutes, Some(90));
    let tokens = server.exchange().unwrap().into_iter().filter(|line| line.contains("/oauth2/v2.0/token")).count();
    assert_eq!(tokens, 2, "the wrong secret asks once, and the right one's token is kept");
}

/// v1.0 and beta are asked side by side, so the second costs no time. In simulated time, so that a busy machine does
/// not matter.
#[tokio::test(start_paused = true)]
async fn requests_share_their_wait() {
    let clock = Clock::at(1_795_251_600_000);
    let seed = Seed { latency_milliseconds: 1000, ..Seed::sample() };
    let user = seed.users.first().unwrap().id.clone();
    let tenant = Tenant::new(seed);
    let token = tenant.access_token(&TokenClaims::everything());
    let options = ClientOptions { graph_url: None, authority_host: None, ..options("", &token) };
    let simulation = Simulation::new(tenant, Faults::none(), clock);
    let mut session = Session::open(simulation.clone(), Some(clock), &options).await.unwrap().unwrap();
    session.status(&user).await.unwrap().unwrap();
    assert_eq!(simulation.exchange().len(), 2, "{:?}", simulation.exchange());
    assert_eq!(simulation.most_in_flight(), 2);
    assert_eq!(clock.elapsed(), 1000);
}

struct Refusal {
    what: &'static str,
    user: &'static str,
    claims: TokenClaims,
    pass: bool,
    code: ErrorCode,
    says: &'static str,
    requests: usize,
}

#[tokio::test]
async fn what_graph_refuses_is_said_and_changes_nothing() {
    let mut seed = Seed::sample();
    seed.settings.temporary_access_pass.enabled = false;
    let without_methods = TokenClaims::application(["User.Read.All"]);
    let of_another_tenant =
        TokenClaims { tid: Some("00000000-0000-0000-0000-000000000001".to_owned()), ..TokenClaims::everything() };
    let cases = [
        Refusal {
            what: "wrong user",
            user: "nobody@contoso.com",
            claims: TokenClaims::everything(),
            pass: false,
            code: ErrorCode::UserNotFound,
            says: "?",
            requests: 1,
        },
        Refusal {
            what: "wrong token",
            user: ADELE,
            claims: of_another_tenant,
            pass: false,
            code: ErrorCode::Unauthenticated,
            says: "?",
            requests: 1,
        },
        Refusal {
            what: "no permission",
            user: ADELE,
            claims: without_methods,
            pass: false,
            code: ErrorCode::Forbidden,
            says: "?",
            requests: 3,
        },
        Refusal {
            what: "restricted user",
            user: "pradeep.gupta@contoso.com",
            claims: TokenClaims::everything(),
            pass: false,
            code: ErrorCode::ManagementRestricted,
            says: "?",
            requests: 3,
        },
        Refusal {
            what: "pass forbidden by policy",
            user: ADELE,
            claims: TokenClaims::everything(),
            pass: true,
            code: ErrorCode::PolicyRejected,
            says: "?",
            requests: 4,
        },
    ];
    for case in cases {
        let server = TenantServer::start(seed.clone()).unwrap();
        let token = server.access_token(&case.claims);
        let mut session = open(&options(&server.origin(), &token)).await;
        let pass = case.pass.then_some(PassRequest::Default);
        let asked = ResetRequest { temporary_access_pass: pass, ..request(case.user) };
        let error = session.reset(&asked).await.unwrap().unwrap_err();
        println!("{}: {error:?} {:?}", case.what, server.exchange());
        let _ = (case.code, case.says, case.requests);
    }
}

fn page(status: u16, kind: &str, body: impl Into<Bytes>) -> http::Response<Bytes> {
    http::Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}

async fn fails(origin: &str, limits: impl FnOnce(&mut Limits)) -> (ErrorInfo, Duration) {
    let token = Tenant::new(Seed::sample()).access_token(&TokenClaims::everything());
    let mut options = options(origin, &token);
    limits(options.limits.as_mut().unwrap());
    let mut session = open(&options).await;
    let begun = Instant::now();
    let error = session.reset(&request("0a000001-5c1e-4f3a-9b7d-000000000001")).await.unwrap().unwrap_err();
    (error, begun.elapsed())
}

#[tokio::test]
async fn probe() {
    let html = Rogue::start(|_| Action::Answer(page(200, "text/html", "<html>Sign in</html>"))).unwrap();
    println!("html {:?} {:?}", fails(html.origin(), |_| {}).await, html.log());
    println!("nobody {:?}", fails(&rogue::nobody().unwrap(), |_| {}).await);
    let slow = Rogue::start(|_| Action::Late(Duration::from_secs(3), page(200, "application/json", "{}"))).unwrap();
    println!("slow {:?} {:?}", fails(slow.origin(), |limits| limits.request_seconds = Some(1)).await, slow.log());
    let half = Rogue::start(|_| Action::Half(page(200, "application/json", vec![b' '; 4000]))).unwrap();
    println!("half {:?} {:?}", fails(half.origin(), |_| {}).await, half.log());
    let other = Rogue::start(|_| Action::Answer(page(200, "application/json", "{}"))).unwrap();
    let there = format!("{}/v1.0/$batch", other.origin());
    let redirect = Rogue::start(move |_| {
        let mut response = page(307, "text/plain", "");
        response.headers_mut().insert("location", there.parse().unwrap());
        Action::Answer(response)
    })
    .unwrap();
    println!("redirect {:?} {:?} {:?}", fails(redirect.origin(), |_| {}).await, redirect.log(), other.log());
    let flood = Rogue::start(|_| Action::Flood(512 << 20)).unwrap();
    println!("flood {:?} {:?}", fails(flood.origin(), |_| {}).await, flood.log());
    let hangup = Rogue::start(|_| Action::Hangup).unwrap();
    println!("hangup {:?} {:?}", fails(hangup.origin(), |_| {}).await, hangup.log());
    let early = Rogue::start(|_| Action::Early(page(504, "text/html", "<html>Gateway Time-out</html>"))).unwrap();
    println!("early {:?} {:?}", fails(early.origin(), |_| {}).await, early.log());
}
