//! Applications and managed identities that the tenant knows, and what they sign in with.

use super::World;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use entra_mfa_reset::{Client, ClientOptions, Credential, Error, ErrorCode, Secret, Status};
use entra_tenant::{PublicKey, Seed, SeedFederatedCredential};
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};
use std::cell::Cell;

pub const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
pub const TENANT: &str = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
pub const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
pub const SECRET: &str = "sandbox-secret";
pub const HEADER: &str = "sandbox-identity-header";
pub const OWN_IDENTITY: &str = "0b7c4a52-9d3e-4f16-8a2b-5c6d7e8f9012";
pub const APP_SERVICE: &str = "http://127.0.0.1:41741/msi/token";
pub const METADATA_SERVICE: &str = "http://169.254.169.254";
pub const ENDPOINT: &str = "https://login.microsoftonline.com/3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10/oauth2/v2.0/token";
pub const ISSUER: &str = "https://oidc.contoso.com/";
pub const SUBJECT: &str = "system:serviceaccount:helpdesk:mfa-reset";
pub const EXCHANGE: &str = "api://AzureADTokenExchange";
pub const CERTIFICATE: &str = include_str!("../../../tenant/tests/keys/app-certificate.pem");
pub const APP_KEY: &str = include_str!("../../../tenant/tests/keys/app-key.pem");
pub const ISSUER_KEY: &str = include_str!("../../../tenant/tests/keys/issuer-key.pem");
pub const ISSUER_PUBLIC_KEY: &str = include_str!("../../../tenant/tests/keys/issuer-public-key.pem");

/// The sample tenant, whose application has a certificate and trusts another issuer.
pub fn seed(settings: Value) -> Seed {
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
    seed
}

pub fn world_with(settings: Value) -> World {
    World::new(seed(settings))
}

pub fn world() -> World {
    world_with(json!({}))
}

pub fn secret() -> Credential {
    Credential::ClientSecret { tenant_id: TENANT.into(), client_id: APP.into(), client_secret: Secret::new(SECRET) }
}

pub fn assertion() -> Credential {
    Credential::ClientAssertion { tenant_id: TENANT.into(), client_id: APP.into() }
}

pub fn app_service() -> Credential {
    Credential::ManagedIdentity {
        client_id: None,
        endpoint: Some(APP_SERVICE.into()),
        header: Some(Secret::new(HEADER)),
    }
}

pub fn machine() -> Credential {
    Credential::ManagedIdentity { client_id: None, endpoint: None, header: None }
}

pub fn der(pem: &str) -> Vec<u8> {
    let encoded: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&encoded).expect("base64")
}

pub fn sign(pem: &str, header: &Value, claims: &Value) -> Secret {
    let signed = [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes())).join(".");
    let pair = RsaKeyPair::from_pkcs8(&der(pem)).expect("a key");
    let padding: &dyn RsaEncoding = if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, &ring::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).expect("a signature");
    Secret::new(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature)))
}

/// Signed with the application's certificate, for this audience and from this time.
pub fn of_certificate(audience: &str, now: u64, change: impl Fn(&mut Value, &mut Value), key: &str) -> Secret {
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
pub fn of_issuer(now: u64, change: impl Fn(&mut Value), key: &str) -> Secret {
    let mut claims = json!({
        "aud": EXCHANGE, "iss": ISSUER, "sub": SUBJECT, "nbf": now / 1000, "exp": now / 1000 + 600,
    });
    change(&mut claims);
    sign(key, &json!({ "alg": "RS256", "kid": "1" }), &claims)
}

pub fn client(credential: Credential) -> Client {
    Client::new(ClientOptions::default(), credential).expect("a client")
}

pub fn status(world: &mut World, client: &Client) -> Result<Status, Error> {
    world.play(client.status(ADELE))
}

/// The requests for a token so far.
pub fn sign_ins(world: &World) -> Vec<&str> {
    let asked = |line: &&str| line.contains("oauth2") || line.to_lowercase().contains("/msi/token");
    world.sent.iter().map(String::as_str).filter(asked).collect()
}

#[track_caller]
pub fn refused<T>(result: Result<T, Error>, code: ErrorCode) -> Error {
    let error = result.err().expect("an error");
    assert_eq!(error.code, code, "{error:?}");
    assert!(!error.help.is_empty());
    for hidden in [SECRET, HEADER, "eyJ", "AADSTS7000215:", "Trace ID"] {
        assert!(!format!("{error:?}").contains(hidden), "{error:?}");
    }
    error
}

pub type Prepare = fn(&mut World);
