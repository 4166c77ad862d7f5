//! Ending the sessions.

use crate::error::{Error, ErrorCode};
use crate::event::{EventOutcome, EventStep};
use crate::execute::Execution;
use crate::graph::{Answer, Call, Context, Failure, Graph, Path, Version};
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
        self.graph.emit(EventStep::Sessions, EventOutcome::Started, |_| {});
        let answer = self.graph.call(&self.revocation()).await;
        self.read_revocation(answer, false);
    }

    /// `chained`: behind removals, so that an answer that never came is only a reason to ask alone.
    pub(crate) fn read_revocation(&mut self, answer: Result<Answer, Failure>, chained: bool) {
        if chained && !matches!(&answer, Ok(answer) if answer.is_success()) {
            // It is asked again alone, unless the run ends first: then this is all that is known of it.
            if matches!(&answer, Err(Failure::InDoubt(_))) {
                self.graph.tell_call(EventStep::Sessions, answer, Context::Sessions, |_| {});
            }
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
    let error = graph.tell_call(EventStep::Sessions, answer, Context::Sessions, |_| {}).map(Failure::into_error);
    let outcome = if error.is_some() { SessionsOutcome::Failed } else { SessionsOutcome::Revoked };
    SessionsReport { error, ..report(outcome, None) }
}

pub(crate) fn report(outcome: SessionsOutcome, reason: Option<&str>) -> SessionsReport {
    SessionsReport { outcome, valid_from: None, reason: reason.map(str::to_owned), error: None }
}
