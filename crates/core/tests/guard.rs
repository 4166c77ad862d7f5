//! The guard: whom it refuses, whom it lets pass, and what it says when it cannot look.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{ClientOptions, Error, ErrorCode, Outcome, Report, ResetRequest, ResidualCode};
use entra_tenant::TokenClaims;
use serde_json::{Value, json};
use simulation::World;

const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const CALLER: &str = "0a000001-5c1e-4f3a-9b7d-0000000000c1";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const DIRECTORY_READERS: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";

/// A user with one phone, and what makes them privileged, or does not.
fn world(with: Value, settings: Value) -> World {
    let mut user = json!({
        "id": ID,
        "userPrincipalName": "adele.vance@contoso.com",
        "signInPreferences": { "userPreferredMethodForSecondaryAuthentication": "sms" },
        "methods": [{
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "id": "3179e48a-750b-4051-897c-87b9720928f7",
            "phoneType": "mobile",
            "phoneNumber": "+1 4255550100",
        }],
    });
    user.as_object_mut().expect("an object").extend(with.as_object().expect("an object").clone());
    World::new(serde_json::from_value(json!({ "users": [user], "settings": settings })).expect("a seed"))
}

fn reset(world: &mut World, claims: &TokenClaims, allow: &str) -> Result<Report, Error> {
    let client = world.client_with(claims, ClientOptions::default());
    let request = format!(r#"{{"user":"{ID}","allowPrivileged":{allow}}}"#);
    world.play(client.reset(ResetRequest::from_json(&request).expect("a request")))
}

fn has_phone(world: &World) -> bool {
    world.registered(ID).iter().any(|(kind, _)| kind.contains("phone"))
}

fn group(assignable: bool, relation: &str) -> Value {
    json!({ "groups": [
        { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a1", "displayName": "Lunch", "relation": "member" },
        { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a2", "displayName": "Tier 0", "isAssignableToRole": assignable,
          "relation": relation },
    ]})
}

#[test]
fn every_way_to_be_privileged_is_refused_and_the_flag_waives_it() {
    let role = |id: &str, scope: &str| json!([{ "roleDefinitionId": id, "directoryScopeId": scope }]);
    let custom = "0a000001-5c1e-4f3a-9b7d-0000000000d1";
    for (with, settings) in [
        (json!({ "roles": role(USER_ADMINISTRATOR, "/") }), json!({})),
        (
            json!({ "roles": role(USER_ADMINISTRATOR, "/administrativeUnits/5d107bba-d8e2-4e13-b6ae-884be90e5d1a") }),
            json!({}),
        ),
        (json!({ "roles": role(custom, "/") }), json!({})),
        (json!({ "eligibleRoles": role(USER_ADMINISTRATOR, "/") }), json!({})),
        (group(true, "member"), json!({})),
        (group(true, "owner"), json!({})),
        // Behind the first page of a long list.
        (group(true, "member"), json!({ "pageSize": 1 })),
    ] {
        let mut guarded = world(with.clone(), settings.clone());
        let error = reset(&mut guarded, &TokenClaims::everything(), "false").expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::ProtectedUser, "{with}: {error:?}");
        assert!(has_phone(&guarded), "{with}");
        let blind_only = reset(&mut guarded, &TokenClaims::everything(), r#""ifUnreadable""#).expect_err("a refusal");
        assert_eq!(blind_only.code, ErrorCode::ProtectedUser, "{with}: ifUnreadable waives no finding");
        let report = reset(&mut guarded, &TokenClaims::everything(), "true").expect("a report");
        assert_eq!(report.outcome, Outcome::Complete, "{with}");
        assert!(report.guard.is_some_and(|guard| guard.is_protected), "{with}");
        assert_eq!(guarded.violations(), [""; 0]);
    }
}

#[test]
fn ordinary_roles_and_groups_are_no_privilege() {
    let reader = json!([{ "roleDefinitionId": DIRECTORY_READERS, "directoryScopeId": "/" }]);
    for (with, settings) in [
        (json!({ "roles": reader, "eligibleRoles": reader }), json!({})),
        (group(false, "owner"), json!({})),
        // Without the licence nobody can be eligible.
        (json!({}), json!({ "premium": false })),
        (json!({}), json!({ "premium": false, "premiumRefusalStatus": 403 })),
    ] {
        let mut free = world(with.clone(), settings);
        let report =
            reset(&mut free, &TokenClaims::everything(), "false").unwrap_or_else(|error| panic!("{with}: {error:?}"));
        assert_eq!(report.outcome, Outcome::Complete, "{with}");
        assert!(report.guard.is_some_and(|guard| !guard.is_protected && guard.unreadable.is_empty()), "{with}");
    }
}

#[test]
fn an_application_that_cannot_look_names_the_permission_it_lacks() {
    let all = TokenClaims::everything();
    for (without, names) in [
        ("RoleManagement.Read.Directory", "RoleManagement.Read.Directory"),
        ("GroupMember.Read.All", "GroupMember.Read.All"),
    ] {
        let mut claims = all.clone();
        claims.roles.retain(|role| role != without);
        let mut blind = world(group(false, "member"), json!({}));
        let error = reset(&mut blind, &claims, "false").expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::ProtectedUser);
        assert!(error.help.contains(names), "{without}: {}", error.help);
        assert!(has_phone(&blind));
        let report = reset(&mut blind, &claims, r#""ifUnreadable""#).expect("a report");
        assert!(report.residuals.iter().any(|residual| residual.code == ResidualCode::GuardUnreadable));
        assert!(!has_phone(&blind));
    }
}

#[test]
fn a_signed_in_user_who_cannot_look_goes_on_and_the_report_says_so() {
    let scp = "User.Read.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All";
    let claims = TokenClaims::delegated(CALLER, scp, [PRIVILEGED_AUTHENTICATION_ADMINISTRATOR]);
    let mut blind = world(group(false, "member"), json!({}));
    let report = reset(&mut blind, &claims, "false").expect("a report");
    assert!(!has_phone(&blind));
    assert!(report.guard.is_some_and(|guard| !guard.unreadable.is_empty()));
    assert!(report.residuals.iter().any(|residual| residual.code == ResidualCode::GuardUnreadable));
}

#[test]
fn nobody_resets_themselves() {
    let scp = "User.Read.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All RoleManagement.Read.Directory \
               RoleEligibilitySchedule.Read.Directory GroupMember.Read.All";
    let claims = TokenClaims::delegated(&ID.to_uppercase(), scp, [PRIVILEGED_AUTHENTICATION_ADMINISTRATOR]);
    let mut own = world(json!({}), json!({}));
    let error = reset(&mut own, &claims, "false").expect_err("a refusal");
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::ProtectedUser, "the user is the caller itself"));
    assert!(has_phone(&own));
}
