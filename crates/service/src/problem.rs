//! What is not answered, as RFC 9457 has it.

use base64ct::{Base64, Encoding};
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
        let answered = error.graph.as_ref().map(|graph| graph.status);
        let status = match error.code {
            ErrorCode::Unreachable if answered == Some(UNAVAILABLE) => UNAVAILABLE,
            code => kind(code).0,
        };
        Problem { status, error, allow: None }
    }
}

impl Problem {
    /// What HTTP has a closer status for than the error's code has.
    pub(crate) fn with_status(status: u16, code: ErrorCode, message: &str, help: &str) -> Self {
        Problem { status, error: error(code, message, help), allow: None }
    }

    /// `WWW-Authenticate` of a 401, as RFC 6750 has it; with the claims that Graph wants to see in a new token, as
    /// Entra's own services hand them on. Encoded by us, so that nothing of Graph's gets into a header as it is.
    pub(crate) fn challenge(&self) -> Option<String> {
        let claims = self.error.graph.as_ref().and_then(|graph| graph.claims.as_ref());
        (self.status == 401).then(|| match claims {
            Some(claims) => {
                let claims = Base64::encode_string(claims.as_bytes());
                format!("Bearer error=\"insufficient_claims\", claims=\"{claims}\"")
            }
            None => "Bearer".to_owned(),
        })
    }

    /// `Retry-After` in seconds, where Graph has said how long.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        let graph = self.error.graph.as_ref().filter(|_| matches!(self.status, THROTTLED | UNAVAILABLE))?;
        graph.retry_after_seconds
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

const THROTTLED: u16 = 429;
/// Graph's own 503 is passed on, since it says that the call did not run, and often for how long.
pub const UNAVAILABLE: u16 = 503;

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

    fn of_graph(code: ErrorCode, status: u16, retry_after_seconds: Option<u32>, claims: Option<&str>) -> Problem {
        let claims = claims.map(str::to_owned);
        let graph = GraphError { status, code: None, request_id: None, date: None, retry_after_seconds, claims };
        Problem::from(Error { graph: Some(graph), ..error(code, "m", "h") })
    }

    #[test]
    fn nothing_of_a_challenge_gets_into_a_header_but_base64() {
        let challenge = |claims| of_graph(ErrorCode::Unauthenticated, 401, None, claims).challenge().unwrap();
        assert_eq!(challenge(None), "Bearer");
        let odd = "{\"a\":\"\\\",\r\nSet-Cookie: a=b\u{ff}\"}";
        for claims in [r#"{"access_token":{"nbf":{"essential":true}}}"#, odd, ""] {
            let header = challenge(Some(claims));
            let encoded = header.strip_prefix("Bearer error=\"insufficient_claims\", claims=\"").unwrap();
            let encoded = encoded.strip_suffix('"').unwrap();
            assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)), "{header}");
            assert_eq!(Base64::decode_vec(encoded).unwrap(), claims.as_bytes());
        }
        assert_eq!(of_graph(ErrorCode::Forbidden, 401, None, Some("{}")).challenge(), None);
    }

    #[test]
    fn how_long_to_wait_is_said_where_waiting_helps() {
        let said = |code, status| {
            let problem = of_graph(code, status, Some(7), None);
            (problem.status, problem.retry_after())
        };
        assert_eq!(said(ErrorCode::Throttled, 429), (429, Some(7)));
        assert_eq!(said(ErrorCode::Unreachable, 503), (503, Some(7)));
        assert_eq!(said(ErrorCode::Unreachable, 504), (502, None));
        assert_eq!(said(ErrorCode::Forbidden, 403), (403, None));
        assert_eq!(of_graph(ErrorCode::Throttled, 429, None, None).retry_after(), None);
        assert_eq!(Problem::from(error(ErrorCode::Unreachable, "m", "h")).status, 502);
    }
}
