//! Signing in where it cannot work: refused by Entra, by a platform, or before anything is sent.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Reply, SendError};
use entra_mfa_reset::{Client, ClientOptions, Cloud, Credential, ErrorCode, Limits, Secret};
use entra_tenant::{Seed, TokenClaims};
use serde_json::{Value, json};
use simulation::applications::*;
use simulation::{GATEWAY, NOW, World};

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
