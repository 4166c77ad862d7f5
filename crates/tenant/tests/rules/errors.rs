use crate::world::{ADELE, Answer, World};
use bytes::Bytes;
use http::{HeaderValue, Request};
use serde_json::json;

#[test]
fn errors_carry_date_and_ids() {
    let mut world = World::sample();
    let mut request = world.request("GET", "/v1.0/users/nobody@contoso.com", None);
    let id = "7d3f5a91-2c4e-4b6d-8f0a-1c3e5a7b9d0f";
    request.headers_mut().insert("client-request-id", HeaderValue::from_static(id));
    let answer = Answer::of(&world.tenant.handle(request, world.now));
    let inner = &answer.body["error"]["innerError"];
    assert_eq!(inner["date"], "2026-11-21T09:00:00");
    assert_eq!(inner["client-request-id"], id);
    assert_eq!(answer.header("client-request-id"), id);
    assert_eq!(inner["request-id"], answer.header("request-id"));
    assert_eq!(answer.header("request-id").len(), 36);
    assert_eq!(answer.header("date"), "Sat, 21 Nov 2026 09:00:00 GMT");
    let other = world.get("/v1.0/users/nobody@contoso.com");
    assert_ne!(other.header("request-id"), answer.header("request-id"));
}

#[test]
fn a_body_must_be_json_and_say_so() {
    let mut world = World::sample();
    let path = format!("/beta/users/{ADELE}/authentication/signInPreferences");
    let body = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    let mut request = world.request("PATCH", &path, Some(&body));
    request.headers_mut().remove("content-type");
    let answer = Answer::of(&world.tenant.handle(request, world.now));
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("Content-Type"));
    let token = world.tenant.access_token(&world.claims);
    let request = Request::patch(format!("https://graph.example{path}"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .body(Bytes::from_static(b"{\"userPreferred"))
        .unwrap();
    assert_eq!(world.tenant.handle(request, world.now).status(), 400);
    assert_eq!(world.preference(ADELE), "push");
}
