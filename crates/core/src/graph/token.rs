use super::answer::{self, Answer, Headers};
use super::call::Loss;
use super::line::Line;
use super::retry;
use crate::error::{Error, ErrorCode};
use crate::options::Credential;
use crate::run::{AccessToken, TokenRequest};
use crate::secret::Secret;
use base64ct::{Base64UrlUnpadded, Encoding};
use bytes::Bytes;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// A token is renewed when it has less than this left, in milliseconds.
const SPARE: u64 = 120_000;

/// Why the last token no longer serves.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) token: Secret,
    pub(crate) claims: Option<String>,
}

impl Refusal {
    pub(crate) fn of(token: Secret, headers: &Headers) -> Refusal {
        Refusal { token, claims: challenge(headers) }
    }
}

/// The `claims` of a continuous access evaluation challenge.
fn challenge(headers: &Headers) -> Option<String> {
    headers.challenges.iter().find_map(|challenge| {
        let (_, rest) = challenge.split_once("claims=\"")?;
        let (encoded, _) = rest.split_once('"')?;
        let urlsafe = encoded.trim_end_matches('=').replace('+', "-").replace('/', "_");
        String::from_utf8(Base64UrlUnpadded::decode_vec(&urlsafe).ok()?).ok()
    })
}

impl Line {
    /// A token that has not been refused. Concurrent needs within a run wait for one request.
    pub(crate) async fn token(&self, refusal: Option<&Refusal>) -> Result<Secret, Error> {
        let _turn = self.renewal.lock().await;
        let cached = self.session.token.borrow().clone();
        if let Some(cached) = cached {
            let fresh = cached.expires_at.is_none_or(|at| at > self.host.now() + SPARE);
            if fresh && refusal.is_none_or(|refusal| refusal.token != cached.token) {
                return Ok(cached.token);
            }
        }
        let token = match &self.session.credential {
            Credential::AccessToken(token) => {
                if refusal.is_some() {
                    return Err(refused_for_good());
                }
                AccessToken { token: token.clone(), expires_at: None }
            }
            Credential::Host => {
                let request = TokenRequest {
                    scope: self.session.scope(),
                    claims: refusal.and_then(|refusal| refusal.claims.clone()),
                    refused: refusal.map(|refusal| refusal.token.clone()),
                };
                let given = self.host.until_cancelled(self.host.token(request)).await.map_err(|()| cancelled())?;
                let given = given.map_err(|reason| {
                    Error::new(
                        ErrorCode::Unauthenticated,
                        format!("no access token could be had: {reason}"),
                        "Check the credential that was passed in; the sentence above comes from it.",
                    )
                })?;
                if given.token.expose().is_empty() || !given.token.expose().bytes().all(|byte| byte.is_ascii_graphic())
                {
                    return Err(Error::new(
                        ErrorCode::Unauthenticated,
                        "the credential gave an access token that is empty, or holds characters that no token has",
                        "Let it give the token alone, without `Bearer`, quotes or line breaks.",
                    ));
                }
                given
            }
            Credential::ClientSecret { tenant_id, client_id, client_secret } => {
                let claims = refusal.and_then(|refusal| refusal.claims.as_deref());
                self.client_credentials(tenant_id, client_id, client_secret, claims).await?
            }
        };
        if refusal.is_some_and(|refusal| refusal.token == token.token) {
            return Err(refused_for_good());
        }
        let secret = token.token.clone();
        self.session.token.replace(Some(token));
        Ok(secret)
    }

    async fn client_credentials(
        &self,
        tenant_id: &str,
        client_id: &str,
        client_secret: &Secret,
        claims: Option<&str>,
    ) -> Result<AccessToken, Error> {
        let mut form = String::from("grant_type=client_credentials");
        let scope = self.session.scope();
        let fields = [("client_id", client_id), ("client_secret", client_secret.expose()), ("scope", &scope)];
        for (name, value) in fields.into_iter().chain(claims.map(|claims| ("claims", claims))) {
            form.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
        let uri = format!("{}/{tenant_id}/oauth2/v2.0/token", self.session.authority_host);
        let mut tried = 0;
        loop {
            let request = http::Request::builder()
                .method(Method::POST)
                .uri(&uri)
                .header(http::header::ACCEPT, "application/json")
                .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Bytes::from(form.clone()))
                .map_err(|_| Error::internal("the token request could not be built"))?;
            let (server, error) = match self.deliver(request, false).await {
                Ok(answer) if answer.is_success() => return self.read_token(answer),
                Ok(answer) => {
                    let error = refusal_of(&answer);
                    if !retry::is_retryable(answer.status) {
                        return Err(error);
                    }
                    (retry::retry_after(answer.headers.retry_after.as_deref(), self.host.now()), error)
                }
                Err(Loss::Cancelled) => return Err(cancelled()),
                Err(loss) => (None, loss.error("the sign-in service")),
            };
            let Some(wait) = retry::wait(&self.session.limits, tried, server, self.host.random()) else {
                return Err(error);
            };
            self.wait(wait, error.code).await?;
            tried += 1;
        }
    }

    fn read_token(&self, answer: Answer) -> Result<AccessToken, Error> {
        let granted = answer.into_object().unwrap_or_default();
        let token =
            answer::text(&granted, "access_token").filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        let Some(token) = token else {
            return Err(Error::new(
                ErrorCode::UnexpectedResponse,
                "the sign-in service's answer holds no access token",
                "Check authorityHost, and that no proxy answers in its place.",
            ));
        };
        // A number in Entra's answer, a string in some others'.
        let seconds =
            granted.get("expires_in").and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        let expires_at = seconds.map(|seconds| self.host.now().saturating_add(seconds.saturating_mul(1000)));
        Ok(AccessToken { token: Secret::new(token), expires_at })
    }
}

pub(crate) fn cancelled() -> Error {
    Error::new(
        ErrorCode::Cancelled,
        "the caller cancelled",
        "Run it again when you are ready; a reset may be repeated.",
    )
}

fn refused_for_good() -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        "Graph does not accept the access token",
        "Get a new token: its audience must be Microsoft Graph in this cloud, and it must not have expired.",
    )
}

/// Entra's own error numbers, as far as they tell the caller what to mend.
fn refusal_of(answer: &Answer) -> Error {
    let status = answer.status.as_u16();
    if status >= 500 || status == 429 {
        let code = if status == 429 { ErrorCode::Throttled } else { ErrorCode::Unreachable };
        return Error::new(code, format!("the sign-in service answered {status}"), "Try again in a few minutes.");
    }
    let numbers = answer.entity().and_then(|refused| refused.get("error_codes")).and_then(Value::as_array);
    let number = numbers.and_then(|numbers| numbers.first()).and_then(Value::as_u64);
    let help = match number {
        Some(7_000_215) => "The client secret is wrong: pass the secret's value, not its id.",
        Some(7_000_222) => "The client secret has expired: create a new one for the application.",
        Some(700_016) => "The tenant has no application with this client id: check both ids.",
        Some(90_002) => "There is no such tenant: check the tenant id, and the cloud.",
        Some(500_011 | 650_057) => "The scope does not belong to this cloud: check `cloud` and graphUrl.",
        Some(53_003 | 530_003) => "A Conditional Access policy blocks the application's sign-in.",
        _ => "Check tenant id, client id and client secret; Entra's sign-in log has the details.",
    };
    let message = match number {
        Some(number) => format!("the sign-in service refused the application (AADSTS{number})"),
        None => format!("the sign-in service answered {status}"),
    };
    Error::new(ErrorCode::Unauthenticated, message, help)
}
