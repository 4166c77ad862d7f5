//! What goes wrong: each with a code, a sentence, what to do next, and nothing half done that the report hides.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, Reply, SendError};
use entra_mfa_reset::{
    Client, ClientOptions, Cloud, Credential, Error, ErrorCode, IssuePassOptions, Limits, MethodOutcome, Outcome,
    Report, ResetRequest, RevokeSessionsOptions, Secret, SessionsOutcome,
};
use entra_tenant::{FaultRates, Seed, TokenClaims};
use serde_json::{Value, json};
use simulation::{NOW, World};

const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const RESTRICTED: &str = "pradeep.gupta@contoso.com";

fn reset_with(world: &mut World, claims: &TokenClaims, options: ClientOptions, request: &str) -> Result<Report, Error> {
    let client = world.client_with(claims, options);
    world.play(client.reset(ResetRequest::from_json(request).expect("a request")))
}

fn adele(rest: &str) -> String {
    format!(r#"{{"user":"{ADELE}"{rest}}}"#)
}

fn sample_with(settings: Value) -> World {
    let mut seed = serde_json::to_value(Seed::sample()).expect("JSON");
    seed["settings"] = settings;
    World::new(serde_json::from_value(seed).expect("a seed"))
}

#[track_caller]
fn refused(result: Result<Report, Error>, code: ErrorCode) -> Error {
    let error = result.expect_err("an error");
    assert_eq!(error.code, code, "{error:?}");
    assert!(!error.help.is_empty() && !error.message.is_empty());
    error
}

#[track_caller]
fn untouched(world: &World) {
    let state = world.tenant.state();
    let seed = World::sample().tenant.state();
    for (now, then) in state.users.iter().zip(&seed.users) {
        assert_eq!(now.methods, then.methods, "{}", now.user_principal_name);
        assert_eq!(now.sign_in_sessions_valid_from_date_time, then.sign_in_sessions_valid_from_date_time);
    }
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn wrong_user() {
    for user in ["nobody@contoso.com", "0a000001-5c1e-4f3a-9b7d-0000000000ff"] {
        let mut world = World::sample();
        let error = refused(world.reset(&format!(r#"{{"user":"{user}"}}"#)), ErrorCode::UserNotFound);
        assert_eq!(error.graph.expect("Graph's part").status, 404);
        untouched(&world);
    }
    let mut world = World::sample();
    for user in ["", "delta", "..", "../groups/1", "a@b/../c"] {
        refused(world.reset(&json!({ "user": user }).to_string()), ErrorCode::InvalidInput);
    }
    assert!(world.sent.is_empty(), "a name that is none was sent: {:?}", world.sent);
}

#[test]
fn odd_names_reach_their_user_and_nobody_else() {
    for name in [
        "o'brien@contoso.com",
        "lidia_fabrikam.com#EXT#@contoso.com",
        "$ann@contoso.com",
        "$o'b@contoso.com",
        "a+b@contoso.com",
        "müller@contoso.com",
        "50%25@contoso.com",
        "%2e%2e@contoso.com",
        "a=b@contoso.com",
        "a&b@contoso.com",
    ] {
        let seed = json!({ "users": [
            { "id": ADELE, "userPrincipalName": name, "methods": [
                { "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "s/../1?#x" }] },
            { "id": "0a000001-5c1e-4f3a-9b7d-000000000002", "userPrincipalName": "other@contoso.com", "methods": [
                { "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "s2" }] },
        ]});
        let mut world = World::new(serde_json::from_value(seed).expect("a seed"));
        let report = world.reset(&json!({ "user": name }).to_string()).expect(name);
        assert_eq!(report.outcome, Outcome::Complete, "{name}: {report:#?}");
        assert_eq!(world.registered(name).len(), 1, "{name}");
        assert_eq!(world.registered("other@contoso.com").len(), 2, "{name}");
        assert_eq!(world.violations(), [""; 0], "{name}");
    }
}

#[test]
fn wrong_tokens() {
    let expired = TokenClaims { exp: Some(1_000_000_000), ..TokenClaims::everything() };
    let other = TokenClaims { aud: Some("https://management.azure.com".into()), ..TokenClaims::everything() };
    for claims in [expired, other] {
        let mut world = World::sample();
        let result = reset_with(&mut world, &claims, ClientOptions::default(), &adele(""));
        refused(result, ErrorCode::Unauthenticated);
    }
    let mut world = World::sample();
    let client =
        Client::new(ClientOptions::default(), Credential::AccessToken(Secret::new("garbage"))).expect("a client");
    refused(world.play(client.reset(ResetRequest::new(ADELE))), ErrorCode::Unauthenticated);
    for token in ["", "two words", "line\nbreak"] {
        let credential = Credential::AccessToken(Secret::new(token));
        let error = Client::new(ClientOptions::default(), credential).expect_err("no token");
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }
}

#[test]
fn no_permission() {
    let mut world = World::sample();
    let reader = TokenClaims::application([
        "User.Read.All",
        "UserAuthenticationMethod.Read.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
    ]);
    let report =
        reset_with(&mut world, &reader, ClientOptions::default(), &adele("")).expect("a report: a delete was tried");
    assert_eq!(report.outcome, Outcome::Failed);
    let error = report.error.expect("why");
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert!(error.help.starts_with("Grant the application permission UserAuthMethod-SoftwareOATH.ReadWrite.All (or "));
    untouched(&world);

    let mut world = World::sample();
    let nothing = TokenClaims::application(["Mail.Read"]);
    refused(reset_with(&mut world, &nothing, ClientOptions::default(), &adele("")), ErrorCode::Forbidden);
    untouched(&world);
}

#[test]
fn a_delete_that_is_forbidden_does_not_hide_those_that_are_not() {
    let mut world = World::sample();
    let phones = TokenClaims::application([
        "User.Read.All",
        "UserAuthenticationMethod.Read.All",
        "UserAuthMethod-Phone.ReadWrite.All",
        "User.RevokeSessions.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
    ]);
    let report = reset_with(&mut world, &phones, ClientOptions::default(), &adele("")).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    let outcome = |kind: &str| {
        let method = report.methods.iter().find(|method| method.kind.name() == kind);
        method.map(|method| method.outcome)
    };
    assert_eq!(outcome("phone"), Some(MethodOutcome::Done));
    assert_eq!(outcome("softwareOath"), Some(MethodOutcome::Failed));
    assert_eq!(outcome("microsoftAuthenticator"), Some(MethodOutcome::Failed));
    // Trouble with a method is no reason to leave the thief's session alive.
    assert_eq!(report.sessions.map(|sessions| sessions.outcome), Some(SessionsOutcome::Revoked));
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn protected_users() {
    let mut world = World::sample();
    let error = refused(world.reset(r#"{"user":"admin@contoso.com"}"#), ErrorCode::ProtectedUser);
    assert!(error.message.contains("Global Administrator"), "{}", error.message);
    untouched(&world);

    let mut world = World::sample();
    refused(world.reset(&format!(r#"{{"user":"{RESTRICTED}"}}"#)), ErrorCode::ManagementRestricted);
    untouched(&world);

    for listed in [ADELE.to_uppercase(), "Adele.Vance@Contoso.com".to_owned()] {
        for user in [ADELE, "adele.vance@contoso.com"] {
            let mut world = World::sample();
            let options = ClientOptions { protect: vec![listed.clone()], ..ClientOptions::default() };
            let request = format!(r#"{{"user":"{user}","allowPrivileged":true}}"#);
            let everything = TokenClaims::everything();
            let result = reset_with(&mut world, &everything, options.clone(), &request);
            refused(result, ErrorCode::ProtectedUser);
            let client = world.client_with(&everything, options.clone());
            refused(
                world.play(client.revoke_sessions(user, RevokeSessionsOptions::default())),
                ErrorCode::ProtectedUser,
            );
            let pass = client.issue_temporary_access_pass(user, IssuePassOptions::default());
            refused(world.play(pass), ErrorCode::ProtectedUser);
            untouched(&world);
        }
    }

    let mut world = World::sample();
    let report = world.reset(r#"{"user":"admin@contoso.com","allowPrivileged":true}"#).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    assert!(report.guard.is_some_and(|guard| guard.is_protected));
}

#[test]
fn a_pass_for_an_administrator_is_a_takeover() {
    let mut world = World::sample();
    let client = world.client();
    let pass = client.issue_temporary_access_pass("admin@contoso.com", IssuePassOptions::default());
    refused(world.play(pass), ErrorCode::ProtectedUser);
    untouched(&world);
}

#[test]
fn a_refused_pass_removes_nothing() {
    let mut world = sample_with(json!({ "temporaryAccessPass": { "enabled": false } }));
    refused(world.reset(&adele(r#","temporaryAccessPass":true"#)), ErrorCode::PolicyRejected);
    untouched(&world);
}

#[test]
fn a_reset_that_comes_too_late() {
    let mut world = World::sample();
    refused(world.reset(&adele(r#","notAfter":"2026-11-21T08:59:59Z""#)), ErrorCode::Expired);
    assert!(world.sent.is_empty());
    assert!(world.reset(&adele(r#","notAfter":"2026-11-21T09:00:01Z""#)).is_ok());
    refused(World::sample().reset(&adele(r#","notAfter":"soon""#)), ErrorCode::InvalidInput);
}

#[test]
fn requests_that_contradict_themselves() {
    for (rest, says) in [
        (r#","metods":"all""#, "metods"),
        (r#","methods":"everything""#, "everything"),
        (r#","methods":["fido"]"#, "fido"),
        (r#","methods":["password"]"#, "password"),
        (r#","temporaryAccessPass":false"#, "temporaryAccessPass"),
        (r#","temporaryAccessPass":{"lifetimeInMinutes":5}"#, "5 minutes"),
        (r#","allowPrivileged":"yes""#, "yes"),
        (r#","keep":["fido"]"#, "fido"),
        (r#","stableOnly":true,"perUserMfa":"disabled""#, "stableOnly"),
    ] {
        let mut world = World::sample();
        let error = refused(world.reset(&adele(rest)), ErrorCode::InvalidInput);
        assert!(error.message.contains(says) || rest.contains("false"), "{rest}: {}", error.message);
        assert!(world.sent.is_empty());
    }
}

fn answering(status: u16, body: &'static str) -> World {
    let mut world = World::sample();
    world.intercept = Some(Box::new(move |_| {
        let response = http::Response::builder().status(status).header("content-type", "text/html");
        Some(Reply::Response(response.body(Bytes::from_static(body.as_bytes())).expect("a response")))
    }));
    world
}

#[test]
fn a_server_that_is_not_graph() {
    let page = "<html><body>Sign in to the hotel's network</body></html>";
    for (status, body) in [(200, page), (403, page), (404, page), (200, ""), (200, "{}"), (200, r#"{"id":1}"#)] {
        let mut world = answering(status, body);
        refused(world.reset(&adele("")), ErrorCode::UnexpectedResponse);
    }
    let mut world = answering(502, page);
    refused(world.reset(&adele("")), ErrorCode::Unreachable);
}

#[test]
fn a_redirect_is_not_followed() {
    let mut world = World::sample();
    world.intercept = Some(Box::new(|_| {
        let response = http::Response::builder().status(302).header("location", "https://graph.contoso.com/v1.0/x");
        Some(Reply::Response(response.body(Bytes::new()).expect("a response")))
    }));
    refused(world.reset(&adele("")), ErrorCode::UnexpectedResponse);
    assert!(world.sent.iter().all(|line| line.contains(" https://graph.microsoft.com/")), "{:?}", world.sent);
}

#[test]
fn a_server_that_is_not_there() {
    let mut world = World::sample();
    world.intercept = Some(Box::new(|_| Some(Reply::Failed(SendError::NeverSent("refused".into())))));
    let error = refused(world.reset(&adele("")), ErrorCode::Unreachable);
    assert!(error.retryable);
    let tries = 1 + Limits::default().retries as usize;
    // The guard's batch and the list, side by side.
    assert_eq!(world.sent.len(), 2 * tries);
}

#[test]
fn a_server_that_does_not_answer_in_time() {
    let rates = FaultRates { slow: 1.0, slow_milliseconds: 60_000, ..FaultRates::default() };
    let mut world = World::sample().with_faults(1, rates);
    let limits = Limits { request_seconds: 5, retries: 1, ..Limits::default() };
    let options = ClientOptions { limits, ..ClientOptions::default() };
    let result = reset_with(&mut world, &TokenClaims::everything(), options, &adele(""));
    refused(result, ErrorCode::Timeout);
    assert!(world.now - NOW < 12_000);
    untouched(&world);
}

/// A page behind the guard's list that leads elsewhere would carry the token along.
#[test]
fn a_next_link_to_another_origin_gets_no_request() {
    for link in [
        "https://graph.contoso.com/v1.0/next",
        "https://graph.microsoft.com.contoso.com/v1.0/next",
        "https://graph.microsoft.com@contoso.com/v1.0/next",
        "https://graph.microsoft.com/v1.0/../admin",
        "https://graph.microsoft.com/v1.0/%2e%2E/admin",
        "https://graph.microsoft.com/other",
        "http://graph.microsoft.com/v1.0/next",
        "//contoso.com/v1.0/next",
        "/v1.0/next",
        "",
    ] {
        let mut world = World::sample();
        world.intercept = Some(Box::new(move |request| {
            let batch: Value = serde_json::from_slice(request.body()).ok()?;
            let members = batch["requests"].as_array()?.iter();
            let responses: Vec<Value> = members
                .map(|member| {
                    let mut body = json!({ "value": [], "id": ADELE, "userPrincipalName": "adele.vance@contoso.com" });
                    if member["url"].as_str().is_some_and(|url| url.contains("transitiveMemberOf")) {
                        body["@odata.nextLink"] = json!(link);
                    }
                    json!({ "id": member["id"], "status": 200, "body": body })
                })
                .collect();
            let body = json!({ "responses": responses }).to_string();
            Some(Reply::Response(http::Response::new(Bytes::from(body))))
        }));
        refused(world.reset(&adele("")), ErrorCode::UnexpectedResponse);
        let strangers = world.sent.iter().filter(|line| !line.ends_with("/$batch")).count();
        assert_eq!(strangers, 0, "{link}: {:?}", world.sent);
    }
}

#[test]
fn a_batch_that_leaves_members_out_or_answers_twice() {
    let mut world = World::sample();
    world.intercept = Some(Box::new(|request| {
        request.uri().path().ends_with("/v1.0/$batch").then(|| {
            let body = r#"{"responses":[{"id":"1","status":200,"body":{"value":[]}},{"id":"1","status":403},{"id":"77","status":200}]}"#;
            Reply::Response(http::Response::new(Bytes::from_static(body.as_bytes())))
        })
    }));
    refused(world.reset(&adele("")), ErrorCode::UnexpectedResponse);
    untouched(&world);
}

/// Everything that follows goes by the id in it.
#[test]
fn an_answer_about_another_user_is_refused() {
    for asked in [ADELE, "adele.vance@contoso.com"] {
        for other in [
            json!({ "id": "0a000001-5c1e-4f3a-9b7d-000000000002", "userPrincipalName": "diego.siciliani@contoso.com" }),
            json!({ "id": "../groups/1" }),
            json!({ "id": "" }),
        ] {
            let mut world = World::sample();
            let told = other.clone();
            world.mutate = Some(Box::new(move |response| {
                let (head, body) = response.into_parts();
                let mut answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                let is_alone = answer["userPrincipalName"].is_string();
                let user = if is_alone {
                    Some(&mut answer)
                } else {
                    let batched = answer["responses"].as_array_mut().into_iter().flatten();
                    batched.map(|member| &mut member["body"]).find(|body| body["userPrincipalName"].is_string())
                };
                if let Some(user) = user.and_then(Value::as_object_mut) {
                    user.extend(told.as_object().expect("an object").clone());
                }
                http::Response::from_parts(head, Bytes::from(answer.to_string()))
            }));
            let request = json!({ "user": asked }).to_string();
            refused(world.reset(&request), ErrorCode::UnexpectedResponse);
            untouched(&world);
        }
    }
}

/// Puts something in the place of the first item of the list that a batch's member answers.
fn spoil(batch: &mut Value, suits: impl Fn(&str) -> bool, junk: &Value) {
    for member in batch["responses"].as_array_mut().into_iter().flatten() {
        let context = member["body"]["@odata.context"].as_str().unwrap_or_default().to_owned();
        let items = member["body"]["value"].as_array_mut().filter(|_| suits(&context));
        if let Some(item) = items.and_then(|items| items.first_mut()) {
            *item = junk.clone();
        }
    }
}

#[test]
fn an_item_that_cannot_be_read_is_not_taken_for_one_that_is_not_there() {
    for junk in [json!(null), json!(7), json!([]), json!("phone"), json!({}), json!({ "id": 7 })] {
        for (user, lists) in [
            (ADELE, ["authentication/methods"].as_slice()),
            // A role shows in two lists.
            ("admin@contoso.com", &["roleAssignments", "directoryObjects"]),
            ("megan.bowen@contoso.com", &["directoryObjects"]),
        ] {
            let mut world = World::sample();
            let spoilt = junk.clone();
            world.mutate = Some(Box::new(move |response| {
                let (head, body) = response.into_parts();
                let mut batch = serde_json::from_slice(&body).unwrap_or_default();
                spoil(&mut batch, |context| lists.iter().any(|list| context.contains(list)), &spoilt);
                http::Response::from_parts(head, Bytes::from(batch.to_string()))
            }));
            let error = world.reset(&format!(r#"{{"user":"{user}"}}"#)).expect_err("an error");
            let expected = [ErrorCode::UnexpectedResponse, ErrorCode::ProtectedUser];
            assert!(expected.contains(&error.code), "{junk} in {lists:?}: {error:?}");
            untouched(&world);
        }
    }
}

#[test]
fn a_truncated_answer_to_a_delete_is_settled_by_reading() {
    let mut seen = 0;
    for seed in 0..200 {
        let rates = FaultRates { truncated: 0.3, ..FaultRates::default() };
        let mut world = World::sample().with_faults(seed, rates);
        let Ok(report) = world.reset(&adele("")) else { continue };
        let there = world.registered(ADELE);
        for method in &report.methods {
            let is = there.iter().any(|(_, id)| *id == method.id);
            if matches!(method.outcome, MethodOutcome::Done | MethodOutcome::AlreadyGone) {
                assert!(!is, "{seed}: {method:?}");
                seen += 1;
            }
        }
        assert_eq!(world.violations(), [""; 0]);
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn options_that_would_send_a_token_astray() {
    for options in [
        ClientOptions { graph_url: Some("http://graph.microsoft.com".into()), ..ClientOptions::default() },
        ClientOptions { graph_url: Some("https://graph.microsoft.com/v1.0".into()), ..ClientOptions::default() },
        ClientOptions { authority_host: Some("ftp://login.microsoftonline.com".into()), ..ClientOptions::default() },
    ] {
        let error = Client::new(options, Credential::Host).expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }
}

#[test]
fn each_cloud_has_its_own_origin() {
    for (cloud, name, origin) in [
        (Cloud::Global, "global", "https://graph.microsoft.com/"),
        (Cloud::UsGov, "usGov", "https://graph.microsoft.us/"),
        (Cloud::UsGovDoD, "usGovDoD", "https://dod-graph.microsoft.us/"),
        (Cloud::China, "china", "https://microsoftgraph.chinacloudapi.cn/"),
    ] {
        let mut world = sample_with(json!({ "cloud": name }));
        let options = ClientOptions { cloud, ..ClientOptions::default() };
        let result = reset_with(&mut world, &TokenClaims::everything(), options, &adele(r#","methods":["phone"]"#));
        let report = result.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(world.sent.iter().all(|line| line.contains(origin)), "{name}: {:?}", world.sent);
        assert_eq!(report.outcome, Outcome::Complete, "{name}: {report:#?}");
        assert_eq!(world.registered(ADELE).iter().filter(|(kind, _)| kind.contains("phone")).count(), 0);
        assert_eq!(world.violations(), [""; 0]);
    }
}

#[test]
fn a_client_secret_signs_in_once_and_signs_in_again_when_refused() {
    let mut seed = serde_json::to_value(Seed::sample()).expect("JSON");
    let roles = TokenClaims::everything().roles;
    seed["apps"] = json!([{ "clientId": "0b1d2c3b-0000-4c3d-8e9f-0a1b2c3d4e5f", "clientSecret": "not-a-real-one", "roles": roles }]);
    let tenant = seed["tenantId"].as_str().expect("a tenant").to_owned();
    for (challenge, secret, tokens) in [(false, "not-a-real-one", 1), (true, "not-a-real-one", 2), (false, "wrong", 0)]
    {
        seed["settings"] = json!({ "claimsChallenge": challenge });
        let mut world = World::new(serde_json::from_value(seed.clone()).expect("a seed"));
        let credential = Credential::ClientSecret {
            tenant_id: tenant.clone(),
            client_id: "0b1d2c3b-0000-4c3d-8e9f-0a1b2c3d4e5f".into(),
            client_secret: Secret::new(secret),
        };
        let client = Client::new(ClientOptions::default(), credential).expect("a client");
        let result = world.play(client.reset(ResetRequest::new(ADELE)));
        if tokens == 0 {
            let error = refused(result, ErrorCode::Unauthenticated);
            assert!(error.message.contains("AADSTS7000215") && !error.message.contains("wrong"), "{}", error.message);
            continue;
        }
        assert_eq!(result.expect("a report").outcome, Outcome::Complete);
        let asked = world.sent.iter().filter(|line| line.contains("/oauth2/v2.0/token")).count();
        assert_eq!(asked, tokens);
        assert!(world.play(client.status(ADELE)).is_ok());
        let again = world.sent.iter().filter(|line| line.contains("/oauth2/v2.0/token")).count();
        assert_eq!(again, tokens, "the token is kept for the next run");
    }
}

#[test]
fn a_cancel_before_the_first_write_is_an_error_and_after_it_a_report() {
    let mut early = World::sample();
    early.cancel_at = Some(NOW + 10);
    refused(early.reset(&adele("")), ErrorCode::Cancelled);
    untouched(&early);

    // The reads take 80 ms; the one batch of removals is under way at 100, and is given the time to answer.
    let mut late = World::sample();
    late.cancel_at = Some(NOW + 100);
    let report = late.reset(&adele("")).expect("a report");
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(report.error.map(|error| error.code), Some(ErrorCode::Cancelled));

    // By name, and with a hardware token to look up, the reads take 240 ms; the token's turn comes after the phone's.
    let mut halfway = World::sample();
    halfway.cancel_at = Some(NOW + 300);
    let report = halfway.reset(r#"{"user":"diego.siciliani@contoso.com"}"#).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    assert_eq!(report.error.map(|error| error.code), Some(ErrorCode::Cancelled));
    let outcomes: Vec<_> = report.methods.iter().map(|method| (method.kind.name(), method.outcome)).collect();
    assert_eq!(outcomes[0], ("phone", MethodOutcome::Done));
    assert_eq!(outcomes[1], ("hardwareOath", MethodOutcome::Planned));
}

#[test]
fn a_hosts_token_that_is_none_is_the_credentials_trouble() {
    for given in ["", "two words", "zero\0", "ümlaut"] {
        let client = Client::new(ClientOptions::default(), Credential::Host).expect("a client");
        let mut run = client.status(ADELE);
        let step = run.start(NOW, 7).expect("a step");
        let (id, effect) = step.effects.first().expect("an effect");
        assert!(matches!(effect, Effect::Token(_)));
        let token = AccessToken { token: Secret::new(given), expires_at: None };
        let step = run.resume(*id, Reply::Token(Ok(token)), NOW).expect("a step");
        let error = step.outcome.expect("the end").expect_err("no token");
        assert_eq!(error.code, ErrorCode::Unauthenticated, "{error:?}");
    }
}

#[test]
fn a_revocation_that_may_have_run_is_a_report() {
    for status in [500, 502, 504] {
        let mut world = World::sample();
        let client = world.client();
        world.intercept = Some(Box::new(move |request| {
            let answer = http::Response::builder().status(status).body(Bytes::new()).expect("an answer");
            request.uri().path().ends_with("/revokeSignInSessions").then_some(Reply::Response(answer))
        }));
        let report = world.play(client.revoke_sessions(ADELE, RevokeSessionsOptions::default())).expect("a report");
        assert_eq!(report.outcome, Outcome::Failed);
        assert_eq!(report.sessions.map(|sessions| sessions.outcome), Some(SessionsOutcome::Failed));
        assert!(report.error.expect("why").retryable);
    }
}
