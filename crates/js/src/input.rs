use entra_mfa_reset::{
    Credential, Error, IssuePassOptions, ResetRequest, RestoreRequest, RevokeSessionsOptions, Secret, Target,
};
use serde_json::Value;

/// An operation with its input.
#[derive(Debug)]
pub(crate) enum Operation {
    Preflight(ResetRequest),
    Status { user: String },
    Plan(ResetRequest),
    Reset(ResetRequest),
    RevokeSessions { user: String, options: RevokeSessionsOptions },
    IssuePass { user: String, options: IssuePassOptions },
    Restore(RestoreRequest),
    ResetMany { defaults: ResetRequest, events: bool },
    PlanMany { defaults: ResetRequest, events: bool },
    GroupMembers { group: String, next: Option<String> },
}

/// `input` is the request of `plan`, `reset` and `restore`, a request without its user of `preflight`, `resetMany` and
/// `planMany`, the group of `groupMembers`, and the user of the others.
pub(crate) fn operation(name: &str, input: &str, options: &str) -> Result<Operation, Error> {
    let user = || input.to_owned();
    match name {
        "preflight" => ResetRequest::defaults_from_json(input).map(Operation::Preflight),
        "status" => Ok(Operation::Status { user: user() }),
        "plan" => ResetRequest::from_json(input).map(Operation::Plan),
        "reset" => ResetRequest::from_json(input).map(Operation::Reset),
        "restore" => RestoreRequest::from_json(input).map(Operation::Restore),
        "revokeSessions" => {
            let options = RevokeSessionsOptions::from_json(options)?;
            Ok(Operation::RevokeSessions { user: user(), options })
        }
        "issueTemporaryAccessPass" => {
            let options = IssuePassOptions::from_json(options)?;
            Ok(Operation::IssuePass { user: user(), options })
        }
        "resetMany" => Ok(Operation::ResetMany {
            defaults: ResetRequest::defaults_from_json(input)?,
            events: wants_events(options),
        }),
        "planMany" => Ok(Operation::PlanMany {
            defaults: ResetRequest::defaults_from_json(input)?,
            events: wants_events(options),
        }),
        "groupMembers" => {
            let options: Value = serde_json::from_str(options).unwrap_or_default();
            let next = options.get("next").and_then(Value::as_str).map(str::to_owned);
            Ok(Operation::GroupMembers { group: input.to_owned(), next })
        }
        _ => Err(Error::internal("There is no such operation.")),
    }
}

fn wants_events(options: &str) -> bool {
    let options: Value = serde_json::from_str(options).unwrap_or_default();
    options.get("events") != Some(&Value::Bool(false))
}

/// One of many users: its name alone, or `{ user?, request }` with the request as JSON text.
pub(crate) fn target(value: &Value) -> Target {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    match value.as_str() {
        Some(user) => Target::user(user),
        None => Target::from_json(text("user"), text("request")),
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
    let (form, fields) = input.as_object().and_then(|input| input.iter().next()).ok_or_else(unreadable)?;
    let may = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let must = |name: &str| may(name).ok_or_else(unreadable);
    match form.as_str() {
        "clientSecret" => Ok(Credential::ClientSecret {
            tenant_id: must("tenantId")?,
            client_id: must("clientId")?,
            client_secret: Secret::new(must("clientSecret")?),
        }),
        "clientAssertion" => {
            Ok(Credential::ClientAssertion { tenant_id: must("tenantId")?, client_id: must("clientId")? })
        }
        "managedIdentity" => Ok(Credential::ManagedIdentity {
            client_id: may("clientId"),
            endpoint: may("endpoint"),
            header: may("header").map(Secret::new),
        }),
        _ => Err(unreadable()),
    }
}
