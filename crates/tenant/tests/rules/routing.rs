use crate::world::{ADELE, OBRIEN, World};
use serde_json::json;

#[test]
fn users_are_found_by_id_and_by_name() {
    let mut world = World::sample();
    for (address, id) in [
        (ADELE, ADELE),
        ("ADELE.VANCE%40CONTOSO.COM", ADELE),
        ("adele.vance@contoso.com", ADELE),
        ("o%27brien%40contoso.com", OBRIEN),
        ("lidia.holloway_fabrikam.com%23EXT%23%40contoso.com", crate::world::GUEST),
    ] {
        let answer = world.get(&format!("/v1.0/users/{address}"));
        assert_eq!((answer.status, answer.body["id"].as_str()), (200, Some(id)), "{address}");
    }
    for address in
        ["users('o''brien@contoso.com')", "users('o%27%27brien%40contoso.com')", "Users('$ervice.desk@contoso.com')"]
    {
        assert_eq!(world.get(&format!("/v1.0/{address}")).status, 200, "{address}");
    }
}

#[test]
fn odd_names_need_their_form() {
    let mut world = World::sample();
    assert_eq!(world.get("/v1.0/users/$ervice.desk@contoso.com").status, 400);
    assert_eq!(world.get("/v1.0/users/%24ervice.desk@contoso.com").status, 400);
    assert_eq!(world.get("/v1.0/users('o'brien@contoso.com')").status, 400);
    let twice = world.get("/v1.0/users/lidia.holloway_fabrikam.com%2523EXT%2523@contoso.com");
    assert_eq!((twice.status, twice.code()), (404, "Request_ResourceNotFound"));
    assert_eq!(world.violations(), []);
}

#[test]
fn deleting_a_user_is_refused_and_told() {
    let mut world = World::sample();
    assert_eq!(world.delete(&format!("/v1.0/users/{ADELE}")).status, 403);
    assert_eq!(world.delete("/beta/users('adele.vance@contoso.com')").status, 403);
    assert_eq!(world.violated("deleteUser"), 2);
    // A fragment cuts the path, which is how an unencoded guest name becomes the deletion of a user.
    let cut = "/users/adele.vance@contoso.com#EXT#/authentication/phoneMethods/1";
    let answer = world.batch("v1.0", json!([{"id": "1", "method": "DELETE", "url": cut}]));
    assert_eq!(answer.statuses(&["1"]), [403]);
    assert_eq!(world.violated("deleteUser"), 3);
    // What is left of the name need not be anybody's.
    assert_eq!(
        world.delete("/v1.0/users/lidia.holloway_fabrikam.com#EXT#@contoso.com/authentication/phoneMethods/1").status,
        403
    );
    assert_eq!(world.violated("deleteUser"), 4);
    assert_eq!(world.tenant.state().users.len(), 13);
}

#[test]
fn dots_in_a_path_are_told() {
    let mut world = World::sample();
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/../me")).status, 400);
    assert_eq!(world.get(&format!("/v1.0/users/%2e%2E/{ADELE}")).status, 400);
    assert_eq!(world.violated("dotSegment"), 2);
}

#[test]
fn beta_paths_fail_on_v1() {
    let mut world = World::sample();
    for path in [
        "hardwareOathMethods",
        "qrCodePinMethod",
        "passwordlessMicrosoftAuthenticatorMethods",
        "resourceAccountKeyAuthenticationMethods",
        "signInPreferences",
        "requirements",
    ] {
        let alone = world.get(&format!("/v1.0/users/{ADELE}/authentication/{path}"));
        assert_eq!(
            (alone.status, alone.message()),
            (400, format!("Resource not found for the segment '{path}'.").as_str())
        );
        let url = format!("/users/{ADELE}/authentication/{path}");
        let member = world.batch("v1.0", json!([{"id": "a", "method": "GET", "url": url}]));
        assert_eq!(member.member("a")["status"], 405);
        assert_eq!(member.member("a")["body"]["error"]["code"], "Request_BadRequest");
    }
}

#[test]
fn beta_can_be_absent() {
    for (status, change) in [(404, 404), (400, 400)] {
        let mut world = World::with(|seed| {
            seed.settings.beta_available = false;
            seed.settings.beta_refusal_status = change;
        });
        assert_eq!(world.get(&format!("/beta/users/{ADELE}")).status, status);
        assert_eq!(world.batch("beta", json!([{"id": "1", "method": "GET", "url": "/me"}])).status, status);
        assert_eq!(world.get(&format!("/v1.0/users/{ADELE}")).status, 200);
    }
}

#[test]
fn unknown_paths_and_versions_fail() {
    let mut world = World::sample();
    assert_eq!(world.get(&format!("/v2.0/users/{ADELE}")).status, 400);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/voiceMethods")).status, 400);
    assert_eq!(world.get(&format!("/v1.0/users//{ADELE}")).status, 400);
    assert_eq!(world.get("/v1.0/me").status, 400);
    assert_eq!(world.violations(), []);
    assert_eq!(world.patch(&format!("/v1.0/users/{ADELE}"), json!({"displayName": "x"})).status, 403);
    assert_eq!(world.post("/v1.0/groups", json!({})).status, 400);
    assert_eq!(world.violated("unroutedWrite"), 2);
}
