//! Getting a token over HTTP: from the sign-in service for an application, from the platform for a managed identity.

use super::answer::{self, Answer, Object};
use super::call::Loss;
use super::credential::{identity_url, is_plain};
use super::line::Line;
use super::retry;
use super::sign_in_error::{no_assertion, no_identity, no_token, refused, whom};
use super::token::cancelled;
use crate::error::Error;
use crate::options::Credential;
use crate::run::AccessToken;
use crate::secret::Secret;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::time::Duration;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-identity-header");
const METADATA: HeaderName = HeaderName::from_static("metadata");
/// The metadata service is on the machine. Where there is none, nobody says so: this is how long it is waited for, in
/// seconds, and how often it is tried again.
const METADATA_SECONDS: u32 = 5;
const METADATA_RETRIES: u32 = 2;
/// A metadata service that is gone (410) is back within seventy seconds, which these waits outlast.
const GONE: Duration = Duration::from_secs(14);

impl Line {
    /// A token of the application or of the managed identity. `claims` answers a challenge; a platform takes none.
    pub(super) async fn sign_in(&self, claims: Option<&str>) -> Result<AccessToken, Error> {
        let session = &self.session;
        let credential = &session.credential;
        let is_metadata = matches!(credential, Credential::ManagedIdentity { header: None, .. });
        let probing = is_metadata && session.token.borrow().is_none();
        let mut seconds = session.limits.request_seconds;
        if probing {
            seconds = seconds.min(METADATA_SECONDS);
        }
        let mut tried = 0;
        loop {
            let request = self.token_request(claims).await?;
            let (server, error) = match self.deliver_within(request, false, seconds).await {
                Ok(answer) if answer.is_success() => {
                    return read(answer, self.host.now()).ok_or_else(|| no_token(credential));
                }
                Ok(answer) => {
                    let error = refused(credential, &answer);
                    let busy = is_metadata && matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE);
                    if !busy && !retry::is_retryable(answer.status) && !answer.status.is_server_error() {
                        return Err(error);
                    }
                    let mut server = answer.headers.retry_after;
                    if answer.status == StatusCode::GONE {
                        server = server.max(Some(GONE.min(Duration::from_secs(session.limits.retry_seconds.into()))));
                    }
                    (server, error)
                }
                Err(Loss::Cancelled) => return Err(cancelled()),
                Err(_) if probing && tried >= METADATA_RETRIES.min(session.limits.retries) => return Err(no_identity()),
                Err(loss) => (None, loss.error(whom(credential))),
            };
            let Some(wait) = retry::wait(&session.limits, tried, server, self.host.random()) else {
                return Err(error);
            };
            self.wait(wait, error.code).await?;
            tried += 1;
        }
    }

    async fn token_request(&self, claims: Option<&str>) -> Result<http::Request<Bytes>, Error> {
        let session = &self.session;
        let (tenant_id, client_id, secret) = match &session.credential {
            Credential::ClientSecret { tenant_id, client_id, client_secret } => {
                (tenant_id, client_id, Some(client_secret))
            }
            Credential::ClientAssertion { tenant_id, client_id } => (tenant_id, client_id, None),
            Credential::ManagedIdentity { client_id, endpoint, header } => {
                let url = identity_url(endpoint.as_deref(), header.is_some())?;
                return identity_request(url, session.cloud.graph_url(), client_id.as_deref(), header.as_ref());
            }
            Credential::Host | Credential::AccessToken(_) => return Err(Error::internal("nobody signs in here")),
        };
        let url = format!("{}/{tenant_id}/oauth2/v2.0/token", session.authority_host);
        let mut form = String::from("grant_type=client_credentials");
        append(&mut form, "client_id", client_id);
        append(&mut form, "scope", &session.scope());
        if let Some(secret) = secret {
            append(&mut form, "client_secret", secret.expose());
        } else {
            let assertion = self.assertion(url.clone()).await?;
            append(&mut form, "client_assertion_type", JWT_BEARER);
            append(&mut form, "client_assertion", assertion.expose());
        }
        if let Some(claims) = claims {
            append(&mut form, "claims", claims);
        }
        let request = http::Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(Bytes::from(form)).map_err(|_| malformed())
    }

    /// A fresh one for each request: an assertion lives for minutes.
    async fn assertion(&self, audience: String) -> Result<Secret, Error> {
        let given = self.host.assertion(audience).await?;
        let assertion = given.map_err(|reason| no_assertion(&reason))?;
        if assertion.expose().is_empty() || !is_plain(&assertion) {
            return Err(no_assertion("what was given is no assertion"));
        }
        Ok(assertion)
    }
}

/// App Service, Functions and Container Apps have a header of their own; the metadata service of a machine has none.
fn identity_request(
    mut url: String,
    resource: &str,
    client_id: Option<&str>,
    header: Option<&Secret>,
) -> Result<http::Request<Bytes>, Error> {
    url.push_str(if header.is_some() { "?api-version=2019-08-01" } else { "?api-version=2018-02-01" });
    append(&mut url, "resource", resource);
    if let Some(client_id) = client_id {
        append(&mut url, "client_id", client_id);
    }
    let mut request = http::Request::builder().method(Method::GET).uri(url).header(ACCEPT, "application/json");
    if let Some(header) = header {
        let mut value = HeaderValue::from_str(header.expose()).map_err(|_| malformed())?;
        value.set_sensitive(true);
        request = request.header(IDENTITY_HEADER, value);
    } else {
        request = request.header(METADATA, "true");
    }
    request.body(Bytes::new()).map_err(|_| malformed())
}

fn append(form: &mut String, name: &str, value: &str) {
    form.push('&');
    form.push_str(name);
    form.push('=');
    form.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
}

fn malformed() -> Error {
    Error::internal("the token request could not be built")
}

/// The token, and when it expires: a moment from a platform, a duration from the sign-in service, and each as a number
/// or as text.
fn read(answer: Answer, now: u64) -> Option<AccessToken> {
    let granted = answer.into_object()?;
    let token = Secret::new(answer::text(&granted, "access_token")?);
    if !is_plain(&token) {
        return None;
    }
    let until = seconds(&granted, "expires_on");
    let expires_at = until.or_else(|| seconds(&granted, "expires_in").map(|left| now.saturating_add(left)));
    Some(AccessToken { token, expires_at })
}

/// In milliseconds.
fn seconds(granted: &Object, name: &str) -> Option<u64> {
    let value = granted.get(name)?;
    let seconds = value.as_u64().or_else(|| Value::as_str(value)?.parse().ok())?;
    Some(seconds.saturating_mul(1000))
}
