//! Signing in: each credential against a token endpoint that checks what Entra checks; renewing, waiting, sharing.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, EffectId, Reply, Run, SendError, Step};
use entra_mfa_reset::{
    Client, ClientOptions, Credential, Error, ErrorCode, Limits, Outcome, ResetRequest, Secret, Status,
};
use entra_tenant::TokenClaims;
use serde_json::json;
use simulation::applications::*;
use simulation::{NOW, World};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

#[test]
fn every_credential_resets_a_user_with_one_token() {
    let nothing: Prepare = |_| {};
    let certificate: Prepare = |world| {
        world.give_assertion =
            Some(Box::new(|audience, now| Some(Ok(of_certificate(audience, now, |_, _| {}, APP_KEY)))));
    };
    let federated: Prepare =
        |world| world.give_assertion = Some(Box::new(|_, now| Some(Ok(of_issuer(now, |_| {}, ISSUER_KEY)))));
    let library: Prepare = |world| {
        let token = Secret::new(world.tenant.access_token(&TokenClaims::everything()));
        world.give_token = Some(Box::new(move |request, _| {
            assert_eq!(request.scope, "https://graph.microsoft.com/.default");
            Some(Ok(AccessToken { token: token.clone(), expires_at: None }))
        }));
    };
    let user_assigned = Credential::ManagedIdentity {
        client_id: Some(OWN_IDENTITY.to_uppercase()),
        endpoint: Some(METADATA_SERVICE.into()),
        header: None,
    };
    let bare = Credential::AccessToken(Secret::new(world().tenant.access_token(&TokenClaims::everything())));
    let login = Some("https://login.microsoftonline.com/");
    for (name, credential, prepare, at) in [
        ("a secret", secret(), nothing, login),
        ("a certificate", assertion(), certificate, login),
        ("another issuer's token", assertion(), federated, login),
        ("App Service", app_service(), nothing, Some("http://127.0.0.1:41741/msi/token?")),
        ("a machine", machine(), nothing, Some("http://169.254.169.254/metadata/identity/oauth2/token?")),
        ("a machine's other identity", user_assigned, nothing, Some("http://169.254.169.254/metadata/")),
        ("a token", bare, nothing, None),
        ("an identity library", Credential::Host, library, None),
    ] {
        let mut world = world();
        prepare(&mut world);
        let report = world.play(client(credential).reset(ResetRequest::new(ADELE))).expect(name);
        assert_eq!(report.outcome, Outcome::Complete, "{name}: {report:#?}");
        assert_eq!(world.violations(), [""; 0], "{name}");
        // The token goes to Graph alone, and its request to where tokens are.
        let (graph, others): (Vec<&str>, Vec<&str>) =
            world.sent.iter().map(String::as_str).partition(|line| line.contains(" https://graph.microsoft.com/"));
        assert!(!graph.is_empty(), "{name}");
        assert_eq!(others.len(), usize::from(at.is_some()), "{name}: {others:?}");
        assert!(others.iter().all(|line| at.is_some_and(|at| line.contains(at))), "{name}: {others:?}");
    }
}

#[test]
fn a_token_is_renewed_shortly_before_it_expires() {
    for (credential, lifetime) in [(secret(), 3600), (app_service(), 3600), (machine(), 3600), (secret(), 60)] {
        let identity = matches!(credential, Credential::ManagedIdentity { .. });
        let mut world =
            world_with(json!({ "tokenLifetimeSeconds": lifetime, "identityTokenLifetimeSeconds": lifetime }));
        let client = client(credential);
        status(&mut world, &client).expect("a status");
        let begun = world.now;
        // A long-lived token is kept until two minutes before its end, a short-lived one for half of its life.
        let spare = if lifetime == 3600 { 120 } else { lifetime / 2 };
        world.now = NOW + (lifetime - spare - 5) * 1000;
        status(&mut world, &client).expect("a status");
        assert_eq!(sign_ins(&world).len(), 1, "{identity} {lifetime}");
        world.now = begun + (lifetime - spare) * 1000;
        status(&mut world, &client).expect("a status");
        assert_eq!(sign_ins(&world).len(), 2, "{identity} {lifetime}");
        assert_eq!(world.violations(), [""; 0]);
    }
}

#[test]
fn a_renewal_that_fails_leaves_the_token_to_serve_until_it_expires() {
    let mut world = world_with(json!({ "tokenLifetimeSeconds": 3600 }));
    let limits = Limits { retries: 1, retry_seconds: 1, ..Limits::default() };
    let client = Client::new(ClientOptions { limits, ..ClientOptions::default() }, secret()).expect("a client");
    status(&mut world, &client).expect("a status");
    world.intercept = Some(Box::new(|request| {
        let login = request.uri().host().is_some_and(|host| host.starts_with("login"));
        login.then(|| Reply::Failed(SendError::NeverSent("refused".into())))
    }));
    world.now = NOW + 3_510_000;
    status(&mut world, &client).expect("the token is good for a minute and a half");
    assert_eq!(sign_ins(&world).len(), 3, "one and its repetition, and then it is left in peace for a while");
    world.now = NOW + 3_700_000;
    let error = refused(status(&mut world, &client), ErrorCode::Unreachable);
    assert_eq!(error.message, "the sign-in service cannot be reached");
}

#[test]
fn a_refused_token_is_renewed_once_with_the_claims_that_were_asked_for() {
    for credential in [secret(), assertion(), Credential::Host] {
        let mut world = world_with(json!({ "claimsChallenge": true }));
        world.give_assertion =
            Some(Box::new(|audience, now| Some(Ok(of_certificate(audience, now, |_, _| {}, APP_KEY)))));
        let asked: Rc<RefCell<Vec<Option<String>>>> = Rc::default();
        let tokens = ["t1", "c2"].map(|uti| {
            let claims = TokenClaims { uti: Some(uti.into()), ..TokenClaims::everything() };
            Secret::new(world.tenant.access_token(&claims))
        });
        let seen = asked.clone();
        world.give_token = Some(Box::new(move |request, _| {
            seen.borrow_mut().push(request.claims.clone());
            assert_eq!(request.refused.is_some(), request.claims.is_some());
            let token = tokens[usize::from(request.claims.is_some())].clone();
            Some(Ok(AccessToken { token, expires_at: None }))
        }));
        let hosted = credential == Credential::Host;
        let report = world.play(client(credential).reset(ResetRequest::new(ADELE))).expect("a report");
        assert_eq!(report.outcome, Outcome::Complete, "{report:#?}");
        assert_eq!(world.violations(), [""; 0]);
        if hosted {
            let asked = asked.borrow();
            assert_eq!(asked.len(), 2, "{asked:?}");
            assert!(asked[1].as_ref().is_some_and(|claims| claims.contains("access_token")), "{asked:?}");
        } else {
            assert_eq!(sign_ins(&world).len(), 2);
        }
    }
}

#[test]
fn a_platform_that_hands_out_the_refused_token_again_is_the_end() {
    let mut world = world_with(json!({ "claimsChallenge": true, "identityTokenCache": true }));
    let error = refused(status(&mut world, &client(machine())), ErrorCode::Unauthenticated);
    assert!(error.help.contains("platform"), "{error:?}");
    assert_eq!(sign_ins(&world).len(), 2, "{:?}", world.sent);
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn a_wait_before_the_next_attempt_and_a_fresh_assertion_for_each() {
    let mut world = world();
    let times: Rc<RefCell<Vec<(u64, String)>>> = Rc::default();
    let seen = times.clone();
    world.give_assertion = Some(Box::new(move |audience, now| {
        assert_eq!(audience, ENDPOINT);
        let assertion = of_certificate(audience, now, |_, _| {}, APP_KEY);
        seen.borrow_mut().push((now, assertion.expose().to_owned()));
        Some(Ok(assertion))
    }));
    let answers = RefCell::new(vec![(503, None), (429, Some("20"))]);
    let bodies: Rc<RefCell<Vec<String>>> = Rc::default();
    let sent = bodies.clone();
    world.intercept = Some(Box::new(move |request| {
        if request.uri().host() != Some("login.microsoftonline.com") {
            return None;
        }
        sent.borrow_mut().push(String::from_utf8_lossy(request.body()).into_owned());
        let (status, retry_after) = answers.borrow_mut().pop()?;
        let mut response = http::Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        Some(Reply::Response(response.body(Bytes::new()).expect("a response")))
    }));
    status(&mut world, &client(assertion())).expect("a status");
    let times = times.borrow();
    assert_eq!(times.len(), 3, "one for each attempt");
    assert!(times[1].0 >= times[0].0 + 20_000, "the sign-in service said twenty seconds");
    for (body, (_, assertion)) in bodies.borrow().iter().zip(times.iter()) {
        assert!(body.replace("%2E", ".").replace("%5F", "_").replace("%2D", "-").contains(assertion.as_str()));
    }
    assert_ne!(times[0].1, times[1].1);
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn a_cancel_while_signing_in_ends_at_once() {
    let late = |world: &mut World| world.delay = Some(Box::new(|_| 60_000));
    let never: Prepare = |world| {
        world.give_assertion = Some(Box::new(|_, _| None));
        world.give_token = Some(Box::new(|_, _| None));
    };
    for (credential, prepare) in
        [(secret(), late as Prepare), (app_service(), late), (assertion(), never), (Credential::Host, never)]
    {
        let mut world = world();
        prepare(&mut world);
        world.cancel_at = Some(NOW + 500);
        refused(world.play(client(credential).reset(ResetRequest::new(ADELE))), ErrorCode::Cancelled);
        assert_eq!(world.now, NOW + 500);
        assert!(sign_ins(&world).len() <= 1 && world.sent.len() <= 1, "{:?}", world.sent);
    }
}

#[test]
fn concurrent_needs_share_one_request_and_its_failure() {
    // By object id v1.0 and beta leave side by side, and both need a token.
    let mut good = world();
    status(&mut good, &client(secret())).expect("a status");
    assert_eq!(sign_ins(&good).len(), 1);
    let wrong = Credential::ClientSecret {
        tenant_id: TENANT.into(),
        client_id: APP.into(),
        client_secret: Secret::new("8Q~contoso-example"),
    };
    let mut bad = world();
    refused(bad.play(client(wrong).reset(ResetRequest::new(ADELE))), ErrorCode::Unauthenticated);
    assert_eq!(bad.sent.len(), 1, "{:?}", bad.sent);
}

/// Several runs of one client, in one simulated time.
struct Together<'a> {
    world: &'a mut World,
    runs: Vec<Option<Run<Result<Status, Error>>>>,
    due: BTreeMap<(u64, usize, EffectId), Reply>,
    outcomes: Vec<Option<Result<Status, Error>>>,
    tokens: usize,
}

impl Together<'_> {
    fn take(&mut self, run: usize, step: Step<Result<Status, Error>>) {
        self.due.retain(|(_, owner, id), _| *owner != run || !step.cancelled.contains(id));
        for (id, effect) in step.effects {
            let now = self.world.now;
            match effect {
                Effect::Sleep(duration) => {
                    let after = u64::try_from(duration.as_millis()).expect("a short sleep");
                    self.due.insert((now + after, run, id), Reply::Slept);
                }
                Effect::Send(request) => {
                    let login = request.uri().host() == Some("login.microsoftonline.com");
                    self.tokens += usize::from(login);
                    let response = self.world.tenant.handle(request, now);
                    self.due.insert((now + if login { 300 } else { 20 }, run, id), Reply::Response(response));
                }
                Effect::Emit(_) => {}
                other => panic!("{other:?}"),
            }
        }
        if let Some(outcome) = step.outcome {
            self.outcomes[run] = Some(outcome);
            self.runs[run] = None;
        }
    }

    /// Runs that are never resumed again are those whose host let them lie.
    fn play(&mut self, asleep: &[usize]) {
        while let Some(((at, run, id), reply)) = self.due.pop_first() {
            if asleep.contains(&run) {
                continue;
            }
            self.world.now = self.world.now.max(at);
            let Some(under_way) = self.runs[run].as_mut() else { continue };
            let step = under_way.resume(id, reply, self.world.now).expect("a step");
            self.take(run, step);
        }
    }
}

fn together(world: &mut World, runs: usize, asleep: &[usize]) -> (usize, Vec<bool>) {
    let client = client(secret());
    let mut all = Together {
        world,
        runs: (0..runs).map(|_| Some(client.status(ADELE))).collect(),
        due: BTreeMap::new(),
        outcomes: (0..runs).map(|_| None).collect(),
        tokens: 0,
    };
    for run in 0..runs {
        let now = all.world.now;
        let step = all.runs[run].as_mut().expect("a run").start(now, run as u64).expect("a step");
        all.take(run, step);
    }
    all.play(asleep);
    (all.tokens, all.outcomes.iter().map(|outcome| matches!(outcome, Some(Ok(_)))).collect())
}

#[test]
fn runs_of_one_client_share_the_request_and_do_not_hang_on_one_that_lies() {
    assert_eq!(together(&mut world(), 5, &[]), (1, vec![true; 5]));
    // The one that asks is never resumed: the others wait for a moment, and ask themselves.
    let mut world = world();
    let (tokens, done) = together(&mut world, 3, &[0]);
    assert_eq!(done, [false, true, true]);
    assert!(tokens <= 3, "{tokens}");
    assert!(world.now < NOW + 5000, "{}", world.now - NOW);
}
