use super::answer::{Answer, Body};
use super::error::{Context, unexpected_body};
use super::retry;
use super::session::Session;
use super::token::{Refusal, cancelled};
use super::url::{Path, Version};
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventOutcome, EventStep};
use crate::report::GraphUsage;
use crate::run::{Host, SendError, first};
use crate::time::timestamp;
use bytes::Bytes;
use futures_util::lock::Mutex;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, StatusCode};
use serde_json::Value;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// After a cancel, a write that is under way gets this long to answer before it counts as in doubt.
const GRACE: Duration = Duration::from_secs(5);
/// A collection of more pages than this is no user's.
const PAGES: usize = 64;
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const PRODUCT: &str = concat!("entra-mfa-reset/", env!("CARGO_PKG_VERSION"));

/// One Graph call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) version: Version,
    pub(crate) path: Path,
    pub(crate) body: Option<String>,
    /// Running it twice does no more than running it once, so it is repeated when its answer is lost.
    pub(crate) repeatable: bool,
    pub(crate) context: Context,
}

impl Call {
    pub(crate) fn get(version: Version, path: Path, context: Context) -> Call {
        Call { method: Method::GET, version, path, body: None, repeatable: true, context }
    }

    pub(crate) fn write(method: Method, version: Version, path: Path, body: Option<String>, context: Context) -> Call {
        Call { method, version, path, body, repeatable: false, context }
    }
}

/// A call that brought no answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// It did not run.
    NotRun(Error),
    /// It may have run.
    InDoubt(Error),
}

impl Failure {
    pub(crate) fn into_error(self) -> Error {
        let (Failure::NotRun(error) | Failure::InDoubt(error)) = self;
        error
    }
}

/// Why a request brought no response.
#[derive(Debug)]
pub(crate) enum Loss {
    NeverSent,
    Lost,
    TooLarge,
    Timeout(u32),
    Cancelled,
}

impl Loss {
    pub(crate) fn error(&self, whom: &str) -> Error {
        match self {
            Loss::NeverSent => Error::new(
                ErrorCode::Unreachable,
                format!("{whom} cannot be reached"),
                "Check the network, the proxy, and that the host's sandbox allows this origin.",
            ),
            Loss::Lost => Error::new(
                ErrorCode::Unreachable,
                format!("the connection to {whom} broke before the answer was complete"),
                "Try again; the live list tells what was done.",
            ),
            Loss::TooLarge => Error::new(
                ErrorCode::UnexpectedResponse,
                format!("the answer of {whom} is larger than limits.responseBytes"),
                "Check that nothing stands in between that answers in its place.",
            ),
            Loss::Timeout(seconds) => Error::new(
                ErrorCode::Timeout,
                format!("{whom} did not answer within the {seconds} s of limits.requestSeconds"),
                "Try again; the live list tells what was done.",
            ),
            Loss::Cancelled => cancelled(),
        }
    }
}

/// One run's way to Graph.
pub(crate) struct Graph {
    pub(crate) host: Host,
    pub(crate) session: Rc<Session>,
    pub(super) renewal: Mutex<()>,
    usage: RefCell<GraphUsage>,
    subject: RefCell<Subject>,
}

/// Whom the events of a run are about.
#[derive(Default)]
struct Subject {
    user_id: Option<String>,
    reason: Option<String>,
}

impl Graph {
    pub(crate) fn new(host: Host, session: Rc<Session>, reason: Option<String>) -> Graph {
        Graph {
            host,
            session,
            renewal: Mutex::new(()),
            usage: RefCell::default(),
            subject: RefCell::new(Subject { user_id: None, reason }),
        }
    }

    pub(crate) fn usage(&self) -> GraphUsage {
        self.usage.borrow().clone()
    }

    pub(crate) fn set_subject(&self, user_id: &str) {
        self.subject.borrow_mut().user_id = Some(user_id.to_owned());
    }

    /// Tells whoever listens; `fill` adds what the step has to say.
    pub(crate) fn emit(&self, step: EventStep, outcome: EventOutcome, fill: impl FnOnce(&mut Event)) {
        let mut event = self.draft(step, outcome);
        fill(&mut event);
        self.host.emit(event);
    }

    #[inline(never)]
    fn draft(&self, step: EventStep, outcome: EventOutcome) -> Event {
        let subject = self.subject.borrow();
        Event {
            at: timestamp(self.host.now()),
            step,
            outcome,
            user_id: subject.user_id.clone(),
            method: None,
            wait_milliseconds: None,
            error: None,
            request_id: self.usage.borrow().client_request_ids.last().cloned(),
            reason: subject.reason.clone(),
        }
    }

    /// Waits, and says so. Ends at once when the run is cancelled.
    pub(crate) async fn wait(&self, duration: Duration, why: Option<ErrorCode>) -> Result<(), Error> {
        if duration > Duration::ZERO {
            self.emit(EventStep::Wait, EventOutcome::Started, |event| {
                event.wait_milliseconds = u64::try_from(duration.as_millis()).ok();
                event.error = why;
            });
            self.until_cancelled(self.host.sleep(duration)).await?;
        }
        if self.host.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }

    pub(super) async fn until_cancelled<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        first(future, self.host.cancelled()).await.map_err(|()| cancelled())
    }

    /// One request, with a deadline. `write` gives it a moment to answer after a cancel.
    pub(super) async fn deliver(&self, request: http::Request<Bytes>, write: bool) -> Result<Answer, Loss> {
        let seconds = self.session.limits.request_seconds;
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
            Ok(Ok(Ok(response))) => Ok(Answer::of(response)),
            Ok(Ok(Err(SendError::NeverSent(_)))) => Err(Loss::NeverSent),
            Ok(Ok(Err(SendError::Lost(_)))) => Err(Loss::Lost),
            Ok(Ok(Err(SendError::TooLarge))) => Err(Loss::TooLarge),
            Ok(Err(())) => Err(Loss::Timeout(seconds)),
            Err(()) => Err(Loss::Cancelled),
        }
    }

    /// One call, alone.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, Failure> {
        let url = format!("{}/{}{}", self.session.graph_url, call.version.segment(), call.path);
        let body = call.body.clone().map(Bytes::from).unwrap_or_default();
        self.exchange(&call.method, &url, body, call.repeatable, 1, call.context).await
    }

    /// The rest of a collection. A link that leaves Graph's origin or API root is not followed: the token goes along.
    pub(crate) async fn follow(&self, link: &str, context: Context) -> Result<Answer, Failure> {
        let below = link.strip_prefix(self.session.graph_url.as_str());
        let inside = below.is_some_and(|rest| {
            let path = rest.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
            (path.starts_with("/v1.0/") || path.starts_with("/beta/"))
                && path.split('/').all(|segment| !matches!(segment, "." | ".."))
                && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\')
        });
        if !inside {
            return Err(Failure::NotRun(Error::new(
                ErrorCode::UnexpectedResponse,
                "Graph's link to the next page points outside of Graph, so it was not followed",
                "Check that nothing stands between this host and Graph that rewrites its answers.",
            )));
        }
        self.exchange(&Method::GET, link, Bytes::new(), true, 1, context).await
    }

    /// The items of a collection whose first page is at hand.
    pub(crate) async fn collect(&self, first: Answer, context: Context) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut answer = first;
        for _ in 0..PAGES {
            if !answer.is_success() {
                return Err(Failure::NotRun(answer.to_error(context)));
            }
            let Some((page, link)) = answer.page() else {
                return Err(Failure::NotRun(answer.garbled(context)));
            };
            items.extend_from_slice(page);
            let Some(link) = link.map(str::to_owned) else { return Ok(items) };
            answer = self.follow(&link, context).await?;
        }
        Err(Failure::NotRun(unexpected_body(context)))
    }

    /// A request with its token, its retries and its accounting. An answer that came is returned whatever its status.
    pub(super) async fn exchange(
        &self,
        method: &Method,
        url: &str,
        body: Bytes,
        repeatable: bool,
        members: u32,
        context: Context,
    ) -> Result<Answer, Failure> {
        let mut refusal: Option<Refusal> = None;
        let mut tried = 0;
        loop {
            if self.host.is_cancelled() {
                return Err(Failure::NotRun(cancelled()));
            }
            let token = self.token(refusal.as_ref()).await.map_err(Failure::NotRun)?;
            let request = self.request(method, url, &body, token.expose()).map_err(Failure::NotRun)?;
            self.count(|usage| {
                usage.http_requests += 1;
                usage.calls += members;
                if tried > 0 || refusal.is_some() {
                    usage.retried += members;
                }
            });
            let (server, failure) = match self.deliver(request, !repeatable).await {
                Ok(answer) => {
                    if answer.status == StatusCode::UNAUTHORIZED && refusal.is_none() {
                        refusal = Some(Refusal::of(token, &answer.headers));
                        continue;
                    }
                    if answer.status == StatusCode::TOO_MANY_REQUESTS {
                        self.count(|usage| usage.throttled += members);
                    }
                    let retryable = retry::is_retryable(answer.status);
                    if !retryable && matches!(answer.body, Body::Garbled) {
                        (None, Failed::Garbled(answer))
                    } else if retryable && (repeatable || retry::never_ran(answer.status)) {
                        (
                            retry::retry_after(answer.headers.retry_after.as_deref(), self.host.now()),
                            Failed::Answered(answer),
                        )
                    } else {
                        return Ok(answer);
                    }
                }
                Err(Loss::Cancelled) if repeatable => return Err(Failure::NotRun(cancelled())),
                Err(Loss::Cancelled) => return Err(Failure::InDoubt(cancelled())),
                Err(loss) => (None, Failed::Lost(loss)),
            };
            let again = match &failure {
                Failed::Answered(_) | Failed::Lost(Loss::NeverSent) => true,
                Failed::Lost(Loss::TooLarge) => false,
                Failed::Lost(_) | Failed::Garbled(_) => repeatable,
            };
            let wait = retry::wait(&self.session.limits, tried, server, self.host.random()).filter(|_| again);
            let Some(wait) = wait else { return failure.settle(context) };
            self.wait(wait, Some(failure.code())).await.map_err(Failure::NotRun)?;
            tried += 1;
        }
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut GraphUsage)) {
        change(&mut self.usage.borrow_mut());
    }

    fn request(&self, method: &Method, url: &str, body: &Bytes, token: &str) -> Result<http::Request<Bytes>, Error> {
        let malformed = || Error::internal("a request could not be built");
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| malformed())?;
        bearer.set_sensitive(true);
        let id = self.request_id();
        let mut request = http::Request::builder()
            .method(method)
            .uri(url)
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, PRODUCT)
            .header(CLIENT_REQUEST_ID, &id);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        self.count(|usage| usage.client_request_ids.push(id));
        request.body(body.clone()).map_err(|_| malformed())
    }

    fn request_id(&self) -> String {
        let bytes = (u128::from(self.host.random()) << 64 | u128::from(self.host.random())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// What one try of an exchange came to, when it may be tried again.
enum Failed {
    Answered(Answer),
    Garbled(Answer),
    Lost(Loss),
}

impl Failed {
    fn code(&self) -> ErrorCode {
        match self {
            Failed::Answered(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => ErrorCode::Throttled,
            Failed::Answered(_) | Failed::Lost(Loss::NeverSent | Loss::Lost) => ErrorCode::Unreachable,
            Failed::Garbled(_) | Failed::Lost(Loss::TooLarge) => ErrorCode::UnexpectedResponse,
            Failed::Lost(Loss::Timeout(_)) => ErrorCode::Timeout,
            Failed::Lost(Loss::Cancelled) => ErrorCode::Cancelled,
        }
    }

    fn settle(self, context: Context) -> Result<Answer, Failure> {
        match self {
            Failed::Answered(answer) => Ok(answer),
            Failed::Garbled(answer) => Err(Failure::InDoubt(answer.garbled(context))),
            Failed::Lost(Loss::NeverSent) => Err(Failure::NotRun(Loss::NeverSent.error("Graph"))),
            Failed::Lost(loss) => Err(Failure::InDoubt(loss.error("Graph"))),
        }
    }
}
