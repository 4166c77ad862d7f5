use entra_mfa_reset::{Credential, Error, IssuePassOptions, ResetRequest, RevokeSessionsOptions, Secret};
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

/// `input` is the request of `plan` and `reset`, and the user of the others.
pub(crate) fn operation(name: &str, input: &str, options: &str) -> Result<Operation, Error> {
    let user = || input.to_owned();
    match name {
        "status" => Ok(Operation::Status { user: user() }),
        "plan" => ResetRequest::from_json(input).map(Operation::Plan),
        "reset" => ResetRequest::from_json(input).map(Operation::Reset),
        "revokeSessions" => {
            let options = RevokeSessionsOptions::from_json(options)?;
            Ok(Operation::RevokeSessions { user: user(), options })
        }
        "issueTemporaryAccessPass" => {
            let options = IssuePassOptions::from_json(options)?;
            Ok(Operation::IssuePass { user: user(), options })
        }
        _ => Err(Error::internal("There is no such operation.")),
    }
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
