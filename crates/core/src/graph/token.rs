use super::answer::Answer;
use super::claims::Claims;
use super::credential::is_plain;
use super::error::plain;
use super::line::Line;
use super::session::Kept;
use crate::error::{Error, ErrorCode, GraphError};
use crate::options::Credential;
use crate::run::{AccessToken, Cut, TokenRequest};
use crate::secret::Secret;
use std::rc::Rc;
use std::time::Duration;

/// A token is renewed when it has less than this left, in milliseconds, or less than half of what it had.
const SPARE: u64 = 120_000;
/// A token that could not be renewed serves on, and is tried again after this, in milliseconds.
const PATIENCE: u64 = 20_000;
/// How often, and for how long, a run looks whether another one of the same client has got a token.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 40;
/// Microsoft Graph in every cloud.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

/// Why the last token no longer serves.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    token: Secret,
    /// What Graph said to it.
    graph: GraphError,
}

impl Refusal {
    pub(crate) fn of(token: Secret, answer: &Answer) -> Refusal {
        Refusal { token, graph: answer.graph_error() }
    }
}

impl Line {
    /// A token that has not been refused. Concurrent needs within a run wait for one request, and share its failure.
    pub(crate) async fn token(&self, refusal: Option<&Refusal>) -> Result<Secret, Error> {
        let failures = self.failures.get();
        let mut failure = self.renewal.lock().await;
        if let Some(token) = self.kept(refusal) {
            return Ok(token);
        }
        if let Some(error) = failure.as_ref().filter(|_| self.failures.get() != failures) {
            return Err(error.clone());
        }
        if let Some(token) = self.other_run(refusal).await? {
            return Ok(token);
        }
        let under_way = Rc::new(());
        self.session.renewal.replace(Rc::downgrade(&under_way));
        match self.renew(refusal).await {
            Ok(token) => Ok(token),
            Err(error) => {
                if let Some(token) = self.spared(refusal) {
                    return Ok(token);
                }
                self.failures.set(failures.wrapping_add(1));
                *failure = Some(error.clone());
                Err(error)
            }
        }
    }

    fn kept(&self, refusal: Option<&Refusal>) -> Option<Secret> {
        let kept = self.session.token.borrow();
        let kept = kept.as_ref().filter(|kept| kept.renew_at.is_none_or(|at| at > self.host.now()))?;
        refusal.is_none_or(|refusal| refusal.token != kept.token).then(|| kept.token.clone())
    }

    /// What another run of the client gets meanwhile. It is waited for with this run's own sleeps, and for a moment
    /// only: the other one's host may have let it lie.
    async fn other_run(&self, refusal: Option<&Refusal>) -> Result<Option<Secret>, Error> {
        for _ in 0..LOOKS {
            if self.session.renewal.borrow().strong_count() == 0 {
                break;
            }
            self.host.nap(LOOK).await?;
            if let Some(token) = self.kept(refusal) {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }

    /// The old token, where it has not expired yet: a sign-in service that is down for a minute fails nobody.
    fn spared(&self, refusal: Option<&Refusal>) -> Option<Secret> {
        let now = self.host.now();
        let mut kept = self.session.token.borrow_mut();
        let kept = kept.as_mut().filter(|kept| kept.expires_at.is_some_and(|at| at > now))?;
        if self.host.is_cancelled() || refusal.is_some() {
            return None;
        }
        kept.renew_at = Some(now.saturating_add(PATIENCE));
        Some(kept.token.clone())
    }

    async fn renew(&self, refusal: Option<&Refusal>) -> Result<Secret, Error> {
        let credential = &self.session.credential;
        let AccessToken { token, expires_at } = match credential {
            Credential::AccessToken(token) => AccessToken { token: token.clone(), expires_at: None },
            Credential::Host => self.ask_host(refusal).await?,
            Credential::ClientSecret { .. }
            | Credential::ClientAssertion { .. }
            | Credential::ManagedIdentity { .. } => {
                self.sign_in(refusal.and_then(|refusal| refusal.graph.claims.as_deref())).await?
            }
        };
        if let Some(refusal) = refusal.filter(|refusal| refusal.token == token) {
            return Err(refused_for_good(credential, refusal));
        }
        let claims = Claims::of(&token).unwrap_or_default();
        if let Some(resource) = claims.aud.as_deref().filter(|resource| !self.is_for_graph(resource)) {
            return Err(wrong_audience(resource, &self.session.scope()));
        }
        let now = self.host.now();
        let expires_at = expires_at.or(claims.exp.map(|seconds| seconds.saturating_mul(1000)));
        if matches!(credential, Credential::AccessToken(_)) && expires_at.is_some_and(|at| at <= now) {
            return Err(expired());
        }
        let renew_at = expires_at.map(|at| at - (at.saturating_sub(now) / 2).min(SPARE));
        self.session.token.replace(Some(Kept { token: token.clone(), expires_at, renew_at }));
        Ok(token)
    }

    async fn ask_host(&self, refusal: Option<&Refusal>) -> Result<AccessToken, Error> {
        let request = TokenRequest {
            scope: self.session.scope(),
            claims: refusal.and_then(|refusal| refusal.graph.claims.clone()),
            refused: refusal.map(|refusal| refusal.token.clone()),
        };
        let given = self.host.token(request).await?;
        let given = given.map_err(|reason| {
            Error::new(
                ErrorCode::Unauthenticated,
                format!("no access token could be had: {reason}"),
                "Check the credential that was passed in; the sentence above comes from it.",
            )
        })?;
        if given.token.expose().is_empty() || !is_plain(&given.token) {
            return Err(Error::new(
                ErrorCode::Unauthenticated,
                "the credential gave an access token that is empty, or holds characters that no token has",
                "Let it give the token alone, without `Bearer`, quotes or line breaks.",
            ));
        }
        Ok(given)
    }

    /// Whether a token with this audience is for the Graph that it would be sent to. Where something stands before
    /// Graph, that may have a name of its own, but no other resource's address.
    fn is_for_graph(&self, audience: &str) -> bool {
        let audience = audience.trim_end_matches('/');
        let (graph, given) = (self.session.cloud.graph_url(), self.session.graph_url.as_str());
        let same = |other: &str| audience.eq_ignore_ascii_case(other);
        same(GRAPH_APP) || same(graph) || (graph != given && (same(given) || !audience.starts_with("https://")))
    }
}

pub(crate) fn cancelled() -> Error {
    Error::new(
        ErrorCode::Cancelled,
        "the caller cancelled",
        "Run it again when you are ready; a reset may be repeated.",
    )
}

impl From<Cut> for Error {
    fn from(_: Cut) -> Error {
        cancelled()
    }
}

fn refused_for_good(credential: &Credential, refusal: &Refusal) -> Error {
    let help = match credential {
        Credential::ManagedIdentity { .. } => {
            "The platform keeps a managed identity's token for up to a day and still hands out the one that Graph \
             refused: wait until it has expired, or sign in another way."
        }
        _ if refusal.graph.claims.is_some() => {
            "Sign in again with the claims that Graph asks for (`graph.claims`): something about the user or the sign-in \
             has changed since the token was issued."
        }
        _ => "Get a new token: its audience must be Microsoft Graph in this cloud, and it must not have expired.",
    };
    Error::new(ErrorCode::Unauthenticated, "Graph does not accept the access token", help)
        .with_graph(refusal.graph.clone())
}

fn wrong_audience(audience: &str, scope: &str) -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        format!("the access token is for {}, and not for Microsoft Graph in this cloud", plain(audience, 80)),
        format!("Get a token for {scope}, or let `cloud` name the cloud that the token is from."),
    )
}

fn expired() -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        "the access token has expired",
        "Get a new token; if it is new, set this host's clock.",
    )
}
