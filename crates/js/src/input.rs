use entra_mfa_reset::{Credential, Error, ErrorCode, IssuePassOptions, ResetRequest, RevokeSessionsOptions, Secret};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An operation with its input.
#[derive(Debug)]
pub(crate) enum Operation {
    Status { user: String },
    Plan(ResetRequest),
    Reset(ResetRequest),
    RevokeSessions { user: String, options: RevokeSessionsOptions },
    IssuePass { user: String, options: IssuePassOptions },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserInput {
    user: String,
    /// Kept as text, so that the core itself names what is wrong in it.
    options: Option<Box<RawValue>>,
}

impl UserInput {
    fn options(&self) -> &str {
        self.options.as_ref().map_or("{}", |options| options.get())
    }
}

pub(crate) fn operation(name: &str, input: &str) -> Result<Operation, Error> {
    match name {
        "status" => Ok(Operation::Status { user: user_input(input)?.user }),
        "plan" => ResetRequest::from_json(input).map(Operation::Plan),
        "reset" => ResetRequest::from_json(input).map(Operation::Reset),
        "revokeSessions" => {
            let input = user_input(input)?;
            let options = RevokeSessionsOptions::from_json(input.options())?;
            Ok(Operation::RevokeSessions { user: input.user, options })
        }
        "issueTemporaryAccessPass" => {
            let input = user_input(input)?;
            let options = IssuePassOptions::from_json(input.options())?;
            Ok(Operation::IssuePass { user: input.user, options })
        }
        _ => Err(Error::internal("There is no such operation.")),
    }
}

fn user_input(input: &str) -> Result<UserInput, Error> {
    serde_json::from_str(input).map_err(|_| Error {
        code: ErrorCode::InvalidInput,
        message: "The user is missing or no text.".into(),
        help: "Give the user's object id or user principal name.".into(),
        retryable: false,
        graph: None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum CredentialInput {
    Host,
    AccessToken(String),
    ClientSecret { tenant_id: String, client_id: String, client_secret: String },
}

pub(crate) fn credential(text: &str) -> Result<Credential, Error> {
    // serde's own text could quote a secret that stands in the wrong place.
    let input = serde_json::from_str(text).map_err(|_| Error::internal("The credential cannot be read."))?;
    Ok(match input {
        CredentialInput::Host => Credential::Host,
        CredentialInput::AccessToken(access_token) => Credential::AccessToken(Secret::new(access_token)),
        CredentialInput::ClientSecret { tenant_id, client_id, client_secret } => {
            Credential::ClientSecret { tenant_id, client_id, client_secret: Secret::new(client_secret) }
        }
    })
}
