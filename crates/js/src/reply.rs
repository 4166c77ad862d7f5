use crate::input;
use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Reply, SendError, response_header};
use entra_mfa_reset::{Error, Secret};
use serde_json::Value;

/// Read by hand from one parsed value: derived code for these few fields weighs more than the engine's plan.
pub(crate) fn parse(text: &str) -> Result<Reply, Error> {
    let value: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    match value.as_str() {
        Some("slept") => return Ok(Reply::Slept),
        Some("taken") => return Ok(Reply::Taken(Ok(()))),
        _ => {}
    }
    let (tag, content) = value.as_object().and_then(|object| object.iter().next()).ok_or_else(unreadable)?;
    let text = |name: &str| content.get(name).and_then(Value::as_str).ok_or_else(unreadable);
    match tag.as_str() {
        "failed" => Ok(Reply::Failed(match text("reason")? {
            "neverSent" => SendError::NeverSent(text("message")?.to_owned()),
            "lost" => SendError::Lost(text("message")?.to_owned()),
            "tooLarge" => SendError::TooLarge,
            _ => return Err(unreadable()),
        })),
        "token" => {
            let expires_at = content.get("expiresAt").and_then(Value::as_f64).map(|milliseconds| milliseconds as u64);
            Ok(Reply::Token(Ok(AccessToken { token: Secret::new(text("token")?), expires_at })))
        }
        "assertion" => Ok(Reply::Assertion(Ok(Secret::new(text("assertion")?)))),
        "targets" => {
            let users = content.get("users").and_then(Value::as_array).ok_or_else(unreadable)?;
            let end = content.get("end") == Some(&Value::Bool(true));
            Ok(Reply::Targets { targets: users.iter().map(input::target).collect(), end })
        }
        "notTaken" => Ok(Reply::Taken(Err(text("message")?.to_owned()))),
        "assertionFailed" => Ok(Reply::Assertion(Err(text("message")?.to_owned()))),
        "tokenFailed" => Ok(Reply::Token(Err(text("message")?.to_owned()))),
        _ => Err(unreadable()),
    }
}

fn unreadable() -> Error {
    Error::internal("A reply cannot be read.")
}

/// The body is passed on byte by byte: what is no UTF-8 is for the engine to meet, as on any other host.
pub(crate) fn response(status: u16, headers: &str, body: Vec<u8>) -> Reply {
    let mut response = http::Response::new(Bytes::from(body));
    let Ok(status) = http::StatusCode::from_u16(status) else {
        return Reply::Failed(SendError::Lost("the answer is no HTTP".into()));
    };
    *response.status_mut() = status;
    let headers: Value = serde_json::from_str(headers).unwrap_or_default();
    for header in headers.as_array().into_iter().flatten() {
        let part = |at: usize| header.get(at).and_then(Value::as_str).unwrap_or_default();
        if let (Some(name), Ok(value)) = (response_header(part(0)), http::HeaderValue::from_str(part(1))) {
            response.headers_mut().append(name, value);
        }
    }
    Reply::Response(response)
}
