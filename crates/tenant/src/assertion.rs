//! Client assertions: a JWT in place of a secret, signed with the application's certificate or by another issuer.
//!
//! The numbers and texts of the refusals are those of published logs, except 50013 for another issuer's signature and
//! 50027, which are general knowledge. In which order Entra checks is not known; here it is the order of this file.

use crate::app::{SeedApp, SeedFederatedCredential};
use crate::clock;
use crate::login::Refusal;
use crate::public_key::PublicKey;
use crate::tenant::parse;
use crate::token::base64url;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{self, UnparsedPublicKey};
use serde_json::{Map, Value};

/// By how much the caller's clock may be ahead.
const SKEW: u64 = 5 * 60_000;
/// An assertion that ends later than this from now is refused.
const LONGEST: u64 = 24 * 3_600_000;
const CERTIFICATES: &str =
    "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .";
const FEDERATION: &str = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

/// A JWT, taken apart.
struct Assertion<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// Does this assertion stand for the application? `audiences` are the names of the token endpoint that was asked.
pub(crate) fn check(app: &SeedApp, assertion: &str, audiences: &[String], now: u64) -> Result<(), Refusal> {
    let assertion = Assertion::read(assertion)
        .ok_or_else(|| (400, "invalid_request", 50_027, "JWT token is invalid or malformed.".to_owned()))?;
    for claim in ["iss", "sub", "aud"] {
        if assertion.claims.get(claim).is_none_or(Value::is_null) {
            return Err(missing(claim));
        }
    }
    // An issuer is a URL, an application is not.
    if assertion.claim("iss").starts_with("https://") {
        assertion.of_issuer(app, now)
    } else {
        assertion.of_certificate(app, audiences, now)
    }
}

impl Assertion<'_> {
    fn read(text: &str) -> Option<Assertion<'_>> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| match parse(&decode(part)?) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        Some(Assertion { header: object(header)?, claims: object(claims)?, signed, signature: decode(signature)? })
    }

    fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn header(&self, name: &str) -> &str {
        self.header.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim of seconds, in milliseconds.
    fn moment(&self, name: &str) -> u64 {
        let seconds = self.claims.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        (seconds * 1000.0) as u64
    }

    fn of_certificate(&self, app: &SeedApp, audiences: &[String], now: u64) -> Result<(), Refusal> {
        self.signed_with(&["PS256", "RS256"])?;
        if !self.header("typ").eq_ignore_ascii_case("JWT") {
            return Err((400, "invalid_request", 50_027, "JWT token is invalid or malformed.".to_owned()));
        }
        // A key id is no thumbprint; it leads to a key that is not found.
        let named = ["x5t#S256", "x5t", "kid"].into_iter().find(|name| !self.header(name).is_empty());
        let by = named.filter(|name| *name != "x5t" || self.header("alg") == "RS256").ok_or_else(|| {
            invalid_client(
                5_002_723,
                "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
            )
        })?;
        if self.claim("jti").is_empty() {
            return Err(missing("jti"));
        }
        let is_app = |claim| self.claim(claim).eq_ignore_ascii_case(&app.client_id);
        if !is_app("iss") || !is_app("sub") {
            let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(invalid_client(700_021, format!("{text} {CERTIFICATES}")));
        }
        if !audiences.iter().any(|audience| audience == self.claim("aud")) {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(invalid_client(700_023, format!("{text} {CERTIFICATES}")));
        }
        self.in_time(now)?;
        let thumbprint = self.header(by);
        let key = app.certificates.iter().find(|key| key.is_named(by, thumbprint));
        let key = key.ok_or_else(|| unknown_key(app, "The key was not found.", thumbprint))?;
        if key.validity.is_some_and(|(from, until)| now < from || until <= now) {
            return Err(unknown_key(app, "The key used is expired.", thumbprint));
        }
        if !self.verifies(key) {
            let reason = "Key was found, but use of the key to verify the signature failed.";
            return Err(unknown_key(app, reason, thumbprint));
        }
        Ok(())
    }

    fn of_issuer(&self, app: &SeedApp, now: u64) -> Result<(), Refusal> {
        if app.federated_credentials.is_empty() {
            let text = format!("The client '{}' has no configured federated identity credentials.", app.client_id);
            return Err(invalid_client(70_025, text));
        }
        self.signed_with(&["RS256"])?;
        let (issuer, subject) = (self.claim("iss"), self.claim("sub"));
        let audience = match &self.claims["aud"] {
            Value::Array(audiences) => audiences.first().and_then(Value::as_str).unwrap_or_default(),
            audience => audience.as_str().unwrap_or_default(),
        };
        let all: Vec<&SeedFederatedCredential> = app.federated_credentials.iter().collect();
        let of_issuer = matching(all, 700_211, "issuer", issuer, |known| &known.issuer)?;
        let of_subject = matching(of_issuer, 700_213, "subject", subject, |known| &known.subject)?;
        let of_audience = matching(of_subject, 700_212, "audience", audience, |known| &known.audience)?;
        self.in_time(now)?;
        if !of_audience.iter().any(|known| self.verifies(&known.public_key)) {
            let text = "Assertion failed signature validation. [Reason - The key was not found.]";
            return Err(invalid_client(50_013, text));
        }
        Ok(())
    }

    fn signed_with(&self, known: &[&str]) -> Result<(), Refusal> {
        let algorithm = self.header("alg");
        if known.contains(&algorithm) {
            return Ok(());
        }
        let text = format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: '{}'",
            known.join(",")
        );
        Err(invalid_client(5_002_738, text))
    }

    fn in_time(&self, now: u64) -> Result<(), Refusal> {
        let (from, until) = (self.moment("nbf"), self.moment("exp"));
        if from <= now + SKEW && now < until && until <= now + LONGEST {
            return Ok(());
        }
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}. {CERTIFICATES}",
            clock::rfc3339(now),
            clock::rfc3339(from),
            clock::rfc3339(until)
        );
        Err(invalid_client(700_024, text))
    }

    fn verifies(&self, key: &PublicKey) -> bool {
        let algorithm = match self.header("alg") {
            "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
            _ => &signature::RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &key.key).verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}

impl PublicKey {
    /// Is this its thumbprint, by the name of the header that carries it?
    fn is_named(&self, by: &str, thumbprint: &str) -> bool {
        let algorithm = match by {
            "x5t#S256" => &SHA256,
            "x5t" => &SHA1_FOR_LEGACY_USE_ONLY,
            _ => return false,
        };
        base64url(digest(algorithm, &self.der).as_ref()) == thumbprint
    }
}

/// Those of the credentials that have this value, or the refusal if none has. Case matters.
fn matching<'a>(
    known: Vec<&'a SeedFederatedCredential>,
    code: u32,
    name: &str,
    value: &str,
    of: impl Fn(&SeedFederatedCredential) -> &String,
) -> Result<Vec<&'a SeedFederatedCredential>, Refusal> {
    let found: Vec<_> = known.into_iter().filter(|known| of(known) == value).collect();
    if found.is_empty() {
        let text = format!("No matching federated identity record found for presented assertion {name} '{value}'.");
        return Err(invalid_client(code, format!("{text} {FEDERATION}")));
    }
    Ok(found)
}

fn invalid_client(code: u32, text: impl Into<String>) -> Refusal {
    (401, "invalid_client", code, text.into())
}

fn unknown_key(app: &SeedApp, reason: &str, thumbprint: &str) -> Refusal {
    let id = &app.client_id;
    invalid_client(
        700_027,
        format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. \
             [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{id}'.] {CERTIFICATES}"
        ),
    )
}

fn missing(claim: &str) -> Refusal {
    let text = format!(
        "The required field '{claim}' is missing from the credential. Ensure that you have all the necessary parameters for the login request."
    );
    (400, "invalid_request", 90_014, text)
}
