use crate::world::{ADELE, ALEX, BARE, DIEGO, World};
use entra_tenant::Cloud;
use serde_json::json;

#[test]
fn china_has_three_kinds_and_no_mixed_list() {
    let mut world = World::with(|seed| seed.settings.cloud = Cloud::China);
    let base = format!("/v1.0/users/{ADELE}/authentication");
    for there in ["phoneMethods", "microsoftAuthenticatorMethods", "platformCredentialMethods"] {
        assert_eq!(world.get(&format!("{base}/{there}")).status, 200, "{there}");
    }
    for missing in ["methods", "fido2Methods", "softwareOathMethods", "emailMethods", "passwordMethods"] {
        assert_eq!(world.get(&format!("{base}/{missing}")).status, 400, "{missing}");
        assert_eq!(world.get(&format!("/beta/users/{ADELE}/authentication/{missing}")).status, 400, "{missing}");
    }
    let passes = format!("/v1.0/users/{BARE}/authentication/temporaryAccessPassMethods");
    assert_eq!(world.post(&passes, json!({})).status, 400);
    assert_eq!(world.get(&format!("/beta/users/{ADELE}/authentication/signInPreferences")).status, 200);
    assert_eq!(world.post(&format!("/v1.0/users/{ADELE}/revokeSignInSessions"), json!({})).status, 200);
}

#[test]
fn us_government_lacks_some_kinds() {
    for cloud in [Cloud::UsGov, Cloud::UsGovDoD] {
        let mut world = World::with(|seed| seed.settings.cloud = cloud);
        assert_eq!(world.get(&format!("/v1.0/users/{ALEX}/authentication/externalAuthenticationMethods")).status, 400);
        assert_eq!(world.get(&format!("/beta/users/{DIEGO}/authentication/hardwareOathMethods")).status, 400);
        let mixed = world.get(&format!("/beta/users/{ALEX}/authentication/methods"));
        assert_eq!(mixed.kinds(), ["password", "platformCredential"]);
    }
}

#[test]
fn each_cloud_has_its_audience() {
    for cloud in [Cloud::Global, Cloud::UsGov, Cloud::UsGovDoD, Cloud::China] {
        let mut world = World::with(|seed| seed.settings.cloud = cloud);
        assert_eq!(world.get(&format!("/v1.0/users/{ADELE}")).status, 200);
        let other = if cloud == Cloud::Global { Cloud::China } else { Cloud::Global };
        world.claims.aud = Some(other.graph().into());
        assert_eq!(world.get(&format!("/v1.0/users/{ADELE}")).status, 401);
    }
}
