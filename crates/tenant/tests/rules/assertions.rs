//! Client assertions: of a certificate, and of another issuer.

use crate::world::{ADELE, Answer, NOW, World};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use entra_tenant::{PublicKey, SeedFederatedCredential};
use http::Request;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair};
use serde_json::{Value, json};

const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const TENANT: &str = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
const CERTIFICATE: &str = include_str!("../keys/app-certificate.pem");
const APP_KEY: &str = include_str!("../keys/app-key.pem");
const ISSUER_KEY: &str = include_str!("../keys/issuer-key.pem");
const ISSUER_PUBLIC_KEY: &str = include_str!("../keys/issuer-public-key.pem");
const ISSUER: &str = "https://oidc.contoso.com/";
const SUBJECT: &str = "system:serviceaccount:helpdesk:mfa-reset";

fn key(pem: &str) -> PublicKey {
    PublicKey::try_from(pem.to_owned()).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    let encoded: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(encoded).unwrap()
}

/// A tenant whose app has a certificate and trusts an issuer.
fn world() -> World {
    World::with(|seed| {
        let app = &mut seed.apps[0];
        app.certificates.push(key(CERTIFICATE));
        app.federated_credentials.push(SeedFederatedCredential {
            issuer: ISSUER.into(),
            subject: SUBJECT.into(),
            audience: "api://AzureADTokenExchange".into(),
            public_key: key(ISSUER_PUBLIC_KEY),
        });
    })
}

/// What a certificate's assertion holds that Entra accepts.
fn good() -> (Value, Value) {
    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(&SHA256, CERTIFICATE)});
    let claims = json!({
        "aud": format!("https://login.example/{TENANT}/oauth2/v2.0/token"),
        "iss": APP, "sub": APP, "jti": "1b7c9d3e-5f2a-4c6b-8d0e-9a1b2c3d4e5f",
        "nbf": NOW / 1000, "iat": NOW / 1000, "exp": NOW / 1000 + 600,
    });
    (header, claims)
}

/// What another issuer's token holds.
fn foreign() -> (Value, Value) {
    let header = json!({"alg": "RS256", "kid": "1"});
    let claims = json!({
        "aud": "api://AzureADTokenExchange", "iss": ISSUER, "sub": SUBJECT,
        "nbf": NOW / 1000, "exp": NOW / 1000 + 600,
    });
    (header, claims)
}

fn thumbprint(algorithm: &'static ring::digest::Algorithm, pem: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(algorithm, &der(pem)))
}

fn sign(pem: &str, (header, claims): &(Value, Value)) -> String {
    let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let pair = RsaKeyPair::from_pkcs8(&der(pem)).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    let padding: &dyn ring::signature::RsaEncoding =
        if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    pair.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn post(world: &mut World, tenant: &str, form: String) -> Answer {
    let request = Request::post(format!("https://login.example/{tenant}/oauth2/v2.0/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .unwrap();
    Answer::of(&world.tenant.handle(request, world.now))
}

fn form(assertion: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id={APP}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion={assertion}"
    )
}

fn ask(world: &mut World, assertion: &str) -> Answer {
    post(world, "contoso.com", form(assertion))
}

/// The AADSTS number of a refusal, or nothing.
fn code(answer: &Answer) -> Option<u64> {
    let code = answer.body["error_codes"][0].as_u64();
    if let Some(code) = code {
        let description = answer.body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
        assert!(answer.body.get("access_token").is_none());
        let expected = if answer.body["error"] == "invalid_client" { 401 } else { 400 };
        assert_eq!(answer.status, expected);
    }
    code
}

fn changed((mut header, mut claims): (Value, Value), part: &str, name: &str, value: Value) -> (Value, Value) {
    let object = if part == "header" { &mut header } else { &mut claims };
    if value.is_null() {
        object.as_object_mut().unwrap().remove(name);
    } else {
        object[name] = value;
    }
    (header, claims)
}

#[test]
fn a_certificate_buys_a_token_that_graph_accepts() {
    let rs256 = |name: &str, algorithm| {
        (json!({"alg": "RS256", "typ": "JWT", name: thumbprint(algorithm, CERTIFICATE)}), good().1)
    };
    for token in [good(), rs256("x5t", &SHA1_FOR_LEGACY_USE_ONLY), rs256("x5t#S256", &SHA256)] {
        let mut world = world();
        let answer = ask(&mut world, &sign(APP_KEY, &token));
        assert_eq!(answer.status, 200, "{:?} {:?}", answer.body, token.0);
        let bearer = answer.body["access_token"].as_str().unwrap();
        let request = Request::get(format!("https://graph.example/v1.0/users/{ADELE}"))
            .header("Authorization", format!("Bearer {bearer}"))
            .body(Bytes::new())
            .unwrap();
        assert_eq!(world.tenant.handle(request, NOW).status(), 200);
        assert_eq!(world.violations(), []);
    }
}

#[test]
fn the_audience_is_this_tenants_endpoint() {
    for (audience, expected) in [
        (format!("https://login.example/{TENANT}/oauth2/v2.0/token"), None),
        ("https://login.example/contoso.com/oauth2/v2.0/token".to_owned(), None),
        (format!("https://login.example/{TENANT}/v2.0"), None),
        (format!("https://login.example/{TENANT}/oauth2/v2.0/token/"), Some(700_023)),
        (format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"), Some(700_023)),
        ("https://login.example/fabrikam.com/oauth2/v2.0/token".to_owned(), Some(700_023)),
        ("https://login.example/common/oauth2/v2.0/token".to_owned(), Some(700_023)),
        ("https://graph.microsoft.com".to_owned(), Some(700_023)),
    ] {
        let token = changed(good(), "claims", "aud", audience.clone().into());
        assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &token))), expected, "{audience}");
    }
}

#[test]
fn a_certificates_assertion_is_checked_claim_by_claim() {
    let at = NOW / 1000;
    let other = "11111111-0000-4000-8000-000000000000";
    for (part, name, value, expected) in [
        ("header", "alg", json!("HS256"), 5_002_738),
        ("header", "alg", json!("none"), 5_002_738),
        ("header", "alg", Value::Null, 5_002_738),
        ("header", "typ", Value::Null, 50_027),
        ("header", "x5t#S256", Value::Null, 5_002_723),
        ("header", "x5t#S256", json!(thumbprint(&SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE)), 700_027),
        ("header", "x5t#S256", json!("AAAA"), 700_027),
        ("claims", "iss", json!(other), 700_021),
        ("claims", "sub", json!(other), 700_021),
        ("claims", "iss", Value::Null, 90_014),
        ("claims", "sub", Value::Null, 90_014),
        ("claims", "aud", Value::Null, 90_014),
        ("claims", "jti", Value::Null, 90_014),
        ("claims", "exp", Value::Null, 700_024),
        ("claims", "exp", json!(at), 700_024),
        ("claims", "exp", json!(at - 1), 700_024),
        ("claims", "exp", json!(at + 24 * 3600 + 1), 700_024),
        ("claims", "exp", json!("tomorrow"), 700_024),
        ("claims", "nbf", json!(at + 301), 700_024),
    ] {
        let token = changed(good(), part, name, value.clone());
        assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &token))), Some(expected), "{name} {value}");
    }
    for (name, value) in [("exp", json!(at + 24 * 3600)), ("nbf", json!(at + 300)), ("exp", json!(at + 1))] {
        let token = changed(good(), "claims", name, value.clone());
        assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &token))), None, "{name} {value}");
    }
}

#[test]
fn an_older_thumbprint_goes_with_the_older_padding() {
    let sha1 = thumbprint(&SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE);
    let token = (json!({"alg": "PS256", "typ": "JWT", "x5t": sha1}), good().1);
    assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &token))), Some(5_002_723));
    let token = (json!({"alg": "PS256", "typ": "JWT", "kid": "1"}), good().1);
    assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &token))), Some(700_027));
}

#[test]
fn the_signature_is_verified() {
    let whole = sign(APP_KEY, &good());
    let (signed, signature) = whole.rsplit_once('.').unwrap();
    let forged = sign(ISSUER_KEY, &good());
    let (_, claims) = changed(good(), "claims", "jti", json!("another"));
    let swapped =
        format!("{}.{}.{signature}", signed.split_once('.').unwrap().0, URL_SAFE_NO_PAD.encode(claims.to_string()));
    // The padding that the header does not name.
    let (mut header, claims) = good();
    header["alg"] = json!("RS256");
    let padded = sign(APP_KEY, &(header, claims)).rsplit_once('.').unwrap().1.to_owned();
    for assertion in [forged, swapped, format!("{signed}.{padded}"), format!("{signed}.AAAA"), format!("{signed}.")] {
        let answer = ask(&mut world(), &assertion);
        assert_eq!(code(&answer), Some(700_027), "{assertion}");
        assert!(answer.body["error_description"].as_str().unwrap().contains("verify the signature failed"));
    }
}

#[test]
fn what_is_no_jwt_is_malformed() {
    let whole = sign(APP_KEY, &good());
    let (signed, _) = whole.rsplit_once('.').unwrap();
    for assertion in ["x", "a.b", "a.b.c", signed, &format!("{whole}."), &format!("{whole}=")] {
        assert_eq!(code(&ask(&mut world(), assertion)), Some(50_027), "{assertion}");
    }
}

#[test]
fn a_certificate_is_registered_and_in_force() {
    let assertion = sign(APP_KEY, &good());
    assert_eq!(code(&ask(&mut World::sample(), &assertion)), Some(700_027));
    let mut late = world();
    late.now = 2_082_758_400_000;
    let at = late.now / 1000;
    let (header, claims) = changed(good(), "claims", "exp", json!(at + 600));
    let (header, claims) = changed((header, claims), "claims", "nbf", json!(at));
    let answer = ask(&mut late, &sign(APP_KEY, &(header, claims)));
    assert_eq!(code(&answer), Some(700_027));
    assert!(answer.body["error_description"].as_str().unwrap().contains("The key used is expired."));
}

#[test]
fn a_key_alone_is_registered_by_its_own_thumbprint() {
    let mut world = World::with(|seed| seed.apps[0].certificates.push(key(ISSUER_PUBLIC_KEY)));
    let token = changed(good(), "header", "x5t#S256", json!(thumbprint(&SHA256, ISSUER_PUBLIC_KEY)));
    assert_eq!(code(&ask(&mut world, &sign(ISSUER_KEY, &token))), None);
}

#[test]
fn an_assertion_says_what_it_is() {
    let assertion = sign(APP_KEY, &good());
    let untyped = form(&assertion).replace("client_assertion_type", "client_type");
    assert_eq!(code(&post(&mut world(), "contoso.com", untyped)), Some(900_144));
    let saml = form(&assertion).replace("jwt-bearer", "saml2-bearer");
    assert_eq!(code(&post(&mut world(), "contoso.com", saml)), Some(900_144));
    let none = form("");
    assert_eq!(code(&post(&mut world(), "contoso.com", none)), Some(7_000_218));
    let mut both = world();
    let form = format!("{}&client_secret=sandbox-secret", form(&assertion));
    assert_eq!(code(&post(&mut both, "contoso.com", form)), None);
    assert_eq!(both.violated("secretAndAssertion"), 1);
}

#[test]
fn another_issuers_token_stands_for_the_app() {
    let (header, claims) = foreign();
    let list = changed((header, claims), "claims", "aud", json!(["api://AzureADTokenExchange"]));
    for token in [foreign(), list] {
        let mut world = world();
        let answer = ask(&mut world, &sign(ISSUER_KEY, &token));
        assert_eq!(code(&answer), None, "{:?}", answer.body);
        assert_eq!(world.violations(), []);
    }
}

#[test]
fn another_issuers_token_matches_to_the_letter() {
    let at = NOW / 1000;
    for (part, name, value, expected) in [
        ("claims", "iss", json!("https://oidc.contoso.com"), 700_211),
        ("claims", "iss", json!("https://OIDC.contoso.com/"), 700_211),
        ("claims", "sub", json!("system:serviceaccount:Helpdesk:mfa-reset"), 700_213),
        ("claims", "sub", json!("system:serviceaccount:helpdesk:other"), 700_213),
        ("claims", "aud", json!("api://azureadtokenexchange"), 700_212),
        ("claims", "aud", json!([]), 700_212),
        ("claims", "exp", json!(at), 700_024),
        ("claims", "exp", Value::Null, 700_024),
        ("claims", "nbf", json!(at + 301), 700_024),
        ("claims", "sub", Value::Null, 90_014),
        ("header", "alg", json!("PS256"), 5_002_738),
    ] {
        let token = changed(foreign(), part, name, value.clone());
        assert_eq!(code(&ask(&mut world(), &sign(ISSUER_KEY, &token))), Some(expected), "{name} {value}");
    }
    assert_eq!(code(&ask(&mut world(), &sign(APP_KEY, &foreign()))), Some(50_013));
    assert_eq!(code(&ask(&mut World::sample(), &sign(ISSUER_KEY, &foreign()))), Some(70_025));
}

#[test]
fn several_issuers_can_be_trusted() {
    let mut world = World::with(|seed| {
        for (subject, pem) in [("repo:contoso/a", CERTIFICATE), ("repo:contoso/b", ISSUER_PUBLIC_KEY)] {
            seed.apps[0].federated_credentials.push(SeedFederatedCredential {
                issuer: ISSUER.into(),
                subject: subject.into(),
                audience: "api://AzureADTokenExchange".into(),
                public_key: key(pem),
            });
        }
    });
    let token = changed(foreign(), "claims", "sub", json!("repo:contoso/b"));
    assert_eq!(code(&ask(&mut world, &sign(ISSUER_KEY, &token))), None);
    assert_eq!(code(&ask(&mut world, &sign(APP_KEY, &token))), Some(50_013), "the key of the other one");
}

#[test]
fn a_seed_tells_of_keys_that_are_none() {
    let seed = |value: Value| {
        let app = json!({"clientId": APP, "certificates": [value]});
        serde_json::from_value::<entra_tenant::Seed>(json!({"apps": [app]}))
    };
    assert!(seed(json!(CERTIFICATE)).is_ok());
    assert!(seed(json!(STANDARD.encode(der(ISSUER_PUBLIC_KEY)))).is_ok());
    for bad in ["", "x", APP_KEY] {
        let error = seed(json!(bad)).unwrap_err().to_string();
        assert!(error.contains("a key is "), "{error}");
    }
    let issuer = json!({"issuer": ISSUER, "subject": SUBJECT, "publicKey": ISSUER_PUBLIC_KEY});
    let app = json!({"apps": [{"clientId": APP, "federatedCredentials": [issuer]}]});
    let seed: entra_tenant::Seed = serde_json::from_value(app).unwrap();
    assert_eq!(seed.apps[0].federated_credentials[0].audience, "api://AzureADTokenExchange");
    let text = serde_json::to_string(&seed).unwrap();
    assert_eq!(serde_json::from_str::<entra_tenant::Seed>(&text).unwrap(), seed);
}
