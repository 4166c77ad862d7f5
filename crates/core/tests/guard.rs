//! The guard: whom it refuses, whom it lets pass, and what it says when it cannot look.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{
    Client, ClientOptions, Credential, Error, ErrorCode, GuardGroupRelation, IssuePassOptions, Outcome, Report,
    ResetRequest, ResidualCode, RestoreRequest, RevokeSessionsOptions, Secret, Target,
};
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

// Everybody who must not be touched, by whoever asks, in every operation

const AUTHENTICATION_ADMINISTRATOR: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const SCOPES: &str = "User.Read.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All \
                      RoleManagement.Read.Directory RoleEligibilitySchedule.Read.Directory GroupMember.Read.All \
                      PrivilegedEligibilitySchedule.Read.AzureADGroup";

struct Guarded {
    what: &'static str,
    with: Value,
    protect: &'static [&'static str],
    /// Part of the refusal's sentence.
    says: &'static str,
    /// Whether Graph keeps them from an Authentication Administrator, too. What is only eligible does not count there,
    /// nor does a unit of which nobody says that it is restricted.
    out_of_reach: bool,
}

fn guarded() -> Vec<Guarded> {
    let role = |id: &str, name: &str, scope: &str| json!([{ "roleDefinitionId": id, "displayName": name, "directoryScopeId": scope }]);
    let unit = "/administrativeUnits/5d107bba-d8e2-4e13-b6ae-884be90e5d1a";
    let eligible = json!({ "eligibleGroups": [{
        "id": "0a000001-5c1e-4f3a-9b7d-0000000000a3", "displayName": "Tier 0", "isAssignableToRole": true,
        "relation": "member",
    }]});
    let found = |what, with, says, out_of_reach| Guarded { what, with, protect: &[], says, out_of_reach };
    let listed = |what, protect, says| Guarded { what, with: json!({}), protect, says, out_of_reach: false };
    vec![
        found(
            "a Global Administrator",
            json!({ "roles": role(GLOBAL_ADMINISTRATOR, "Global Administrator", "/") }),
            "holds the role Global Administrator",
            true,
        ),
        found("a member of a role-assignable group", group(true, "member"), "is a member of the role-assignable", true),
        found("an owner of one", group(true, "owner"), "is an owner of the role-assignable group Tier 0", true),
        found(
            "an eligible member of one",
            eligible,
            "could become a member of the role-assignable group Tier 0",
            false,
        ),
        found(
            "an administrator of a unit",
            json!({ "roles": role(USER_ADMINISTRATOR, "User Administrator", unit) }),
            "holds the role User Administrator",
            true,
        ),
        found(
            "a holder of a harmless role in a unit, which may be a restricted one",
            json!({ "roles": role(DIRECTORY_READERS, "Directory Readers", unit) }),
            "holds the role Directory Readers",
            false,
        ),
        found(
            "an eligible administrator",
            json!({ "eligibleRoles": role(GLOBAL_ADMINISTRATOR, "Global Administrator", "/") }),
            "is eligible for the role Global Administrator",
            false,
        ),
        found("a restricted user", json!({ "isManagementRestricted": true }), "restricted management", true),
        listed("a break-glass account by id", &["0A000001-5C1E-4F3A-9B7D-000000000001"], "`protect`"),
        listed("a break-glass account by name", &[" Adele.VANCE@Contoso.com "], "`protect`"),
    ]
}

fn callers() -> [(&'static str, TokenClaims); 4] {
    let user = |role| TokenClaims::delegated(CALLER, SCOPES, [role]);
    [
        ("an application", TokenClaims::everything()),
        ("an Authentication Administrator", user(AUTHENTICATION_ADMINISTRATOR)),
        ("a Privileged Authentication Administrator", user(PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)),
        ("a Global Administrator", user(GLOBAL_ADMINISTRATOR)),
    ]
}

/// The writes in the tenant's own log.
fn writes(world: &World) -> Vec<String> {
    let lines = world.tenant.exchange();
    let calls = lines.iter().flat_map(|line| line.split(['[', ',', ']']).map(str::trim).map(str::to_owned));
    let is_write = |call: &String| !call.starts_with("GET ") && !call.contains("$batch") && !call.is_empty();
    calls.filter(is_write).collect()
}

fn play(world: &mut World, operation: &str, client: &Client, user: &str, allow: bool) -> Result<Report, Error> {
    let request = |rest: Value| {
        let mut request = json!({ "user": user, "allowPrivileged": allow });
        request.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        request.to_string()
    };
    let reset = |rest: Value| ResetRequest::from_json(&request(rest)).expect("a request");
    match operation {
        "reset" => world.play(client.reset(reset(json!({ "temporaryAccessPass": true })))),
        "issueTemporaryAccessPass" => {
            let options = IssuePassOptions::from_json(&json!({ "allowPrivileged": allow }).to_string());
            world.play(client.issue_temporary_access_pass(user, options.expect("options")))
        }
        "restore" => {
            let backup = json!({ "backup": { "emails": ["adele@contoso.com"] } });
            world.play(client.restore(RestoreRequest::from_json(&request(backup)).expect("a request")))
        }
        "revokeSessions" => world.play(client.revoke_sessions(user, RevokeSessionsOptions::default())),
        "resetMany" => {
            world.crowd.push_back(Target::user(user));
            let defaults = ResetRequest { user: String::new(), ..reset(json!({})) };
            world.play(client.reset_many(defaults))?;
            let report = world.reports.pop().expect("a report");
            match report.outcome {
                Outcome::Refused => {
                    let guard = report.guard.as_ref();
                    assert!(guard.is_none_or(|guard| guard.is_protected), "what the guard found is told: {report:?}");
                    Err(report.error.expect("why"))
                }
                _ => Ok(report),
            }
        }
        other => panic!("no operation {other}"),
    }
}

#[test]
fn nobody_who_is_guarded_is_touched_by_anybody() {
    let mut refusals = 0;
    for Guarded { what, with, protect, says, .. } in guarded() {
        for (who, claims) in callers() {
            for operation in ["reset", "issueTemporaryAccessPass", "restore", "resetMany", "revokeSessions"] {
                for user in [ID, "adele.vance@CONTOSO.com"] {
                    let options = ClientOptions {
                        protect: protect.iter().map(|name| (*name).to_owned()).collect(),
                        ..ClientOptions::default()
                    };
                    let case = format!("{who}, {operation} of {what}, named {user}");
                    let mut guarded = world(with.clone(), json!({}));
                    let client = guarded.client_with(&claims, options.clone());
                    let result = play(&mut guarded, operation, &client, user, false);
                    assert_eq!(guarded.violations(), [""; 0], "{case}");
                    // Of the guard, revoking obeys `protect` alone; Graph itself says whom the caller reaches.
                    if operation == "revokeSessions" && protect.is_empty() {
                        assert!(
                            result.is_ok_and(|report| report.guard.is_none()) || writes(&guarded).len() == 1,
                            "{case}"
                        );
                        continue;
                    }
                    let error = result.expect_err(&case);
                    let code = match what {
                        "a restricted user" => ErrorCode::ManagementRestricted,
                        _ => ErrorCode::ProtectedUser,
                    };
                    assert_eq!(error.code, code, "{case}: {error:?}");
                    assert!(error.message.contains(says) && !error.help.is_empty(), "{case}: {error:?}");
                    assert_eq!(writes(&guarded), [""; 0], "{case}");
                    // A plan shows it, or says the same where the caller may not even see the methods.
                    let refusal = match guarded.play(client.plan(ResetRequest::new(user))) {
                        Ok(plan) => {
                            assert_eq!(plan.outcome, Outcome::Refused, "{case}");
                            plan.error.expect("why")
                        }
                        Err(error) => error,
                    };
                    assert_eq!(refusal.code, code, "{case}");
                    refusals += 1;
                }
            }
        }
    }
    println!("{refusals} refusals, not one write");
    assert!(refusals > 300, "{refusals}");
}

/// With the flag it is Graph that judges, and what it forbids is told with what it takes.
#[test]
fn the_flag_opens_what_graph_opens_and_never_what_is_on_the_list() {
    for Guarded { what, with, protect, out_of_reach, .. } in guarded() {
        for (who, claims) in callers() {
            for operation in ["reset", "issueTemporaryAccessPass", "restore", "resetMany"] {
                let case = format!("{who}, {operation} of {what}");
                let options = ClientOptions {
                    protect: protect.iter().map(|name| (*name).to_owned()).collect(),
                    ..ClientOptions::default()
                };
                let mut guarded = world(with.clone(), json!({}));
                let client = guarded.client_with(&claims, options);
                let result = play(&mut guarded, operation, &client, ID, true);
                assert_eq!(guarded.violations(), [""; 0], "{case}");
                if !protect.is_empty() {
                    assert_eq!(result.expect_err(&case).code, ErrorCode::ProtectedUser, "{case}");
                    assert_eq!(writes(&guarded), [""; 0], "{case}");
                    continue;
                }
                let limited = who == "an Authentication Administrator" && out_of_reach;
                if !limited && what != "a restricted user" {
                    let report = result.unwrap_or_else(|error| panic!("{case}: {error:?}"));
                    assert_eq!(report.outcome, Outcome::Complete, "{case}: {report:?}");
                    continue;
                }
                let error = match result {
                    Ok(report) => {
                        assert_eq!(report.outcome, Outcome::Failed, "{case}: {report:?}");
                        report.error.expect("why")
                    }
                    Err(error) => error,
                };
                assert_eq!(error.code, ErrorCode::Forbidden, "{case}: {error:?}");
                let takes = match what {
                    "a restricted user" if !who.starts_with("an Auth") => "restricted management administrative unit",
                    _ => "Privileged Authentication Administrator",
                };
                assert!(error.help.contains(takes), "{case}: {}", error.help);
                assert!(has_phone(&guarded), "{case}");
            }
        }
    }
}

#[test]
fn whoever_could_join_a_group_or_own_it_is_refused_and_told_apart() {
    for (relation, told) in
        [("member", GuardGroupRelation::EligibleMember), ("owner", GuardGroupRelation::EligibleOwner)]
    {
        let group = group(true, relation)["groups"].take();
        let mut guarded = world(json!({ "eligibleGroups": group }), json!({}));
        let error = reset(&mut guarded, &TokenClaims::everything(), "false").expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::ProtectedUser, "{error:?}");
        assert!(has_phone(&guarded), "{relation}");
        let report = reset(&mut guarded, &TokenClaims::everything(), "true").expect("a report");
        let groups = report.guard.expect("the guard").groups;
        let seen: Vec<_> = groups.iter().map(|group| (group.display_name.as_deref(), group.relation)).collect();
        assert_eq!(seen, [(Some("Tier 0"), told)]);
    }
}

/// Few may read who could become a member of a group: it is named, and nobody is refused for it.
#[test]
fn eligible_groups_that_cannot_be_read_are_named_and_no_reason_to_refuse() {
    let mut claims = TokenClaims::everything();
    claims.roles.retain(|role| !role.starts_with("PrivilegedEligibilitySchedule"));
    let mut blind = world(json!({}), json!({}));
    let report = reset(&mut blind, &claims, "false").expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    let guard = report.guard.expect("the guard");
    let spots: Vec<&str> = guard.unreadable.iter().map(|spot| spot.what.as_str()).collect();
    assert_eq!(spots, ["eligibleGroups"]);
    assert_eq!(guard.unreadable[0].permission, "PrivilegedEligibilitySchedule.Read.AzureADGroup");
}

#[test]
fn a_token_that_cannot_see_a_restriction_is_blind() {
    let mut claims = TokenClaims::everything();
    for role in &mut claims.roles {
        if role == "User.Read.All" {
            "User.ReadBasic.All".clone_into(role);
        }
    }
    let mut blind = world(json!({}), json!({}));
    let error = reset(&mut blind, &claims, "false").expect_err("a refusal");
    assert_eq!(error.code, ErrorCode::ProtectedUser);
    assert!(error.help.contains("User.Read.All"), "{}", error.help);
    assert_eq!(writes(&blind), [""; 0]);
}

/// A list with a slip in it would protect nobody.
#[test]
fn a_protect_list_that_names_nobody_is_refused() {
    for name in ["", "break-glass", "breakglass@", "me"] {
        let options = ClientOptions { protect: vec![name.into()], ..ClientOptions::default() };
        let error = Client::new(options, Credential::AccessToken(Secret::new("t"))).expect_err(name);
        assert_eq!(error.code, ErrorCode::InvalidInput, "{name}");
        assert!(error.message.contains("protect"), "{}", error.message);
    }
}
