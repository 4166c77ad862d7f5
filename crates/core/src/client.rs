use crate::error::Error;
use crate::options::{ClientOptions, Credential};
use crate::report::Report;
use crate::request::{IssuePassOptions, ResetRequest, RevokeSessionsOptions};
use crate::run::Run;
use crate::status::Status;

/// One tenant, seen through one credential. Tokens, and what the token turned out not to allow, are remembered
/// across its runs.
#[derive(Debug, Clone)]
pub struct Client {}

impl Client {
    /// # Errors
    /// `invalidInput` for an origin that is neither https nor loopback, or a credential that is incomplete.
    pub fn new(options: ClientOptions, credential: Credential) -> Result<Self, Error> {
        let _ = (options, credential);
        Ok(Client {})
    }

    /// Lists what is registered. Writes nothing.
    pub fn status(&self, user: &str) -> Run<Result<Status, Error>> {
        let _ = user;
        Run::new(|_| async { Err(Error::internal("not there yet")) })
    }

    /// Says what [`Client::reset`] would do. Writes nothing.
    pub fn plan(&self, request: ResetRequest) -> Run<Result<Report, Error>> {
        let _ = request;
        Run::new(|_| async { Err(Error::internal("not there yet")) })
    }

    /// Does it. An error means that nothing was written; once something may have been, the report is the answer.
    pub fn reset(&self, request: ResetRequest) -> Run<Result<Report, Error>> {
        let _ = request;
        Run::new(|_| async { Err(Error::internal("not there yet")) })
    }

    /// Revokes the sessions, and nothing else.
    pub fn revoke_sessions(&self, user: &str, options: RevokeSessionsOptions) -> Run<Result<Report, Error>> {
        let _ = (user, options);
        Run::new(|_| async { Err(Error::internal("not there yet")) })
    }

    /// Issues a Temporary Access Pass, and nothing else.
    pub fn issue_temporary_access_pass(&self, user: &str, options: IssuePassOptions) -> Run<Result<Report, Error>> {
        let _ = (user, options);
        Run::new(|_| async { Err(Error::internal("not there yet")) })
    }

    /// Another credential from now on; a run under way keeps what it has.
    pub fn set_credential(&mut self, credential: Credential) {
        let _ = credential;
    }
}
