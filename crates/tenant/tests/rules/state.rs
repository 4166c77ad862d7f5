use crate::world::{ADELE, ALEX, DIEGO, DIEGO_TOKEN, MOBILE, World, deletion};
use serde_json::json;

#[test]
fn the_state_tells_the_truth_before_the_lists_do() {
    let mut world = World::with(|seed| seed.settings.list_lag_milliseconds = 60_000);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    let state = world.tenant.state();
    assert_eq!(state.users[0].methods.len(), 6);
    assert_eq!(state.users[0].user_principal_name, "adele.vance@contoso.com");
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/methods")).values().len(), 7);
}

#[test]
fn the_log_holds_every_request_and_no_secret() {
    let mut world = World::sample();
    world.get(&format!("/v1.0/users/{ADELE}?$select=id"));
    let request = json!([deletion("1", ADELE, MOBILE)]);
    world.batch("v1.0", request);
    let state = world.tenant.state();
    assert_eq!(state.log.len(), 2);
    assert_eq!(
        (state.log[0].method.as_str(), state.log[0].version.as_str(), state.log[0].status),
        ("GET", "v1.0", 200)
    );
    assert_eq!(state.log[0].path, format!("/users/{ADELE}?$select=id"));
    assert_eq!(state.log[0].at, "2026-11-21T09:00:00Z");
    assert_eq!(state.log[1].members[0].status, 204);
    let text = serde_json::to_string(&state).unwrap();
    let token = world.tenant.access_token(&world.claims);
    assert!(!text.contains(&token));
    assert!(text.contains("\"signInPreferences\""));
}

#[test]
fn the_exchange_leaves_ids_out() {
    let mut world = World::sample();
    world.get("/v1.0/users('$ervice.desk@contoso.com')");
    world.get(&format!("/beta/users/{ADELE}/authentication/methods"));
    world.delete(&format!(
        "/v1.0/users/{ALEX}/authentication/externalAuthenticationMethods/78381c69-811f-41f6-a6ec-c2c2aa0e2b46/$ref"
    ));
    world.send("POST", &format!("/beta/users/{DIEGO}/authentication/{DIEGO_TOKEN}/deactivate"), None);
    world.delete(&format!("/beta/users/{ALEX}/authentication/qrCodePinMethod"));
    world.get("/v1.0/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20%27x%27");
    world.get(&format!("/v1.0/users/{ADELE}/transitiveMemberOf/microsoft.graph.group?$select=id"));
    world.batch(
        "beta",
        json!([deletion("1", ADELE, MOBILE), {"id": "2", "method": "GET", "url": format!("users/{ADELE}?$select=id")}]),
    );
    assert_eq!(
        world.tenant.exchange(),
        [
            "GET /v1.0/users/{id} 200",
            "GET /beta/users/{id}/authentication/methods 200",
            "DELETE /v1.0/users/{id}/authentication/externalAuthenticationMethods/{id}/$ref 204",
            "POST /beta/users/{id}/authentication/hardwareOathMethods/{id}/deactivate 400",
            "DELETE /beta/users/{id}/authentication/qrCodePinMethod 204",
            "GET /v1.0/roleManagement/directory/roleAssignments 400",
            "GET /v1.0/users/{id}/transitiveMemberOf/microsoft.graph.group 200",
            "POST /beta/$batch 200 [DELETE /users/{id}/authentication/phoneMethods/{id} 204, GET /users/{id} 200]",
        ]
    );
}
