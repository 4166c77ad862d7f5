use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What Graph answered to one call, whether it came alone or in a batch.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as `T`. Published examples wrap some single entities as `{"value": {…}}`, so both shapes are read.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        let value: Value = serde_json::from_slice(&self.body).ok()?;
        let bare = match value {
            Value::Object(mut object) if object.get("value").is_some_and(Value::is_object) => object.remove("value")?,
            other => other,
        };
        serde_json::from_value(bare).ok()
    }

    /// The parts of an error body that have a meaning of their own.
    pub(crate) fn error(&self) -> ErrorBody {
        let envelope: Option<Envelope> = serde_json::from_slice(&self.body).ok();
        envelope.and_then(|envelope| envelope.error).unwrap_or_default()
    }

    /// Whether an error says that there is no such route, rather than that there is no such object: a segment that
    /// this cloud or version lacks, or a backend that answers outside of Graph's own envelope.
    pub(crate) fn is_unrouted(&self) -> bool {
        if !matches!(self.status.as_u16(), 400 | 404 | 405 | 501) {
            return false;
        }
        // A page from something in between speaks for nobody.
        if serde_json::from_slice::<serde_json::Map<String, Value>>(&self.body).is_err() {
            return false;
        }
        let error = self.error();
        let of_segment = error.message.to_ascii_lowercase().contains("segment");
        match error.code.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("resourcenotfound" | "request_resourcenotfound" | "notfound" | "itemnotfound") => of_segment,
            Some(_) => of_segment || self.status != StatusCode::BAD_REQUEST,
            None => true,
        }
    }
}

/// A collection's page.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    #[serde(default, rename = "@odata.nextLink")]
    pub(crate) next_link: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    error: Option<ErrorBody>,
}

/// Graph's error object. The message is read to recognise two texts, and is never shown: it may name people.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default, rename = "innerError", alias = "innererror")]
    pub(crate) inner: Option<InnerError>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct InnerError {
    #[serde(default, rename = "request-id")]
    pub(crate) request_id: Option<String>,
    #[serde(default)]
    pub(crate) date: Option<String>,
}
