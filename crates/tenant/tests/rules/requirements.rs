use crate::world::{BARE, World};
use entra_tenant::TokenClaims;
use serde_json::json;

const POLICY_ADMINISTRATOR: &str = "0526716b-113d-4c15-b2c8-68e3c22b9f80";
const PRIVILEGED_ADMINISTRATOR: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";

#[test]
fn the_legacy_state_is_read_and_written() {
    let mut world = World::sample();
    let path = format!("/beta/users/{BARE}/authentication/requirements");
    assert_eq!(world.get(&path).body["perUserMfaState"], "enabled");
    assert_eq!(world.patch(&path, json!({"perUserMfaState": "enforced"})).status, 204);
    assert_eq!(world.get(&path).body["perUserMfaState"], "enforced");
    assert_eq!(world.patch(&path, json!({"perUserMfaState": "off"})).status, 400);
}

#[test]
fn it_needs_its_own_rights() {
    let mut world = World::sample();
    let path = format!("/beta/users/{BARE}/authentication/requirements");
    let scope = "Policy.ReadWrite.AuthenticationMethod";
    for (claims, read, write) in [
        (TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]), 403, 403),
        (TokenClaims::application(["Policy.Read.All"]), 200, 403),
        (TokenClaims::application([scope]), 200, 204),
        (TokenClaims::delegated("x", scope, [PRIVILEGED_ADMINISTRATOR]), 403, 403),
        (TokenClaims::delegated("x", scope, [POLICY_ADMINISTRATOR]), 200, 204),
    ] {
        world.claims = claims;
        assert_eq!(world.get(&path).status, read, "{:?}", world.claims);
        assert_eq!(world.patch(&path, json!({"perUserMfaState": "disabled"})).status, write, "{:?}", world.claims);
    }
}
