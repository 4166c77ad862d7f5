use crate::world::{ADELE, ALTERNATE, BARE, MOBILE, World};
use serde_json::json;

#[test]
fn phones_are_added_in_order() {
    let mut world = World::sample();
    let phones = format!("/v1.0/users/{BARE}/authentication/phoneMethods");
    let alternate = json!({"phoneNumber": "+1 4255550151", "phoneType": "alternateMobile"});
    assert_eq!(world.post(&phones, alternate.clone()).code(), "badRequest");
    let mobile = world.post(&phones, json!({"phoneNumber": "+1 4255550150", "phoneType": "mobile"}));
    assert_eq!(mobile.status, 201);
    assert_eq!(mobile.body["id"], MOBILE.rsplit('/').next().unwrap());
    assert!(mobile.body.get("@odata.type").is_none());
    assert_eq!(world.post(&phones, alternate.clone()).status, 201);
    assert_eq!(world.post(&phones, alternate).status, 400);
    assert_eq!(world.remove(BARE, MOBILE), 400);
    assert_eq!(world.remove(BARE, ALTERNATE), 204);
    assert_eq!(world.remove(BARE, MOBILE), 204);
}

#[test]
fn numbers_have_a_form() {
    let mut world = World::sample();
    let phones = format!("/v1.0/users/{BARE}/authentication/phoneMethods");
    for number in ["4255550150", "+14255550150", "+1 425-555-0150", "+1 ", "+1234 55", ""] {
        let refused = world.post(&phones, json!({"phoneNumber": number, "phoneType": "mobile"}));
        assert_eq!(refused.code(), "badRequest", "{number}");
    }
    assert_eq!(world.post(&phones, json!({"phoneNumber": "+1 4255550150", "phoneType": "fax"})).status, 400);
    assert_eq!(world.post(&phones, json!({"phoneNumber": "+1 4255550150x12", "phoneType": "office"})).status, 201);
}

#[test]
fn a_phone_changes_its_number_and_not_its_type() {
    let mut world = World::sample();
    let mobile = format!("/v1.0/users/{ADELE}/authentication/{MOBILE}");
    assert_eq!(world.patch(&mobile, json!({"phoneNumber": "+1 4255550160"})).status, 204);
    assert_eq!(world.get(&mobile).body["phoneNumber"], "+1 4255550160");
    assert_eq!(world.patch(&mobile, json!({"phoneNumber": "+1 4255550160", "phoneType": "office"})).status, 400);
}

#[test]
fn there_is_one_email_address() {
    let mut world = World::sample();
    let emails = format!("/v1.0/users/{ADELE}/authentication/emailMethods");
    assert_eq!(world.post(&emails, json!({"emailAddress": "adele@adatum.com"})).status, 400);
    let email = format!("{emails}/3ddfcfc8-9383-446f-83cc-3ab9be4be18f");
    assert_eq!(world.patch(&email, json!({"emailAddress": "adele@adatum.com"})).status, 204);
    assert_eq!(world.get(&email).body["emailAddress"], "adele@adatum.com");
    assert_eq!(world.delete(&email).status, 204);
    assert_eq!(world.post(&emails, json!({"emailAddress": "adele"})).status, 400);
    assert_eq!(world.post(&emails, json!({"emailAddress": "adele@adatum.com"})).status, 201);
}
