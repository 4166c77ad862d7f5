//! Ending the sessions.

use crate::error::{Error, ErrorCode};
use crate::event::{EventOutcome, EventStep};
use crate::execute::Execution;
use crate::graph::{Answer, Call, Context, Failure, Graph, Path, Version};
use crate::pass;
use crate::report::{SessionsOutcome, SessionsReport};
use http::Method as Verb;

impl Execution<'_> {
    pub(crate) fn wants_revocation(&self) -> bool {
        self.sessions.as_ref().is_some_and(|sessions| sessions.outcome == SessionsOutcome::Planned)
    }

    pub(crate) fn revocation(&self) -> Call {
        revocation(&self.user.id)
    }

    pub(crate) async fn revoke_alone(&mut self) {
        // Trouble with one method is no reason to leave the sessions alive.
        let hopeless = |error: &Error| matches!(error.code, ErrorCode::Cancelled | ErrorCode::Unauthenticated);
        if self.graph.host.is_cancelled() || self.stop.as_ref().is_some_and(hopeless) {
            return;
        }
        let answer = self.graph.call(&self.revocation()).await;
        self.read_revocation(answer, false);
    }

    /// `chained`: behind removals, so that an answer that never came is only a reason to ask alone.
    pub(crate) fn read_revocation(&mut self, answer: Result<Answer, Failure>, chained: bool) {
        if chained && !matches!(&answer, Ok(answer) if answer.is_success()) {
            return;
        }
        self.sessions = Some(revoked(self.graph, answer));
    }
}

pub(crate) fn revocation(user_id: &str) -> Call {
    let path = Path::user(user_id).literal("/revokeSignInSessions");
    // Revoking twice moves the same line a little further, so it may be repeated.
    Call { repeatable: true, ..Call::write(Verb::POST, Version::V1, path, Some("{}".into()), Context::Sessions) }
}

/// Any good status is a revocation: the Boolean in the body is always true.
pub(crate) fn revoked(graph: &Graph, answer: Result<Answer, Failure>) -> SessionsReport {
    let error = match answer {
        Ok(answer) if answer.is_success() => None,
        Ok(answer) => Some(answer.to_error(Context::Sessions)),
        Err(failure) => Some(failure.into_error()),
    };
    let outcome = if error.is_some() { EventOutcome::Failed } else { EventOutcome::Done };
    let (code, request_id) = (error.as_ref().map(|error| error.code), error.as_ref().and_then(pass::request_id));
    graph.emit(EventStep::Sessions, outcome, |event| {
        event.error = code;
        event.request_id = request_id.or(event.request_id.take());
    });
    let outcome = if error.is_some() { SessionsOutcome::Failed } else { SessionsOutcome::Revoked };
    SessionsReport { error, ..report(outcome, None) }
}

pub(crate) fn report(outcome: SessionsOutcome, reason: Option<&str>) -> SessionsReport {
    SessionsReport { outcome, valid_from: None, reason: reason.map(str::to_owned), error: None }
}
