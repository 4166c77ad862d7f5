//! Signing in: each credential against a token endpoint that checks what Entra checks, and everything that goes wrong.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, EffectId, Reply, Run, SendError, Step};
use entra_mfa_reset::{
    Client, ClientOptions, Cloud, Credential, Error, ErrorCode, Limits, Outcome, ResetRequest, Secret, Status,
};
use entra_tenant::{PublicKey, Seed, SeedFederatedCredential, TokenClaims};
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};
use simulation::{GATEWAY, NOW, World};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const TENANT: &str = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const SECRET: &str = "sandbox-secret";
const HEADER: &str = "sandbox-identity-header";
const OWN_IDENTITY: &str = "0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012";
const APP_SERVICE: &str = "http://127.0.0.1:41741/msi/token";
const METADATA_SERVICE: &str = "http://169.254.169.254";
const ENDPOINT: &str = "https://login.microsoftonline.com/3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10/oauth2/v2.0/token";
const ISSUER: &str = "https://oidc.contoso.com/";
const SUBJECT: &str = "system:serviceaccount:helpdesk:mfa-reset";
const EXCHANGE: &str = "api://AzureADTokenExchange";
const CERTIFICATE: &str = include_str!("../../tenant/tests/keys/app-certificate.pem");
const APP_KEY: &str = include_str!("../../tenant/tests/keys/app-key.pem");
const ISSUER_KEY: &str = include_str!("../../tenant/tests/keys/issuer-key.pem");
const ISSUER_PUBLIC_KEY: &str = include_str!("../../tenant/tests/keys/issuer-public-key.pem");

fn world_with(settings: Value) -> World {
    let mut seed = serde_json::to_value(Seed::sample()).expect("JSON");
    seed["settings"] = settings;
    let mut seed: Seed = serde_json::from_value(seed).expect("a seed");
    let key = |pem: &str| PublicKey::try_from(pem.to_owned()).expect("a key");
    seed.apps[0].certificates.push(key(CERTIFICATE));
    seed.apps[0].federated_credentials.push(SeedFederatedCredential {
        issuer: ISSUER.into(),
        subject: SUBJECT.into(),
        audience: EXCHANGE.into(),
        public_key: key(ISSUER_PUBLIC_KEY),
    });
    World::new(seed)
}

fn world() -> World {
    world_with(json!({}))
}

fn secret() -> Credential {
    Credential::ClientSecret { tenant_id: TENANT.into(), client_id: APP.into(), client_secret: Secret::new(SECRET) }
}

fn assertion() -> Credential {
    Credential::ClientAssertion { tenant_id: TENANT.into(), client_id: APP.into() }
}

fn app_service() -> Credential {
    Credential::ManagedIdentity {
        client_id: None,
        endpoint: Some(APP_SERVICE.into()),
        header: Some(Secret::new(HEADER)),
    }
}

fn machine() -> Credential {
    Credential::ManagedIdentity { client_id: None, endpoint: None, header: None }
}

fn der(pem: &str) -> Vec<u8> {
    let encoded: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&encoded).expect("base64")
}

fn sign(pem: &str, header: &Value, claims: &Value) -> Secret {
    let signed = [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes())).join(".");
    let pair = RsaKeyPair::from_pkcs8(&der(pem)).expect("a key");
    let padding: &dyn RsaEncoding = if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, &ring::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).expect("a signature");
    Secret::new(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature)))
}

/// Signed with the application's certificate, for this audience and from this time.
fn of_certificate(audience: &str, now: u64, change: impl Fn(&mut Value, &mut Value), key: &str) -> Secret {
    thread_local!(static SERIAL: Cell<u32> = const { Cell::new(0) });
    let serial = SERIAL.replace(SERIAL.get() + 1);
    let thumbprint = Base64UrlUnpadded::encode_string(digest(&SHA256, &der(CERTIFICATE)).as_ref());
    let mut header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint });
    let mut claims = json!({
        "aud": audience, "iss": APP, "sub": APP, "jti": format!("1b7c9d3e-5f2a-4c6b-8d0e-{serial:012}"),
        "nbf": now / 1000, "iat": now / 1000, "exp": now / 1000 + 600,
    });
    change(&mut header, &mut claims);
    sign(key, &header, &claims)
}

/// A token of the issuer that the application trusts.
fn of_issuer(now: u64, change: impl Fn(&mut Value), key: &str) -> Secret {
    let mut claims = json!({
        "aud": EXCHANGE, "iss": ISSUER, "sub": SUBJECT, "nbf": now / 1000, "exp": now / 1000 + 600,
    });
    change(&mut claims);
    sign(key, &json!({ "alg": "RS256", "kid": "1" }), &claims)
}

fn client(credential: Credential) -> Client {
    Client::new(ClientOptions::default(), credential).expect("a client")
}

fn status(world: &mut World, client: &Client) -> Result<Status, Error> {
    world.play(client.status(ADELE))
}

/// The requests for a token so far.
fn sign_ins(world: &World) -> Vec<&str> {
    let asked = |line: &&str| line.contains("oauth2") || line.to_lowercase().contains("/msi/token");
    world.sent.iter().map(String::as_str).filter(asked).collect()
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, code: ErrorCode) -> Error {
    let error = result.err().expect("an error");
    assert_eq!(error.code, code, "{error:?}");
    assert!(!error.help.is_empty());
    for hidden in [SECRET, HEADER, "eyJ", "AADSTS7000215:", "Trace ID"] {
        assert!(!format!("{error:?}").contains(hidden), "{error:?}");
    }
    error
}

type Prepare = fn(&mut World);

#[test]
fn every_credential_resets_a_user_with_one_token() {
    let nothing: Prepare = |_| {};
    let certificate: Prepare = |world| {
        world.give_assertion =
            Some(Box::new(|audience, now| Some(Ok(of_certificate(audience, now, |_, _| {}, APP_KEY)))));
    };
    let federated: Prepare =
        |world| world.give_assertion = Some(Box::new(|_, now| Some(Ok(of_issuer(now, |_| {}, ISSUER_KEY)))));
    let library: Prepare = |world| {
        let token = Secret::new(world.tenant.access_token(&TokenClaims::everything()));
        world.give_token = Some(Box::new(move |request, _| {
            assert_eq!(request.scope, "https://graph.microsoft.com/.default");
            Some(Ok(AccessToken { token: token.clone(), expires_at: None }))
        }));
    };
    let user_assigned = Credential::ManagedIdentity {
        client_id: Some(OWN_IDENTITY.to_uppercase()),
        endpoint: Some(METADATA_SERVICE.into()),
        header: None,
    };
    let bare = Credential::AccessToken(Secret::new(world().tenant.access_token(&TokenClaims::everything())));
    let login = Some("https://login.microsoftonline.com/");
    for (name, credential, prepare, at) in [
        ("a secret", secret(), nothing, login),
        ("a certificate", assertion(), certificate, login),
        ("another issuer's token", assertion(), federated, login),
        ("App Service", app_service(), nothing, Some("http://127.0.0.1:41741/msi/token?")),
        ("a machine", machine(), nothing, Some("http://169.254.169.254/metadata/identity/oauth2/token?")),
        ("a machine's other identity", user_assigned, nothing, Some("http://169.254.169.254/metadata/")),
        ("a token", bare, nothing, None),
        ("an identity library", Credential::Host, library, None),
    ] {
        let mut world = world();
        prepare(&mut world);
        let report = world.play(client(credential).reset(ResetRequest::new(ADELE))).expect(name);
        assert_eq!(report.outcome, Outcome::Complete, "{name}: {report:#?}");
        assert_eq!(world.violations(), [""; 0], "{name}");
        // The token goes to Graph alone, and its request to where tokens are.
        let (graph, others): (Vec<&str>, Vec<&str>) =
            world.sent.iter().map(String::as_str).partition(|line| line.contains(" https://graph.microsoft.com/"));
        assert!(!graph.is_empty(), "{name}");
        assert_eq!(others.len(), usize::from(at.is_some()), "{name}: {others:?}");
        assert!(others.iter().all(|line| at.is_some_and(|at| line.contains(at))), "{name}: {others:?}");
    }
}

#[test]
fn a_token_is_renewed_shortly_before_it_expires() {
    for (credential, lifetime) in [(secret(), 3600), (app_service(), 3600), (machine(), 3600), (secret(), 60)] {
        let identity = matches!(credential, Credential::ManagedIdentity { .. });
        let mut world =
            world_with(json!({ "tokenLifetimeSeconds": lifetime, "identityTokenLifetimeSeconds": lifetime }));
        let client = client(credential);
        status(&mut world, &client).expect("a status");
        let begun = world.now;
        // A long-lived token is kept until two minutes before its end, a short-lived one for half of its life.
        let spare = if lifetime == 3600 { 120 } else { lifetime / 2 };
        world.now = NOW + (lifetime - spare - 5) * 1000;
        status(&mut world, &client).expect("a status");
        assert_eq!(sign_ins(&world).len(), 1, "{identity} {lifetime}");
        world.now = begun + (lifetime - spare) * 1000;
        status(&mut world, &client).expect("a status");
        assert_eq!(sign_ins(&world).len(), 2, "{identity} {lifetime}");
        assert_eq!(world.violations(), [""; 0]);
    }
}

#[test]
fn a_renewal_that_fails_leaves_the_token_to_serve_until_it_expires() {
    let mut world = world_with(json!({ "tokenLifetimeSeconds": 3600 }));
    let limits = Limits { retries: 1, retry_seconds: 1, ..Limits::default() };
    let client = Client::new(ClientOptions { limits, ..ClientOptions::default() }, secret()).expect("a client");
    status(&mut world, &client).expect("a status");
    world.intercept = Some(Box::new(|request| {
        let login = request.uri().host().is_some_and(|host| host.starts_with("login"));
        login.then(|| Reply::Failed(SendError::NeverSent("refused".into())))
    }));
    world.now = NOW + 3_510_000;
    status(&mut world, &client).expect("the token is good for a minute and a half");
    assert_eq!(sign_ins(&world).len(), 3, "one and its repetition, and then it is left in peace for a while");
    world.now = NOW + 3_700_000;
    let error = refused(status(&mut world, &client), ErrorCode::Unreachable);
    assert_eq!(error.message, "the sign-in service cannot be reached");
}

#[test]
fn a_refused_token_is_renewed_once_with_the_claims_that_were_asked_for() {
    for credential in [secret(), assertion(), Credential::Host] {
        let mut world = world_with(json!({ "claimsChallenge": true }));
        world.give_assertion =
            Some(Box::new(|audience, now| Some(Ok(of_certificate(audience, now, |_, _| {}, APP_KEY)))));
        let asked: Rc<RefCell<Vec<Option<String>>>> = Rc::default();
        let tokens = ["t1", "c2"].map(|uti| {
            let claims = TokenClaims { uti: Some(uti.into()), ..TokenClaims::everything() };
            Secret::new(world.tenant.access_token(&claims))
        });
        let seen = asked.clone();
        world.give_token = Some(Box::new(move |request, _| {
            seen.borrow_mut().push(request.claims.clone());
            assert_eq!(request.refused.is_some(), request.claims.is_some());
            let token = tokens[usize::from(request.claims.is_some())].clone();
            Some(Ok(AccessToken { token, expires_at: None }))
        }));
        let hosted = credential == Credential::Host;
        let report = world.play(client(credential).reset(ResetRequest::new(ADELE))).expect("a report");
        assert_eq!(report.outcome, Outcome::Complete, "{report:#?}");
        assert_eq!(world.violations(), [""; 0]);
        if hosted {
            let asked = asked.borrow();
            assert_eq!(asked.len(), 2, "{asked:?}");
            assert!(asked[1].as_ref().is_some_and(|claims| claims.contains("access_token")), "{asked:?}");
        } else {
            assert_eq!(sign_ins(&world).len(), 2);
        }
    }
}

#[test]
fn a_platform_that_hands_out_the_refused_token_again_is_the_end() {
    let mut world = world_with(json!({ "claimsChallenge": true, "identityTokenCache": true }));
    let error = refused(status(&mut world, &client(machine())), ErrorCode::Unauthenticated);
    assert!(error.help.contains("platform"), "{error:?}");
    assert_eq!(sign_ins(&world).len(), 2, "{:?}", world.sent);
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn a_wait_before_the_next_attempt_and_a_fresh_assertion_for_each() {
    let mut world = world();
    let times: Rc<RefCell<Vec<(u64, String)>>> = Rc::default();
    let seen = times.clone();
    world.give_assertion = Some(Box::new(move |audience, now| {
        assert_eq!(audience, ENDPOINT);
        let assertion = of_certificate(audience, now, |_, _| {}, APP_KEY);
        seen.borrow_mut().push((now, assertion.expose().to_owned()));
        Some(Ok(assertion))
    }));
    let answers = RefCell::new(vec![(503, None), (429, Some("20"))]);
    let bodies: Rc<RefCell<Vec<String>>> = Rc::default();
    let sent = bodies.clone();
    world.intercept = Some(Box::new(move |request| {
        if request.uri().host() != Some("login.microsoftonline.com") {
            return None;
        }
        sent.borrow_mut().push(String::from_utf8_lossy(request.body()).into_owned());
        let (status, retry_after) = answers.borrow_mut().pop()?;
        let mut response = http::Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        Some(Reply::Response(response.body(Bytes::new()).expect("a response")))
    }));
    status(&mut world, &client(assertion())).expect("a status");
    let times = times.borrow();
    assert_eq!(times.len(), 3, "one for each attempt");
    assert!(times[1].0 >= times[0].0 + 20_000, "the sign-in service said twenty seconds");
    for (body, (_, assertion)) in bodies.borrow().iter().zip(times.iter()) {
        assert!(body.replace("%2E", ".").replace("%5F", "_").replace("%2D", "-").contains(assertion.as_str()));
    }
    assert_ne!(times[0].1, times[1].1);
    assert_eq!(world.violations(), [""; 0]);
}

type Change = fn(&mut Value, &mut Value);
type ChangeClaims = fn(&mut Value);

#[test]
fn what_entra_refuses_is_said_with_what_to_do() {
    let certificates: [(&str, Change, &str, &str); 7] = [
        ("700023", |_, claims| claims["aud"] = "https://login.microsoftonline.com/common".into(), APP_KEY, "aud"),
        ("700024", |_, claims| claims["exp"] = (NOW / 1000 - 1).into(), APP_KEY, "clock"),
        ("700024", |_, claims| claims["nbf"] = (NOW / 1000 + 3600).into(), APP_KEY, "clock"),
        ("700027", |header, _| header["x5t#S256"] = "AAAA".into(), APP_KEY, "certificate"),
        ("700027", |_, _| {}, ISSUER_KEY, "private key"),
        ("700021", |_, claims| claims["sub"] = OWN_IDENTITY.into(), APP_KEY, "client id"),
        ("5002738", |header, _| header["alg"] = "none".into(), APP_KEY, "signs"),
    ];
    for (number, change, key, help) in certificates {
        let mut world = world();
        world.give_assertion =
            Some(Box::new(move |audience, now| Some(Ok(of_certificate(audience, now, change, key)))));
        let error = refused(status(&mut world, &client(assertion())), ErrorCode::Unauthenticated);
        assert!(error.message.contains(&format!("AADSTS{number}")), "{number}: {error:?}");
        assert!(error.help.contains(help), "{number}: {error:?}");
        assert_eq!(sign_ins(&world).len(), 1, "{number}: it is refused for good");
    }

    let federated: [(&str, ChangeClaims, &str, &str); 5] = [
        ("700211", |claims| claims["iss"] = "https://oidc.fabrikam.com/".into(), ISSUER_KEY, "issuer"),
        ("700213", |claims| claims["sub"] = "system:serviceaccount:other".into(), ISSUER_KEY, "subject"),
        ("700212", |claims| claims["aud"] = "api://other".into(), ISSUER_KEY, "audience"),
        ("700024", |claims| claims["exp"] = (NOW / 1000 - 1).into(), ISSUER_KEY, "expired"),
        ("50013", |_| {}, APP_KEY, "signature"),
    ];
    for (number, change, key, help) in federated {
        let mut world = world();
        world.give_assertion = Some(Box::new(move |_, now| Some(Ok(of_issuer(now, change, key)))));
        let error = refused(status(&mut world, &client(assertion())), ErrorCode::Unauthenticated);
        assert!(error.message.contains(&format!("AADSTS{number}")), "{number}: {error:?}");
        assert!(error.help.contains(help), "{number}: {error:?}");
    }

    let wrong = |tenant_id: &str, client_id: &str, secret: &str| Credential::ClientSecret {
        tenant_id: tenant_id.into(),
        client_id: client_id.into(),
        client_secret: Secret::new(secret),
    };
    for (number, credential, help) in [
        ("7000215", wrong(TENANT, APP, "8Q~contoso-example"), "secret's value"),
        ("700016", wrong(TENANT, OWN_IDENTITY, SECRET), "client id"),
        ("90002", wrong("fabrikam.com", APP, SECRET), "tenant id"),
    ] {
        let mut world = world();
        let error = refused(status(&mut world, &client(credential)), ErrorCode::Unauthenticated);
        assert!(error.message.contains(&format!("AADSTS{number})")), "{number}: {error:?}");
        assert!(error.help.contains(help) && !format!("{error:?}").contains("8Q~"), "{number}: {error:?}");
    }
}

/// What a sign-in service or something in its place answers, and how the error begins.
#[test]
fn an_answer_that_is_no_token() {
    let html = "<html>Sign in to the hotel's network</html>";
    let refusal = r#"{"error":"invalid_client","error_description":"AADSTS7000222: hunter2"}"#;
    for (status_code, body, code, message) in [
        (200, html, ErrorCode::UnexpectedResponse, "the answer of the sign-in service holds no access token"),
        (200, "{}", ErrorCode::UnexpectedResponse, "the answer of the sign-in service holds no access token"),
        (200, r#"{"access_token":"a b"}"#, ErrorCode::UnexpectedResponse, "the answer of the sign-in service holds no"),
        (403, html, ErrorCode::UnexpectedResponse, "the sign-in service answered 403 where that is not expected"),
        (302, "", ErrorCode::UnexpectedResponse, "the sign-in service answered with a redirect (302)"),
        (307, "", ErrorCode::UnexpectedResponse, "the sign-in service answered with a redirect (307)"),
        (308, refusal, ErrorCode::UnexpectedResponse, "the sign-in service answered with a redirect (308)"),
        (503, html, ErrorCode::Unreachable, "the sign-in service answered 503"),
        (429, "", ErrorCode::Throttled, "the sign-in service answered 429"),
        // Without `error_codes` the number stands in the text, of which nothing else is shown.
        (401, refusal, ErrorCode::Unauthenticated, "the sign-in service refused the application (AADSTS7000222)"),
        (400, r#"{"error":"invalid_grant"}"#, ErrorCode::Unauthenticated, "the sign-in service refused the"),
    ] {
        let mut world = world();
        world.intercept = Some(Box::new(move |_| {
            let response = http::Response::builder()
                .status(status_code)
                .header("location", "https://login.contoso.com/token")
                .body(Bytes::from_static(body.as_bytes()));
            Some(Reply::Response(response.expect("a response")))
        }));
        let error = refused(status(&mut world, &client(secret())), code);
        assert!(error.message.starts_with(message), "{status_code}: {error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        let only = format!("POST {ENDPOINT}");
        assert!(world.sent.iter().all(|line| *line == only), "{status_code}: {:?}", world.sent);
        let again = if matches!(status_code, 503 | 429) { 1 + Limits::default().retries as usize } else { 1 };
        assert_eq!(world.sent.len(), again, "{status_code}");
    }
}

#[test]
fn a_metadata_service_that_is_not_ready_is_tried_again_and_one_that_is_not_there_is_said() {
    let mut world = world_with(json!({ "identityFailures": [500, 429, 410, 404] }));
    status(&mut world, &client(machine())).expect("a status");
    assert_eq!(sign_ins(&world).len(), 5);
    assert!(world.now > NOW + 14_000, "one that is gone takes up to seventy seconds to come back");

    // App Service has no such moods.
    let mut world = world_with(json!({ "identityFailures": [404] }));
    let error = refused(status(&mut world, &client(app_service())), ErrorCode::Unauthenticated);
    assert!(error.message.contains("404"), "{error:?}");
    assert_eq!(sign_ins(&world).len(), 1);

    for reply in [
        || Some(Reply::Failed(SendError::NeverSent("unreachable".into()))),
        || Some(Reply::Failed(SendError::Lost("reset".into()))),
        // Somebody else's metadata service.
        || {
            Some(Reply::Response(
                http::Response::builder().status(404).body(Bytes::from("<html>")).expect("a response"),
            ))
        },
    ] {
        let mut world = world_with(json!({}));
        world.intercept = Some(Box::new(move |_| reply()));
        let error = refused(status(&mut world, &client(machine())), ErrorCode::Unauthenticated);
        assert_eq!(error.message, "this host has no managed identity");
        assert!(world.now < NOW + 60_000, "{} ms", world.now - NOW);
    }

    // Nobody answers at all: off Azure the address leads nowhere.
    let mut world = world_with(json!({}));
    world.delay = Some(Box::new(|_| 3_600_000));
    let error = refused(status(&mut world, &client(machine())), ErrorCode::Unauthenticated);
    assert_eq!(error.message, "this host has no managed identity");
    assert!(world.now < NOW + 30_000, "{} ms", world.now - NOW);
}

#[test]
fn identities_that_are_not_assigned() {
    let other = |endpoint: &str, header: Option<&str>, client_id: Option<&str>| Credential::ManagedIdentity {
        client_id: client_id.map(str::to_owned),
        endpoint: Some(endpoint.into()),
        header: header.map(Secret::new),
    };
    for (credential, message) in [
        (other(METADATA_SERVICE, None, Some(APP)), "this host has no such managed identity"),
        (other(APP_SERVICE, Some(HEADER), Some(APP)), "this host has no such managed identity"),
        (other(APP_SERVICE, Some("wrong"), None), "the managed identity's endpoint refused the request (401)"),
    ] {
        let mut world = world();
        let error = refused(status(&mut world, &client(credential)), ErrorCode::Unauthenticated);
        assert_eq!(error.message, message);
        assert_eq!(sign_ins(&world).len(), 1);
    }

    let mut seed = Seed::sample();
    seed.managed_identities.iter_mut().for_each(|identity| identity.system_assigned = false);
    let error = refused(status(&mut World::new(seed), &client(machine())), ErrorCode::Unauthenticated);
    assert_eq!(error.message, "this host has several managed identities");
}

#[test]
fn a_token_for_anything_else_is_not_sent() {
    let for_resource = |audience: &str| TokenClaims { aud: Some(audience.into()), ..TokenClaims::everything() };
    for (cloud, good) in [
        (Cloud::Global, "https://graph.microsoft.com"),
        (Cloud::UsGov, "https://graph.microsoft.us/"),
        (Cloud::UsGovDoD, "https://dod-graph.microsoft.us"),
        (Cloud::China, "https://microsoftgraph.chinacloudapi.cn"),
    ] {
        for audience in [
            "https://graph.microsoft.com",
            "https://graph.microsoft.us",
            "https://dod-graph.microsoft.us/",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://management.azure.com",
            "https://graph.windows.net",
            "00000003-0000-0000-c000-000000000000",
            "00000002-0000-0000-c000-000000000000",
            "api://mfa-reset",
        ] {
            let allowed =
                audience.starts_with("00000003") || audience.trim_end_matches('/') == good.trim_end_matches('/');
            for hosted in [false, true] {
                let mut world = world();
                let token = Secret::new(world.tenant.access_token(&for_resource(audience)));
                let given = token.clone();
                world.give_token =
                    Some(Box::new(move |_, _| Some(Ok(AccessToken { token: given.clone(), expires_at: None }))));
                let credential = if hosted { Credential::Host } else { Credential::AccessToken(token) };
                let options = ClientOptions { cloud, ..ClientOptions::default() };
                let client = Client::new(options, credential).expect("a client");
                let result = world.play(client.status(ADELE));
                if allowed {
                    assert!(!world.sent.is_empty(), "{cloud:?} {audience}");
                } else {
                    let error = refused(result, ErrorCode::Unauthenticated);
                    assert!(error.message.contains(audience.trim_end_matches('/')), "{error:?}");
                    assert!(error.help.contains(&format!("{}/.default", good.trim_end_matches('/'))), "{error:?}");
                    assert_eq!(world.sent, [""; 0], "{cloud:?} {audience}");
                }
            }
        }
    }

    // What stands before Graph may have tokens of its own; another resource's are still no token for it.
    let options = ClientOptions { graph_url: Some(format!("https://{GATEWAY}")), ..ClientOptions::default() };
    for (audience, sends) in [
        ("api://gateway", true),
        ("https://gateway.contoso.com", true),
        ("https://graph.microsoft.com", true),
        ("https://graph.microsoft.us", false),
        ("https://management.azure.com", false),
    ] {
        let mut world = world();
        let client = world.client_with(&for_resource(audience), options.clone());
        let _ = world.play(client.status(ADELE));
        assert_eq!(!world.sent.is_empty(), sends, "{audience}");
    }
}

#[test]
fn a_bare_token_that_has_expired_is_not_sent() {
    let mut world = world();
    let claims = TokenClaims { exp: Some(NOW / 1000 + 60), ..TokenClaims::everything() };
    let client = world.client_with(&claims, ClientOptions::default());
    status(&mut world, &client).expect("it is good for a minute");
    let sent = world.sent.len();
    world.now = NOW + 61_000;
    let error = refused(status(&mut world, &client), ErrorCode::Unauthenticated);
    assert_eq!(error.message, "the access token has expired");
    assert_eq!(world.sent.len(), sent);
}

#[test]
fn clouds_are_never_mixed() {
    let graph = |cloud, url: &str| ClientOptions { cloud, graph_url: Some(url.into()), ..ClientOptions::default() };
    let login =
        |cloud, url: &str| ClientOptions { cloud, authority_host: Some(url.into()), ..ClientOptions::default() };
    for options in [
        graph(Cloud::Global, "https://graph.microsoft.us"),
        graph(Cloud::Global, "https://Graph.Microsoft.US:443/"),
        graph(Cloud::UsGov, "https://dod-graph.microsoft.us"),
        graph(Cloud::UsGovDoD, "https://graph.microsoft.us"),
        graph(Cloud::China, "https://graph.microsoft.com"),
        login(Cloud::Global, "https://login.microsoftonline.us"),
        login(Cloud::Global, "https://login.partner.microsoftonline.cn"),
        login(Cloud::UsGov, "https://login.microsoftonline.com"),
        login(Cloud::China, "https://login.windows.net"),
    ] {
        let error = Client::new(options.clone(), secret()).expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::InvalidInput, "{options:?}");
    }
    for options in [
        graph(Cloud::Global, "https://gateway.contoso.com"),
        graph(Cloud::UsGov, "https://graph.microsoft.us"),
        login(Cloud::Global, "https://login.windows.net/"),
        login(Cloud::UsGovDoD, "https://login.microsoftonline.us"),
        login(Cloud::China, "https://login.partner.microsoftonline.cn"),
    ] {
        Client::new(options.clone(), secret()).unwrap_or_else(|error| panic!("{options:?}: {error}"));
    }
}

#[test]
fn credentials_that_cannot_work_are_refused_before_they_are_used() {
    let identity =
        |endpoint: Option<&str>, header: Option<&str>, client_id: Option<&str>| Credential::ManagedIdentity {
            client_id: client_id.map(str::to_owned),
            endpoint: endpoint.map(str::to_owned),
            header: header.map(Secret::new),
        };
    for credential in [
        identity(Some("http://identity.contoso.com/msi/token"), Some(HEADER), None),
        identity(Some("http://169.254.169.254.contoso.com"), None, None),
        identity(Some("http://10.0.0.4"), None, None),
        identity(Some("http://localhost:40342/metadata/identity/oauth2/token"), None, None),
        identity(None, Some(HEADER), None),
        identity(Some(APP_SERVICE), Some(""), None),
        identity(Some(APP_SERVICE), Some("two\r\nlines"), None),
        identity(None, None, Some("")),
        Credential::ClientAssertion { tenant_id: "common".into(), client_id: APP.into() },
        Credential::ClientAssertion { tenant_id: "../x".into(), client_id: APP.into() },
        Credential::ClientAssertion { tenant_id: TENANT.into(), client_id: String::new() },
    ] {
        let error = Client::new(ClientOptions::default(), credential.clone()).expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::InvalidInput, "{credential:?}");
        assert!(!format!("{error:?} {credential:?}").contains(HEADER));
    }
}

#[test]
fn an_assertion_that_cannot_be_had() {
    for (given, message) in [
        (Err("the vault is locked".to_owned()), "no client assertion could be had: the vault is locked"),
        (Ok(Secret::new("")), "no client assertion could be had: what was given is no assertion"),
        (Ok(Secret::new("two words")), "no client assertion could be had: what was given is no assertion"),
    ] {
        let mut world = world();
        world.give_assertion = Some(Box::new(move |_, _| Some(given.clone())));
        let error = refused(status(&mut world, &client(assertion())), ErrorCode::Unauthenticated);
        assert_eq!(error.message, message);
        assert_eq!(world.sent, [""; 0]);
    }
}

#[test]
fn a_cancel_while_signing_in_ends_at_once() {
    let late = |world: &mut World| world.delay = Some(Box::new(|_| 60_000));
    let never: Prepare = |world| {
        world.give_assertion = Some(Box::new(|_, _| None));
        world.give_token = Some(Box::new(|_, _| None));
    };
    for (credential, prepare) in
        [(secret(), late as Prepare), (app_service(), late), (assertion(), never), (Credential::Host, never)]
    {
        let mut world = world();
        prepare(&mut world);
        world.cancel_at = Some(NOW + 500);
        refused(world.play(client(credential).reset(ResetRequest::new(ADELE))), ErrorCode::Cancelled);
        assert_eq!(world.now, NOW + 500);
        assert!(sign_ins(&world).len() <= 1 && world.sent.len() <= 1, "{:?}", world.sent);
    }
}

#[test]
fn concurrent_needs_share_one_request_and_its_failure() {
    // By object id v1.0 and beta leave side by side, and both need a token.
    let mut good = world();
    status(&mut good, &client(secret())).expect("a status");
    assert_eq!(sign_ins(&good).len(), 1);
    let wrong = Credential::ClientSecret {
        tenant_id: TENANT.into(),
        client_id: APP.into(),
        client_secret: Secret::new("8Q~contoso-example"),
    };
    let mut bad = world();
    refused(bad.play(client(wrong).reset(ResetRequest::new(ADELE))), ErrorCode::Unauthenticated);
    assert_eq!(bad.sent.len(), 1, "{:?}", bad.sent);
}

/// Several runs of one client, in one simulated time.
struct Together<'a> {
    world: &'a mut World,
    runs: Vec<Option<Run<Result<Status, Error>>>>,
    due: BTreeMap<(u64, usize, EffectId), Reply>,
    outcomes: Vec<Option<Result<Status, Error>>>,
    tokens: usize,
}

impl Together<'_> {
    fn take(&mut self, run: usize, step: Step<Result<Status, Error>>) {
        self.due.retain(|(_, owner, id), _| *owner != run || !step.cancelled.contains(id));
        for (id, effect) in step.effects {
            let now = self.world.now;
            match effect {
                Effect::Sleep(duration) => {
                    let after = u64::try_from(duration.as_millis()).expect("a short sleep");
                    self.due.insert((now + after, run, id), Reply::Slept);
                }
                Effect::Send(request) => {
                    let login = request.uri().host() == Some("login.microsoftonline.com");
                    self.tokens += usize::from(login);
                    let response = self.world.tenant.handle(request, now);
                    self.due.insert((now + if login { 300 } else { 20 }, run, id), Reply::Response(response));
                }
                Effect::Emit(_) => {}
                other => panic!("{other:?}"),
            }
        }
        if let Some(outcome) = step.outcome {
            self.outcomes[run] = Some(outcome);
            self.runs[run] = None;
        }
    }

    /// Runs that are never resumed again are those whose host let them lie.
    fn play(&mut self, asleep: &[usize]) {
        while let Some(((at, run, id), reply)) = self.due.pop_first() {
            if asleep.contains(&run) {
                continue;
            }
            self.world.now = self.world.now.max(at);
            let Some(under_way) = self.runs[run].as_mut() else { continue };
            let step = under_way.resume(id, reply, self.world.now).expect("a step");
            self.take(run, step);
        }
    }
}

fn together(world: &mut World, runs: usize, asleep: &[usize]) -> (usize, Vec<bool>) {
    let client = client(secret());
    let mut all = Together {
        world,
        runs: (0..runs).map(|_| Some(client.status(ADELE))).collect(),
        due: BTreeMap::new(),
        outcomes: (0..runs).map(|_| None).collect(),
        tokens: 0,
    };
    for run in 0..runs {
        let now = all.world.now;
        let step = all.runs[run].as_mut().expect("a run").start(now, run as u64).expect("a step");
        all.take(run, step);
    }
    all.play(asleep);
    (all.tokens, all.outcomes.iter().map(|outcome| matches!(outcome, Some(Ok(_)))).collect())
}

#[test]
fn runs_of_one_client_share_the_request_and_do_not_hang_on_one_that_lies() {
    assert_eq!(together(&mut world(), 5, &[]), (1, vec![true; 5]));
    // The one that asks is never resumed: the others wait for a moment, and ask themselves.
    let mut world = world();
    let (tokens, done) = together(&mut world, 3, &[0]);
    assert_eq!(done, [false, true, true]);
    assert!(tokens <= 3, "{tokens}");
    assert!(world.now < NOW + 5000, "{}", world.now - NOW);
}
