//! Random tenants with users of every kind, and random requests for them.

use entra_mfa_reset::ResetRequest;
use entra_tenant::{Seed, SeedUser};
use fastrand::Rng;
use serde_json::{Value, json};

pub const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
pub const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
pub const ALTERNATE: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";
pub const OFFICE: &str = "e37fc753-ff3b-4958-9484-eaa9425c82bc";

pub fn pick<T: Clone>(random: &mut Rng, from: &[T]) -> T {
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
    let phone = |id: &str, kind: &str| {
        let number = format!("+1 425555010{}", kind.len() % 10);
        entity("phone", id, json!({ "phoneType": kind, "phoneNumber": number }))
    };
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
                let rest = match kind {
                    "email" => json!({ "emailAddress": "adele@fabrikam.com" }),
                    "external" => json!({ "configurationId": "c0", "displayName": "Adatum" }),
                    _ => json!({}),
                };
                methods.push(entity(kind, &format!("{kind}-{at}"), rest));
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

pub fn settings(random: &mut Rng) -> Value {
    json!({
        "listLagMilliseconds": pick(random, &[0, 0, 500, 4000, 20_000]),
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
    })
}

/// A user without any privilege.
pub fn user(random: &mut Rng, id: &str, name: &str) -> Value {
    let (methods, default) = methods(random);
    let guest = random.f32() < 0.1;
    let principal = if guest { format!("{name}_fabrikam.com#EXT#@contoso.com") } else { format!("{name}@contoso.com") };
    json!({
        "id": id,
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
    })
}

/// A tenant with one user.
pub fn seed(random: &mut Rng) -> Seed {
    let (user, settings) = (user(random, ID, "adele.vance"), settings(random));
    let tenant = json!({ "latencyMilliseconds": 50, "users": [user], "settings": settings });
    serde_json::from_value(tenant).expect("a seed")
}

/// What is asked for a user whom the request does not name yet.
pub fn asked(random: &mut Rng) -> Value {
    let mut request = json!({});
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
    request
}

pub fn request(random: &mut Rng, user: &SeedUser) -> ResetRequest {
    let name = if random.bool() { &user.id } else { &user.user_principal_name };
    let mut request = asked(random);
    request["user"] = json!(name);
    ResetRequest::from_json(&request.to_string()).expect("a request")
}

/// Makes somebody one whom the guard must refuse.
pub fn guard(random: &mut Rng, user: &mut Value, name: &str, protect: &mut Vec<String>) {
    const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
    let role = |scope: &str| json!([{ "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": scope }]);
    let group = |relation: &str| {
        json!([{ "id": "0a000001-5c1e-4f3a-9b7d-0000000000a9", "displayName": "Tier 0", "isAssignableToRole": true,
                 "relation": relation }])
    };
    match random.u32(..7) {
        0 => user["roles"] = role("/"),
        1 => user["roles"] = role("/administrativeUnits/5d107bba-d8e2-4e13-b6ae-884be90e5d1a"),
        2 => user["eligibleRoles"] = role("/"),
        3 => user["groups"] = group("member"),
        4 => user["groups"] = group("owner"),
        5 => user["isManagementRestricted"] = json!(true),
        _ => protect.push(name.to_uppercase()),
    }
}
