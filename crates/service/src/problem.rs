//! What is not answered, as RFC 9457 has it.

use entra_mfa_reset::{Error, ErrorCode, GraphError};
use serde::Serialize;

/// An error, and the status that carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, and what to do next.
    pub error: Error,
    /// The methods that the path takes, where the one that was used is none of them.
    pub allow: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: ErrorCode,
    help: &'a str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<&'a GraphError>,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem { status: kind(error.code).0, error, allow: None }
    }
}

impl Problem {
    /// What HTTP has a closer status for than the error's code has.
    pub(crate) fn with_status(status: u16, code: ErrorCode, message: &str, help: &str) -> Self {
        Problem { status, error: error(code, message, help), allow: None }
    }

    /// `application/problem+json`.
    pub fn to_json(&self) -> String {
        let Error { code, message, help, retryable, graph } = &self.error;
        let (_, name, title) = kind(*code);
        let document = Document {
            r#type: type_of(name),
            title,
            status: self.status,
            detail: message,
            code: *code,
            help,
            retryable: *retryable,
            graph: graph.as_ref(),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// An error that the service finds before the engine does.
pub(crate) fn error(code: ErrorCode, message: &str, help: &str) -> Error {
    let retryable = matches!(code, ErrorCode::Timeout);
    Error { code, message: message.to_owned(), help: help.to_owned(), retryable, graph: None }
}

/// Where a problem is described.
pub fn type_of(name: &str) -> String {
    format!("{}/blob/main/docs/service.md#{name}", env!("CARGO_PKG_REPOSITORY"))
}

/// Status, name and title of every code.
pub const KINDS: [(ErrorCode, u16, &str, &str); 18] = [
    (ErrorCode::InvalidInput, 400, "invalidInput", "The request is not valid"),
    (ErrorCode::Unauthenticated, 401, "unauthenticated", "There is no token that Graph accepts"),
    (ErrorCode::Forbidden, 403, "forbidden", "This caller may not do this to this user"),
    (ErrorCode::ProtectedUser, 403, "protectedUser", "The user is privileged or protected"),
    (ErrorCode::ManagementRestricted, 403, "managementRestricted", "The user's management is restricted"),
    (ErrorCode::UserNotFound, 404, "userNotFound", "There is no such user in this tenant"),
    (ErrorCode::DefaultMethodBlocked, 409, "defaultMethodBlocked", "Graph keeps refusing to delete the default method"),
    (ErrorCode::Conflict, 409, "conflict", "Something else is registered in its place"),
    (ErrorCode::DuplicateUser, 409, "duplicateUser", "The user is named twice"),
    (ErrorCode::Expired, 412, "expired", "It had to begin earlier"),
    (ErrorCode::PolicyRejected, 422, "policyRejected", "The tenant's policy forbids it"),
    (ErrorCode::Unsupported, 422, "unsupported", "This cloud, API version or account does not have it"),
    (ErrorCode::Throttled, 429, "throttled", "Graph is throttling"),
    (ErrorCode::Internal, 500, "internal", "A defect of the service, or of how it is set up"),
    (ErrorCode::Unreachable, 502, "unreachable", "Graph cannot be reached"),
    (ErrorCode::UnexpectedResponse, 502, "unexpectedResponse", "Graph answered something else than it documents"),
    (ErrorCode::Cancelled, 503, "cancelled", "It was cancelled"),
    (ErrorCode::Timeout, 504, "timeout", "It did not end in time"),
];

fn kind(code: ErrorCode) -> (u16, &'static str, &'static str) {
    let known = KINDS.iter().find(|(known, ..)| *known == code);
    known.map_or((500, "internal", ""), |(_, status, name, title)| (*status, name, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_the_contract_calls_the_code() {
        for (code, _, name, title) in KINDS {
            assert_eq!(serde_json::to_value(code).unwrap(), name);
            assert!(!title.is_empty() && KINDS.iter().filter(|(other, ..)| *other == code).count() == 1);
        }
    }
}
