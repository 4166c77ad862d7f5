//! Servers that attack: whatever they answer, no request and no token leaves for another origin, and time and memory
//! are bounded. What holds of every request that a test plays is in `simulation`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::Reply;
use entra_mfa_reset::{Client, ClientOptions, Credential, Error, ErrorCode, Limits, MembersPage, Report, Secret};
use entra_tenant::TokenClaims;
use serde_json::{Value, json};
use simulation::{NOW, World};

const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const GROUP: &str = "0d000001-5c1e-4f3a-9b7d-000000000001";
const GRAPH: &str = "https://graph.microsoft.com/";

/// Links that lead out of Graph, or out of the version's root, as some parser somewhere reads them.
const ASTRAY: [&str; 26] = [
    "https://graph.contoso.com/v1.0/next",
    "https://graph.microsoft.com.contoso.com/v1.0/next",
    "https://graph.microsoft.com@contoso.com/v1.0/next",
    "https://graph.microsoft.com:443@contoso.com/v1.0/next",
    "https://user@graph.microsoft.com/v1.0/next",
    "https://graph.microsoft.com:8443/v1.0/next",
    "https://graph.microsoft.com\\@contoso.com/v1.0/next",
    "https://graph.microsoft.com/v1.0/\\..\\..\\next",
    "https://graph.microsoft.com/v1.0/../admin",
    "https://graph.microsoft.com/v1.0/..",
    "https://graph.microsoft.com/v1.0/a/./b",
    "https://graph.microsoft.com/v1.0/%2e%2E/admin",
    "https://graph.microsoft.com/v1.0/.%2e/admin",
    "https://graph.microsoft.com/v1.0/next#@contoso.com",
    "https://graph.microsoft.com/v1.0",
    "https://graph.microsoft.com/v1.0next",
    "https://graph.microsoft.com/v2.0/next",
    "https://graph.microsoft.com/other",
    "https://graph.microsoft.com//contoso.com/v1.0/next",
    "http://graph.microsoft.com/v1.0/next",
    "//contoso.com/v1.0/next",
    "/v1.0/next",
    "v1.0/next",
    "javascript:fetch('https://contoso.com')",
    "https://graph.microsoft.com/v1.0/\r\nhost: contoso.com",
    "",
];

fn answer(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply::Response(http::Response::builder().status(status).body(body.into()).expect("a response"))
}

/// Whatever is asked, this is the answer.
fn always(body: impl Into<Bytes>) -> World {
    let body = body.into();
    let mut world = World::sample();
    world.intercept = Some(Box::new(move |_| Some(answer(200, body.clone()))));
    world
}

/// Every member of a batch is answered so.
fn members(request: &http::Request<Bytes>, body: &Value) -> Option<Reply> {
    let batch: Value = serde_json::from_slice(request.body()).ok()?;
    let answered = |member: &Value| json!({ "id": member["id"], "status": 200, "body": body });
    let responses: Vec<Value> = batch["requests"].as_array()?.iter().map(answered).collect();
    Some(answer(200, json!({ "responses": responses }).to_string()))
}

fn page(link: &str) -> Value {
    json!({ "value": [], "id": ADELE, "userPrincipalName": "adele.vance@contoso.com", "@odata.nextLink": link })
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, what: &str) {
    let error = result.expect_err(what);
    assert_eq!(error.code, ErrorCode::UnexpectedResponse, "{what}: {error:?}");
}

fn adele(world: &mut World) -> Result<Report, Error> {
    world.reset(&json!({ "user": ADELE }).to_string())
}

fn group(world: &mut World, next: Option<&str>) -> Result<MembersPage, Error> {
    let client = world.client();
    world.play(client.group_members(GROUP, next))
}

#[test]
fn a_next_link_that_leads_astray_gets_no_request() {
    for link in ASTRAY {
        let mut world = World::sample();
        world.intercept = Some(Box::new(move |request| members(request, &page(link))));
        refused(adele(&mut world), link);
        assert!(world.sent.iter().all(|line| line.ends_with("/$batch")), "{link}: {:?}", world.sent);

        // The next page of a group is asked for by whoever has the link.
        let mut world = World::sample();
        refused(group(&mut world, Some(link)), link);
        assert_eq!(world.sent, [""; 0], "{link}");
    }
}

#[test]
fn pages_without_end_come_to_an_end() {
    let itself = format!("{GRAPH}v1.0/users/{ADELE}/ownedObjects?$skiptoken=1");
    let mut world = World::sample();
    let mut asked = 0;
    world.intercept = Some(Box::new(move |request| {
        asked += 1;
        let link = if asked % 2 == 0 { itself.clone() } else { format!("{itself}{asked}") };
        members(request, &page(&link)).or_else(|| Some(answer(200, page(&link).to_string())))
    }));
    refused(adele(&mut world), "pages without end");
    assert!(world.sent.len() < 600, "{} requests", world.sent.len());

    let itself = format!("{GRAPH}v1.0/groups/{GROUP}/transitiveMembers?$skiptoken=1");
    let mut world = always(json!({ "value": [], "@odata.nextLink": itself }).to_string());
    assert_eq!(group(&mut world, None).expect("the first page").next.as_deref(), Some(itself.as_str()));
    refused(group(&mut world, Some(&itself)), "a page that is its own next one");
}

#[test]
fn a_location_is_not_gone_to() {
    for status in [201, 202, 300, 301, 302, 303, 304, 305, 307, 308] {
        let mut world = World::sample();
        world.intercept = Some(Box::new(move |_| {
            let response = http::Response::builder().status(status).header("location", "https://contoso.com/v1.0/x");
            Some(Reply::Response(response.body(Bytes::new()).expect("a response")))
        }));
        refused(adele(&mut world), &status.to_string());
        assert!(world.sent.iter().all(|line| line.contains(GRAPH)), "{:?}", world.sent);
    }
}

#[test]
fn json_that_is_nested_without_end() {
    const DEPTH: usize = 100_000;
    let nested = [
        "[".repeat(DEPTH),
        format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH)),
        format!("{}1{}", "{\"value\":".repeat(DEPTH), "}".repeat(DEPTH)),
        format!("{{\"responses\":{}{}}}", "[".repeat(DEPTH), "]".repeat(DEPTH)),
        format!("{{\"error\":{}{}}}", "{\"innerError\":".repeat(DEPTH), "}".repeat(DEPTH)),
    ];
    for body in &nested {
        refused(adele(&mut always(body.clone())), "nested");
        refused(group(&mut always(body.clone()), None), "nested");
    }
    // And in a token, which somebody else has written, too.
    use base64ct::{Base64UrlUnpadded, Encoding};
    let mut world = World::sample();
    let token = format!("e30.{}.x", Base64UrlUnpadded::encode_string(nested[1].as_bytes()));
    let client = Client::new(ClientOptions::default(), Credential::AccessToken(Secret::new(token))).expect("a client");
    assert_eq!(world.play(client.status(ADELE)).expect_err("an error").code, ErrorCode::Unauthenticated);
}

/// Only the answer that was asked for counts, whatever else is in the batch.
#[test]
fn ten_thousand_members_and_foreign_ids() {
    let mut world = World::sample();
    world.mutate = Some(Box::new(|response| {
        let Ok(mut batch) = serde_json::from_slice::<Value>(response.body()) else { return response };
        let Some(responses) = batch["responses"].as_array_mut() else { return response };
        for at in 0..10_000_u32 {
            let odd =
                [json!(at + 100), json!(format!("{}", at + 100)), json!("-1"), json!("0"), json!(null), json!("1e0")];
            let id = &odd[at as usize % odd.len()];
            responses.push(json!({
                "id": id, "status": 200, "headers": { "Location": "https://contoso.com/" },
                "body": { "@odata.nextLink": "https://contoso.com/v1.0/x", "value": [] },
            }));
        }
        // What comes second under an id that is taken does not count.
        responses.push(json!({ "id": "1", "status": 403 }));
        response.map(|_| batch.to_string().into())
    }));
    let report = adele(&mut world).expect("a report");
    assert_eq!(report.outcome, entra_mfa_reset::Outcome::Complete, "{report:?}");
}

#[test]
fn more_than_the_limit_is_not_read() {
    let limits = Limits { response_bytes: 1000, ..Limits::default() };
    let mut world = always(format!("{{\"value\":[],\"x\":\"{}\"}}", "x".repeat(1000)));
    let options = ClientOptions { limits, ..ClientOptions::default() };
    let client = world.client_with(&TokenClaims::everything(), options);
    let error = world.play(client.group_members(GROUP, None)).expect_err("an error");
    assert!(error.message.contains("limits.responseBytes"), "{error:?}");
}

/// A header is text from a stranger: it is bounded where it is shown, and otherwise not believed.
#[test]
fn headers_that_are_odd_or_huge() {
    let long = "9".repeat(100_000);
    for (name, value) in [
        ("retry-after", long.as_str()),
        ("retry-after", "-1"),
        ("retry-after", "Thu, 01 Jan 9999 00:00:00 GMT"),
        ("x-ms-throttle-limit-percentage", long.as_str()),
        ("www-authenticate", "Bearer claims=\"====\""),
        ("request-id", long.as_str()),
    ] {
        let mut world = World::sample();
        let value = value.to_owned();
        world.intercept = Some(Box::new(move |_| {
            let response = http::Response::builder().status(429).header(name, &value).body(Bytes::new());
            Some(Reply::Response(response.expect("a response")))
        }));
        let error = adele(&mut world).expect_err("an error");
        assert_eq!(error.code, ErrorCode::Throttled, "{name}: {error:?}");
        let told = format!("{error:?}{:?}", world.events);
        assert!(!told.contains(&long[..200]), "{name} is shown whole");
        // Six tries at most, each after two minutes at most.
        assert!(world.now - NOW < 720_000, "{name}: {} ms", world.now - NOW);
    }
}

/// Neither the secret nor the token follows where a sign-in service points.
#[test]
fn a_sign_in_service_that_attacks() {
    let deep = "{\"access_token\":".repeat(100_000);
    let huge = format!("{{\"access_token\":\"{}\"}}", "x".repeat(9 << 20));
    let credentials = || {
        [
            Credential::ClientSecret {
                tenant_id: "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10".into(),
                client_id: "6731de76-14a6-49ae-97bc-6eba6914391e".into(),
                client_secret: Secret::new("not-a-real-secret"),
            },
            Credential::ManagedIdentity {
                client_id: None,
                endpoint: Some("http://127.0.0.1:41741/msi/token".into()),
                header: Some(Secret::new("not-a-real-header")),
            },
            Credential::ManagedIdentity { client_id: None, endpoint: None, header: None },
        ]
    };
    for (status, body) in [
        (301, ""),
        (307, ""),
        (308, ""),
        (200, "<html>Sign in</html>"),
        (200, deep.as_str()),
        (200, huge.as_str()),
        (200, r#"{"access_token":"line\r\nhost: contoso.com","expires_in":3600}"#),
        (200, r#"{"access_token":{"value":"x"},"expires_in":-1}"#),
        (200, r#"{"access_token":"","expires_on":"18446744073709551616"}"#),
        (400, deep.as_str()),
    ] {
        for credential in credentials() {
            let mut world = World::sample();
            let bytes = Bytes::from(body.to_owned());
            world.intercept = Some(Box::new(move |request| {
                assert!(!request.headers().contains_key("authorization"));
                let response = http::Response::builder().status(status).header("location", "https://contoso.com/token");
                Some(Reply::Response(response.body(bytes.clone()).expect("a response")))
            }));
            let client = Client::new(ClientOptions::default(), credential).expect("a client");
            let error = world.play(client.status(ADELE)).expect_err("an error");
            let expected = [ErrorCode::UnexpectedResponse, ErrorCode::Unauthenticated];
            assert!(expected.contains(&error.code), "{status} {:.40}: {error:?}", body);
            let first = world.sent[0].clone();
            assert!(world.sent.iter().all(|line| *line == first), "{:?}", world.sent);
            assert!(world.now - NOW < 600_000, "{} ms", world.now - NOW);
        }
    }
}
