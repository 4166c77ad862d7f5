use super::answer::Answer;
use super::call::{Call, Failure};
use super::claims::Claims;
use super::error::{Context, unexpected_body};
use super::line::Line;
use super::session::Session;
use super::ticket::Passing;
use super::token::cancelled;
use super::url::{UserName, Version};
use crate::directory::User;
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventOutcome, EventStep};
use crate::intent::Intent;
use crate::methods::printable;
use crate::policy::PassPolicy;
use crate::report::{GraphUsage, GuardReport, Outcome, UserInfo};
use crate::run::Host;
use crate::seen::Seen;
use futures_util::lock::Mutex;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// A collection of more pages than this is no user's.
const PAGES: usize = 64;

/// One user's way to Graph.
pub(crate) struct Graph {
    pub(crate) host: Host,
    pub(crate) session: Rc<Session>,
    line: Rc<Line>,
    /// Whose calls go first where there is room for some only.
    place: u32,
    usage: Rc<RefCell<GraphUsage>>,
    subject: RefCell<Subject>,
    /// Of many users: which of them the run has taken on.
    seen: Option<Rc<Seen>>,
    /// Of many users: who it is and what the guard found, for the report of a user who is not begun.
    found: RefCell<Option<(UserInfo, GuardReport)>>,
}

/// Whom the events of a run are about.
#[derive(Default)]
struct Subject {
    user_id: Option<String>,
    user_principal_name: Option<String>,
    reason: Option<String>,
}

impl Graph {
    pub(crate) fn new(line: Rc<Line>, place: u32, reason: Option<String>) -> Graph {
        Graph {
            host: line.host.clone(),
            session: line.session.clone(),
            line,
            place,
            usage: Rc::default(),
            subject: RefCell::new(Subject { reason, ..Subject::default() }),
            seen: None,
            found: RefCell::default(),
        }
    }

    /// One of many users.
    pub(crate) fn among(mut self, seen: Rc<Seen>) -> Graph {
        self.seen = Some(seen);
        self
    }

    /// Takes the user on, by the name that was given. Of many users each is done once.
    pub(crate) fn enter(&self, name: &UserName) -> Result<(), Error> {
        self.seen.as_ref().map_or(Ok(()), |seen| seen.enter(self.place, name))
    }

    /// Takes the user on whose name has been resolved.
    pub(crate) fn claim(&self, id: &str) -> Result<(), Error> {
        self.seen.as_ref().map_or(Ok(()), |seen| seen.claim(id))
    }

    /// Of many users: keeps what a report without a run has to say.
    pub(crate) fn keep_found(&self, user: impl FnOnce() -> UserInfo, guard: &GuardReport) {
        if self.seen.is_some() {
            self.found.replace(Some((user(), guard.clone())));
        }
    }

    pub(crate) fn take_found(&self) -> Option<(UserInfo, GuardReport)> {
        self.found.take()
    }

    /// Of many users: says what is about to be written, and goes on once that is noted.
    pub(crate) async fn begin(&self, intent: impl FnOnce() -> Intent) -> Result<(), Error> {
        if self.seen.is_none() {
            return Ok(());
        }
        let noted = self.host.begin(intent()).await?;
        noted.map_err(|reason| {
            Error::new(
                ErrorCode::Internal,
                format!("what was about to be done could not be noted, so this user was not begun: {reason}"),
                "Look at what keeps the notes, a full disk for example, and run the same again.",
            )
        })
    }

    pub(crate) fn usage(&self) -> GraphUsage {
        self.usage.borrow().clone()
    }

    /// The events are about this user from now on, by the name that was asked for.
    pub(crate) fn set_name(&self, name: &UserName) {
        let mut subject = self.subject.borrow_mut();
        match name {
            UserName::Id(id) => subject.user_id = Some(id.clone()),
            UserName::PrincipalName(name) => subject.user_principal_name = Some(printable(name)),
        }
    }

    /// And by what Graph calls the user.
    pub(crate) fn set_subject(&self, user: &User) {
        let mut subject = self.subject.borrow_mut();
        subject.user_id = Some(user.id.clone());
        if let Some(name) = &user.user_principal_name {
            subject.user_principal_name = Some(printable(name));
        }
    }

    pub(crate) fn subject(&self) -> Option<String> {
        self.subject.borrow().user_id.clone()
    }

    /// Tells whoever listens; `fill` adds what the step has to say.
    pub(crate) fn emit(&self, step: EventStep, outcome: EventOutcome, fill: impl FnOnce(&mut Event)) {
        if let Some(mut event) = self.draft(step, outcome) {
            fill(&mut event);
            self.host.emit(event);
        }
    }

    #[inline(never)]
    fn draft(&self, step: EventStep, outcome: EventOutcome) -> Option<Event> {
        let event = self.line.draft(step, outcome)?;
        let subject = self.subject.borrow();
        let sends = !matches!(outcome, EventOutcome::Started | EventOutcome::Skipped)
            && !matches!(step, EventStep::Guard | EventStep::Plan | EventStep::Wait | EventStep::Finished);
        Some(Event {
            user_id: subject.user_id.clone(),
            user_principal_name: subject.user_principal_name.clone(),
            client_request_id: self.usage.borrow().client_request_ids.last().filter(|_| sends).cloned(),
            reason: subject.reason.clone(),
            ..event
        })
    }

    /// Tells that a step is done, or why it failed.
    pub(crate) fn tell(&self, step: EventStep, error: Option<&Error>) {
        let outcome = if error.is_some() { EventOutcome::Failed } else { EventOutcome::Done };
        self.emit(step, outcome, |event| event.blame(error));
    }

    /// Tells what became of a step that is one call, and hands back what went wrong.
    pub(crate) fn tell_call(
        &self,
        step: EventStep,
        result: Result<Answer, Failure>,
        context: Context,
        fill: impl FnOnce(&mut Event),
    ) -> Option<Failure> {
        let request_id = result.as_ref().ok().and_then(Answer::request_id);
        let failure = match result {
            Ok(answer) if answer.is_success() => None,
            Ok(answer) => Some(Failure::NotRun(answer.to_error(context))),
            Err(failure) => Some(failure),
        };
        let (outcome, error) = match &failure {
            None => (EventOutcome::Done, None),
            Some(Failure::InDoubt(error)) => (EventOutcome::InDoubt, Some(error)),
            Some(Failure::NotRun(error)) => (EventOutcome::Failed, Some(error)),
        };
        self.emit(step, outcome, |event| {
            fill(event);
            event.blame(error);
            event.request_id = event.request_id.take().or(request_id);
        });
        failure
    }

    /// Tells the end, as the report has it or the error that stands in its place.
    pub(crate) fn finish(&self, result: Option<Outcome>, error: Option<&Error>) {
        let result = result.or_else(|| error.map(Error::outcome));
        let outcome = match result {
            None | Some(Outcome::Complete | Outcome::Planned) => EventOutcome::Done,
            Some(Outcome::Unverified) => EventOutcome::InDoubt,
            Some(Outcome::Partial | Outcome::Failed | Outcome::Refused) => EventOutcome::Failed,
        };
        self.emit(EventStep::Finished, outcome, |event| {
            event.result = result;
            event.blame(error);
        });
    }

    /// Waits, and says so. Ends at once when the run is cancelled.
    pub(crate) async fn wait(&self, duration: Duration, why: Option<ErrorCode>) -> Result<(), Error> {
        if duration > Duration::ZERO {
            if let Some(event) = self.draft(EventStep::Wait, EventOutcome::Started) {
                self.host.emit(event.of_wait(duration, why));
            }
            self.host.nap(duration).await?;
        }
        if self.host.is_cancelled() { Err(cancelled()) } else { Ok(()) }
    }

    /// What is known of the tenant's policy for passes.
    pub(crate) fn pass_policy(&self) -> &Mutex<Option<Option<PassPolicy>>> {
        &self.line.pass_policy
    }

    /// What the caller's token says of itself; `None` where it cannot be read.
    pub(crate) async fn caller(&self) -> Result<Option<Claims>, Error> {
        self.line.token(None).await.map(|token| Claims::of(&token))
    }

    /// One call. An answer that came is returned whatever its status.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, Failure> {
        self.pass(vec![call.clone()])
            .await
            .pop()
            .unwrap_or_else(|| Err(Failure::NotRun(Error::internal("an answer is missing"))))
    }

    /// Calls that do not depend on each other. One outcome a call, in the order of the calls.
    pub(crate) async fn all(&self, calls: &[Call]) -> Vec<Result<Answer, Failure>> {
        // All are in the queue before the first is waited for.
        let passing: Vec<_> = calls.iter().map(|call| self.pass(vec![call.clone()])).collect();
        let mut outcomes = Vec::with_capacity(calls.len());
        for passing in passing {
            outcomes.extend(passing.await);
        }
        outcomes
    }

    /// Calls of one version that run one after another: what follows a failure is not run, and answers 424. Alone with
    /// the line they travel in one batch; among other users each takes its place in the next.
    pub(crate) async fn chain(&self, version: Version, calls: Vec<Call>) -> Vec<Result<Answer, Failure>> {
        debug_assert!(calls.iter().all(|call| call.version == version));
        if !self.line.is_shared() {
            return self.pass(calls).await;
        }
        let mut outcomes = Vec::new();
        let mut broken = false;
        for call in &calls {
            let outcome = if broken { Ok(Answer::not_reached()) } else { self.call(call).await };
            broken |= !matches!(&outcome, Ok(answer) if answer.is_success());
            outcomes.push(outcome);
        }
        outcomes
    }

    fn pass(&self, calls: Vec<Call>) -> Passing {
        self.line.pass(self.place, calls, self.usage.clone())
    }

    /// The items of a collection whose first page is at hand.
    pub(crate) async fn collect(&self, first: Answer, context: Context) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut answer = first;
        for _ in 0..PAGES {
            if !answer.is_success() {
                return Err(Failure::NotRun(answer.to_error(context)));
            }
            // An item that cannot be read must not pass for one that is not there.
            let Some((page, link)) = answer.page().filter(|(page, _)| page.iter().all(Value::is_object)) else {
                return Err(Failure::NotRun(answer.garbled(context)));
            };
            items.extend_from_slice(page);
            let Some(link) = link else { return Ok(items) };
            let next = Call::next_page(&self.session.graph_url, link, context).map_err(Failure::NotRun)?;
            answer = self.call(&next).await?;
        }
        Err(Failure::NotRun(unexpected_body(context)))
    }
}
