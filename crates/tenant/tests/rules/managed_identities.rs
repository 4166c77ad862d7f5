//! The platform's endpoints: App Service's, and IMDS.

use crate::world::{ADELE, Answer, World};
use bytes::Bytes;
use entra_tenant::SeedManagedIdentity;
use http::Request;

const HEADER: &str = "sandbox-identity-header";
const OWN: &str = "0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012";
const OTHER: &str = "1c8d5b63-ae4f-4027-9b3c-6d7e8f901223";
const APP_SERVICE: &str = "/MSI/token?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com";
const IMDS: &str = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com";

fn ask(world: &mut World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(format!("http://169.254.169.254{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(&world.tenant.handle(request.body(Bytes::new()).unwrap(), world.now))
}

/// With the header that the endpoint asks for.
fn get(world: &mut World, path: &str) -> Answer {
    let header = if path.starts_with("/metadata") { ("Metadata", "true") } else { ("X-IDENTITY-HEADER", HEADER) };
    ask(world, path, &[header])
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.body.as_object().unwrap().keys().map(String::as_str).collect()
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

fn use_token(world: &mut World, token: &str) -> u16 {
    let request = Request::get(format!("https://graph.example/v1.0/users/{ADELE}"))
        .header("Authorization", format!("Bearer {token}"))
        .body(Bytes::new())
        .unwrap();
    world.tenant.handle(request, world.now).status().as_u16()
}

#[test]
fn both_hand_out_tokens_that_graph_accepts() {
    let mut world = World::sample();
    let answer = get(&mut world, APP_SERVICE);
    assert_eq!(names(&answer), ["access_token", "client_id", "expires_on", "resource", "token_type"]);
    assert_eq!(answer.body["expires_on"], "1795338000");
    assert_eq!(answer.body["client_id"], OWN);
    let bearer = token(&answer);
    assert_eq!(use_token(&mut world, &bearer), 200);
    let answer = get(&mut world, IMDS);
    assert_eq!(
        names(&answer),
        [
            "access_token",
            "client_id",
            "expires_in",
            "expires_on",
            "ext_expires_in",
            "not_before",
            "resource",
            "token_type"
        ]
    );
    assert_eq!(answer.body["expires_in"], "86400");
    assert_eq!(answer.body["not_before"], "1795251600");
    assert_eq!(answer.body["resource"], "https://graph.microsoft.com");
    assert_eq!(answer.body["token_type"], "Bearer");
    let bearer = token(&answer);
    assert_eq!(use_token(&mut world, &bearer), 200);
    world.now += 86_400_000;
    assert_eq!(use_token(&mut world, &bearer), 401);
    assert_eq!(world.violations(), []);
}

#[test]
fn each_asks_for_its_header() {
    let mut world = World::sample();
    for headers in [&[][..], &[("Metadata", "True")], &[("Metadata", "")], &[("X-IDENTITY-HEADER", HEADER)]] {
        let refused = ask(&mut world, IMDS, headers);
        assert_eq!((refused.status, &refused.body["error"]), (400, &"invalid_request".into()), "{headers:?}");
        assert_eq!(refused.body["error_description"], "Required metadata header not specified");
    }
    let forwarded = ask(&mut world, IMDS, &[("Metadata", "true"), ("X-Forwarded-For", "10.0.0.1")]);
    assert_eq!((forwarded.status, &forwarded.body["error"]), (400, &"invalid_request".into()));
    for headers in [&[][..], &[("X-IDENTITY-HEADER", "another")], &[("Metadata", "true")]] {
        let refused = ask(&mut world, APP_SERVICE, headers);
        assert_eq!((refused.status, &refused.body["statusCode"]), (401, &401.into()), "{headers:?}");
        assert_eq!(names(&refused), ["correlationId", "message", "statusCode"]);
    }
    let mut world = World::with(|seed| seed.identity_header.clear());
    assert_eq!(ask(&mut world, APP_SERVICE, &[("X-IDENTITY-HEADER", "")]).status, 401, "no header, no endpoint");
}

#[test]
fn the_request_is_checked() {
    for (base, version) in [("/msi/token", "2019-08-01"), ("/metadata/identity/oauth2/token", "2018-02-01")] {
        for (options, status) in [
            (format!("api-version={version}&resource=https://graph.microsoft.com"), 200),
            (format!("api-version={version}&resource=https://graph.microsoft.com/"), 200),
            (format!("api-version={version}&resource=https%3A%2F%2Fgraph.microsoft.com%2F.default"), 400),
            (format!("api-version={version}&resource=https://graph.microsoft.us"), 400),
            (format!("api-version={version}&scope=https://graph.microsoft.com/.default"), 400),
            (format!("api-version={version}"), 400),
            ("resource=https://graph.microsoft.com".to_owned(), 400),
            ("api-version=2017-09-01&resource=https://graph.microsoft.com".to_owned(), 400),
            (String::new(), 400),
        ] {
            let path = format!("{base}?{options}");
            assert_eq!(get(&mut World::sample(), &path).status, status, "{path}");
        }
    }
    let mut world = World::sample();
    let default = get(&mut world, &format!("{IMDS}%2F.default"));
    assert_eq!(default.body["error"], "invalid_resource");
    assert!(default.body["error_description"].as_str().unwrap().starts_with("AADSTS500011: "));
    let request =
        Request::post(format!("http://169.254.169.254{IMDS}")).header("Metadata", "true").body(Bytes::new()).unwrap();
    assert_eq!(world.tenant.handle(request, world.now).status(), 405);
}

#[test]
fn an_identity_is_asked_for_by_its_id() {
    for base in [APP_SERVICE, IMDS] {
        let mut world = World::sample();
        for (client_id, found) in [(OWN, OWN), (OTHER, OTHER), ("", OWN)] {
            let answer = get(&mut world, &format!("{base}&client_id={client_id}"));
            assert_eq!(answer.body["client_id"], found);
        }
        let unknown = get(&mut world, &format!("{base}&client_id=11111111-0000-4000-8000-000000000000"));
        assert_eq!(unknown.status, 400);
        if base == IMDS {
            assert_eq!(unknown.body["error"], "invalid_request");
            assert_eq!(unknown.body["error_description"], "Identity not found");
        } else {
            assert_eq!(unknown.body["statusCode"], 400);
        }
        assert_eq!(get(&mut world, &format!("{base}&object_id={OWN}")).status, 400);
        let other = token(&get(&mut world, &format!("{base}&client_id={OTHER}")));
        assert_ne!(other, token(&get(&mut world, base)));
    }
}

#[test]
fn without_an_own_identity_a_name_may_be_needed() {
    let identity = |client_id: &str| SeedManagedIdentity { client_id: client_id.into(), ..Default::default() };
    for (identities, imds, app_service) in
        [(vec![], 400, 400), (vec![identity(OTHER)], 200, 400), (vec![identity(OWN), identity(OTHER)], 400, 400)]
    {
        let mut world = World::with(|seed| seed.managed_identities = identities.clone());
        assert_eq!(get(&mut world, IMDS).status, imds, "{identities:?}");
        assert_eq!(get(&mut world, APP_SERVICE).status, app_service, "{identities:?}");
    }
}

#[test]
fn the_platform_keeps_a_token_until_it_is_about_to_end() {
    let mut world = World::sample();
    let first = token(&get(&mut world, IMDS));
    world.now += 86_000_000;
    let answer = get(&mut world, IMDS);
    assert_eq!(answer.body["expires_in"], "400", "what is left of it");
    assert_eq!(token(&answer), first);
    assert_eq!(token(&get(&mut world, APP_SERVICE)), first);
    world.now += 100_000;
    assert_ne!(token(&get(&mut world, IMDS)), first);

    let mut world = World::with(|seed| seed.settings.identity_token_cache = false);
    assert_ne!(token(&get(&mut world, IMDS)), token(&get(&mut world, IMDS)));
    let mut world = World::with(|seed| seed.settings.identity_token_lifetime_seconds = 600);
    assert_eq!(get(&mut world, IMDS).body["expires_in"], "600");
}

#[test]
fn it_may_have_to_be_asked_again() {
    for path in [IMDS, APP_SERVICE] {
        let mut world = World::with(|seed| seed.settings.identity_failures = vec![404, 410, 429, 503]);
        let statuses: Vec<u16> = (0..5).map(|_| get(&mut world, path).status).collect();
        assert_eq!(statuses, [404, 410, 429, 503, 200]);
    }
}

#[test]
fn nobody_brings_a_secret() {
    let mut world = World::sample();
    ask(&mut world, IMDS, &[("Metadata", "true"), ("Authorization", "Bearer x")]);
    assert_eq!(world.violated("tokenSentToIdentity"), 1);
    get(&mut world, &format!("{APP_SERVICE}&client_secret=hush"));
    let request = Request::post(format!("http://169.254.169.254{IMDS}"))
        .header("Metadata", "true")
        .body(Bytes::from_static(b"client_assertion=hush"))
        .unwrap();
    world.tenant.handle(request, world.now);
    assert_eq!(world.violated("secretSentToIdentity"), 2);
    let text = serde_json::to_string(&world.tenant.state()).unwrap();
    assert!(!text.contains("hush"));
}

#[test]
fn the_platforms_header_stays_at_its_endpoint() {
    let mut world = World::sample();
    ask(&mut world, IMDS, &[("Metadata", "true"), ("X-IDENTITY-HEADER", HEADER)]);
    let mut request = world.request("GET", &format!("/v1.0/users/{ADELE}"), None);
    request.headers_mut().insert("x-identity-header", http::HeaderValue::from_static(HEADER));
    world.tenant.handle(request, world.now);
    assert_eq!(world.violated("identityHeaderSentElsewhere"), 2);
}

#[test]
fn they_are_in_the_log_and_not_in_the_counts() {
    let mut world = World::sample();
    get(&mut world, IMDS);
    get(&mut world, "/msi/token");
    world.get(&format!("/v1.0/users/{ADELE}"));
    let state = world.tenant.state();
    let versions: Vec<&str> = state.log.iter().map(|entry| entry.version.as_str()).collect();
    assert_eq!(versions, ["identity", "identity", "v1.0"]);
    assert_eq!(state.log[0].path, IMDS);
    assert_eq!(state.counts.http_requests, 1);
    assert_eq!(
        world.tenant.exchange(),
        ["GET /metadata/identity/oauth2/token 200", "GET /msi/token 400", "GET /v1.0/users/{id} 200"]
    );
}
