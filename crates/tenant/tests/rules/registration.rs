//! What an administrator can register, as a restore does: hardware tokens and external methods. For phones see there.

use crate::world::{ADELE, ALEX, BARE, DIEGO, DIEGO_TOKEN, MOBILE, NOW, RESTRICTED, World, deletion};
use entra_tenant::{Cloud, Seed, TokenClaims};
use serde_json::{Value, json};

const SPARE: &str = "3dee0e53-6c1b-4d2a-8f3e-5a4b6c7d8e9f";
const ADATUM: &str = "26310fee-860b-4eab-8749-ab730dcf335e";

fn spare(seed: &mut Seed) {
    let device = json!({
        "id": SPARE, "displayName": "Spare token", "serialNumber": "TOTP654321", "manufacturer": "Contoso",
        "model": "Hardware Token 1000", "secretKey": "not shown", "timeIntervalInSeconds": 60, "hashFunction": "hmacsha256",
    });
    seed.hardware_oath_devices.push(device.as_object().unwrap().clone());
}

fn tokens(user: &str) -> String {
    format!("/beta/users/{user}/authentication/hardwareOathMethods")
}

fn assign(world: &mut World, user: &str, device: &str) -> crate::world::Answer {
    world.post(&tokens(user), json!({"device": {"id": device}}))
}

fn status(world: &mut World, user: &str) -> Value {
    world.get(&tokens(user)).values()[0]["device"]["status"].clone()
}

#[test]
fn a_spare_token_is_assigned_and_activated() {
    let mut world = World::with(spare);
    let assigned = assign(&mut world, BARE, &SPARE.to_ascii_uppercase());
    assert_eq!((assigned.status, &assigned.body["id"]), (201, &json!(SPARE)));
    assert_eq!(assigned.body["createdDateTime"], "2026-11-21T09:00:00Z");
    let list = world.get(&tokens(BARE));
    assert_eq!(list.values()[0]["device"]["status"], "assigned");
    assert_eq!(list.values()[0]["device"]["assignedTo"]["id"], BARE);
    assert!(list.values()[0]["device"]["secretKey"].is_null());
    let token = format!("{}/{SPARE}/activate", tokens(BARE));
    for code in [json!("123456"), json!(""), json!(588_651), Value::Null] {
        let refused = world.post(&token, json!({"verificationCode": code}));
        assert_eq!((refused.status, refused.code()), (400, "badRequest"), "{code}");
    }
    assert_eq!(world.post(&token, json!({"verificationCode": "588651", "secret": "x"})).status, 400);
    assert_eq!(status(&mut world, BARE), "assigned");
    let right = json!({"verificationCode": "588651", "displayName": "Nestor's token"});
    assert_eq!(world.post(&token, right.clone()).status, 204);
    let list = world.get(&tokens(BARE));
    assert_eq!(list.values()[0]["device"]["status"], "activated");
    assert_eq!(list.values()[0]["device"]["displayName"], "Nestor's token");
    assert_eq!(world.post(&token, right).code(), "badRequest", "already activated");
    let preferred = json!({"userPreferredMethodForSecondaryAuthentication": "oath"});
    assert_eq!(world.patch(&format!("/beta/users/{BARE}/authentication/signInPreferences"), preferred).status, 204);
}

#[test]
fn the_code_is_the_tenants() {
    let mut world = World::with(|seed| {
        spare(seed);
        seed.settings.hardware_oath_code = "000111".into();
    });
    assert_eq!(assign(&mut world, BARE, SPARE).status, 201);
    let token = format!("{}/{SPARE}/activate", tokens(BARE));
    assert_eq!(world.post(&token, json!({"verificationCode": "588651"})).status, 400);
    assert_eq!(world.post(&token, json!({"verificationCode": "000111"})).status, 204);
}

#[test]
fn a_token_has_one_user() {
    let mut world = World::with(spare);
    assert_eq!(assign(&mut world, BARE, SPARE).status, 201);
    for user in [BARE, ADELE] {
        let refused = assign(&mut world, user, SPARE);
        assert_eq!((refused.status, refused.code()), (400, "badRequest"));
    }
    let of_diego = DIEGO_TOKEN.rsplit('/').next().unwrap();
    assert_eq!(assign(&mut world, BARE, of_diego).status, 400);
    assert_eq!(assign(&mut world, BARE, "11111111-0000-4000-8000-000000000000").status, 400);
    for body in [json!({}), json!({"id": SPARE}), json!({"device": {}}), json!({"device": SPARE})] {
        assert_eq!(world.post(&tokens(ADELE), body.clone()).status, 400, "{body}");
    }
    assert_eq!(world.get(&tokens(BARE)).values().len(), 1);
}

#[test]
fn a_removed_token_is_back_in_the_inventory() {
    let mut world = World::sample();
    let base = format!("/beta/users/{DIEGO}/authentication");
    let moved = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    assert_eq!(world.patch(&format!("{base}/signInPreferences"), moved).status, 204);
    assert_eq!(world.delete(&format!("{base}/{DIEGO_TOKEN}")).status, 204);
    let inventory = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";
    let available = world.get(&format!("{inventory}?$filter=status%20eq%20%27available%27"));
    assert_eq!(available.values()[0]["serialNumber"], "TOTP123456");
    assert!(available.values()[0]["assignedTo"].is_null());
    let id = DIEGO_TOKEN.rsplit('/').next().unwrap();
    assert_eq!(assign(&mut world, DIEGO, id).status, 201);
    assert_eq!(status(&mut world, DIEGO), "assigned");
    assert_eq!(world.get(&format!("{inventory}?$filter=status%20eq%20%27available%27")).values().len(), 0);
    assert_eq!(world.violations(), []);
}

#[test]
fn the_inventory_shows_all_tokens() {
    let mut world = World::with(spare);
    let path = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";
    let all = world.get(path);
    let serials: Vec<&Value> = all.values().iter().map(|device| &device["serialNumber"]).collect();
    assert_eq!(serials, ["TOTP123456", "TOTP654321"]);
    assert!(all.values()[1]["secretKey"].is_null());
    assert_eq!(all.values()[1]["status"], "available");
    let one = world.get(&format!("{path}?$filter=serialNumber%20eq%20%27TOTP654321%27"));
    assert_eq!((one.values().len(), &one.values()[0]["id"]), (1, &json!(SPARE)));
    assert_eq!(world.get(&format!("{path}?$filter=model%20eq%20%27x%27")).status, 400);
    assert_eq!(world.get(&path.replace("beta", "v1.0")).status, 400);
    assert_eq!(world.post(path, json!({})).status, 405);
    assert_eq!(world.violated("unroutedWrite"), 1);
    world.claims = TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]);
    assert_eq!(world.get(path).status, 403);
    let mut world = World::with(|seed| seed.settings.cloud = Cloud::UsGov);
    assert_eq!(world.get(path).status, 400);
}

#[test]
fn tokens_show_late_and_are_lost_in_parallel() {
    let mut world = World::with(|seed| {
        spare(seed);
        seed.settings.list_lag_milliseconds = 5000;
    });
    assert_eq!(assign(&mut world, BARE, SPARE).status, 201);
    assert_eq!(world.get(&tokens(BARE)).values().len(), 0);
    assert_eq!(assign(&mut world, ADELE, SPARE).status, 400, "the backend knows at once");
    world.now += 5000;
    assert_eq!(status(&mut world, BARE), "assigned");
    let url = format!("/users/{BARE}/authentication/hardwareOathMethods/{SPARE}/activate");
    let activation = json!({
        "id": "2", "method": "POST", "url": url, "headers": {"Content-Type": "application/json"},
        "body": {"verificationCode": "588651"},
    });
    let answer = world.batch("beta", json!([deletion("1", BARE, MOBILE), activation]));
    assert_eq!(answer.statuses(&["1", "2"]), [404, 204]);
    assert_eq!(world.violated("parallelDeletes"), 1);
    world.now += 5000;
    assert_eq!(status(&mut world, BARE), "assigned", "the second of two parallel writes was lost");
}

#[test]
fn an_external_method_is_registered() {
    let mut world = World::sample();
    for version in ["v1.0", "beta"] {
        let user = if version == "beta" { ADELE } else { BARE };
        let path = format!("/{version}/users/{user}/authentication/externalAuthenticationMethods");
        let body = json!({
            "@odata.type": "#microsoft.graph.externalAuthenticationMethod",
            "configurationId": ADATUM, "displayName": "Adatum",
        });
        let added = world.post(&path, body.clone());
        assert_eq!((added.status, &added.body["configurationId"]), (201, &json!(ADATUM)));
        assert_eq!(added.body["createdDateTime"], "2026-11-21T09:00:00Z");
        assert_eq!(world.get(&path).values()[0]["id"], added.body["id"]);
        assert_eq!(world.post(&path, body).code(), "badRequest", "registered already");
    }
    let path = format!("/v1.0/users/{DIEGO}/authentication/externalAuthenticationMethods");
    for body in [
        json!({"configurationId": "11111111-0000-4000-8000-000000000000", "displayName": "Other"}),
        json!({"configurationId": ADATUM}),
        json!({"displayName": "Adatum"}),
        json!({"configurationId": ADATUM, "displayName": "Adatum", "id": "x"}),
    ] {
        assert_eq!(world.post(&path, body.clone()).status, 400, "{body}");
    }
}

#[test]
fn a_removed_external_method_can_come_back() {
    let mut world = World::sample();
    let path = format!("/v1.0/users/{ALEX}/authentication/externalAuthenticationMethods");
    let old = world.get(&path).values()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.delete(&format!("{path}/{old}/$ref")).status, 204);
    let again = world.post(&path, json!({"configurationId": ADATUM, "displayName": "Adatum"}));
    assert_eq!(again.status, 201);
    assert_ne!(again.body["id"], *old);
    let configured = "9b1c3d5e-7f80-4a2b-8c4d-6e8f0a1b2c3d";
    let mut world = World::with(|seed| seed.external_configurations.push(configured.into()));
    assert_eq!(world.post(&path, json!({"configurationId": configured, "displayName": "New"})).status, 201);
}

#[test]
fn registering_needs_the_right_to_write() {
    let external = json!({"configurationId": ADATUM, "displayName": "Adatum"});
    let token = json!({"device": {"id": SPARE}});
    let phone = json!({"phoneNumber": "+1 4255550150", "phoneType": "mobile"});
    let email = json!({"emailAddress": "nestor@adatum.com"});
    for (version, segment, name, body) in [
        ("v1.0", "externalAuthenticationMethods", "External", external),
        ("beta", "hardwareOathMethods", "HardwareOATH", token),
        ("v1.0", "phoneMethods", "Phone", phone),
        ("v1.0", "emailMethods", "Email", email),
    ] {
        for (permission, expected) in [
            (format!("UserAuthMethod-{name}.Read.All"), 403),
            (format!("UserAuthMethod-{name}.Delete.All"), 403),
            (format!("UserAuthMethod-{name}.ReadWrite"), 403),
            ("UserAuthMethod-Passkey.ReadWrite.All".to_owned(), 403),
            ("UserAuthenticationMethod.Delete.All".to_owned(), 403),
            ("UserAuthenticationMethod.Read.All".to_owned(), 403),
            (format!("UserAuthMethod-{name}.ReadWrite.All"), 201),
            ("UserAuthenticationMethod.ReadWrite.All".to_owned(), 201),
        ] {
            let mut world = World::with(spare);
            world.claims = TokenClaims::application([permission.as_str()]);
            let path = format!("/{version}/users/{BARE}/authentication/{segment}");
            let answer = world.post(&path, body.clone());
            assert_eq!(answer.status, expected, "{permission} {segment}");
            if expected == 201 {
                let restricted = format!("/{version}/users/{RESTRICTED}/authentication/{segment}");
                assert_eq!(world.post(&restricted, body.clone()).status, 403, "{segment}");
            }
        }
    }
}

#[test]
fn only_what_graph_lets_register() {
    let mut world = World::sample();
    for segment in [
        "microsoftAuthenticatorMethods",
        "softwareOathMethods",
        "windowsHelloForBusinessMethods",
        "platformCredentialMethods",
    ] {
        let path = format!("/v1.0/users/{BARE}/authentication/{segment}");
        assert_eq!(world.post(&path, json!({"displayName": "x"})).status, 405, "{segment}");
    }
    assert_eq!(world.now, NOW);
}
