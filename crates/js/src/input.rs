use entra_mfa_reset::{Credential, Error, ErrorCode, IssuePassOptions, ResetRequest, RevokeSessionsOptions, Secret};
use serde_json::Value;

/// An operation with its input.
#[derive(Debug)]
pub(crate) enum Operation {
    Status { user: String },
    Plan(ResetRequest),
    Reset(ResetRequest),
    RevokeSessions { user: String, options: RevokeSessionsOptions },
    IssuePass { user: String, options: IssuePassOptions },
}

pub(crate) fn operation(name: &str, input: &str) -> Result<Operation, Error> {
    match name {
        "status" => Ok(Operation::Status { user: user_input(input)?.0 }),
        "plan" => ResetRequest::from_json(input).map(Operation::Plan),
        "reset" => ResetRequest::from_json(input).map(Operation::Reset),
        "revokeSessions" => {
            let (user, options) = user_input(input)?;
            Ok(Operation::RevokeSessions { user, options: RevokeSessionsOptions::from_json(&options)? })
        }
        "issueTemporaryAccessPass" => {
            let (user, options) = user_input(input)?;
            Ok(Operation::IssuePass { user, options: IssuePassOptions::from_json(&options)? })
        }
        _ => Err(Error::internal("There is no such operation.")),
    }
}

/// The user, and the options as text again, so that the core itself names what is wrong in them.
fn user_input(input: &str) -> Result<(String, String), Error> {
    let input: Value = serde_json::from_str(input).unwrap_or_default();
    let user = input.get("user").and_then(Value::as_str).ok_or_else(|| Error {
        code: ErrorCode::InvalidInput,
        message: "The user is missing or no text.".into(),
        help: "Give the user's object id or user principal name.".into(),
        retryable: false,
        graph: None,
    })?;
    let options = input.get("options").map_or_else(|| "{}".to_owned(), Value::to_string);
    Ok((user.to_owned(), options))
}

pub(crate) fn credential(text: &str) -> Result<Credential, Error> {
    // What is wrong with it is not said in detail: that could quote a secret that stands in the wrong place.
    let unreadable = || Error::internal("The credential cannot be read.");
    let input: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    if input == "host" {
        return Ok(Credential::Host);
    }
    if let Some(token) = input.get("accessToken").and_then(Value::as_str) {
        return Ok(Credential::AccessToken(Secret::new(token)));
    }
    let secret = input.get("clientSecret").ok_or_else(unreadable)?;
    let field = |name: &str| secret.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(unreadable);
    Ok(Credential::ClientSecret {
        tenant_id: field("tenantId")?,
        client_id: field("clientId")?,
        client_secret: Secret::new(field("clientSecret")?),
    })
}
