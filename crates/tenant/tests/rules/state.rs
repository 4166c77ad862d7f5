use crate::world::{ADELE, ADMIN, ALEX, BARE, DIEGO, DIEGO_TOKEN, MOBILE, World, deletion};
use bytes::Bytes;
use entra_tenant::{Caller, TokenClaims};
use http::Request;
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

#[test]
fn the_log_tells_who_called() {
    let app = "6731de76-14a6-49ae-97bc-6eba6914391e";
    let mut world = World::sample();
    world.get(&format!("/v1.0/users/{ADELE}"));
    world.claims = TokenClaims { appid: Some("a".into()), ..TokenClaims::delegated(ADMIN, "User.Read.All", []) };
    world.get(&format!("/v1.0/users/{ADELE}"));
    world.get(&format!("/v1.0/users/{ADELE}/authentication/methods"));
    world.claims.aud = Some("https://management.azure.com".into());
    world.get(&format!("/v1.0/users/{ADELE}"));
    for secret in ["sandbox-secret", "wrong"] {
        let form = format!(
            "grant_type=client_credentials&client_id={app}&client_secret={secret}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let request = Request::post("https://login.example/contoso.com/oauth2/v2.0/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .unwrap();
        world.tenant.handle(request, world.now);
    }
    let imds = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com";
    let request = Request::get(imds).header("Metadata", "true").body(Bytes::new()).unwrap();
    world.tenant.handle(request, world.now);
    let caller = |app: &str, user: Option<&str>| Some(Caller { app: app.into(), user: user.map(str::to_owned) });
    let callers: Vec<Option<Caller>> = world.tenant.state().log.into_iter().map(|entry| entry.caller).collect();
    assert_eq!(
        callers,
        [
            caller(app, None),
            caller("a", Some(ADMIN)),
            caller("a", Some(ADMIN)),
            None,
            caller(app, None),
            None,
            caller("0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012", None),
        ]
    );
}

#[test]
fn what_asked_for_a_change_is_told_whatever_came_of_it() {
    let mut world = World::sample();
    world.get(&format!("/v1.0/users/{ADELE}"));
    let read = json!({"id": "1", "method": "GET", "url": format!("/users/{ADELE}")});
    world.batch("v1.0", json!([read.clone()]));
    assert_eq!(world.tenant.state().writes(), [], "not one write");
    world.batch("v1.0", json!([read, deletion("2", ADELE, MOBILE)]));
    world.post(&format!("/v1.0/users/{BARE}/revokeSignInSessions"), json!({}));
    world.claims = TokenClaims::application(["User.Read.All"]);
    world.remove(DIEGO, MOBILE);
    let state = world.tenant.state();
    let writes: Vec<(String, u16)> =
        state.writes().into_iter().map(|write| (format!("{} {}", write.method, write.path), write.status)).collect();
    assert_eq!(
        writes,
        [
            (format!("DELETE /users/{ADELE}/authentication/{MOBILE}"), 204),
            (format!("POST /users/{BARE}/revokeSignInSessions"), 200),
            (format!("DELETE /users/{DIEGO}/authentication/{MOBILE}"), 403),
        ]
    );
    assert_eq!(state.counts.writes, 2, "those that were not refused");
}
