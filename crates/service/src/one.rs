//! One user's operations.

use crate::answer::Answer;
use crate::deadline::Deadline;
use crate::problem::{Problem, error};
use crate::request::{Request, invalid};
use crate::route::Operation;
use crate::settings::Settings;
use crate::trail::Trail;
use entra_mfa_reset::run::Run;
use entra_mfa_reset::{
    AllowPrivileged, Client, Credential, Error, ErrorCode, IssuePassOptions, ResetRequest, RestoreRequest,
    RevokeSessionsOptions,
};
use entra_mfa_reset_wasi::{Lent, Shell, Turn, seed_from_clocks};
use serde_json::{Map, Value};
use std::rc::Rc;

/// What is registered.
pub fn status(request: &Request, settings: &Settings, user: &str) -> Result<Answer, Problem> {
    let client = client(request, settings)?;
    request.only_parameters(&[])?;
    run(client.status(user), settings).map(|status| Answer::json(status.to_json()))
}

/// What the token allows.
pub fn preflight(request: &mut Request, settings: &Settings) -> Result<Answer, Problem> {
    let client = client(request, settings)?;
    let waiver = only_waiver(request, settings)?;
    let asked = reset_request(&request_body(request)?, waiver, "")?;
    run(client.preflight(asked), settings).map(|preflight| Answer::json(preflight.to_json()))
}

/// What changes something, and `plan`, which says what would.
pub fn perform(
    request: &mut Request,
    settings: &Settings,
    operation: Operation,
    user: &str,
) -> Result<Answer, Problem> {
    let client = client(request, settings)?;
    // Revoking sessions is what the guard lets everybody do.
    let waiver = match operation {
        Operation::RevokeSessions => request.only_parameters(&[]).map(|()| AllowPrivileged::No)?,
        _ => only_waiver(request, settings)?,
    };
    let body = request_body(request)?;
    let run_of = match operation {
        Operation::Plan => client.plan(reset_request(&body, waiver, user)?),
        Operation::Reset => client.reset(reset_request(&body, waiver, user)?),
        Operation::RevokeSessions => client.revoke_sessions(user, RevokeSessionsOptions::from_json(&body)?),
        Operation::TemporaryAccessPass => {
            let mut options = IssuePassOptions::from_json(&body)?;
            set_waiver(&mut options.allow_privileged, waiver)?;
            client.issue_temporary_access_pass(user, options)
        }
        Operation::Restore => {
            let mut asked = RestoreRequest::from_json(&with_user(&body, user)?)?;
            set_waiver(&mut asked.allow_privileged, waiver)?;
            client.restore(asked)
        }
    };
    run(run_of, settings).map(|report| Answer::json(report.to_json()))
}

/// With the caller's own token, and nothing else.
pub fn client(request: &Request, settings: &Settings) -> Result<Client, Problem> {
    let token = request.token()?;
    Ok(Client::new(settings.client.clone(), Credential::AccessToken(token))?)
}

/// Refuses what a body says of the guard, and sets what a parameter says.
pub fn set_waiver(field: &mut AllowPrivileged, waiver: AllowPrivileged) -> Result<(), Error> {
    if *field != AllowPrivileged::No {
        return Err(Error::invalid(
            "`allowPrivileged` is no field of a body",
            "It is a parameter of the URL, so that a message that is passed on cannot waive the guard.",
        ));
    }
    *field = waiver;
    Ok(())
}

/// What a run borrows. It has no assertion: the token is the caller's.
pub fn lent(settings: &Settings) -> Lent {
    Lent { body_limit: settings.client.limits.response_bytes.into(), assertion: Rc::default() }
}

fn only_waiver(request: &Request, settings: &Settings) -> Result<AllowPrivileged, Problem> {
    request.only_parameters(&["allowPrivileged"])?;
    request.waiver(settings)
}

/// No body is one without fields.
fn request_body(request: &mut Request) -> Result<String, Problem> {
    Ok(request.json()?.unwrap_or_else(|| "{}".to_owned()))
}

fn reset_request(body: &str, waiver: AllowPrivileged, user: &str) -> Result<ResetRequest, Error> {
    let mut asked = ResetRequest::defaults_from_json(body)?;
    set_waiver(&mut asked.allow_privileged, waiver)?;
    asked.user = user.to_owned();
    Ok(asked)
}

fn with_user(body: &str, user: &str) -> Result<String, Problem> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(body).map_err(|_| invalid("the body is no JSON object", "Send one with `backup`."))?;
    if fields.insert("user".to_owned(), user.into()).is_some() {
        return Err(invalid("`user` is no field of the body", "The user stands in the path."));
    }
    Ok(Value::Object(fields).to_string())
}

/// Runs it to its end, and no longer than the settings allow. What is cut short says so in its report, which a gateway's
/// own limit would lose.
fn run<T>(run: Run<Result<T, Error>>, settings: &Settings) -> Result<T, Problem> {
    let mut trail = Trail::new(settings);
    let mut shell = Shell::start(trail.of(run), seed_from_clocks(), lent(settings))?;
    let deadline = Deadline::after(settings.seconds);
    let mut late = false;
    let result = loop {
        let turn = if late { shell.turn()? } else { shell.turn_beside(&[deadline.pollable()])? };
        match turn {
            Turn::Done(result) => break result,
            Turn::Told(event) => trail.tell(&event)?,
            Turn::Ready if !late => {
                late = true;
                shell.cancel()?;
            }
            Turn::Ready | Turn::Idle | Turn::Asked(..) => {
                return Err(Error::internal("the run waits for nothing").into());
            }
        }
    };
    result.map_err(|found| match found.code {
        ErrorCode::Cancelled if late => {
            let message = format!("it did not end within {} seconds, and nothing was written", settings.seconds);
            error(ErrorCode::Timeout, &message, "Try again later, or let the operator allow more time.").into()
        }
        _ => found.into(),
    })
}
