//! Signing in through the component: what the host gives, and what the component gets by itself.

use crate::native::NOW;
use crate::native::applications::{self, APP, APP_KEY, APP_SERVICE, ENDPOINT, HEADER, ISSUER_KEY, TENANT};
use bytes::Bytes;
use entra_mfa_reset::Secret;
use entra_tenant::{Faults, Seed, Tenant};
use hosts::bulk_run::BulkEvent;
use hosts::host::{Clock, Network};
use hosts::rogue::{Action, Rogue};
use hosts::simulation::Simulation;
use hosts::types::{
    ClientAssertion, ClientOptions, ClientSecret, Cloud, Credential, ErrorCode, Limits, ManagedIdentity, Outcome,
};
use hosts::{Session, convert};
use std::time::Duration;

const ADELE: &str = "adele.vance@contoso.com";

fn of_certificate(now: u64) -> Credential {
    given(&applications::of_certificate(ENDPOINT, now, |_, _| (), APP_KEY))
}

fn of_issuer(now: u64) -> Credential {
    given(&applications::of_issuer(now, |_| (), ISSUER_KEY))
}

fn given(assertion: &Secret) -> Credential {
    Credential::ClientAssertion(ClientAssertion {
        tenant_id: TENANT.into(),
        client_id: APP.into(),
        assertion: assertion.expose().into(),
    })
}

fn identity(client_id: Option<&str>, endpoint: Option<&str>, header: Option<&str>) -> Credential {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Credential::ManagedIdentity(ManagedIdentity {
        client_id: text(client_id),
        endpoint: text(endpoint),
        header: text(header),
    })
}

fn app_service() -> Credential {
    identity(None, Some(APP_SERVICE), Some(HEADER))
}

fn seed() -> Seed {
    applications::seed(serde_json::json!({}))
}

fn options(credential: Credential, authority_host: Option<&str>) -> ClientOptions {
    ClientOptions {
        cloud: Cloud::Global,
        graph_url: None,
        authority_host: authority_host.map(str::to_owned),
        protect: Vec::new(),
        limits: Some(Limits {
            request_seconds: Some(20),
            verify_seconds: Some(5),
            retries: Some(2),
            retry_seconds: Some(30),
            response_bytes: Some(1 << 20),
            calls_per10s: None,
            concurrency: None,
            users: None,
        }),
        credential,
        seed: Some(7),
    }
}

/// The component against a tenant, in simulated time.
async fn open(seed: Seed, credential: Credential) -> (Simulation, Session) {
    let clock = Clock::at(NOW);
    let simulation = Simulation::new(Tenant::new(seed), Faults::none(), clock);
    let session = Session::open(simulation.clone(), Some(clock), &options(credential, None)).await.unwrap();
    (simulation, session)
}

fn sign_ins(simulation: &Simulation) -> usize {
    let asked = |line: &&String| line.contains("oauth2") || line.contains("/msi/token");
    simulation.exchange().iter().filter(asked).count()
}

#[tokio::test(start_paused = true)]
async fn every_credential_resets_a_user_with_one_token() {
    let login = "https://login.microsoftonline.com";
    for (name, credential, origin) in [
        ("a certificate", of_certificate(NOW), login),
        ("another issuer's token", of_issuer(NOW), login),
        ("App Service", app_service(), "http://127.0.0.1:41741"),
        ("a machine", identity(None, None, None), "http://169.254.169.254"),
    ] {
        let (simulation, mut session) = open(seed(), credential).await;
        let request = convert::reset_request(entra_mfa_reset::ResetRequest::new(ADELE));
        let report = session.reset(&request).await.unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::Complete, "{name}: {report:?}");
        session.status(ADELE).await.unwrap().unwrap();
        assert_eq!(sign_ins(&simulation), 1, "{name}");
        assert_eq!(simulation.state().violations, [], "{name}");
        let mut origins = vec!["https://graph.microsoft.com", origin];
        origins.sort_unstable();
        assert_eq!(simulation.origins(), origins, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_is_answered() {
    for credential in [of_certificate(NOW), of_issuer(NOW)] {
        let mut seed = seed();
        seed.settings.claims_challenge = true;
        let (simulation, mut session) = open(seed, credential).await;
        session.status(ADELE).await.unwrap().unwrap();
        assert_eq!(sign_ins(&simulation), 2);
        assert_eq!(simulation.state().violations, []);
    }
    let mut seed = seed();
    seed.settings.claims_challenge = true;
    let (_, mut session) = open(seed, app_service()).await;
    let error = session.status(ADELE).await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert!(error.help.contains("platform"), "{error:?}");
}

/// An assertion lives for minutes and the token for an hour: a run that is longer needs another one.
#[tokio::test(start_paused = true)]
async fn a_run_under_way_takes_over_the_next_assertion_of_its_application() {
    for renewed in [true, false] {
        let (simulation, mut session) = open(seed(), of_certificate(NOW)).await;
        let defaults = convert::reset_options(entra_mfa_reset::ResetRequest::new(""));
        let mut run = session.reset_many(&defaults).await.unwrap();
        let user = |name: &str| [convert::reset_request(entra_mfa_reset::ResetRequest::new(name))];
        run.push(&user(ADELE)).await.unwrap().unwrap();
        let first = loop {
            if let BulkEvent::Report(report) = run.next().await.unwrap() {
                break report;
            }
        };
        assert_eq!(first.outcome, Outcome::Complete, "{first:?}");
        tokio::time::advance(Duration::from_secs(4000)).await;
        let credential = if renewed { of_certificate(NOW + 4_000_000) } else { of_certificate(NOW) };
        run.session().set_credential(&credential).await.unwrap().unwrap();
        run.push(&user("o'brien@contoso.com")).await.unwrap().unwrap();
        run.close().await.unwrap();
        let mut reports = Vec::new();
        let outcome = run.finish([], |report| reports.push(report)).await.unwrap();
        let [second] = reports.as_slice() else { panic!("{reports:?}") };
        if renewed {
            assert_eq!(second.outcome, Outcome::Complete, "{second:?}");
            outcome.unwrap();
        } else {
            let error = outcome.unwrap_err();
            assert!(error.message.contains("AADSTS700024") && error.help.contains("sign a new one"), "{error:?}");
        }
        assert_eq!(sign_ins(&simulation), 2);
        assert_eq!(simulation.state().violations, []);
    }
}

#[tokio::test(start_paused = true)]
async fn another_applications_assertion_is_not_taken_over() {
    let (simulation, mut session) = open(seed(), of_certificate(NOW)).await;
    let defaults = convert::reset_options(entra_mfa_reset::ResetRequest::new(""));
    let mut run = session.reset_many(&defaults).await.unwrap();
    let other = ClientAssertion { tenant_id: TENANT.into(), client_id: "other".into(), assertion: "other".into() };
    run.session().set_credential(&Credential::ClientAssertion(other)).await.unwrap().unwrap();
    let users = [convert::reset_request(entra_mfa_reset::ResetRequest::new(ADELE))];
    let mut outcomes = Vec::new();
    run.finish(users, |report| outcomes.push(report.outcome)).await.unwrap().unwrap();
    assert_eq!(outcomes, [Outcome::Complete]);
    assert_eq!(sign_ins(&simulation), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_said() {
    let (simulation, mut session) = open(seed(), of_certificate(NOW - 3_600_000)).await;
    let error = session.status(ADELE).await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert!(error.message.contains("AADSTS700024") && error.help.contains("clock"), "{error:?}");
    assert_eq!(sign_ins(&simulation), 1);
    for (credential, code, message) in [
        (identity(Some(APP), None, None), ErrorCode::Unauthenticated, "this host has no such managed identity"),
        (
            identity(None, Some(APP_SERVICE), Some("wrong")),
            ErrorCode::Unauthenticated,
            "the managed identity's endpoint refused the request (401)",
        ),
    ] {
        let (simulation, mut session) = open(seed(), credential).await;
        let error = session.status(ADELE).await.unwrap().unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
        assert_eq!(simulation.exchange().len(), 1);
    }
    for credential in [
        identity(None, Some("http://identity.contoso.com/msi/token"), Some("header")),
        identity(None, None, Some("header")),
        given(&Secret::new("")),
    ] {
        let (simulation, mut session) = open(seed(), credential.clone()).await;
        let error = session.status(ADELE).await.unwrap().unwrap_err();
        let expected = if matches!(credential, Credential::ClientAssertion(_)) {
            ErrorCode::Unauthenticated
        } else {
            ErrorCode::InvalidInput
        };
        assert_eq!(error.code, expected, "{error:?}");
        assert_eq!(simulation.exchange(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_metadata_service_that_is_not_ready_is_waited_for() {
    let mut seed = seed();
    seed.settings.identity_failures = vec![429, 410];
    let (simulation, mut session) = open(seed, identity(None, None, None)).await;
    session.status(ADELE).await.unwrap().unwrap();
    assert_eq!(sign_ins(&simulation), 3);
}

/// The secret reaches no origin but the sign-in service's, and a page is no token.
#[tokio::test]
async fn a_token_endpoint_that_redirects_or_answers_html() {
    let page = |status: u16| http::Response::builder().status(status);
    let thief = Rogue::start(move |_| Action::Answer(page(200).body(Bytes::from("{}")).unwrap())).unwrap();
    for status in [302, 307, 308, 200, 403] {
        let there = format!("{}/token", thief.origin());
        let rogue = Rogue::start(move |_| {
            let html = Bytes::from("<html>Sign in</html>");
            let page = page(status).header("content-type", "text/html").header("location", there.as_str());
            Action::Answer(page.body(html).unwrap())
        })
        .unwrap();
        for credential in [
            Credential::ClientSecret(ClientSecret {
                tenant_id: TENANT.into(),
                client_id: APP.into(),
                client_secret: "8Q~contoso-example".into(),
            }),
            of_issuer(NOW),
            identity(None, Some(&format!("{}/msi/token", rogue.origin())), Some("header")),
            identity(None, Some(rogue.origin()), None),
        ] {
            let options = options(credential, Some(rogue.origin()));
            let mut session = Session::open(Network, None, &options).await.unwrap();
            let error = session.status(ADELE).await.unwrap().unwrap_err();
            assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{status}: {error:?}");
        }
        assert_eq!(rogue.log().len(), 4, "{:?}", rogue.log());
    }
    assert_eq!(thief.log(), [""; 0]);
}
