//! Backups, put back: by hand, after a reset, onto what the user has registered since, and while the network is bad.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::Reply;
use entra_mfa_reset::{
    Backup, ClientOptions, Error, ErrorCode, Kind, Limits, MethodAction, MethodOutcome, Outcome, PerUserMfaState,
    Report, ResetRequest, ResidualCode, RestoreRequest, StepOutcome, VerificationOutcome,
};
use entra_tenant::{FaultRates, Seed, TokenClaims};
use fastrand::Rng;
use serde_json::{Value, json};
use simulation::oracle::{self, Account};
use simulation::tenants::{ID, pick, seed};
use simulation::{NOW, World, runs};
use std::collections::BTreeMap;

const ADELE: &str = "adele.vance@contoso.com";
const AUTHENTICATION_ADMINISTRATOR: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";

/// A user with these methods, by Graph's short type name.
fn world(methods: Value, rest: Value) -> World {
    let mut user = json!({ "id": ID, "userPrincipalName": ADELE, "userType": "Member", "methods": methods });
    user.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
    let seed: Seed = serde_json::from_value(json!({ "latencyMilliseconds": 20, "users": [user] })).expect("a seed");
    World::new(seed)
}

fn phone(phone_type: &str, number: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "phoneType": phone_type, "phoneNumber": number
    })
}

fn app() -> Value {
    json!({ "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": "a0" })
}

fn restore(world: &mut World, backup: Value) -> Result<Report, Error> {
    restore_as(world, &TokenClaims::everything(), json!({ "user": ADELE, "backup": backup }))
}

fn restore_as(world: &mut World, claims: &TokenClaims, request: Value) -> Result<Report, Error> {
    let client = world.client_with(claims, ClientOptions::default());
    world.play(client.restore(RestoreRequest::from_json(&request.to_string())?))
}

/// Writes that reached the tenant, as it logged them.
fn writes(world: &World) -> Vec<String> {
    let log = world.tenant.state().log;
    let writes = log.iter().filter(|entry| entry.method != "GET" && !entry.path.ends_with("/$batch"));
    writes.map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}

#[test]
fn a_hand_written_backup_registers_a_new_phone() {
    let mut world = world(json!([]), json!({}));
    let backup = json!({ "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 425-555-0100" }], "default": "sms" });
    let report = restore(&mut world, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete, "{report:#?}");
    assert!(world.has_phone(ADELE, "+1 4255550100"));
    let method = &report.methods[0];
    assert_eq!((method.action, method.outcome), (MethodAction::Register, MethodOutcome::Done));
    assert_eq!((method.label.as_str(), method.is_default), ("mobile +1 XXXXXXXX00", Some(true)));
    let default = report.sign_in_preference.expect("the default");
    assert_eq!((default.before.as_deref(), default.live.as_deref()), (Some("none"), Some("sms")));
    assert_eq!(world.violations(), [""; 0]);
    assert!(!format!("{:?}", world.events).contains("5550100"), "an event has the number");
}

#[test]
fn another_number_in_the_same_place_is_not_overwritten() {
    let mut world = world(json!([phone("mobile", "+1 4255550199")]), json!({}));
    let before = Account::of(&world, ID);
    let backup = json!({ "phones": [
        { "phoneType": "mobile", "phoneNumber": "+1 4255550100" },
        { "phoneType": "office", "phoneNumber": "+1 4255550102" },
    ] });
    let report = restore(&mut world, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    let error = report.methods[0].error.as_ref().expect("an error");
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(error.help.contains("remove"));
    assert_eq!(report.methods[1].outcome, MethodOutcome::Done);
    let after = Account::of(&world, ID);
    assert!(before.methods.iter().all(|(id, method)| after.methods.get(id) == Some(method)));
    assert!(!format!("{report:?}{}", report.to_json()).contains("42555501"), "the report has a number");
}

#[test]
fn what_is_there_is_kept_and_nothing_is_written() {
    let mut world = world(json!([phone("mobile", "+1 4255550100"), app()]), json!({ "perUserMfa": "enabled" }));
    let backup =
        json!({ "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 4255550100" }], "perUserMfa": "enabled" });
    let report = restore(&mut world, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete, "{report:#?}");
    assert_eq!(writes(&world), [""; 0]);
    let kept: Vec<_> = report.methods.iter().map(|method| (method.kind, method.outcome)).collect();
    assert_eq!(kept, [(Kind::Phone, MethodOutcome::Kept), (Kind::MicrosoftAuthenticator, MethodOutcome::Kept),]);
}

#[test]
fn a_token_that_sees_masks_claims_nothing_and_writes_no_mask() {
    let helper = TokenClaims::delegated(
        "0a000001-5c1e-4f3a-9b7d-0000000000ff",
        "UserAuthenticationMethod.ReadWrite.All User.Read.All RoleManagement.Read.Directory GroupMember.Read.All",
        [AUTHENTICATION_ADMINISTRATOR],
    );
    let mut world = world(json!([phone("mobile", "+1 4255550100"), phone("office", "+1 4255550102")]), json!({}));
    let client = world.client_with(&helper, ClientOptions::default());
    let request = json!({ "user": ADELE, "methods": ["phone"], "keep": [], "backup": true });
    let reset = ResetRequest::from_json(&request.to_string()).expect("a request");
    let plan = world.play(client.plan(reset)).expect("a plan");
    let backup = plan.backup.expect("a backup");
    assert!(backup.phones.iter().all(|phone| phone.is_masked));
    assert!(plan.residuals.iter().any(|residual| residual.code == ResidualCode::BackupIncomplete));

    // What it cannot compare is kept, and no more than that is said.
    let wanted = json!({ "phones": [
        { "phoneType": "mobile", "phoneNumber": "+1 4255550100" },
        { "phoneType": "office", "phoneNumber": "+1 4255550177" },
    ] });
    let report = restore_as(&mut world, &helper, json!({ "user": ADELE, "backup": wanted })).expect("a report");
    assert_eq!(report.methods[0].outcome, MethodOutcome::Kept);
    assert_eq!(report.methods[1].error.as_ref().map(|error| error.code), Some(ErrorCode::Conflict));
    let one = json!({ "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 4255550100" }] });
    let report = restore_as(&mut world, &helper, json!({ "user": ADELE, "backup": one })).expect("a report");
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(writes(&world), [""; 0]);

    // A masked backup registers nothing, whoever comes with it.
    let mut other = self::world(json!([]), json!({}));
    let report = restore(&mut other, serde_json::to_value(&backup).expect("JSON")).expect("a report");
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.methods.iter().all(|method| method.outcome == MethodOutcome::Unsupported));
    assert_eq!(writes(&other), [""; 0]);
}

/// Whoever writes one by hand learns of a slip before anything is written.
#[test]
fn a_backup_with_a_slip_in_it_is_refused() {
    for (backup, word) in [
        (json!({ "telephones": [] }), "telephones"),
        (json!({ "phones": [{ "phoneType": "mobile" }] }), "phoneNumber"),
        (json!({ "hardwareTokens": [{ "label": "OTP 42" }] }), "deviceId"),
        (json!({ "externals": [{ "displayName": "Fabrikam" }] }), "configurationId"),
        (json!({ "hiddenKinds": ["pigeon"] }), "pigeon"),
        (json!({ "perUserMfa": "perhaps" }), "perhaps"),
    ] {
        let mut world = world(json!([]), json!({}));
        let error = restore(&mut world, backup).expect_err(word);
        assert_eq!(error.code, ErrorCode::InvalidInput, "{error:?}");
        assert!(error.message.contains(word), "{}", error.message);
        assert!(world.sent.is_empty(), "{:?}", world.sent);
    }
}

#[test]
fn an_alternate_phone_needs_a_mobile() {
    let mut world = world(json!([]), json!({}));
    let backup = json!({ "phones": [{ "phoneType": "alternateMobile", "phoneNumber": "+1 4255550101" }] });
    let report = restore(&mut world, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.methods[0].error.as_ref().map(|error| error.code), Some(ErrorCode::InvalidInput));
    assert_eq!(writes(&world), [""; 0]);
}

#[test]
fn a_default_whose_method_never_comes_back_is_told() {
    let preference = json!({ "userPreferredMethodForSecondaryAuthentication": "push" });
    let mut world = world(
        json!([phone("mobile", "+1 4255550100"), app()]),
        json!({ "signInPreferences": preference, "perUserMfa": "enforced" }),
    );
    let reset = format!(r#"{{"user":"{ADELE}","methods":"all","perUserMfa":"disabled","backup":true}}"#);
    let report = world.reset(&reset).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    let state = report.per_user_mfa.expect("the state");
    assert_eq!(state.live, Some(state.after));
    let backup = serde_json::to_value(report.backup.expect("a backup")).expect("JSON");
    let report = restore(&mut world, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    let default = report.sign_in_preference.expect("the default");
    assert_eq!(
        (default.outcome, default.error.map(|error| error.code)),
        (StepOutcome::Failed, Some(ErrorCode::Unsupported))
    );
    assert!(report.residuals.iter().any(|residual| residual.code == ResidualCode::NotRestored));
    assert!(world.has_phone(ADELE, "+1 4255550100"));
    assert_eq!(Account::of(&world, ID).per_user_mfa, "enforced");
}

#[test]
fn the_guard_stands_before_it_and_so_does_the_time() {
    let roles = json!([{ "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10" }]);
    let phones = json!({ "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 4255550100" }] });
    let mut world = world(json!([]), json!({ "roles": roles }));
    let error = restore(&mut world, phones.clone()).expect_err("a refusal");
    assert_eq!(error.code, ErrorCode::ProtectedUser);
    let allowed =
        json!({ "user": ADELE, "backup": phones, "allowPrivileged": true, "notAfter": "2026-11-21T08:00:00Z" });
    let error = restore_as(&mut world, &TokenClaims::everything(), allowed).expect_err("a refusal");
    assert_eq!(error.code, ErrorCode::Expired);
    assert_eq!(writes(&world), [""; 0]);
}

#[test]
fn without_beta_the_rest_is_put_back_and_told() {
    let mut world = world(json!([]), json!({}));
    let backup = json!({
        "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 4255550100" }],
        "hardwareTokens": [{ "deviceId": "t0" }], "default": "sms", "perUserMfa": "enforced",
    });
    let request = json!({ "user": ADELE, "backup": backup, "stableOnly": true });
    let report = restore_as(&mut world, &TokenClaims::everything(), request).expect("a report");
    assert_eq!(report.outcome, Outcome::Partial);
    let outcomes: Vec<_> = report.methods.iter().map(|method| method.outcome).collect();
    assert_eq!(outcomes, [MethodOutcome::Done, MethodOutcome::Unsupported]);
    assert_eq!(report.sign_in_preference.map(|report| report.outcome), Some(StepOutcome::Failed));
    assert_eq!(report.per_user_mfa.map(|report| report.outcome), Some(StepOutcome::Failed));
    assert!(world.sent.iter().all(|line| !line.contains("/beta/")), "{:#?}", world.sent);
}

#[test]
fn what_shows_late_is_waited_for_and_what_never_shows_is_missing() {
    for (lag, outcome) in [(20_000, Outcome::Complete), (300_000, Outcome::Unverified)] {
        let mut world = world(json!([]), json!({}));
        world.tenant = {
            let user = json!({ "id": ID, "userPrincipalName": ADELE });
            let seed = json!({ "users": [user], "settings": { "listLagMilliseconds": lag } });
            entra_tenant::Tenant::new(serde_json::from_value(seed).expect("a seed"))
        };
        let backup = json!({ "phones": [{ "phoneType": "office", "phoneNumber": "+1 4255550102" }] });
        let report = restore(&mut world, backup).expect("a report");
        assert_eq!(report.outcome, outcome);
        let verification = report.verification.expect("a verification");
        assert_eq!(verification.missing.len(), usize::from(outcome != Outcome::Complete));
    }
}

/// Graph says yes to a write below this path, and does nothing.
fn swallow(world: &mut World, path: &'static str) {
    world.intercept = Some(Box::new(move |request| {
        let swallowed = request.method() == "PATCH" && request.uri().path().ends_with(path);
        swallowed.then(|| Reply::Response(http::Response::builder().status(204).body(Bytes::new()).expect("an answer")))
    }));
}

#[test]
fn a_default_or_a_state_that_does_not_show_is_not_told_as_complete() {
    let backup = json!({ "phones": [{ "phoneType": "mobile", "phoneNumber": "+1 4255550100" }], "default": "sms" });
    let mut late = world(json!([]), json!({}));
    swallow(&mut late, "/signInPreferences");
    let report = restore(&mut late, backup).expect("a report");
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(report.sign_in_preference.and_then(|report| report.live).as_deref(), Some("none"));

    let mut late = world(json!([]), json!({ "perUserMfa": "enabled" }));
    swallow(&mut late, "/requirements");
    let report = restore(&mut late, json!({ "perUserMfa": "enforced" })).expect("a report");
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(report.per_user_mfa.and_then(|report| report.live), Some(PerUserMfaState::Enabled));

    let mut late = world(json!([phone("mobile", "+1 4255550100")]), json!({ "perUserMfa": "enabled" }));
    swallow(&mut late, "/requirements");
    for (methods, verify, outcome) in
        [("all", true, Outcome::Unverified), ("none", true, Outcome::Unverified), ("none", false, Outcome::Complete)]
    {
        let request =
            format!(r#"{{"user":"{ADELE}","methods":"{methods}","perUserMfa":"disabled","verify":{verify}}}"#);
        let report = late.reset(&request).expect("a report");
        assert_eq!(report.outcome, outcome, "{methods} {verify}");
        let live = report.per_user_mfa.and_then(|report| report.live);
        assert_eq!(live, verify.then_some(PerUserMfaState::Enabled));
    }
}

/// A reset of everything, and its backup put back while the network is as bad as asked.
struct Played {
    before: Account,
    reset: Account,
    after: Account,
    backup: Backup,
    result: Result<Report, Error>,
    world: World,
}

fn play(number: u64, faulty: bool) -> Option<Played> {
    let mut random = Rng::with_seed(number);
    let mut world = World::new(seed(&mut random));
    world.seed = number;
    let limits = Limits { retry_seconds: 30, ..Limits::default() };
    let client = world.client_with(&TokenClaims::everything(), ClientOptions { limits, ..ClientOptions::default() });
    let before = Account::of(&world, ID);
    let mut request =
        json!({ "user": ID, "methods": pick(&mut random, &["all", "reRegister", "contactDetails"]), "backup": true });
    if random.bool() {
        request["perUserMfa"] = json!(pick(&mut random, &["disabled", "enforced"]));
    }
    let reset = ResetRequest::from_json(&request.to_string()).expect("a request");
    // A token that a claims challenge ends is another test's.
    let report = world.play(client.reset(reset)).ok()?;
    let backup = report.backup.expect("a backup");
    // Whatever was late shows by now.
    world.now += 60_000;
    if faulty {
        let rate = pick(&mut random, &[0.05, 0.2, 0.5]);
        world = world.with_faults(number, FaultRates::even(rate));
        if random.f32() < 0.15 {
            world.cancel_at = Some(world.now + random.u64(0..3000));
        }
        if random.f32() < 0.1 {
            world.register_phone(ID, "+1 4255550188");
        }
    }
    let reset = Account::of(&world, ID);
    let request = RestoreRequest { user: ID.into(), backup: backup.clone(), ..RestoreRequest::default() };
    let result = world.play(client.restore(request));
    let after = Account::of(&world, ID);
    Some(Played { before, reset, after, backup, result, world })
}

fn told(number: u64, played: &Played, what: &str) -> String {
    format!("run {number}: {what}\n{:#?}\n{:#?}\n{:#?}", played.backup, played.result, played.world.tenant.exchange())
}

fn check(number: u64, played: &Played) {
    let Played { reset, after, backup, result, world, .. } = played;
    assert_eq!(world.violations(), [""; 0], "{}", told(number, played, "violations"));
    assert!(world.now - NOW < 3_600_000, "{}", told(number, played, "it ran for too long"));
    let lies = oracle::lies_of_a_restore(backup, reset, after, result.as_ref());
    assert!(lies.is_empty(), "{}", told(number, played, &lies.join("; ")));
    let text = format!("{result:?}{:?}", world.events);
    assert!(!text.contains("42555501"), "{}", told(number, played, "a phone number was printed"));
}

/// Without faults everything that Graph can be given back is back, and a second restore writes nothing.
#[test]
fn a_reset_with_a_backup_is_undone_as_far_as_graph_lets_it() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(2000) {
        let Some(mut played) = play(number, false) else { continue };
        check(number, &played);
        let Ok(report) = played.result.clone() else {
            let nothing = played.backup.default.is_none() && played.backup.per_user_mfa.is_none();
            assert!(nothing, "{}", told(number, &played, "an error"));
            continue;
        };
        for (id, method) in &played.before.methods {
            if oracle::is_restorable(method) {
                let back = oracle::in_place_of(method, &played.after).map(oracle::content);
                assert_eq!(back, Some(oracle::content(method)), "{}", told(number, &played, id));
            }
        }
        assert_eq!(played.before.per_user_mfa, played.after.per_user_mfa, "{}", told(number, &played, "the state"));
        let default = report.sign_in_preference.as_ref();
        let possible = default.is_none_or(|report| report.outcome == StepOutcome::Done);
        if possible && played.backup.default.is_some() {
            assert_eq!(played.before.preference, played.after.preference, "{}", told(number, &played, "the default"));
        }
        let expected = if possible { Outcome::Complete } else { Outcome::Partial };
        assert_eq!(report.outcome, expected, "{}", told(number, &played, "the outcome"));
        *outcomes.entry(format!("{:?}", report.outcome)).or_default() += 1;

        let before = writes(&played.world).len();
        let client = played.world.client();
        let request = RestoreRequest { user: ID.into(), backup: played.backup.clone(), ..RestoreRequest::default() };
        let again = played.world.play(client.restore(request)).expect("a report");
        assert_eq!(writes(&played.world).len(), before, "{}", told(number, &played, "a second restore wrote"));
        assert_eq!(again.outcome, expected, "{}", told(number, &played, "the second time"));
        let confirmed = again.verification.map(|verification| verification.outcome);
        assert_eq!(confirmed, Some(VerificationOutcome::Confirmed));
    }
    println!("{outcomes:?}");
    let few = ["SEED", "RUNS"].iter().any(|name| std::env::var_os(name).is_some());
    assert!(few || outcomes.len() == 2, "{outcomes:?}");
}

/// With faults a report never says more than the tenant's truth, nothing that was there is touched, and nothing is
/// registered twice.
#[test]
fn with_faults_no_restore_lies() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(6000) {
        let Some(played) = play(number, true) else { continue };
        check(number, &played);
        let word = match &played.result {
            Ok(report) => format!("{:?}", report.outcome),
            Err(error) => format!("error {:?}", error.code),
        };
        *outcomes.entry(word).or_default() += 1;
    }
    println!("{outcomes:?}");
}
