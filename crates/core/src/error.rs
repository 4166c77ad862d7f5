use crate::report::Outcome;
use serde::{Deserialize, Serialize};

/// Stable names of what can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request contradicts itself, or a field is out of range.
    InvalidInput,
    /// No token could be had, or Graph does not accept it.
    Unauthenticated,
    /// The token may not do this to this user.
    Forbidden,
    /// No such user in this tenant.
    UserNotFound,
    /// The guard refused: the user is privileged, protected, or the caller itself.
    ProtectedUser,
    /// The user is in a restricted management administrative unit.
    ManagementRestricted,
    /// Graph kept throttling until the retries ran out.
    Throttled,
    /// No answer within the deadline.
    Timeout,
    /// Graph or the sign-in service could not be reached, or says that it is unavailable.
    Unreachable,
    /// The answer is not what Graph documents: HTML, half a body, another origin.
    UnexpectedResponse,
    /// Graph keeps refusing to delete the user's default method.
    DefaultMethodBlocked,
    /// A tenant policy forbids it, for example a Temporary Access Pass for this user.
    PolicyRejected,
    /// This cloud, API version or account does not have it.
    Unsupported,
    /// Something else is registered in its place, and is not overwritten.
    Conflict,
    /// The user was named twice in one run.
    DuplicateUser,
    /// `notAfter` has passed.
    Expired,
    /// The caller cancelled.
    Cancelled,
    /// A defect of this software.
    Internal,
}

/// What went wrong, in one sentence, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ErrorInfo"))]
pub struct Error {
    /// The stable name.
    pub code: ErrorCode,
    /// One plain sentence; no secret, no whole phone number.
    pub message: String,
    /// What to do next.
    pub help: String,
    /// Whether the same call may succeed later without any other change.
    pub retryable: bool,
    /// What Graph answered, where Graph answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<GraphError>,
}

/// What Graph's error says that a caller can use: what identifies it to Microsoft's support, how long to wait, and what a
/// new token has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphError {
    /// The HTTP status.
    pub status: u16,
    /// Graph's error code, `Authorization_RequestDenied` for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Graph's `request-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Graph's own time of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// How long Graph wants to be left alone from then on, in whole seconds, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// Of a token that continuous access evaluation refused: the claims challenge, as JSON. Whoever signs in passes it on
    /// as the parameter `claims`, and gets a token that Graph accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl AsRef<str>, help: impl AsRef<str>) -> Self {
        Error::build(code, message.as_ref(), help.as_ref())
    }

    /// Input that is wrong, for shells that see it first.
    pub fn invalid(message: impl AsRef<str>, help: impl AsRef<str>) -> Self {
        Error::build(ErrorCode::InvalidInput, message.as_ref(), help.as_ref())
    }

    /// A defect of this software, for shells that meet one.
    pub fn internal(message: impl AsRef<str>) -> Self {
        let help = "This is a defect. Please report it with the version and what was asked, without any secret.";
        Error::build(ErrorCode::Internal, message.as_ref(), help)
    }

    /// Apart from the generic callers, so that its code stands once in the wasm.
    #[inline(never)]
    fn build(code: ErrorCode, message: &str, help: &str) -> Self {
        let retryable =
            matches!(code, ErrorCode::Throttled | ErrorCode::Timeout | ErrorCode::Unreachable | ErrorCode::Cancelled);
        Error { code, message: message.to_owned(), help: help.to_owned(), retryable, graph: None }
    }

    /// The outcome of a user to whom nothing was done because of it.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.code {
            ErrorCode::ProtectedUser
            | ErrorCode::ManagementRestricted
            | ErrorCode::DuplicateUser
            | ErrorCode::Expired
            | ErrorCode::PolicyRejected
            | ErrorCode::InvalidInput => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }

    pub(crate) fn with_graph(mut self, graph: GraphError) -> Self {
        self.graph = Some(graph);
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }
}
