//! Fewer rights, clouds with fewer kinds, tenants with fewer licenses: what can be done is done, and what could not be
//! seen is named. `preflight.rs` plays the same with random tokens.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{ClientOptions, Error, ErrorCode, Outcome, Report, ResetRequest, ResidualCode, Target};
use entra_tenant::TokenClaims;
use serde_json::{Value, json};
use simulation::World;

const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const GUARD: [&str; 2] = ["RoleManagement.Read.Directory", "GroupMember.Read.All"];

fn user(place: u32) -> Value {
    json!({
        "id": format!("0a000001-5c1e-4f3a-9b7d-{place:012}"),
        "userPrincipalName": format!("user{place}@contoso.com"),
        "signInPreferences": { "userPreferredMethodForSecondaryAuthentication": "push" },
        "methods": [
            {
                "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
                "id": "3179e48a-750b-4051-897c-87b9720928f7",
                "phoneType": "mobile",
                "phoneNumber": "+1 4255550100",
            },
            {
                "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
                "id": "4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f",
                "displayName": "Pixel",
            },
        ],
    })
}

fn world(settings: Value) -> World {
    World::new(serde_json::from_value(json!({ "users": [user(1)], "settings": settings })).expect("a seed"))
}

/// With a code beside phone and app.
fn world_with_token(preference: &str) -> World {
    let code = json!({
        "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod",
        "id": "b172893e-893a-4d3c-9ac2-3f7d6b0c5a11",
    });
    let mut seed = json!({ "users": [user(1)] });
    seed["users"][0]["methods"].as_array_mut().expect("methods").push(code);
    seed["users"][0]["signInPreferences"]["userPreferredMethodForSecondaryAuthentication"] = preference.into();
    World::new(serde_json::from_value(seed).expect("a seed"))
}

fn granular(more: &[&str]) -> TokenClaims {
    let own = ["UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All"];
    let directory = ["User.RevokeSessions.All"];
    TokenClaims::application(own.iter().chain(&directory).chain(&GUARD).chain(more).copied())
}

fn reset(world: &mut World, claims: &TokenClaims, cloud: &str, with: Value) -> Result<Report, Error> {
    let options = ClientOptions::from_json(&json!({ "cloud": cloud }).to_string()).expect("options");
    let client = world.client_with(claims, options);
    let mut request = json!({ "user": ID });
    request.as_object_mut().expect("an object").extend(with.as_object().expect("an object").clone());
    let report = world.play(client.reset(ResetRequest::from_json(&request.to_string()).expect("a request")));
    assert_eq!(world.violations(), [""; 0]);
    report
}

fn residual(report: &Report, code: ResidualCode) -> Option<&str> {
    report.residuals.iter().find(|residual| residual.code == code).map(|residual| residual.message.as_str())
}

#[test]
fn permissions_of_two_kinds_remove_those_and_claim_no_more() {
    let mut world = world_with_token("none");
    let report = reset(&mut world, &granular(&["User.Read.All"]), "global", json!({})).expect("a report");
    // The code that stays is one of the kinds that were asked for.
    assert_eq!(report.outcome, Outcome::Unverified);
    let kinds: Vec<String> = world.registered(ID).into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.iter().any(|kind| kind.contains("softwareOath")), "{kinds:?}");
    assert!(!kinds.iter().any(|kind| kind.contains("phone") || kind.contains("microsoftAuthenticator")), "{kinds:?}");
    let hidden = residual(&report, ResidualCode::HiddenKinds).expect("what is hidden");
    assert!(hidden.contains("softwareOath") && hidden.contains("hardwareOath"), "{hidden}");
    assert!(!hidden.contains("password,") && !hidden.ends_with("password") && !hidden.contains("phone"), "{hidden}");
}

/// Graph keeps the default while another method is there, also one that this token cannot see.
#[test]
fn a_hidden_method_that_holds_the_default_is_suspected() {
    let mut world = world_with_token("push");
    let report = reset(&mut world, &granular(&["User.Read.All"]), "global", json!({})).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    let error = report.error.expect("why");
    assert_eq!(error.code, ErrorCode::DefaultMethodBlocked);
    assert!(error.help.contains("a method that this token cannot see"), "{}", error.help);
}

#[test]
fn permissions_of_two_kinds_are_enough_for_these_two() {
    let mut world = world(json!({}));
    let own = json!({ "methods": ["phone", "microsoftAuthenticator"] });
    let report = reset(&mut world, &granular(&["User.Read.All"]), "global", own).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    assert!(residual(&report, ResidualCode::HiddenKinds).is_some());
    // "As far as this token can see".
    let alone = residual(&report, ResidualCode::SignInWithoutMfaUntilRegistered).expect("a residual");
    assert!(alone.starts_with("as far as this token can see"), "{alone}");
}

/// The least that reads a user: enough, but not for the guard, which must see restricted units.
#[test]
fn the_least_that_reads_a_user_takes_a_waiver() {
    let least = granular(&["User.ReadBasic.All"]);
    let own = |allow: Value| json!({ "methods": ["phone", "microsoftAuthenticator"], "allowPrivileged": allow });
    let mut blind = world(json!({}));
    let error = reset(&mut blind, &least, "global", own(json!(false))).expect_err("a refusal");
    assert!(error.help.contains("Grant User.Read.All to the application"), "{}", error.help);
    let report = reset(&mut blind, &least, "global", own(json!("ifUnreadable"))).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    assert!(residual(&report, ResidualCode::GuardUnreadable).is_some());
    let guard = report.guard.expect("the guard");
    assert!(guard.unreadable.iter().any(|spot| spot.what == "managementRestriction"), "{guard:?}");
}

/// What a token may not read cannot be put back; what nobody wanted to be read is not missed.
#[test]
fn a_backup_says_what_it_lacks() {
    for (more, with, lacks) in [
        (["User.Read.All"].as_slice(), json!({}), ["the default method", "the per-user MFA state"].as_slice()),
        (&["User.Read.All"], json!({ "stableOnly": true }), &["the kinds that could not be seen"]),
    ] {
        let mut request = json!({ "methods": ["phone"], "backup": true });
        request.as_object_mut().expect("an object").extend(with.as_object().expect("an object").clone());
        let report = reset(&mut world(json!({})), &granular(more), "global", request).expect("a report");
        let message = residual(&report, ResidualCode::BackupIncomplete).expect("a residual");
        for part in ["the default method", "the per-user MFA state"].iter().chain(lacks) {
            assert_eq!(message.contains(part), lacks.contains(part), "{with}: {part} in {message}");
        }
    }
}

/// What v1.0 has and the token may not see is not waived by forbidding beta.
#[test]
fn stable_only_waives_the_kinds_of_beta_and_no_others() {
    let stable = json!({ "stableOnly": true });
    let mut hidden = world(json!({}));
    let report = reset(&mut hidden, &granular(&["User.Read.All"]), "global", stable.clone()).expect("a report");
    assert_eq!(report.outcome, Outcome::Unverified, "software tokens could not be seen");
    assert!(!hidden.sent.iter().any(|line| line.contains("/beta/")), "{:?}", hidden.sent);

    let mut seen = world(json!({}));
    let enough = granular(&["User.Read.All", "UserAuthMethod-SoftwareOATH.Read.All"]);
    let report = reset(&mut seen, &enough, "global", stable).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    let hidden = residual(&report, ResidualCode::HiddenKinds).expect("what is hidden");
    assert!(hidden.contains("hardwareOath"), "{hidden}");
}

#[test]
fn clouds_without_kinds_hide_nothing_and_licenses_that_lack_are_no_blindness() {
    for (cloud, settings) in [
        ("china", json!({ "cloud": "china" })),
        ("usGov", json!({ "cloud": "usGov" })),
        ("usGovDoD", json!({ "cloud": "usGovDoD" })),
        ("global", json!({ "premium": false })),
        ("global", json!({ "premium": false, "premiumRefusalStatus": 403 })),
    ] {
        let mut world = world(settings.clone());
        let report = reset(&mut world, &TokenClaims::everything(), cloud, json!({ "methods": "all" }));
        let report = report.unwrap_or_else(|error| panic!("{settings}: {error:?}"));
        assert_eq!(report.outcome, Outcome::Complete, "{settings}: {report:?}");
        assert_eq!(residual(&report, ResidualCode::HiddenKinds), None, "{settings}");
        assert!(report.guard.expect("the guard").unreadable.is_empty(), "{settings}");
    }
}

/// What an application's token cannot list is learned once, and not once a user.
#[test]
fn what_a_token_cannot_list_is_not_asked_for_every_user() {
    let users: Vec<Value> = (1..=300).map(user).collect();
    let seed = json!({ "users": users });
    let mut world = World::new(serde_json::from_value(seed).expect("a seed"));
    let client = world.client_with(&granular(&["User.Read.All"]), ClientOptions::default());
    world.crowd = (1..=300).map(|place| Target::user(format!("user{place}@contoso.com"))).collect();
    world.play(client.reset_many(ResetRequest::default())).expect("a run");
    assert_eq!(world.reports.len(), 300);
    for report in &world.reports {
        assert_eq!(report.outcome, Outcome::Unverified);
        let hidden = residual(report, ResidualCode::HiddenKinds).expect("what is hidden");
        assert!(hidden.contains("softwareOath") && hidden.contains("fido2"), "{hidden}");
    }
    let lines = world.tenant.exchange();
    let asked = |segment: &str| lines.iter().map(|line| line.matches(segment).count()).sum::<usize>();
    assert!(asked("/softwareOathMethods") < 100, "{}", asked("/softwareOathMethods"));
    assert!(asked("GET /users/{id}/authentication/phoneMethods 200") >= 600, "each user is read, and read again");
}
