use super::error::Context;
use super::token::cancelled;
use super::url::{Path, Version};
use crate::error::{Error, ErrorCode};
use http::Method;

/// One Graph call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) version: Version,
    pub(crate) path: Path,
    pub(crate) body: Option<String>,
    /// Running it twice does no more than running it once, so it is repeated when its answer is lost.
    pub(crate) repeatable: bool,
    pub(crate) context: Context,
}

impl Call {
    pub(crate) fn get(version: Version, path: Path, context: Context) -> Call {
        Call { method: Method::GET, version, path, body: None, repeatable: true, context }
    }

    /// The next page of a collection. A link that leaves Graph's origin or API root is not followed: the token goes
    /// along.
    pub(crate) fn next_page(graph_url: &str, link: &str, context: Context) -> Result<Call, Error> {
        let (version, path) = Path::of_link(graph_url, link).ok_or_else(|| {
            Error::new(
                ErrorCode::UnexpectedResponse,
                "Graph's link to the next page points outside of Graph, so it was not followed",
                "Check that nothing stands between this host and Graph that rewrites its answers.",
            )
        })?;
        Ok(Call::get(version, path, context))
    }

    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    pub(crate) fn write(method: Method, version: Version, path: Path, body: Option<String>, context: Context) -> Call {
        Call { method, version, path, body, repeatable: false, context }
    }
}

/// A call that brought no answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// It did not run.
    NotRun(Error),
    /// It may have run.
    InDoubt(Error),
}

impl Failure {
    pub(crate) fn into_error(self) -> Error {
        let (Failure::NotRun(error) | Failure::InDoubt(error)) = self;
        error
    }
}

/// Why a request brought no response.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loss {
    NeverSent,
    Lost,
    TooLarge,
    Timeout(u32),
    Cancelled,
}

impl Loss {
    pub(super) fn error(&self, whom: &str) -> Error {
        match self {
            Loss::NeverSent => Error::new(
                ErrorCode::Unreachable,
                format!("{whom} cannot be reached"),
                "Check the network, the proxy, and that the host's sandbox allows this origin.",
            ),
            Loss::Lost => Error::new(
                ErrorCode::Unreachable,
                format!("the connection to {whom} broke before the answer was complete"),
                "Try again; the live list tells what was done.",
            ),
            Loss::TooLarge => Error::new(
                ErrorCode::UnexpectedResponse,
                format!("the answer of {whom} is larger than limits.responseBytes"),
                "Check that nothing stands in between that answers in its place.",
            ),
            Loss::Timeout(seconds) => Error::new(
                ErrorCode::Timeout,
                format!("{whom} did not answer within the {seconds} s of limits.requestSeconds"),
                "Try again; the live list tells what was done.",
            ),
            Loss::Cancelled => cancelled(),
        }
    }
}
