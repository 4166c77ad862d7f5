//! Why there was no token, and what to do about it. What the other side wrote is read and never shown: it may quote
//! what it was given.

use super::answer::{Answer, Object, text};
use crate::error::{Error, ErrorCode};
use crate::options::Credential;
use serde_json::Value;

/// Entra's own error numbers, as far as they tell the caller what to mend.
const KNOWN: &[(&[u64], &str)] = &[
    (&[7_000_215], "The client secret is wrong: pass the secret's value, not its id."),
    (&[7_000_222], "The client secret has expired: create a new one for the application."),
    (&[700_016], "The tenant has no application with this client id: check both ids."),
    (&[90_002, 900_023], "There is no such tenant: check the tenant id, and the cloud."),
    (&[500_011, 650_057, 1_002_012], "The scope does not belong to this cloud: check `cloud` and graphUrl."),
    (&[53_003, 530_003], "A Conditional Access policy blocks the application's sign-in."),
    (&[7_000_112], "The application is disabled in this tenant: let an administrator enable it."),
    (
        &[7_000_229],
        "The tenant has no service principal of the application: let an administrator add it to this tenant.",
    ),
    (
        &[65_001, 50_105],
        "The application has not been granted its permissions in this tenant: let an administrator consent to them.",
    ),
    (&[7_000_218], "The application has neither a secret nor an assertion in the request: check what the host gives."),
    (&[700_021], "The assertion is of another application: its `iss` and `sub` must be the client id."),
    (&[700_023], "The assertion is for another audience: its `aud` must be the token endpoint that was called."),
    (
        &[700_024],
        "The assertion has expired or is not valid yet: sign a new one for each request, and check this host's clock.",
    ),
    (
        &[700_027],
        "The certificate is not one of the application's, has expired, or its private key is another one's: upload it \
         to the application, or use the one that is there.",
    ),
    (&[700_030], "The certificate's subject is not one that the application trusts: check its subject and issuer."),
    (&[70_025], "The application has no federated credential: add one for the issuer of the assertion."),
    (&[700_211], "No federated credential of the application has the assertion's issuer: compare both, to the letter."),
    (&[700_212], "No federated credential of the application has the assertion's audience: compare both."),
    (
        &[700_213],
        "No federated credential of the application has the assertion's subject: compare both, to the letter.",
    ),
    (&[70_021], "No federated credential fits the assertion: compare issuer, subject and audience, to the letter."),
    (
        &[700_222, 700_236],
        "A token of Entra itself does not stand for this application: take an assertion of the federated issuer.",
    ),
    (
        &[50_013, 50_027, 5_002_723, 5_002_738, 90_014],
        "The assertion is malformed, or its signature is not the issuer's: check what signs it.",
    ),
];

/// Who gives the token.
pub(super) fn whom(credential: &Credential) -> &'static str {
    match credential {
        Credential::ManagedIdentity { .. } => "the managed identity's endpoint",
        _ => "the sign-in service",
    }
}

/// An answer that is no token.
pub(super) fn refused(credential: &Credential, answer: &Answer) -> Error {
    let whom = whom(credential);
    let status = answer.status.as_u16();
    if status >= 500 || status == 429 || status == 408 {
        let code = if status == 429 { ErrorCode::Throttled } else { ErrorCode::Unreachable };
        return Error::new(code, format!("{whom} answered {status}"), "Try again in a few minutes.");
    }
    if let Credential::ManagedIdentity { header, .. } = credential {
        return match answer.entity() {
            _ if header.is_none() && matches!(status, 404 | 410) => no_identity(),
            Some(body) if (400..500).contains(&status) => refused_identity(status, body),
            _ => unexpected(whom, status),
        };
    }
    let Some(body) = answer.entity().filter(|body| text(body, "error").is_some() && !answer.status.is_redirection())
    else {
        return unexpected(whom, status);
    };
    let number = number(body);
    let message = match number {
        Some(number) => format!("the sign-in service refused the application (AADSTS{number})"),
        None => format!("the sign-in service refused the application ({status})"),
    };
    let known = KNOWN.iter().find(|(numbers, _)| number.is_some_and(|number| numbers.contains(&number)));
    let help = match (known, credential) {
        (Some((_, help)), _) => help,
        (None, Credential::ClientSecret { .. }) => {
            "Check tenant id, client id and client secret; Entra's sign-in log has the details."
        }
        (None, _) => "Check tenant id, client id and what signs the assertion; Entra's sign-in log has the details.",
    };
    Error::new(ErrorCode::Unauthenticated, message, help)
}

fn number(body: &Object) -> Option<u64> {
    let listed = body.get("error_codes").and_then(Value::as_array).and_then(|numbers| numbers.first());
    listed.and_then(Value::as_u64).or_else(|| {
        let words = text(body, "error_description")?.strip_prefix("AADSTS")?;
        words.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
}

fn refused_identity(status: u16, body: &Object) -> Error {
    let words = text(body, "error_description").or_else(|| text(body, "message")).unwrap_or_default();
    let words = words.to_ascii_lowercase();
    let (message, help) = if words.contains("multiple user assigned") {
        ("this host has several managed identities".to_owned(), "Say which one, by its client id.")
    } else if words.contains("identity not found") || words.contains("managed identity found") {
        (
            "this host has no such managed identity".to_owned(),
            "Assign the identity to this host, or check the client id; without one it is the system-assigned identity.",
        )
    } else if text(body, "error") == Some("invalid_resource") {
        (
            "the managed identity has no access to Microsoft Graph in this cloud".to_owned(),
            "Let `cloud` name the cloud that this host is in.",
        )
    } else {
        (
            format!("the managed identity's endpoint refused the request ({status})"),
            "Check that the identity is assigned to this host, and that endpoint and header are those of this very \
             process.",
        )
    };
    Error::new(ErrorCode::Unauthenticated, message, help)
}

/// Nobody answers where managed identities are.
pub(super) fn no_identity() -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        "this host has no managed identity",
        "Run it on Azure with an identity assigned, or sign in with a secret, a certificate or an assertion.",
    )
}

pub(super) fn no_assertion(reason: &str) -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        format!("no client assertion could be had: {reason}"),
        "Check what gives the assertion; the sentence above comes from it.",
    )
}

/// A good status, and no token.
pub(super) fn no_token(credential: &Credential) -> Error {
    Error::new(
        ErrorCode::UnexpectedResponse,
        format!("the answer of {} holds no access token", whom(credential)),
        IN_BETWEEN,
    )
}

fn unexpected(whom: &str, status: u16) -> Error {
    let message = match status {
        300..400 => format!("{whom} answered with a redirect ({status}), and none is followed"),
        _ => format!("{whom} answered {status} where that is not expected"),
    };
    Error::new(ErrorCode::UnexpectedResponse, message, IN_BETWEEN)
}

const IN_BETWEEN: &str = "Check the address, authorityHost for example, and that no proxy answers in its place.";
