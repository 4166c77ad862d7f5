//! The golden cases of `tests/golden`, which the native runner writes.

use crate::types as wit;
use crate::{artifact, convert};
use anyhow::{Context, Result, bail};
use entra_mfa_reset::{
    ClientOptions, Error, IssuePassOptions, Preflight, Report, ResetRequest, RestoreRequest, RevokeSessionsOptions,
    Status,
};
use entra_tenant::{Seed, Tenant, TokenClaims};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is asked, of which tenant, and what must come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// One sentence.
    pub about: String,
    /// `reset`, `plan`, `status` …
    pub operation: String,
    /// The client's.
    #[serde(default)]
    pub options: Option<Value>,
    /// The access token's claims.
    pub token: TokenClaims,
    /// The request, or the user and the options.
    pub input: Value,
    /// What the tenant holds.
    pub tenant: Seed,
    /// When it begins, RFC 3339.
    pub now: String,
    /// The run's seed.
    pub seed: u64,
    /// What must come back.
    pub expect: Expect,
}

/// What must come back.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// The tenant's log.
    pub exchange: Vec<String>,
    /// The answer.
    pub result: Answer,
    /// How long it takes.
    pub elapsed_milliseconds: u64,
    /// The tenant's complaints.
    pub violations: Vec<String>,
}

/// An answer of the engine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Of all operations but two.
    Report(Box<Report>),
    /// Of `preflight`.
    Preflight(Box<Preflight>),
    /// Of `status`.
    Status(Box<Status>),
    /// Of any.
    Error(Error),
}

impl Answer {
    /// The canonical bytes.
    ///
    /// # Errors
    /// Never, but JSON might.
    pub fn to_json(&self) -> Result<String> {
        Ok(match self {
            Answer::Report(report) => report.to_json(),
            Answer::Preflight(preflight) => preflight.to_json(),
            Answer::Status(status) => status.to_json(),
            Answer::Error(error) => serde_json::to_string(error)?,
        })
    }
}

/// What is asked of the component.
#[derive(Debug)]
pub enum Operation {
    /// `client.preflight`.
    Preflight(wit::ResetOptions),
    /// `client.status`.
    Status(String),
    /// `client.plan`.
    Plan(wit::ResetRequest),
    /// `client.reset`.
    Reset(wit::ResetRequest),
    /// `client.restore`.
    Restore(wit::RestoreRequest),
    /// `client.revoke-sessions`.
    RevokeSessions(String, wit::RevokeSessionsOptions),
    /// `client.issue-temporary-access-pass`.
    IssueTemporaryAccessPass(String, wit::IssuePassOptions),
}

impl Case {
    /// All of them, by name.
    ///
    /// # Errors
    /// When a file is no case.
    pub fn all() -> Result<Vec<Case>> {
        let mut cases = Vec::new();
        for entry in fs::read_dir(artifact::root().join("tests/golden"))? {
            let path = entry?.path();
            let text = fs::read_to_string(&path)?;
            let mut case: Case = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
            case.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            cases.push(case);
        }
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    /// When it begins, in milliseconds of Unix time.
    ///
    /// # Errors
    /// When the case says no time.
    pub fn begins(&self) -> Result<u64> {
        let time = OffsetDateTime::parse(&self.now, &Rfc3339)?;
        Ok(u64::try_from(time.unix_timestamp_nanos() / 1_000_000)?)
    }

    /// The client's options, with a token from the tenant.
    ///
    /// # Errors
    /// When they are none.
    pub fn client_options(&self, tenant: &Tenant) -> Result<wit::ClientOptions> {
        let options = self.options.as_ref().map(|options| ClientOptions::from_json(&options.to_string()));
        let token = wit::Credential::AccessToken(tenant.access_token(&self.token));
        Ok(convert::client_options(options.transpose()?.unwrap_or_default(), token, self.seed))
    }

    /// What is asked.
    ///
    /// # Errors
    /// When the input is none of its operation.
    pub fn operation(&self) -> Result<Operation> {
        let user = || self.input.get("user").and_then(Value::as_str).map(str::to_owned).context("no user");
        let request = || ResetRequest::from_json(&self.input.to_string()).map(convert::reset_request);
        let mut rest = self.input.clone();
        rest.as_object_mut().context("no object")?.remove("user");
        let rest = rest.to_string();
        Ok(match self.operation.as_str() {
            "preflight" => {
                let request = ResetRequest::defaults_from_json(&rest)?;
                Operation::Preflight(convert::reset_options(request))
            }
            "status" => Operation::Status(user()?),
            "plan" => Operation::Plan(request()?),
            "reset" => Operation::Reset(request()?),
            "restore" => {
                Operation::Restore(convert::restore_request(RestoreRequest::from_json(&self.input.to_string())?))
            }
            "revokeSessions" => {
                let options = RevokeSessionsOptions::from_json(&rest)?;
                Operation::RevokeSessions(user()?, convert::revoke_sessions_options(options))
            }
            "issueTemporaryAccessPass" => {
                let options = IssuePassOptions::from_json(&rest)?;
                Operation::IssueTemporaryAccessPass(user()?, convert::issue_pass_options(options))
            }
            other => bail!("there is no operation {other}"),
        })
    }
}
