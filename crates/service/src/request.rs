//! What a caller sent.

use crate::deadline::Deadline;
use crate::problem::Problem;
use crate::settings::{Settings, waiver};
use entra_mfa_reset::{AllowPrivileged, ErrorCode, Secret};
use entra_mfa_reset_wasi::body::{BodyReader, Read};
use percent_encoding::percent_decode_str;
use wasi::http::types::{IncomingRequest, Method};
use wasi::io::poll::poll;

/// The largest body of a request that is one document, in bytes.
const LARGEST: usize = 64 * 1024;
/// How long such a body may take to arrive, in seconds.
const PATIENCE: u32 = 30;

/// The head of a request, and its body until somebody takes it.
pub struct Request {
    pub method: String,
    /// As it was sent, without the query.
    pub path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    incoming: Option<IncomingRequest>,
}

impl Request {
    pub fn read(incoming: IncomingRequest) -> Self {
        let target = incoming.path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Request {
            method: method(incoming.method()),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: incoming.headers().entries(),
            incoming: Some(incoming),
        }
    }

    /// The header of this name; none where there are two, or where it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        if found.next().is_some() {
            return None;
        }
        std::str::from_utf8(value).ok().map(str::trim)
    }

    /// Whether a browser asks what a page of another origin may send.
    pub fn is_cors_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.header("access-control-request-method").is_some()
    }

    /// The caller's token for Graph.
    pub fn token(&self) -> Result<Secret, Problem> {
        let refused = |message: &str| {
            let help = "Send the header `Authorization: Bearer TOKEN`, with an access token for Microsoft Graph.";
            Err(Problem::with_status(401, ErrorCode::Unauthenticated, message, help))
        };
        let Some((scheme, token)) = self.header("authorization").and_then(|value| value.split_once(' ')) else {
            return refused("there is no bearer token");
        };
        let token = token.trim_start();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return refused("there is no bearer token");
        }
        if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)) {
            return refused("the bearer token holds characters that no token has");
        }
        Ok(Secret::new(token))
    }

    /// What the caller waives of the guard, if it may: a parameter, and never part of a body, since bodies are what
    /// flows pass on.
    pub fn waiver(&self, settings: &Settings) -> Result<AllowPrivileged, Problem> {
        let Some(text) = self.parameter("allowPrivileged")? else { return Ok(AllowPrivileged::No) };
        let asked = waiver(&text).ok_or_else(|| {
            invalid("`allowPrivileged` is none of `true`, `ifUnreadable` and `false`", "Correct the parameter.")
        })?;
        Ok(settings.permit(asked)?)
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Result<Option<String>, Problem> {
        Ok(parameters(&self.query)?.into_iter().find(|(found, _)| found == name).map(|(_, value)| value))
    }

    /// Refuses every other parameter: a misspelt one would be a request that does something else.
    pub fn only_parameters(&self, known: &[&str]) -> Result<(), Problem> {
        let parameters = parameters(&self.query)?;
        for (at, (name, _)) in parameters.iter().enumerate() {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            if !known.contains(&name.as_str()) {
                let help = "GET /openapi.json lists the parameters of every path.";
                return Err(invalid(&format!("there is no parameter `{shown}`"), help));
            }
            if parameters.iter().take(at).any(|(before, _)| before == name) {
                return Err(invalid(
                    &format!("the parameter `{shown}` is there twice"),
                    "Leave the one that is meant.",
                ));
            }
        }
        Ok(())
    }

    /// Whether the body says that it is one of these.
    pub fn expect_type(&self, types: &[&str]) -> Result<(), Problem> {
        let found = self.header("content-type").unwrap_or_default();
        let found = found.split(';').next().unwrap_or_default().trim();
        if types.iter().any(|name| name.eq_ignore_ascii_case(found)) {
            return Ok(());
        }
        let name = types.first().copied().unwrap_or_default();
        let message = format!("the body is not {name}");
        let help = format!("Send it with the header `Content-Type: {name}`.");
        Err(Problem::with_status(415, ErrorCode::InvalidInput, &message, &help))
    }

    /// The body as one JSON document; what is not there is `None`.
    pub fn json(&mut self) -> Result<Option<String>, Problem> {
        let bytes = self.bytes()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.expect_type(&["application/json"])?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(invalid("the body is no UTF-8", "Send JSON as UTF-8.")),
        }
    }

    /// The body, as it comes.
    pub fn body(&mut self) -> Option<BodyReader> {
        self.incoming.take().and_then(|incoming| incoming.consume().ok()).and_then(BodyReader::open)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Problem> {
        let Some(mut body) = self.body() else { return Ok(Vec::new()) };
        let deadline = Deadline::after(PATIENCE);
        let mut bytes = Vec::new();
        loop {
            match body.read() {
                Read::Bytes(chunk) => bytes.extend_from_slice(&chunk),
                Read::End => return Ok(bytes),
                Read::Broken => return Err(invalid("the body broke off", "Send it again.")),
                Read::Nothing => {
                    poll(&[body.pollable(), deadline.pollable()]);
                }
            }
            if bytes.len() > LARGEST {
                drain(body);
                let help = "One user's request is small; send many users to /v1/reset-many.";
                let message = format!("the body is larger than {LARGEST} bytes");
                return Err(Problem::with_status(413, ErrorCode::InvalidInput, &message, help));
            }
            if deadline.has_passed() {
                let message = format!("the body did not arrive within {PATIENCE} seconds");
                return Err(Problem::with_status(408, ErrorCode::Timeout, &message, "Send it again."));
            }
        }
    }
}

/// Reads on for a moment, since a caller that is still sending may not listen yet.
pub fn drain(mut body: BodyReader) {
    let deadline = Deadline::after(2);
    while !deadline.has_passed() {
        match body.read() {
            Read::Bytes(_) => {}
            Read::Nothing => drop(poll(&[body.pollable(), deadline.pollable()])),
            Read::End | Read::Broken => return,
        }
    }
}

pub fn invalid(message: &str, help: &str) -> Problem {
    Problem::with_status(400, ErrorCode::InvalidInput, message, help)
}

/// As forms are written: a plus sign is a blank.
fn parameters(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(Into::into).ok()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(name)?, decoded(value)?))
    });
    let pairs: Option<Vec<(String, String)>> = pairs.collect();
    pairs.ok_or_else(|| invalid("the query is not percent-encoded UTF-8", "Percent-encode the parameters."))
}

fn method(method: Method) -> String {
    match method {
        Method::Get => "GET".to_owned(),
        Method::Head => "HEAD".to_owned(),
        Method::Post => "POST".to_owned(),
        Method::Put => "PUT".to_owned(),
        Method::Delete => "DELETE".to_owned(),
        Method::Connect => "CONNECT".to_owned(),
        Method::Options => "OPTIONS".to_owned(),
        Method::Trace => "TRACE".to_owned(),
        Method::Patch => "PATCH".to_owned(),
        Method::Other(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_as_forms_write_them() {
        let read = |query: &str| parameters(query).ok();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let defaults = r#"{"reason":"INC 1+1"}"#;
        assert_eq!(read("defaults=%7B%22reason%22:%22INC+1%2B1%22%7D"), Some(vec![pair("defaults", defaults)]));
        assert_eq!(read("a=1&&b"), Some(vec![pair("a", "1"), pair("b", "")]));
        assert_eq!(read(""), Some(Vec::new()));
        assert_eq!(read("a=%ff"), None);
    }
}
