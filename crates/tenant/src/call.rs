use crate::answer::{Answer, Reply};
use crate::token::TokenClaims;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::rc::Rc;

/// Which of Graph's two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Stable,
    Beta,
}

impl Version {
    pub(crate) fn parse(segment: &str) -> Option<Version> {
        match segment {
            "v1.0" => Some(Version::Stable),
            "beta" => Some(Version::Beta),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Version::Stable => "v1.0",
            Version::Beta => "beta",
        }
    }
}

/// One call as a handler sees it: alone, or the member of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Of the HTTP request that carried it.
    pub(crate) serial: u64,
    /// Its place in the batch.
    pub(crate) member: Option<usize>,
    /// The places of all members that it waits for.
    pub(crate) ancestors: Vec<usize>,
    pub(crate) now: u64,
    pub(crate) method: String,
    pub(crate) version: Version,
    /// Without the version, encoded as it came.
    pub(crate) path: String,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) has_content_type: bool,
    pub(crate) eventual: bool,
    pub(crate) origin: Rc<str>,
    pub(crate) claims: Rc<TokenClaims>,
}

impl Call {
    pub(crate) fn is_beta(&self) -> bool {
        self.version == Version::Beta
    }

    pub(crate) fn is_write(&self) -> bool {
        self.method != "GET"
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Refuses every query option but these.
    pub(crate) fn only_options(&self, known: &[&str]) -> Result<(), Answer> {
        match self.query.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(Answer::error(
                400,
                "BadRequest",
                format!("The query specified in the URI is not valid. Query option '{key}' is not allowed."),
            )),
            None => Ok(()),
        }
    }

    /// The body of a write that needs one.
    pub(crate) fn object(&self) -> Result<&Map<String, Value>, Answer> {
        if !self.has_content_type {
            return Err(content_type_missing());
        }
        match &self.body {
            Some(Value::Object(body)) => Ok(body),
            _ => Err(Answer::error(400, "BadRequest", "Empty Payload. JSON content expected.")),
        }
    }

    /// The same, with these properties at most.
    pub(crate) fn object_of(&self, known: &[&str]) -> Result<&Map<String, Value>, Answer> {
        let body = self.object()?;
        match body.keys().find(|name| !name.starts_with('@') && !known.contains(&name.as_str())) {
            Some(unknown) => Err(Answer::error(400, "BadRequest", format!("The property '{unknown}' does not exist."))),
            None => Ok(body),
        }
    }

    pub(crate) fn context(&self, graph: &str, rest: &str) -> Value {
        format!("{graph}/{}/$metadata#{rest}", self.version.name()).into()
    }

    pub(crate) fn expect(&self, method: &str) -> Result<(), Answer> {
        if self.method == method { Ok(()) } else { Err(Answer::not_allowed()) }
    }

    /// What v1.0 says of a path that only beta has.
    pub(crate) fn beta_only(&self, segment: &str) -> Reply {
        match self.member {
            Some(_) => Err(Answer::not_allowed()),
            None => Err(Answer::no_segment(segment)),
        }
    }
}

pub(crate) fn content_type_missing() -> Answer {
    Answer::error(
        400,
        "BadRequest",
        "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
    )
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    /// `.` or `..`, encoded or not.
    Dots,
    /// No such segment, an unquoted key that begins with `$` included.
    Segment(String),
}

/// Splits a path into decoded segments; `users('x')` is two, and `''` within the quotes one quote.
pub(crate) fn segments(path: &str) -> Result<Vec<String>, PathError> {
    let mut found: Vec<String> = Vec::new();
    for raw in path.trim_start_matches('/').split('/') {
        let Ok(segment) = percent_decode_str(raw).decode_utf8() else {
            return Err(PathError::Segment(raw.to_owned()));
        };
        if segment == "." || segment == ".." {
            return Err(PathError::Dots);
        }
        if segment.is_empty() {
            return Err(PathError::Segment(String::new()));
        }
        match segment.split_once("('") {
            Some((name, rest)) if name.chars().all(|c| c.is_ascii_alphanumeric()) && !name.is_empty() => {
                found.push(name.to_owned());
                found.push(unquote(rest).ok_or_else(|| PathError::Segment(segment.clone().into_owned()))?);
            }
            _ if segment.starts_with('$') && found.last().is_some_and(|last| last.eq_ignore_ascii_case("users")) => {
                return Err(PathError::Segment(segment.into_owned()));
            }
            _ => found.push(segment.into_owned()),
        }
    }
    Ok(found)
}

fn unquote(rest: &str) -> Option<String> {
    let quoted = rest.strip_suffix("')")?;
    let key = quoted.replace("''", "\u{0}");
    if key.contains('\'') || key.is_empty() { None } else { Some(key.replace('\u{0}', "'")) }
}

/// Splits a query into decoded pairs.
pub(crate) fn query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn splits_paths() {
        let parts = |path| segments(path).unwrap();
        assert_eq!(parts("/users/a%40b/x"), ["users", "a@b", "x"]);
        assert_eq!(parts("/users('$a@b')/x"), ["users", "$a@b", "x"]);
        assert_eq!(parts("/users('o''brien@b')"), ["users", "o'brien@b"]);
        assert_eq!(parts("/users('o%27%27brien@b')"), ["users", "o'brien@b"]);
        assert_eq!(parts("/users/o%27brien@b"), ["users", "o'brien@b"]);
        assert_eq!(segments("/users/$a@b"), Err(PathError::Segment("$a@b".into())));
        assert_eq!(segments("/users('o'brien@b')"), Err(PathError::Segment("users('o'brien@b')".into())));
        assert_eq!(segments("/users/%2e%2E/me"), Err(PathError::Dots));
        assert_eq!(segments("/users//me"), Err(PathError::Segment(String::new())));
    }
}
