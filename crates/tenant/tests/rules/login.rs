use crate::world::{ADELE, Answer, NOW, World};
use bytes::Bytes;
use http::Request;

const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

fn token(world: &mut World, tenant: &str, form: &str) -> Answer {
    let request = Request::post(format!("https://login.example/{tenant}/oauth2/v2.0/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form.to_owned()))
        .unwrap();
    Answer::of(&world.tenant.handle(request, world.now))
}

fn form(client_id: &str, secret: &str, scope: &str) -> String {
    format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope={scope}")
}

const SCOPE: &str = "https%3A%2F%2Fgraph.microsoft.com%2F.default";

fn use_token(world: &mut World, token: &str) -> u16 {
    let request = Request::get(format!("https://graph.example/v1.0/users/{ADELE}"))
        .header("Authorization", format!("Bearer {token}"))
        .body(Bytes::new())
        .unwrap();
    world.tenant.handle(request, world.now).status().as_u16()
}

#[test]
fn a_secret_buys_a_token_that_graph_accepts() {
    let mut world = World::sample();
    for tenant in ["3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10", "contoso.com"] {
        let answer = token(&mut world, tenant, &form(APP, "sandbox-secret", SCOPE));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["expires_in"], 3599);
        assert_eq!(answer.body["token_type"], "Bearer");
        assert!(answer.body.get("refresh_token").is_none());
        let bearer = answer.body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(use_token(&mut world, &bearer), 200);
        world.now += 3_599_000;
        assert_eq!(use_token(&mut world, &bearer), 401);
    }
}

#[test]
fn refusals_have_the_sign_in_services_shape() {
    for (tenant, body, status, error, code) in [
        ("contoso.com", form(APP, "wrong", SCOPE), 401, "invalid_client", 7_000_215),
        ("contoso.com", form(APP, "", SCOPE), 401, "invalid_client", 7_000_218),
        ("contoso.com", form("11111111-0000-4000-8000-000000000000", "x", SCOPE), 400, "unauthorized_client", 700_016),
        ("fabrikam.com", form(APP, "sandbox-secret", SCOPE), 400, "invalid_request", 90_002),
        ("contoso.com", form(APP, "sandbox-secret", "User.Read.All"), 400, "invalid_scope", 1_002_012),
        (
            "contoso.com",
            form(APP, "sandbox-secret", "https%3A%2F%2Fgraph.microsoft.us%2F.default"),
            400,
            "invalid_resource",
            500_011,
        ),
        ("contoso.com", form(APP, "sandbox-secret", ""), 400, "invalid_request", 900_144),
        ("contoso.com", "grant_type=password&client_id=x".into(), 400, "unsupported_grant_type", 70_003),
        ("contoso.com", String::new(), 400, "invalid_request", 900_144),
    ] {
        let mut world = World::sample();
        let answer = token(&mut world, tenant, &body);
        assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{code}");
        assert_eq!(answer.body["error_codes"][0], code);
        let description = answer.body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
        assert!(!description.contains("sandbox-secret"));
        assert_eq!(answer.body["timestamp"], "2026-11-21 09:00:00Z");
    }
}

#[test]
fn a_bearer_token_has_no_business_there() {
    let mut world = World::sample();
    let request = Request::post("https://login.example/contoso.com/oauth2/v2.0/token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", "Bearer x")
        .body(Bytes::from(form(APP, "sandbox-secret", SCOPE)))
        .unwrap();
    assert_eq!(world.tenant.handle(request, NOW).status(), 200);
    assert_eq!(world.violated("tokenSentToLogin"), 1);
}

#[test]
fn a_challenge_is_answered_with_its_claims() {
    let mut world = World::with(|seed| seed.settings.claims_challenge = true);
    let plain = form(APP, "sandbox-secret", SCOPE);
    for _ in 0..2 {
        let answer = token(&mut world, "contoso.com", &plain);
        assert_eq!(use_token(&mut world, answer.body["access_token"].as_str().unwrap()), 401);
    }
    let claims = "%7B%22access_token%22%3A%7B%22nbf%22%3A%7B%22essential%22%3Atrue%7D%7D%7D";
    let answer = token(&mut world, "contoso.com", &format!("{plain}&claims={claims}"));
    assert_eq!(use_token(&mut world, answer.body["access_token"].as_str().unwrap()), 200);
}

#[test]
#[cfg(not(feature = "assertions"))]
fn without_the_means_to_verify_nothing_is_believed() {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    let form = format!("{}&client_assertion_type={kind}&client_assertion=a.b.c", form(APP, "", SCOPE));
    let answer = token(&mut World::sample(), "contoso.com", &form);
    assert_eq!((answer.status, &answer.body["error_codes"][0]), (401, &700_027.into()));
}
