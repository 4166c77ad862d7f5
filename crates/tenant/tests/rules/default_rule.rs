use crate::world::{ADELE, ADELE_APP, ADELE_OATH, ALTERNATE, DIEGO, DIEGO_TOKEN, JONI, MOBILE, OBRIEN, World};
use entra_tenant::DefaultRuleText;
use serde_json::json;

const GRADY_APP: &str = "microsoftAuthenticatorMethods/c1a6e7f0-7c0a-4b55-9d1e-2b8f4c6d8e01";
const STORED: &str = "userPreferredMethodForSecondaryAuthentication";

#[test]
fn the_default_goes_last() {
    let mut world = World::sample();
    assert_eq!(world.remove(ADELE, ADELE_APP), 400);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(world.remove(ADELE, ADELE_APP), 400);
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    // A security key, Windows Hello and an email address stay, and none of them could be the default.
    assert_eq!(world.remove(ADELE, ADELE_APP), 204);
    assert_eq!(world.preference(ADELE), "none");
}

#[test]
fn both_texts_come_twice() {
    for (text, start) in [
        (DefaultRuleText::OtherMethodsConfigured, "Cannot delete default method with other methods configured."),
        (
            DefaultRuleText::MatchesCurrentDefault,
            "The requested authentication method id of [4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f] matches the user's current default",
        ),
    ] {
        let mut world = World::with(|seed| seed.settings.default_rule_text = text);
        let answer = world.delete(&format!("/v1.0/users/{ADELE}/authentication/{ADELE_APP}"));
        assert_eq!((answer.status, answer.code()), (400, "badRequest"));
        assert!(answer.message().starts_with(start));
        assert_eq!(answer.body["error"]["innerError"]["message"], answer.message());
    }
}

#[test]
fn a_hidden_method_blocks_the_default() {
    for (blocks, status) in [(true, 400), (false, 204)] {
        let mut world = World::with(|seed| seed.settings.hidden_methods_block_default = blocks);
        assert_eq!(world.get(&format!("/v1.0/users/{OBRIEN}/authentication/methods")).kinds().len(), 2);
        assert_eq!(world.remove(OBRIEN, GRADY_APP), status);
    }
}

#[test]
fn a_pass_may_block_the_default() {
    for (blocks, status) in [(true, 400), (false, 204)] {
        let mut world = World::with(|seed| {
            seed.settings.pass_blocks_default = blocks;
            seed.settings.hidden_methods_block_default = false;
        });
        let passes = format!("/v1.0/users/{OBRIEN}/authentication/temporaryAccessPassMethods");
        assert_eq!(world.post(&passes, json!({})).status, 201);
        assert_eq!(world.remove(OBRIEN, GRADY_APP), status);
    }
}

#[test]
fn moving_the_default_frees_it() {
    let mut world = World::sample();
    let path = format!("/beta/users/{ADELE}/authentication/signInPreferences");
    assert_eq!(world.patch(&path, json!({STORED: "oath"})).status, 204);
    assert_eq!(world.preference(ADELE), "oath");
    // The Authenticator makes codes too, so the software token is not the only one that carries oath.
    assert_eq!(world.remove(ADELE, ADELE_OATH), 204);
    assert_eq!(world.patch(&path, json!({STORED: "sms"})).status, 204);
    assert_eq!(world.remove(ADELE, ADELE_APP), 204);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
}

#[test]
fn only_a_registered_method_can_be_preferred() {
    let mut world = World::sample();
    let path = format!("/beta/users/{ADELE}/authentication/signInPreferences");
    for refused in ["voiceOffice", "voiceAlternateMobile", "none", "fido2", ""] {
        assert_eq!(world.patch(&path, json!({STORED: refused})).code(), "badRequest", "{refused}");
    }
    for accepted in ["push", "oath", "sms", "voiceMobile"] {
        assert_eq!(world.patch(&path, json!({STORED: accepted})).status, 204, "{accepted}");
    }
    assert_eq!(world.patch(&path, json!({"defaultMethod": "sms"})).status, 400);
    assert_eq!(world.patch(&path, json!({"isSystemPreferredAuthenticationMethodEnabled": true})).status, 204);
    assert_eq!(world.get(&path).body["isSystemPreferredAuthenticationMethodEnabled"], true);
}

#[test]
fn the_alternate_mobile_goes_first() {
    let mut world = World::sample();
    // The default is the alternate mobile, which must go before the mobile, which blocks it: the catch-22.
    let mobile = world.delete(&format!("/v1.0/users/{JONI}/authentication/{MOBILE}"));
    assert_eq!((mobile.status, mobile.code()), (400, "badRequest"));
    assert!(!mobile.message().contains("default"));
    assert_eq!(world.remove(JONI, ALTERNATE), 400);
    let path = format!("/beta/users/{JONI}/authentication/signInPreferences");
    assert_eq!(world.patch(&path, json!({STORED: "sms"})).status, 204);
    assert_eq!(world.remove(JONI, ALTERNATE), 204);
    assert_eq!(world.remove(JONI, MOBILE), 204);
}

#[test]
fn a_hardware_token_may_obey() {
    for (obeys, status) in [(true, 400), (false, 204)] {
        let mut world = World::with(|seed| seed.settings.hardware_oath_obeys_default_rule = obeys);
        let token = format!("/beta/users/{DIEGO}/authentication/{DIEGO_TOKEN}");
        assert_eq!(world.send("POST", &format!("{token}/deactivate"), None).status, status);
        assert_eq!(world.delete(&token).status, status);
    }
    let mut world = World::sample();
    assert_eq!(world.remove(DIEGO, MOBILE), 204);
    let token = format!("/beta/users/{DIEGO}/authentication/{DIEGO_TOKEN}/deactivate");
    assert_eq!(world.send("POST", &token, None).status, 204);
    assert_eq!(world.preference(DIEGO), "none");
}

#[test]
fn the_default_can_be_one_of_two_apps() {
    let second = json!({
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "id": "second",
        "displayName": "Adele's tablet"
    });
    for (one, first_goes) in [(true, 400), (false, 204)] {
        let mut world = World::with(|seed| {
            seed.settings.default_is_one_method = one;
            let adele = &mut seed.users[0];
            adele.methods.push(second.as_object().unwrap().clone());
        });
        assert_eq!(world.remove(ADELE, ADELE_APP), first_goes);
        if one {
            assert_eq!(world.remove(ADELE, "microsoftAuthenticatorMethods/second"), 204);
        }
    }
}
