use crate::clock;
use serde_json::{Map, Value, json};

pub(crate) const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// The answer to one call, alone or in a batch.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Body>,
}

/// What an answer carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Json(Value),
    /// JSON that is written out already.
    Text(String),
}

impl Body {
    pub(crate) fn into_text(self) -> String {
        match self {
            Body::Json(value) => value.to_string(),
            Body::Text(text) => text,
        }
    }
}

/// A refusal leaves a handler by `?`.
pub(crate) type Reply = Result<Answer, Answer>;

impl Answer {
    #[inline(never)]
    pub(crate) fn json(status: u16, body: Value) -> Answer {
        Answer { status, headers: Vec::new(), body: Some(Body::Json(body)) }
    }

    /// 200 with JSON that is written out already.
    pub(crate) fn text(body: String) -> Answer {
        Answer { status: 200, headers: Vec::new(), body: Some(Body::Text(body)) }
    }

    pub(crate) fn ok(body: Value) -> Answer {
        Answer::json(200, body)
    }

    pub(crate) fn no_content() -> Answer {
        Answer { status: 204, headers: Vec::new(), body: None }
    }

    pub(crate) fn error(status: u16, code: &str, message: impl Into<String>) -> Answer {
        Answer::envelope(status, code, message.into(), Map::new())
    }

    #[inline(never)]
    fn envelope(status: u16, code: &str, message: String, inner: Map<String, Value>) -> Answer {
        let mut error = object(&mut [("code", code.into()), ("message", message.into())]);
        error.insert("innerError".into(), inner.into());
        Answer::json(status, object(&mut [("error", error.into())]).into())
    }

    /// The authentication method backend's refusal: its text comes twice.
    pub(crate) fn backend(status: u16, code: &str, message: impl Into<String>) -> Answer {
        let message = message.into();
        let inner = object(&mut [("message", message.as_str().into())]);
        Answer::envelope(status, code, message, inner)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Answer {
        Answer::backend(400, "badRequest", message)
    }

    #[inline(never)]
    pub(crate) fn method_gone() -> Answer {
        Answer::backend(404, "resourceNotFound", "The requested authentication method could not be found.")
    }

    /// The backend does not let this caller act on this user.
    #[inline(never)]
    pub(crate) fn access_denied() -> Answer {
        Answer::error(403, "accessDenied", "Request Authorization failed")
    }

    /// The directory does not let this caller do this.
    #[inline(never)]
    pub(crate) fn insufficient() -> Answer {
        Answer::error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    }

    #[inline(never)]
    pub(crate) fn no_segment(segment: &str) -> Answer {
        Answer::error(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// The directory has no object of this id.
    #[inline(never)]
    pub(crate) fn no_resource(id: &str) -> Answer {
        Answer::error(
            404,
            "Request_ResourceNotFound",
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
        )
    }

    #[inline(never)]
    pub(crate) fn not_allowed() -> Answer {
        Answer::error(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// A path that no controller of the backend knows. This is not a Graph error.
    #[inline(never)]
    pub(crate) fn unrouted(path: &str) -> Answer {
        Answer::json(
            404,
            json!({
                "Message": format!("No HTTP resource was found that matches the request URI '{path}'."),
                "MessageDetail": "No type was found that matches the controller named 'users'."
            }),
        )
    }

    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Answer {
        self.with_text(name, value.into())
    }

    #[inline(never)]
    fn with_text(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }

    /// The `innerError` of a Graph error.
    pub(crate) fn inner_error(&mut self) -> Option<&mut Map<String, Value>> {
        match &mut self.body {
            Some(Body::Json(body)) => body.pointer_mut("/error/innerError").and_then(Value::as_object_mut),
            _ => None,
        }
    }

    /// Puts date and ids into a Graph error.
    pub(crate) fn stamp(&mut self, now: u64, request_id: &str, client_request_id: &str) {
        if let Some(inner) = self.inner_error() {
            inner.insert("date".into(), clock::without_zone(now).into());
            inner.insert("request-id".into(), request_id.into());
            inner.insert("client-request-id".into(), client_request_id.into());
        }
    }
}

/// An object from pairs.
#[inline(never)]
pub(crate) fn object(pairs: &mut [(&str, Value)]) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in pairs {
        object.insert((*name).to_owned(), value.take());
    }
    object
}
