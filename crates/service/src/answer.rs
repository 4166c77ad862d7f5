//! What a caller gets.

use crate::deadline::Deadline;
use crate::problem::Problem;
use bytes::Bytes;
use entra_mfa_reset_wasi::body::{BodyWriter, Wrote};
use wasi::http::types::{Fields, OutgoingResponse, ResponseOutparam};
use wasi::io::poll::poll;

/// How long a caller may take before it takes the next bytes, in seconds.
pub const PATIENCE: u32 = 60;

/// An answer whose body is known.
#[derive(Debug)]
pub struct Answer {
    head: Head,
    body: Bytes,
}

/// Status and headers.
#[derive(Debug)]
pub struct Head {
    status: u16,
    headers: Vec<(&'static str, String)>,
}

impl Head {
    /// Reports hold passes and tell of people: nobody keeps them on the way.
    pub fn new(status: u16, content_type: &str) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Head { status, headers }
    }

    /// A page of this origin may read it.
    pub fn for_origin(&mut self, origin: Option<&str>) {
        if let Some(origin) = origin {
            self.headers.push(("access-control-allow-origin", origin.to_owned()));
            self.headers.push(("access-control-expose-headers", "Retry-After, WWW-Authenticate".to_owned()));
            self.headers.push(("vary", "Origin".to_owned()));
        }
    }

    /// Sends it; what is written goes after it. `None` where the host takes no body.
    pub fn send(self, out: ResponseOutparam) -> Option<BodyWriter> {
        let fields = Fields::new();
        for (name, value) in &self.headers {
            // A host that refuses one of them still has the rest to send.
            let _ = fields.append(name, value.as_bytes());
        }
        let response = OutgoingResponse::new(fields);
        let _ = response.set_status_code(self.status);
        let body = response.body().ok();
        // The host sends the head with this, and the body as it is written.
        ResponseOutparam::set(out, Ok(response));
        body.and_then(BodyWriter::open)
    }
}

impl Answer {
    /// A document that was asked for.
    pub fn json(body: impl Into<String>) -> Self {
        Answer { head: Head::new(200, "application/json"), body: body.into().into() }
    }

    /// What a page of an allowed origin may send.
    pub fn cors_preflight() -> Self {
        let headers = vec![
            ("access-control-allow-methods", "GET, POST".to_owned()),
            ("access-control-allow-headers", "Authorization, Content-Type".to_owned()),
            ("access-control-max-age", "600".to_owned()),
        ];
        Answer { head: Head { status: 204, headers }, body: Bytes::new() }
    }

    pub fn for_origin(mut self, origin: Option<&str>) -> Self {
        self.head.for_origin(origin);
        self
    }

    /// Sends all of it.
    pub fn send(mut self, out: ResponseOutparam) {
        if self.head.status != 204 {
            self.head.headers.push(("content-length", self.body.len().to_string()));
        }
        finish(self.head.send(out), self.body);
    }
}

/// Writes the last of a body, as long as the caller takes it.
pub fn finish(writer: Option<BodyWriter>, bytes: Bytes) {
    let Some(mut writer) = writer else { return };
    writer.put(bytes);
    let deadline = Deadline::after(PATIENCE);
    loop {
        match writer.write() {
            // Nobody is left to tell when it fails.
            Wrote::All => return drop(writer.finish()),
            Wrote::Closed => return,
            Wrote::Some if deadline.has_passed() => return,
            Wrote::Some => {
                poll(&[writer.pollable(), deadline.pollable()]);
            }
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let mut head = Head::new(problem.status, "application/problem+json");
        if let Some(allow) = problem.allow {
            head.headers.push(("allow", allow.to_owned()));
        }
        if let Some(challenge) = problem.challenge() {
            head.headers.push(("www-authenticate", challenge));
        }
        if let Some(seconds) = problem.retry_after() {
            head.headers.push(("retry-after", seconds.to_string()));
        }
        Answer { head, body: problem.to_json().into() }
    }
}
