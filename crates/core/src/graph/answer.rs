use super::challenge;
use super::error::plain;
use super::retry;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::{Map, Value};
use std::time::Duration;

/// A JSON object, read field by field: a field of another type than expected is a field that is absent.
pub(crate) type Object = Map<String, Value>;

pub(crate) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().filter(|text| !text.is_empty())
}

pub(crate) fn flag(object: &Object, name: &str) -> Option<bool> {
    object.get(name)?.as_bool()
}

pub(crate) fn number(object: &Object, name: &str) -> Option<u32> {
    object.get(name)?.as_u64().and_then(|number| u32::try_from(number).ok())
}

pub(crate) fn object<'a>(object: &'a Object, name: &str) -> Option<&'a Object> {
    object.get(name)?.as_object()
}

/// JSON, or nothing. Nesting beyond serde_json's bound is nothing, too.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()
}

/// The headers that the engine reads; no other needs to reach it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    pub(crate) retry_after: Option<Duration>,
    /// The claims challenge of continuous access evaluation.
    pub(crate) claims: Option<String>,
    pub(super) request_id: Option<String>,
    /// How much of the limit is used, in thousandths. Graph says it above four fifths.
    pub(crate) limit_used: Option<u32>,
}

impl Headers {
    fn take(&mut self, name: &str, value: &str, now: u64) {
        if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after = retry::retry_after(value, now);
        } else if name.eq_ignore_ascii_case("www-authenticate") {
            self.claims = self.claims.take().or_else(|| challenge::claims(value));
        } else if name.eq_ignore_ascii_case("request-id") {
            self.request_id = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case(LIMIT_USED) {
            self.limit_used = retry::thousandths(value).and_then(|used| u32::try_from(used).ok());
        }
    }

    fn of(headers: &HeaderMap, now: u64) -> Headers {
        let mut read = Headers::default();
        for (name, value) in headers {
            if let Ok(value) = value.to_str() {
                read.take(name.as_str(), value, now);
            }
        }
        read
    }

    pub(crate) fn of_member(headers: &Object, now: u64) -> Headers {
        let mut read = Headers::default();
        for (name, value) in headers {
            if let Some(text) = value.as_str() {
                read.take(name, text, now);
            } else if let Some(number) = value.as_u64() {
                read.take(name, &number.to_string(), now);
            }
        }
        read
    }
}

const LIMIT_USED: &str = "x-ms-throttle-limit-percentage";

/// The name of a response's header, if the engine reads it. A shell passes on these and may leave the others out.
pub fn response_header(name: &str) -> Option<HeaderName> {
    const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
    const NAMES: [HeaderName; 4] =
        [http::header::RETRY_AFTER, http::header::WWW_AUTHENTICATE, REQUEST_ID, HeaderName::from_static(LIMIT_USED)];
    NAMES.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name))
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    /// A page from something in between, or half an answer. Even a good status proves nothing then.
    Garbled,
}

/// What Graph answered to one call, whether it came alone or in a batch.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    /// Of a call that Graph forbids: what to do about it.
    pub(crate) advice: Option<String>,
}

impl Answer {
    /// `now` is when it came, in milliseconds of Unix time.
    pub(crate) fn of(response: http::Response<Bytes>, now: u64) -> Answer {
        let body = match response.body() {
            bytes if bytes.is_empty() => Body::Empty,
            bytes => parse(bytes).map_or(Body::Garbled, Body::Json),
        };
        Answer { status: response.status(), headers: Headers::of(response.headers(), now), body, advice: None }
    }

    /// A chain ended before this call: it was not sent.
    pub(crate) fn not_reached() -> Answer {
        Answer { status: StatusCode::FAILED_DEPENDENCY, headers: Headers::default(), body: Body::Empty, advice: None }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    fn whole(&self) -> Option<&Object> {
        match &self.body {
            Body::Json(value) => value.as_object(),
            Body::Empty | Body::Garbled => None,
        }
    }

    /// The body as one entity. Published examples wrap some as `{"value": {…}}`, so both shapes are read.
    pub(crate) fn entity(&self) -> Option<&Object> {
        let whole = self.whole()?;
        Some(object(whole, "value").unwrap_or(whole))
    }

    /// The body as a page of a collection, with the link to the next.
    pub(crate) fn page(&self) -> Option<(&[Value], Option<&str>)> {
        let whole = self.whole()?;
        Some((whole.get("value")?.as_array()?, whole.get("@odata.nextLink").and_then(Value::as_str)))
    }

    pub(crate) fn into_object(self) -> Option<Object> {
        match self.body {
            Body::Json(Value::Object(object)) => Some(object),
            Body::Json(_) | Body::Empty | Body::Garbled => None,
        }
    }

    fn error(&self) -> Option<&Object> {
        object(self.whole()?, "error")
    }

    /// Graph's error code.
    pub(crate) fn error_code(&self) -> Option<&str> {
        text(self.error()?, "code")
    }

    /// Graph's words. They are read to recognise two texts, and never shown: they may name people.
    pub(crate) fn error_message(&self) -> String {
        let message = self.error().and_then(|error| text(error, "message"));
        message.unwrap_or_default().to_ascii_lowercase()
    }

    /// Graph's id and time of an error.
    pub(crate) fn error_origin(&self) -> (Option<&str>, Option<&str>) {
        let inner = self.error().and_then(|error| object(error, "innerError").or(object(error, "innererror")));
        let read = |name: &str| inner.and_then(|inner| text(inner, name));
        (read("request-id").or(self.headers.request_id.as_deref()), read("date"))
    }

    /// Graph's own id of this answer.
    pub(crate) fn request_id(&self) -> Option<String> {
        self.error_origin().0.map(|id| plain(id, 64))
    }

    /// Whether an error says that there is no such route, rather than that there is no such object: a segment that
    /// this cloud or version lacks, or a backend that answers outside of Graph's own envelope.
    pub(crate) fn is_unrouted(&self) -> bool {
        // A page from something in between speaks for nobody.
        if !matches!(self.status.as_u16(), 400 | 404 | 405 | 501) || self.whole().is_none() {
            return false;
        }
        let of_segment = self.error_message().contains("segment");
        match self.error_code().map(str::to_ascii_lowercase).as_deref() {
            Some("resourcenotfound" | "request_resourcenotfound" | "notfound" | "itemnotfound") => of_segment,
            Some(_) => of_segment || self.status != StatusCode::BAD_REQUEST,
            None => true,
        }
    }
}
