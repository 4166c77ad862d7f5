use crate::world::{ADELE, BARE, GUEST, NOW, World};
use entra_tenant::TokenClaims;
use serde_json::{Value, json};

fn path(user: &str) -> String {
    format!("/v1.0/users/{user}/authentication/temporaryAccessPassMethods")
}

fn issue(world: &mut World, body: Value) -> crate::world::Answer {
    world.post(&path(BARE), body)
}

#[test]
fn a_pass_is_shown_once() {
    let mut world = World::sample();
    let issued = issue(&mut world, json!({}));
    assert_eq!(issued.status, 201);
    let pass = issued.body["temporaryAccessPass"].as_str().unwrap().to_owned();
    assert_eq!(pass.chars().count(), 8);
    assert_eq!(issued.body["lifetimeInMinutes"], 60);
    assert_eq!(issued.body["isUsable"], true);
    assert_eq!(issued.body["methodUsabilityReason"], "EnabledByPolicy");
    let list = world.get(&path(BARE));
    assert!(list.values()[0]["temporaryAccessPass"].is_null());
    let item = world.get(&format!("{}/{}", path(BARE), issued.body["id"].as_str().unwrap()));
    assert!(item.body["temporaryAccessPass"].is_null());
    assert_eq!(
        world.get(&format!("/v1.0/users/{BARE}/authentication/methods")).kinds(),
        ["password", "temporaryAccessPass"]
    );
    assert!(!serde_json::to_string(&world.tenant.state()).unwrap().contains(&pass));
    assert!(!world.tenant.exchange().join("\n").contains(&pass));
}

#[test]
fn a_new_pass_replaces_the_old() {
    let mut world = World::sample();
    let first = issue(&mut world, json!({}));
    let second = issue(&mut world, json!({}));
    assert_ne!(first.body["temporaryAccessPass"], second.body["temporaryAccessPass"]);
    let list = world.get(&path(BARE));
    assert_eq!(list.values().len(), 1);
    assert_eq!(list.values()[0]["id"], second.body["id"]);
    let gone = format!("{}/{}", path(BARE), first.body["id"].as_str().unwrap());
    assert_eq!(world.delete(&gone).status, 404);
}

#[test]
fn the_policy_bounds_it() {
    let mut world = World::sample();
    for lifetime in [9, 59, 481, 50_000] {
        assert_eq!(issue(&mut world, json!({"lifetimeInMinutes": lifetime})).code(), "badRequest", "{lifetime}");
    }
    assert_eq!(issue(&mut world, json!({"lifetimeInMinutes": 480})).status, 201);
    assert_eq!(issue(&mut world, json!({"isUsableOnce": true})).body["isUsableOnce"], true);

    let mut world = World::with(|seed| seed.settings.temporary_access_pass.is_usable_once = true);
    assert_eq!(issue(&mut world, json!({"isUsableOnce": false})).status, 400);
    assert_eq!(issue(&mut world, json!({})).body["isUsableOnce"], true);

    let mut world = World::with(|seed| seed.settings.temporary_access_pass.enabled = false);
    assert_eq!(issue(&mut world, json!({})).code(), "badRequest");
}

#[test]
fn a_pass_outside_the_policy_is_not_usable() {
    let mut world = World::with(|seed| seed.settings.temporary_access_pass.include_users = Some(vec![ADELE.into()]));
    let issued = issue(&mut world, json!({}));
    assert_eq!(issued.status, 201);
    assert_eq!(issued.body["isUsable"], false);
    assert_eq!(issued.body["methodUsabilityReason"], "DisabledByPolicy");
    assert_eq!(world.post(&path(ADELE), json!({})).body["isUsable"], true);
}

#[test]
fn a_pass_has_a_beginning_and_an_end() {
    let mut world = World::sample();
    let issued = issue(&mut world, json!({"startDateTime": "2026-11-21T10:00:00Z"}));
    assert_eq!(issued.body["methodUsabilityReason"], "NotYetValid");
    assert_eq!(issued.body["startDateTime"], "2026-11-21T10:00:00Z");
    let mut reason = |now| {
        world.now = now;
        world.get(&path(BARE)).values()[0]["methodUsabilityReason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(NOW + 3_600_000), "EnabledByPolicy");
    assert_eq!(reason(NOW + 7_200_000), "Expired");
    assert_eq!(issue(&mut world, json!({"startDateTime": "tomorrow"})).status, 400);
}

#[test]
fn who_gets_none() {
    let mut world = World::sample();
    let refused = world.post(&path(GUEST), json!({}));
    assert_eq!((refused.status, refused.code()), (400, "badRequest"));
    assert_eq!(refused.message(), "Temporary Access Pass cannot be added to an external guest user.");
    let administrator = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
    world.claims = TokenClaims::delegated(BARE, "UserAuthenticationMethod.ReadWrite.All", [administrator]);
    let own = issue(&mut world, json!({}));
    assert_eq!((own.status, own.code()), (403, "accessDenied"));
    assert_eq!(world.post(&path(ADELE), json!({})).status, 201);
}
