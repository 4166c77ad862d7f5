//! One HTTP request: its headers, and its deadline.

use super::answer::Answer;
use super::call::Loss;
use super::line::Line;
use crate::error::Error;
use crate::run::{SendError, first};
use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use std::time::Duration;

/// After a cancel, a write that is under way gets this long to answer before it counts as in doubt.
const GRACE: Duration = Duration::from_secs(5);
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const PRODUCT: &str = concat!("entra-mfa-reset/", env!("CARGO_PKG_VERSION"));

impl Line {
    pub(super) fn request(
        &self,
        method: &Method,
        url: &str,
        body: Bytes,
        token: &str,
        id: &str,
    ) -> Result<http::Request<Bytes>, Error> {
        let malformed = || Error::internal("a request could not be built");
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| malformed())?;
        bearer.set_sensitive(true);
        let mut request = http::Request::builder()
            .method(method)
            .uri(url)
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, PRODUCT)
            .header(CLIENT_REQUEST_ID, id);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(body).map_err(|_| malformed())
    }

    pub(super) fn request_id(&self) -> String {
        let bytes = (u128::from(self.host.random()) << 64 | u128::from(self.host.random())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// One request, with the usual deadline. `write` gives it a moment to answer after a cancel.
    pub(super) async fn deliver(&self, request: http::Request<Bytes>, write: bool) -> Result<Answer, Loss> {
        self.deliver_within(request, write, self.session.limits.request_seconds).await
    }

    /// As `deliver`, with a deadline of its own.
    pub(super) async fn deliver_within(
        &self,
        request: http::Request<Bytes>,
        write: bool,
        seconds: u32,
    ) -> Result<Answer, Loss> {
        let answer = first(self.host.send(request), self.host.sleep(Duration::from_secs(seconds.into())));
        let stop = async {
            self.host.cancelled().await;
            if write {
                self.host.sleep(GRACE).await;
            }
        };
        match first(answer, stop).await {
            Ok(Ok(Ok(response))) if response.body().len() > self.session.limits.response_bytes as usize => {
                Err(Loss::TooLarge)
            }
            Ok(Ok(Ok(response))) => Ok(Answer::of(response, self.host.now())),
            Ok(Ok(Err(SendError::NeverSent(_)))) => Err(Loss::NeverSent),
            Ok(Ok(Err(SendError::Lost(_)))) => Err(Loss::Lost),
            Ok(Ok(Err(SendError::TooLarge))) => Err(Loss::TooLarge),
            Ok(Err(())) => Err(Loss::Timeout(seconds)),
            Err(()) => Err(Loss::Cancelled),
        }
    }
}
