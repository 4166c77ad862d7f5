//! The first steps: reads, deletes, the default rule and the batch.

use bytes::Bytes;
use entra_tenant::{Seed, Tenant, TokenClaims};
use http::Request;
use serde_json::{Value, json};

const NOW: u64 = 1_795_251_600_000;
const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";

fn ask(tenant: &mut Tenant, method: &str, path: &str, body: Option<Value>, now: u64) -> (u16, Value) {
    let token = tenant.access_token(&TokenClaims::everything());
    let request = Request::builder()
        .method(method)
        .uri(format!("https://graph.microsoft.com{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default())
        .unwrap();
    let response = tenant.handle(request, now);
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

#[test]
fn sample_is_whole() {
    let seed = Seed::sample();
    assert_eq!(seed.users.len(), 13);
    let mut tenant = Tenant::new(seed);
    let (status, body) =
        ask(&mut tenant, "GET", "/beta/users/adele.vance%40contoso.com/authentication/methods", None, NOW);
    assert_eq!((status, body["value"].as_array().unwrap().len()), (200, 7));
}

#[test]
fn default_goes_last() {
    let mut tenant = Tenant::new(Seed { latency_milliseconds: 0, ..Seed::sample() });
    let base = format!("/v1.0/users/{ADELE}/authentication");
    let app = format!("{base}/microsoftAuthenticatorMethods/4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f");
    let (status, body) = ask(&mut tenant, "DELETE", &app, None, NOW);
    assert_eq!((status, &body["error"]["code"]), (400, &json!("badRequest")));
    assert_eq!(body["error"]["message"], body["error"]["innerError"]["message"]);
    for path in [
        "phoneMethods/3179e48a-750b-4051-897c-87b9720928f7",
        "softwareOathMethods/b172893e-893e-4172-9e89-72b13e8972b1",
    ] {
        assert_eq!(ask(&mut tenant, "DELETE", &format!("{base}/{path}"), None, NOW).0, 204);
    }
    assert_eq!(ask(&mut tenant, "DELETE", &app, None, NOW).0, 204);
    assert_eq!(ask(&mut tenant, "DELETE", &app, None, NOW).0, 404);
    assert_eq!(tenant.state().violations, []);
}

#[test]
fn batch_of_deletes() {
    let mut tenant = Tenant::new(Seed::sample());
    let url = format!("/users/{ADELE}/authentication");
    let body = json!({"requests": [
        {"id": "1", "method": "DELETE", "url": format!("{url}/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7")},
        {"id": "2", "method": "DELETE", "url": format!("{url}/softwareOathMethods/b172893e-893e-4172-9e89-72b13e8972b1"), "dependsOn": ["1"]},
    ]});
    let (status, body) = ask(&mut tenant, "POST", "/v1.0/$batch", Some(body), NOW);
    assert_eq!(status, 200);
    assert_eq!(body["responses"].as_array().unwrap().len(), 2);
    assert_eq!(
        tenant.exchange(),
        ["POST /v1.0/$batch 200 [DELETE /users/{id}/authentication/phoneMethods/{id} 204, \
          DELETE /users/{id}/authentication/softwareOathMethods/{id} 204]"]
    );
    assert_eq!(tenant.state().violations, []);
}
