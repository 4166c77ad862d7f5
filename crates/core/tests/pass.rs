//! Passes, and the tenant's policy on them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{ClientOptions, ErrorCode, Outcome, ResetRequest, Target};
use entra_tenant::{Seed, Tenant, TokenClaims};
use serde_json::{Value, json};
use simulation::World;

const ADELE: &str = "adele.vance@contoso.com";
const POLICY: &str = "authenticationMethodConfigurations/temporaryAccessPass";

/// Adele, and a policy.
fn world(policy: Value) -> World {
    let user = json!({ "id": "0a000001-5c1e-4f3a-9b7d-000000000001", "userPrincipalName": ADELE });
    let seed = json!({ "users": [user], "settings": { "temporaryAccessPass": policy } });
    World::new(serde_json::from_value(seed).expect("a seed"))
}

fn request(pass: &Value) -> String {
    json!({ "user": ADELE, "methods": "all", "temporaryAccessPass": pass }).to_string()
}

fn writes(world: &World) -> usize {
    let log = world.tenant.state().log;
    log.iter().filter(|entry| entry.method != "GET" && !entry.path.ends_with("/$batch")).count()
}

#[test]
fn what_the_policy_forbids_is_told_before_anything_is_written() {
    for (policy, pass, help) in [
        (json!({ "enabled": false }), json!(true), "Enable"),
        (json!({}), json!({ "lifetimeInMinutes": 481 }), "60 to 480 minutes"),
        (json!({}), json!({ "lifetimeInMinutes": 59 }), "60 to 480 minutes"),
        (json!({ "isUsableOnce": true }), json!({ "isUsableOnce": false }), "isUsableOnce"),
    ] {
        let mut world = world(policy);
        let error = world.reset(&request(&pass)).expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::PolicyRejected, "{pass}");
        assert!(error.help.contains(help), "{}", error.help);
        let plan = world.plan(&request(&pass)).expect("a plan");
        assert_eq!((plan.outcome, plan.error), (Outcome::Refused, Some(error)));
        assert_eq!(writes(&world), 0);
    }
}

#[test]
fn what_the_policy_allows_is_issued() {
    for (policy, pass) in [
        (json!({}), json!({ "lifetimeInMinutes": 480 })),
        (json!({}), json!({ "lifetimeInMinutes": 60, "isUsableOnce": true })),
        (json!({ "isUsableOnce": true }), json!(true)),
    ] {
        let report = world(policy).reset(&request(&pass)).expect("a report");
        assert_eq!(report.outcome, Outcome::Complete, "{pass}");
    }
}

/// Where Graph counts the new pass as another method, the default cannot go while it is there.
#[test]
fn a_pass_that_blocks_the_default_is_taken_back_and_issued_again() {
    let phone = json!({
        "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
        "id": "3179e48a-750b-4051-897c-87b9720928f7",
        "phoneType": "mobile",
        "phoneNumber": "+1 4255550100",
    });
    let user = json!({
        "id": "0a000001-5c1e-4f3a-9b7d-000000000001",
        "userPrincipalName": ADELE,
        "signInPreferences": { "userPreferredMethodForSecondaryAuthentication": "sms" },
        "methods": [phone],
    });
    for blocks in [true, false] {
        let seed = json!({ "users": [user], "settings": { "passBlocksDefault": blocks } });
        let mut world = World::new(serde_json::from_value(seed).expect("a seed"));
        let report = world.reset(&request(&json!(true))).expect("a report");
        assert_eq!(report.outcome, Outcome::Complete, "{report:?}");
        let pass = report.temporary_access_pass.and_then(|pass| pass.id).expect("a pass");
        let left = world.registered(ADELE);
        assert!(!left.iter().any(|(kind, _)| kind.contains("phone")), "{left:?}");
        assert!(left.iter().any(|(_, id)| *id == pass), "the pass that was told is the one that is there: {left:?}");
        let passes = world.tenant.exchange().join("\n");
        let issued = passes.matches("POST /v1.0/users/{id}/authentication/temporaryAccessPassMethods 201").count();
        assert_eq!(issued, if blocks { 2 } else { 1 }, "{passes}");
    }
}

/// A policy that the token may not read is nothing to fail on; Graph's own refusal tells the same.
#[test]
fn a_policy_that_cannot_be_read_is_left_to_graph() {
    let roles = [
        "User.Read.All",
        "UserAuthenticationMethod.ReadWrite.All",
        "User.RevokeSessions.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
    ];
    for (enabled, outcome) in [(true, Some(Outcome::Complete)), (false, None)] {
        let mut world = world(json!({ "enabled": enabled }));
        let client = world.client_with(&TokenClaims::application(roles), ClientOptions::default());
        let asked = ResetRequest::from_json(&request(&json!(true))).expect("a request");
        let result = world.play(client.reset(asked));
        assert_eq!(result.as_ref().ok().map(|report| report.outcome), outcome, "{result:#?}");
        if let Err(error) = result {
            assert_eq!(error.code, ErrorCode::PolicyRejected);
            assert_eq!(error.graph.map(|graph| graph.status), Some(400));
        }
    }
}

#[test]
fn many_users_ask_for_the_policy_once() {
    let mut world = World::sample();
    world.tenant = Tenant::new(Seed { latency_milliseconds: 40, ..Seed::crowd(60, 1) });
    let users = world.tenant.state().users;
    world.crowd = users.iter().map(|user| Target::user(&user.id)).collect();
    let client = world.client();
    let defaults = ResetRequest::defaults_from_json(r#"{"temporaryAccessPass":true}"#).expect("defaults");
    world.play(client.reset_many(defaults)).expect("everybody");
    assert_eq!(world.reports.len(), 60);
    assert!(world.reports.iter().all(|report| report.outcome == Outcome::Complete));
    let asked: usize = world.tenant.exchange().iter().map(|line| line.matches(POLICY).count()).sum();
    assert_eq!(asked, 1);
}
