use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Reply, SendError};
use entra_mfa_reset::{Error, Secret};
use serde::Deserialize;

/// No `Debug`: a reply may hold a token, and a response a pass. The tag stands outside, because serde's code for a tag
/// inside weighs ten times as much.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum ReplyInput {
    Response {
        status: u16,
        headers: Vec<(String, String)>,
        /// Absent where the body is no UTF-8.
        body: Option<String>,
    },
    Failed {
        reason: FailedReason,
        message: String,
    },
    Slept,
    Token {
        token: String,
        expires_at: Option<f64>,
    },
    TokenFailed {
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum FailedReason {
    NeverSent,
    Lost,
    TooLarge,
}

pub(crate) fn parse(text: &str) -> Result<Reply, Error> {
    let input = serde_json::from_str(text).map_err(|_| Error::internal("A reply cannot be read."))?;
    Ok(match input {
        ReplyInput::Response { status, headers, body } => response(status, &headers, body),
        ReplyInput::Failed { reason: FailedReason::NeverSent, message } => Reply::Failed(SendError::NeverSent(message)),
        ReplyInput::Failed { reason: FailedReason::Lost, message } => Reply::Failed(SendError::Lost(message)),
        ReplyInput::Failed { reason: FailedReason::TooLarge, .. } => Reply::Failed(SendError::TooLarge),
        ReplyInput::Slept => Reply::Slept,
        ReplyInput::Token { token, expires_at } => {
            let expires_at = expires_at.map(|milliseconds| milliseconds as u64);
            Reply::Token(Ok(AccessToken { token: Secret::new(token), expires_at }))
        }
        ReplyInput::TokenFailed { message } => Reply::Token(Err(message)),
    })
}

fn response(status: u16, headers: &[(String, String)], body: Option<String>) -> Reply {
    // A body that is no UTF-8 stays one, so that the engine meets what it would meet on any other host.
    let body = body.map_or(Bytes::from_static(&[0xff]), Bytes::from);
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    match response.body(body) {
        Ok(response) => Reply::Response(response),
        Err(_) => Reply::Failed(SendError::Lost("the answer is no HTTP".into())),
    }
}
