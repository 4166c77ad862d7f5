//! The preflight against a tenant that knows its own permissions: what it calls ready is done, and what it calls not
//! ready is not. `RUNS=5000` plays more, `SEED=17` one of them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{
    CallerKind, Client, ClientOptions, Credential, ErrorCode, Kind, Outcome, Preflight, PreflightCheck, PreflightNeed,
    PreflightOutcome, ResetRequest, ResidualCode, Secret,
};
use entra_tenant::{Seed, TokenClaims};
use fastrand::Rng;
use serde_json::{Value, json};
use simulation::{World, runs};

const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const CALLER: &str = "0a000001-5c1e-4f3a-9b7d-0000000000c1";

const KINDS: [&str; 13] = [
    "Phone",
    "MicrosoftAuthApp",
    "SoftwareOATH",
    "HardwareOATH",
    "Passkey",
    "WindowsHello",
    "PlatformCred",
    "Email",
    "TAP",
    "QR",
    "External",
    "ResourceKey",
    "Password",
];
const DIRECTORY: [&str; 8] = [
    "User.Read.All",
    "User.RevokeSessions.All",
    "RoleManagement.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "GroupMember.Read.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.Read.All",
    "User.ReadWrite.All",
];
const ROLES: [(&str, &str); 6] = [
    ("Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f"),
    ("Privileged Authentication Administrator", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"),
    ("Authentication Policy Administrator", "0526716b-113d-4c15-b2c8-68e3c22b9f80"),
    ("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
    ("Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8"),
    ("Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
];

fn preflight(world: &mut World, claims: &TokenClaims, options: ClientOptions, request: &Value) -> Preflight {
    let client = world.client_with(claims, options);
    let request = ResetRequest::defaults_from_json(&request.to_string()).expect("a request");
    let answer = world.play(client.preflight(request)).expect("an answer");
    assert_eq!(world.sent, [""; 0], "a preflight asks nobody");
    answer
}

fn ask(claims: &TokenClaims, request: Value) -> Preflight {
    preflight(&mut World::sample(), claims, ClientOptions::default(), &request)
}

fn outcome(preflight: &Preflight, need: PreflightNeed, kind: Option<Kind>) -> Option<PreflightOutcome> {
    preflight.checks.iter().find(|check| check.need == need && check.kind == kind).map(|check| check.outcome)
}

/// A user with a method of every kind that the cloud has, none of them the default.
fn world(cloud: &str) -> World {
    let text = include_str!("../../../tests/golden/status-every-kind.json");
    let golden: Value = serde_json::from_str(text).expect("a case");
    let mut user = golden["tenant"]["users"][0].clone();
    let there = |kind: &str| match cloud {
        "global" => true,
        "china" => ["#microsoft.graph.phone", "#microsoft.graph.microsoftAuth", "#microsoft.graph.platformCred"]
            .iter()
            .any(|own| kind.starts_with(own)),
        _ => !["external", "hardwareOath", "qrCodePin", "resourceAccountKey"].iter().any(|other| kind.contains(other)),
    };
    let methods = user["methods"].as_array().expect("methods").iter();
    let methods: Vec<Value> = methods
        .filter(|method| there(method["@odata.type"].as_str().expect("a type")))
        .filter(|method| !method["@odata.type"].as_str().expect("a type").contains("carrier"))
        .cloned()
        .collect();
    user["methods"] = methods.into();
    if cloud != "china" {
        let pass = json!({
            "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod",
            "id": "0a000001-5c1e-4f3a-9b7d-0000000000e1",
            "startDateTime": "2026-11-21T08:00:00Z",
            "lifetimeInMinutes": 480,
            "isUsableOnce": false,
        });
        user["methods"].as_array_mut().expect("methods").push(pass);
    }
    user["id"] = ID.into();
    user["signInPreferences"] = json!({});
    // In groups, so that it matters whether they can be read.
    user["groups"] = json!([
        { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a1", "displayName": "Lunch", "relation": "member" },
        { "id": "0a000001-5c1e-4f3a-9b7d-0000000000a2", "displayName": "Chess", "relation": "owner" },
    ]);
    let seed = json!({ "users": [user], "settings": { "cloud": cloud } });
    World::new(serde_json::from_value::<Seed>(seed).expect("a seed"))
}

fn token(random: &mut Rng) -> TokenClaims {
    let mut granted: Vec<String> = Vec::new();
    let generous = random.f32();
    for name in DIRECTORY.iter().take(6) {
        if random.f32() < 0.5 + generous / 2.0 {
            granted.push((*name).to_owned());
        }
    }
    for name in &DIRECTORY[6..] {
        if random.f32() < 0.2 {
            granted.push((*name).to_owned());
        }
    }
    match random.u8(0..4) {
        0 => granted.push("UserAuthenticationMethod.ReadWrite.All".into()),
        1 => granted.push("UserAuthenticationMethod.Read.All".into()),
        _ => {}
    }
    for family in KINDS {
        if random.f32() < generous {
            let access = *random.choice(&["Read", "ReadWrite", "ReadWrite", "ReadWrite"]).expect("one");
            granted.push(format!("UserAuthMethod-{family}.{access}.All"));
        }
        // Not documented, and for applications alone.
        if random.f32() < 0.1 {
            granted.push(format!("UserAuthMethod-{family}.Delete.All"));
        }
    }
    if random.bool() {
        return TokenClaims::application(granted.iter().map(String::as_str));
    }
    granted.retain(|name| !name.contains(".Delete."));
    // The forms for oneself are of no use for others.
    granted.push("UserAuthenticationMethod.ReadWrite".into());
    let roles = ROLES.iter().filter(|_| random.f32() < 0.4).map(|(_, id)| *id).collect::<Vec<_>>();
    // Every user has this one, so that the claim is never absent.
    let everybody = "b79fbf4d-3ef9-4689-8143-76b194e85509";
    TokenClaims::delegated(CALLER, &granted.join(" "), roles.into_iter().chain([everybody]))
}

fn request(random: &mut Rng) -> Value {
    let mut request = json!({});
    match random.u8(0..6) {
        0 => request["methods"] = "all".into(),
        1 => request["methods"] = "contactDetails".into(),
        2 => request["methods"] = "none".into(),
        3 => request["methods"] = json!(["phone", "fido2", "email"]),
        _ => {}
    }
    if random.bool() {
        request["revokeSessions"] = random.bool().into();
    }
    if random.f32() < 0.3 {
        request["temporaryAccessPass"] = true.into();
    }
    if random.f32() < 0.3 {
        request["stableOnly"] = true.into();
    } else if random.f32() < 0.3 {
        request["perUserMfa"] = "enabled".into();
    }
    match random.u8(0..6) {
        0 => request["allowPrivileged"] = true.into(),
        1 => request["allowPrivileged"] = "ifUnreadable".into(),
        _ => {}
    }
    request
}

#[test]
fn what_is_ready_is_done_and_what_is_not_ready_is_not() {
    let runs = runs(800);
    let few = runs.clone().count() < 800;
    let (mut ready, mut not) = (0, 0);
    for run in runs {
        let mut random = Rng::with_seed(run);
        let cloud = *random.choice(&["global", "global", "usGov", "china"]).expect("one");
        let options = || ClientOptions::from_json(&json!({ "cloud": cloud }).to_string()).expect("options");
        let (claims, request) = (token(&mut random), request(&mut random));
        let told = preflight(&mut world(cloud), &claims, options(), &request);
        let mut world = world(cloud);
        let before = world.registered(ID);
        let client = world.client_with(&claims, options());
        let mut of_user = request.clone();
        of_user["user"] = ID.into();
        let result = world.play(client.reset(ResetRequest::from_json(&of_user.to_string()).expect("a request")));
        let say = || format!("SEED={run} {cloud} {request}\n{claims:?}\n{told:#?}\n{result:#?}\n{:#?}", world.sent);
        assert_eq!(world.violations(), [""; 0], "{}", say());
        // What could not be seen is named, so that a report shows every method or says that it cannot.
        if let Ok(report) = &result {
            let hidden = report.residuals.iter().find(|residual| residual.code == ResidualCode::HiddenKinds);
            let hidden = hidden.map_or("", |residual| residual.message.as_str());
            for (kind, id) in &before {
                let kind = kind.trim_start_matches("#microsoft.graph.").trim_end_matches("AuthenticationMethod");
                let shown = report.methods.iter().any(|method| method.id == *id);
                assert!(shown || hidden.contains(kind) || kind == "password", "{kind} is not told: {}", say());
            }
        }
        // A reset that is to do nothing has to be let in, too, but no more is promised of it.
        let idle = request["methods"] == "none"
            && request["revokeSessions"] != true
            && request.get("temporaryAccessPass").is_none()
            && request.get("perUserMfa").is_none();
        let complete = result.as_ref().is_ok_and(|report| report.outcome == Outcome::Complete);
        if told.ready && !idle {
            assert!(complete, "ready, and not done: {}", say());
            ready += 1;
        }
        // This user is no administrator, for whom it would take another role.
        let lacks = |check: &&PreflightCheck| check.required && check.outcome != PreflightOutcome::Granted;
        let lacking = told.checks.iter().filter(lacks).any(|check| check.need != PreflightNeed::AdministratorsRole);
        assert!(!(complete && lacking), "not ready, and done: {}", say());
        not += u32::from(!told.ready);
    }
    println!("{ready} were ready and done, {not} were not");
    assert!(few || ready > 100 && not > 100, "{ready} {not}");
}

#[test]
fn a_token_that_says_nothing_is_not_ready_and_every_need_is_named() {
    let mut world = World::sample();
    let client =
        Client::new(ClientOptions::default(), Credential::AccessToken(Secret::new("opaque"))).expect("a client");
    let told = world.play(client.preflight(ResetRequest::default())).expect("an answer");
    assert_eq!(world.sent, [""; 0]);
    assert!(!told.ready && told.caller.is_none());
    assert!(told.checks.len() > 8, "{told:#?}");
    assert!(told.checks.iter().all(|check| check.outcome == PreflightOutcome::Unknown), "{told:#?}");
    assert_eq!(told.error.expect("why").code, ErrorCode::Unsupported);
}

#[test]
fn a_user_whose_roles_the_token_does_not_tell_is_not_ready() {
    let scp = "User.Read.All UserAuthenticationMethod.ReadWrite.All User.RevokeSessions.All";
    let told = ask(&TokenClaims::delegated(CALLER, scp, []), json!({}));
    assert_eq!(outcome(&told, PreflightNeed::WriteRole, None), Some(PreflightOutcome::Unknown));
    assert_eq!(outcome(&told, PreflightNeed::RemoveMethod, None), Some(PreflightOutcome::Granted));
    assert_eq!(told.caller.as_ref().and_then(|caller| caller.kind), Some(CallerKind::User));
    assert_eq!(told.caller.and_then(|caller| caller.id).as_deref(), Some(CALLER));
    assert!(!told.ready);
}

#[test]
fn what_serves_oneself_serves_nobody_else() {
    let scp = "User.Read.All UserAuthenticationMethod.ReadWrite UserAuthMethod-Phone.ReadWrite User.RevokeSessions.All";
    let administrator = ROLES[1].1;
    let told = ask(&TokenClaims::delegated(CALLER, scp, [administrator]), json!({ "methods": ["phone"] }));
    let phone = outcome(&told, PreflightNeed::RemoveMethod, Some(Kind::Phone));
    assert_eq!(phone, Some(PreflightOutcome::Missing), "{told:#?}");
    assert!(!told.ready);
}

/// A token that Graph would refuse is told, and is sent to nobody.
#[test]
fn a_token_for_something_else_and_one_that_has_expired_are_told() {
    let everything = TokenClaims::everything();
    for claims in [
        TokenClaims { aud: Some("https://management.azure.com".into()), ..everything.clone() },
        TokenClaims { aud: Some("https://graph.microsoft.us".into()), ..everything.clone() },
        TokenClaims { exp: Some(simulation::NOW / 1000 - 3600), ..everything.clone() },
    ] {
        let told = ask(&claims, json!({}));
        assert!(!told.ready, "{claims:?}");
        assert_eq!(told.error.expect("why").code, ErrorCode::Unauthenticated, "{claims:?}");
    }
    let told = ask(&everything, json!({}));
    assert!(told.ready && told.error.is_none(), "{told:#?}");
}

#[test]
fn reading_alone_needs_no_guard_and_no_write() {
    let reader = TokenClaims::application(["User.Read.All", "UserAuthenticationMethod.Read.All"]);
    let told = ask(&reader, json!({ "methods": "none", "revokeSessions": false }));
    assert!(told.ready, "{told:#?}");
    assert!(!ask(&reader, json!({})).ready);
}

#[test]
fn a_request_that_contradicts_itself_is_refused() {
    let mut world = World::sample();
    let request = ResetRequest::defaults_from_json(r#"{"stableOnly":true,"perUserMfa":"enabled"}"#).expect("a request");
    let client = world.client();
    let error = world.play(client.preflight(request)).expect_err("a refusal");
    assert_eq!(error.code, ErrorCode::InvalidInput);
}
