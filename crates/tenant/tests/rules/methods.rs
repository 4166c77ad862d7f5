use crate::world::{ADELE, ADELE_APP, ALEX, BARE, DIEGO, DIEGO_TOKEN, MOBILE, OBRIEN, ROOM, World};
use entra_tenant::ExternalDelete;
use serde_json::json;

const EXTERNAL: &str = "externalAuthenticationMethods/78381c69-811f-41f6-a6ec-c2c2aa0e2b46";

#[test]
fn v1_hides_what_beta_shows() {
    let mut world = World::sample();
    for (user, stable, beta) in [
        (
            OBRIEN,
            vec!["password", "microsoftAuthenticator"],
            vec!["password", "microsoftAuthenticator", "passwordlessMicrosoftAuthenticator"],
        ),
        (DIEGO, vec!["password", "phone"], vec!["password", "phone", "hardwareOath"]),
        (ROOM, vec!["password"], vec!["password", "resourceAccountKey"]),
        (
            ALEX,
            vec!["password", "external", "platformCredential"],
            vec!["password", "external", "platformCredential", "qrCodePin"],
        ),
    ] {
        assert_eq!(world.get(&format!("/v1.0/users/{user}/authentication/methods")).kinds(), stable);
        assert_eq!(world.get(&format!("/beta/users/{user}/authentication/methods")).kinds(), beta);
    }
}

#[test]
fn lists_of_one_kind_carry_no_type() {
    let mut world = World::sample();
    let base = format!("/v1.0/users/{ADELE}/authentication");
    for segment in [
        "phoneMethods",
        "microsoftAuthenticatorMethods",
        "softwareOathMethods",
        "fido2Methods",
        "emailMethods",
        "passwordMethods",
        "WINDOWSHELLOFORBUSINESSMETHODS",
    ] {
        let list = world.get(&format!("{base}/{segment}"));
        assert_eq!(list.values().len(), 1, "{segment}");
        assert!(list.values()[0].get("@odata.type").is_none());
        let id = list.values()[0]["id"].as_str().unwrap().to_owned();
        let item = world.get(&format!("{base}/{segment}/{id}"));
        assert_eq!((item.status, item.body["id"].as_str()), (200, Some(id.as_str())));
        assert_eq!(world.get(&format!("{base}/{segment}/other")).code(), "resourceNotFound");
    }
    assert_eq!(world.get(&format!("{base}/platformCredentialMethods")).values().len(), 0);
    assert_eq!(world.get(&format!("{base}/phoneMethods?$top=1")).status, 400);
}

#[test]
fn items_can_come_wrapped() {
    let mut world = World::with(|seed| seed.settings.wrap_items = true);
    let item = world.get(&format!("/v1.0/users/{ADELE}/authentication/{MOBILE}"));
    assert_eq!(item.body["value"]["phoneType"], "mobile");
    assert!(item.body.get("phoneType").is_none());
}

#[test]
fn deletes_answer_204_without_a_body() {
    let mut world = World::sample();
    let base = format!("/v1.0/users/{ADELE}/authentication");
    let list = world.get(&format!("{base}/fido2Methods"));
    let id = list.values()[0]["id"].as_str().unwrap().to_owned();
    let request = world.request("DELETE", &format!("{base}/fido2Methods/{id}"), None);
    let response = world.tenant.handle(request, world.now);
    assert_eq!(response.status(), 204);
    assert!(response.body().is_empty());
    assert!(response.headers().get("content-type").is_none());
    assert_eq!(world.get(&format!("{base}/fido2Methods")).values().len(), 0);
    let again = world.delete(&format!("{base}/fido2Methods/{id}"));
    assert_eq!((again.status, again.code()), (404, "resourceNotFound"));
}

#[test]
fn there_is_no_generic_delete() {
    let mut world = World::sample();
    let answer =
        world.delete(&format!("/v1.0/users/{ADELE}/authentication/methods/3179e48a-750b-4051-897c-87b9720928f7"));
    assert_eq!(answer.status, 404);
    assert!(answer.body["Message"].as_str().unwrap().starts_with("No HTTP resource was found"));
    assert!(answer.body.get("error").is_none());
    assert_eq!(world.violated("genericDelete"), 1);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/methods")).values().len(), 7);
}

#[test]
fn a_password_cannot_be_deleted() {
    let mut world = World::sample();
    assert_eq!(world.remove(ADELE, "passwordMethods/28c10230-6103-485e-b985-444c60001490"), 405);
    assert_eq!(world.violated("passwordDelete"), 1);
    assert_eq!(world.get(&format!("/v1.0/users/{BARE}/authentication/methods")).kinds(), ["password"]);
}

#[test]
fn qr_code_is_a_singleton() {
    let mut world = World::sample();
    let path = format!("/beta/users/{ALEX}/authentication/qrCodePinMethod");
    assert_eq!(world.get(&path).body["id"], "9d1c3f5b-7a2e-4c6d-8b0f-1e3a5c7d9f02");
    assert_eq!(world.delete(&format!("{path}/9d1c3f5b-7a2e-4c6d-8b0f-1e3a5c7d9f02")).status, 400);
    assert_eq!(world.delete(&path).status, 204);
    assert_eq!(world.delete(&path).code(), "resourceNotFound");
    assert_eq!(world.get(&path).status, 404);
}

#[test]
fn no_resource_account_keys_is_not_an_empty_list() {
    let mut world = World::sample();
    let list = world.get(&format!("/beta/users/{ROOM}/authentication/resourceAccountKeyAuthenticationMethods"));
    assert_eq!(list.values().len(), 1);
    let none = world.get(&format!("/beta/users/{ADELE}/authentication/resourceAccountKeyAuthenticationMethods"));
    assert_eq!((none.status, none.code()), (404, "resourceNotFound"));
}

#[test]
fn external_methods_have_one_form_of_delete() {
    for (form, status) in
        [(ExternalDelete::Reference, 404), (ExternalDelete::Plain, 405), (ExternalDelete::Reference, 400)]
    {
        let mut world = World::with(|seed| {
            seed.settings.external_delete = form;
            seed.settings.external_delete_refusal_status = status;
        });
        let (right, wrong) = match form {
            ExternalDelete::Reference => (format!("{EXTERNAL}/$ref"), EXTERNAL.to_owned()),
            _ => (EXTERNAL.to_owned(), format!("{EXTERNAL}/$ref")),
        };
        let refused = world.delete(&format!("/v1.0/users/{ALEX}/authentication/{wrong}"));
        assert_eq!(refused.status, status);
        assert_ne!(refused.code(), "resourceNotFound", "an unrouted path does not speak of the method");
        assert_eq!(world.remove(ALEX, &right), 204);
        assert_eq!(world.remove(ALEX, &right), 404);
    }
    let mut world = World::with(|seed| seed.settings.external_delete = ExternalDelete::Either);
    assert_eq!(world.remove(ALEX, EXTERNAL), 204);
}

#[test]
fn a_deactivated_token_stays_assigned() {
    let mut world = World::sample();
    let base = format!("/beta/users/{DIEGO}/authentication");
    let moved = world
        .patch(&format!("{base}/signInPreferences"), json!({"userPreferredMethodForSecondaryAuthentication": "sms"}));
    assert_eq!(moved.status, 204);
    assert_eq!(world.send("POST", &format!("{base}/{DIEGO_TOKEN}/deactivate"), None).status, 204);
    let list = world.get(&format!("{base}/hardwareOathMethods"));
    assert_eq!(list.values()[0]["device"]["status"], "assigned");
    assert_eq!(world.send("POST", &format!("{base}/{DIEGO_TOKEN}/deactivate"), None).status, 400);
    assert_eq!(world.delete(&format!("{base}/{DIEGO_TOKEN}")).status, 204);
    assert_eq!(world.get(&format!("{base}/hardwareOathMethods")).values().len(), 0);
    assert_eq!(world.get(&format!("{base}/{DIEGO_TOKEN}/deactivate")).status, 405);
}

#[test]
fn the_mixed_list_may_leave_the_device_out() {
    for carries in [false, true] {
        let mut world = World::with(|seed| seed.settings.device_in_mixed_list = carries);
        let list = world.get(&format!("/beta/users/{DIEGO}/authentication/methods"));
        assert_eq!(list.values()[2].get("device").is_some(), carries);
    }
}

#[test]
fn case_matters_in_ids_that_are_no_guids() {
    let mut world = World::sample();
    assert_eq!(world.remove(ADELE, "fido2Methods/-2_grug2-hyz6_1yg4yraq2"), 404);
    assert_eq!(world.remove(ADELE, "softwareOathMethods/B172893E-893E-4172-9E89-72B13E8972B1"), 204);
}

#[test]
fn kinds_do_not_mix() {
    let mut world = World::sample();
    let id = ADELE_APP.rsplit('/').next().unwrap();
    assert_eq!(world.remove(ADELE, &format!("softwareOathMethods/{id}")), 404);
    assert_eq!(world.post(&format!("/v1.0/users/{ADELE}/authentication/softwareOathMethods"), json!({})).status, 405);
    assert_eq!(world.violations(), []);
}
