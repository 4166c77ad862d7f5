//! Random tenants, requests and fault schedules in simulated time. What a report says is compared with what the
//! tenant knows, which the engine cannot see.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{
    ClientOptions, Error, ErrorCode, Kind, Limits, MethodAction, MethodOutcome, Outcome, PassOutcome, Report,
    ResetRequest, SessionsOutcome,
};
use entra_tenant::{FaultRates, Seed, TokenClaims};
use fastrand::Rng;
use serde_json::{Value, json};
use simulation::{NOW, World};
use std::collections::BTreeMap;

const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
const ALTERNATE: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";
const OFFICE: &str = "e37fc753-ff3b-4958-9484-eaa9425c82bc";

fn pick<T: Clone>(random: &mut Rng, from: &[T]) -> T {
    from[random.usize(..from.len())].clone()
}

fn entity(kind: &str, id: &str, rest: Value) -> Value {
    let mut entity = json!({ "@odata.type": format!("#microsoft.graph.{kind}AuthenticationMethod"), "id": id });
    let object = entity.as_object_mut().expect("an object");
    object.extend(rest.as_object().expect("an object").clone());
    entity
}

/// Methods of every kind, some of them several times, with a default among them.
fn methods(random: &mut Rng) -> (Vec<Value>, &'static str) {
    let mut methods = Vec::new();
    let mut defaults = vec!["none"];
    let phone =
        |id: &str, kind: &str| entity("phone", id, json!({ "phoneType": kind, "phoneNumber": "+1 4255550100" }));
    if random.f32() < 0.6 {
        methods.push(phone(MOBILE, "mobile"));
        defaults.extend(["sms", "voiceMobile"]);
        if random.f32() < 0.5 {
            methods.push(phone(ALTERNATE, "alternateMobile"));
            defaults.extend(["voiceAlternateMobile"; 3]);
        }
    }
    if random.f32() < 0.2 {
        methods.push(phone(OFFICE, "office"));
        defaults.push("voiceOffice");
    }
    for at in 0..random.usize(..3) {
        methods.push(entity("microsoftAuthenticator", &format!("a{at}"), json!({ "displayName": "app" })));
        defaults.extend(["push", "push"]);
    }
    for (kind, most, default) in [
        ("softwareOath", 2, Some("oath")),
        ("fido2", 3, None),
        ("windowsHelloForBusiness", 25, None),
        ("platformCredential", 2, None),
        ("email", 2, None),
        ("external", 2, None),
        ("passwordlessMicrosoftAuthenticator", 2, None),
        ("qrCodePin", 2, None),
        ("resourceAccountKey", 2, None),
        ("carrierPigeon", 2, None),
    ] {
        if random.f32() < 0.3 {
            for at in 0..random.usize(1..most.max(2)) {
                methods.push(entity(kind, &format!("{kind}-{at}"), json!({})));
            }
            defaults.extend(default);
        }
    }
    if random.f32() < 0.25 {
        let status = pick(random, &["activated", "activated", "assigned"]);
        let device = json!({ "id": "t0", "serialNumber": "TOTP123456", "status": status });
        methods.push(entity("hardwareOath", "t0", json!({ "device": device })));
        if status == "activated" {
            defaults.push("oath");
        }
    }
    random.shuffle(&mut methods);
    (methods, pick(random, &defaults))
}

fn seed(random: &mut Rng) -> Seed {
    let (methods, default) = methods(random);
    let lag = pick(random, &[0, 0, 500, 4000, 20_000]);
    let settings = json!({
        "listLagMilliseconds": lag,
        "defaultRuleText": pick(random, &["otherMethodsConfigured", "matchesCurrentDefault"]),
        "hiddenMethodsBlockDefault": random.bool(),
        "passBlocksDefault": random.bool(),
        "hardwareOathObeysDefaultRule": random.bool(),
        "defaultIsOneMethod": random.bool(),
        "externalDelete": pick(random, &["reference", "plain", "either"]),
        "externalDeleteRefusalStatus": pick(random, &[404, 405, 400]),
        "deviceInMixedList": random.bool(),
        "wrapItems": random.bool(),
        "revokeAnswer": pick(random, &["value", "noContent"]),
        "premium": random.bool(),
        "pageSize": pick(random, &[1, 2, 100]),
        "callsPer10s": pick(random, &[json!(null), json!(null), json!(40)]),
        "retryAfter": pick(random, &["seconds", "fraction", "date", "absent"]),
        "claimsChallenge": random.f32() < 0.05,
        "temporaryAccessPass": { "enabled": random.f32() < 0.9 },
    });
    let guest = random.f32() < 0.1;
    let principal = if guest { "lidia_fabrikam.com#EXT#@contoso.com" } else { "adele.vance@contoso.com" };
    let user = json!({
        "id": ID,
        "userPrincipalName": principal,
        "userType": if guest { "Guest" } else { "Member" },
        "perUserMfa": pick(random, &["disabled", "enabled", "enforced"]),
        "signInPreferences": { "userPreferredMethodForSecondaryAuthentication": default },
        "methods": methods,
        "groups": [
            { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a1", "displayName": "Sales", "relation": "member" },
            { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a2", "displayName": "Lunch", "relation": "member" },
            { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a3", "displayName": "Chess", "relation": "owner" },
        ],
    });
    let tenant = json!({ "latencyMilliseconds": 50, "users": [user], "settings": settings });
    serde_json::from_value(tenant).expect("a seed")
}

fn request(random: &mut Rng, seed: &Seed) -> ResetRequest {
    let user = if random.bool() { ID } else { seed.users[0].user_principal_name.as_str() };
    let mut request = json!({ "user": user });
    let object = request.as_object_mut().expect("an object");
    let methods = pick(
        random,
        &[
            json!("reRegister"),
            json!("reRegister"),
            json!("all"),
            json!("contactDetails"),
            json!("none"),
            json!(["phone"]),
            json!(["microsoftAuthenticator", "hardwareOath", "external"]),
            json!(["resourceAccountKey", "fido2"]),
        ],
    );
    object.insert("methods".into(), methods);
    if random.f32() < 0.3 {
        let keep = pick(
            random,
            &[json!(["phone"]), json!(["fido2", "a0"]), json!([ALTERNATE, MOBILE]), json!(["softwareOath"])],
        );
        object.insert("keep".into(), keep);
    }
    if random.f32() < 0.15 {
        object.insert("methodIds".into(), json!([MOBILE, ALTERNATE, "a0", "gone-1"]));
    }
    if random.f32() < 0.3 {
        object.insert("temporaryAccessPass".into(), json!(true));
    }
    let stable_only = random.f32() < 0.2;
    if random.f32() < 0.2 && !stable_only {
        object.insert("perUserMfa".into(), json!(pick(random, &["disabled", "enforced"])));
    }
    if stable_only {
        object.insert("stableOnly".into(), json!(true));
    }
    if random.f32() < 0.1 {
        object.insert("verify".into(), json!(false));
    }
    ResetRequest::from_json(&request.to_string()).expect("a request")
}

/// What the tenant has, lag or not.
fn truth(world: &World) -> BTreeMap<String, Value> {
    let state = world.tenant.state();
    let methods = state.users[0].methods.iter();
    methods
        .map(|method| (method["id"].as_str().unwrap_or_default().to_owned(), Value::Object(method.clone())))
        .collect()
}

fn is_active(method: &Value) -> bool {
    method["device"]["status"] == "activated"
}

struct Outcomes {
    before: BTreeMap<String, Value>,
    after: BTreeMap<String, Value>,
    result: Result<Report, Error>,
    elapsed: u64,
    world: World,
}

fn play(number: u64, faulty: bool) -> (ResetRequest, Outcomes) {
    let mut random = Rng::with_seed(number);
    let seed = seed(&mut random);
    let request = request(&mut random, &seed);
    let mut world = World::new(seed);
    world.seed = number;
    if faulty {
        let rate = pick(&mut random, &[0.05, 0.2, 0.5]);
        world = world.with_faults(number, FaultRates::even(rate));
        if random.f32() < 0.15 {
            world.cancel_at = Some(NOW + random.u64(0..3000));
        }
    }
    let limits = Limits { retry_seconds: 30, ..Limits::default() };
    let client = world.client_with(&TokenClaims::everything(), ClientOptions { limits, ..ClientOptions::default() });
    let before = truth(&world);
    let result = world.play(client.reset(request.clone()));
    let after = truth(&world);
    let elapsed = world.now - NOW;
    (request, Outcomes { before, after, result, elapsed, world })
}

fn kind_of(method: &Value) -> Kind {
    let name = method["@odata.type"].as_str().unwrap_or_default();
    let short = name.trim_start_matches("#microsoft.graph.").trim_end_matches("AuthenticationMethod");
    Kind::from_name(short).unwrap_or(Kind::Unknown)
}

/// Everything that must hold whatever happens.
fn check(number: u64, request: &ResetRequest, found: &Outcomes) {
    let Outcomes { before, after, result, elapsed, world } = found;
    let told = |what: &str| format!("run {number}: {what}\n{request:?}\n{result:#?}\n{:#?}", world.tenant.exchange());
    assert_eq!(world.violations(), [""; 0], "{}", told("violations"));
    // 8 sections of work, each with its retries, and two waits for late lists: nothing runs for an hour.
    assert!(*elapsed < 3_600_000, "{}", told("it ran for too long"));
    assert_eq!(world.sent.iter().filter(|line| !line.contains("https://graph.microsoft.com/")).count(), 0);
    for (id, method) in before {
        let kind = kind_of(method);
        let kept = request.keep.iter().any(|name| name == kind.name() || name == id);
        if kind == Kind::Password || kind == Kind::Unknown || (kept && kind != Kind::TemporaryAccessPass) {
            assert_eq!(after.get(id), Some(method), "{}", told("a kept method was touched"));
        }
    }
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            assert_eq!(before, after, "{}", told("an error, and something was written"));
            assert!(!error.message.is_empty() && !error.help.is_empty());
            return;
        }
    };
    for method in &report.methods {
        let was = before.get(&method.id);
        let is = after.get(&method.id);
        match (method.action, method.outcome) {
            (MethodAction::Keep, _) => assert_eq!(was, is, "{}", told("kept, and changed")),
            (MethodAction::Delete, MethodOutcome::Done | MethodOutcome::AlreadyGone) => {
                assert_eq!(is, None, "{}", told("told as gone, and is there"));
            }
            (MethodAction::Deactivate, MethodOutcome::Done | MethodOutcome::AlreadyGone) => {
                assert!(!is.is_some_and(is_active), "{}", told("told as deactivated, and is active"));
            }
            (_, MethodOutcome::Kept | MethodOutcome::Planned) => assert_eq!(was, is, "{}", told("told as untouched")),
            (_, MethodOutcome::Failed | MethodOutcome::Unsupported) => {
                assert!(method.error.is_some(), "{}", told("failed without a reason"));
            }
        }
    }
    for id in before.keys() {
        let named = report.methods.iter().any(|method| method.id == *id);
        let hidden = report.residuals.iter().any(|residual| format!("{:?}", residual.code) == "HiddenKinds");
        assert!(named || hidden, "{}", told("a method is not in the report"));
    }
    let revoked = world.tenant.state().users[0].sign_in_sessions_valid_from_date_time.is_some();
    if let Some(sessions) = &report.sessions {
        match sessions.outcome {
            SessionsOutcome::Revoked => assert!(revoked, "{}", told("told as revoked")),
            SessionsOutcome::Skipped => assert!(!revoked, "{}", told("told as skipped")),
            SessionsOutcome::Planned | SessionsOutcome::Failed => {}
        }
    }
    if let Some(pass) = &report.temporary_access_pass
        && pass.outcome == PassOutcome::Issued
    {
        assert!(after.values().any(|method| kind_of(method) == Kind::TemporaryAccessPass), "{}", told("no pass"));
    }
    if report.outcome == Outcome::Complete {
        for method in report.methods.iter().filter(|method| method.action != MethodAction::Keep) {
            let is = after.get(&method.id);
            let wanted = is.is_none() || (method.action == MethodAction::Deactivate && !is.is_some_and(is_active));
            assert!(wanted, "{}", told("complete, and not so"));
        }
        assert!(report.error.is_none(), "{}", told("complete, with an error"));
        let pass = report.temporary_access_pass.as_ref();
        assert!(request.temporary_access_pass.is_none() || pass.is_some_and(|pass| pass.pass.is_some()));
    } else {
        assert_ne!(report.outcome, Outcome::Refused, "{}", told("a refusal is an error"));
    }
    let text = format!("{report:?}{:?}", world.events);
    if let Some(pass) = report.temporary_access_pass.as_ref().and_then(|pass| pass.pass.as_ref()) {
        assert!(!text.contains(&pass.0), "a pass was printed");
    }
    assert!(!text.contains("4255550100"), "a phone number was printed");
}

fn runs(default: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RUNS").unwrap_or(default),
    }
}

/// Without faults everything that can be done is done.
#[test]
fn without_faults_a_reset_ends_well() {
    let mut complete = 0;
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(3000) {
        let (request, found) = play(number, false);
        check(number, &request, &found);
        let word = match &found.result {
            Ok(report) => format!("{:?}", report.outcome),
            Err(error) => format!("error {:?}", error.code),
        };
        complete += u32::from(word == "Complete");
        if let Err(error) = &found.result {
            let expected = [ErrorCode::InvalidInput, ErrorCode::PolicyRejected, ErrorCode::Unauthenticated];
            assert!(expected.contains(&error.code), "run {number}: {error:?}");
        }
        *outcomes.entry(word).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(complete > 0);
}

/// With faults a report never says more than the tenant's truth.
#[test]
fn with_faults_no_report_lies() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(6000) {
        let (request, found) = play(number, true);
        check(number, &request, &found);
        let word = match &found.result {
            Ok(report) => format!("{:?}", report.outcome),
            Err(error) => format!("error {:?}", error.code),
        };
        *outcomes.entry(word).or_default() += 1;
    }
    println!("{outcomes:?}");
}
