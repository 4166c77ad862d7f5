//! The legacy per-user MFA state: setting it, and reading it back.

use crate::event::{Event, EventOutcome, EventStep};
use crate::graph::{Answer, Call, Context, Failure, Graph, Path, Version};
use crate::methods::read_state;
use crate::patience::Patience;
use crate::report::{PerUserMfaReport, StepOutcome};
use crate::request::PerUserMfaState;
use http::Method as Verb;

fn path(user_id: &str) -> Path {
    Path::user(user_id).literal("/authentication/requirements")
}

/// Sets the state. One that is set already needs no write.
pub(crate) async fn set(graph: &Graph, user_id: &str, report: &mut PerUserMfaReport) {
    let state = serde_json::to_string(&report.after).unwrap_or_default();
    let value = |event: &mut Event| event.value = Some(state.trim_matches('"').to_owned());
    let step = EventStep::PerUserMfa;
    let error = if report.before == Some(report.after) {
        graph.emit(step, EventOutcome::Skipped, value);
        None
    } else {
        graph.emit(step, EventOutcome::Started, value);
        let body = format!(r#"{{"perUserMfaState":{state}}}"#);
        let write = Call::write(Verb::PATCH, Version::Beta, path(user_id), Some(body), Context::PerUserMfa);
        // Setting the same value twice is setting it once.
        let answer = graph.call(&Call { repeatable: true, ..write }).await;
        graph.tell_call(step, answer, Context::PerUserMfa, value).map(Failure::into_error)
    };
    report.outcome = if error.is_some() { StepOutcome::Failed } else { StepOutcome::Done };
    report.error = error;
}

/// What Graph shows: read until it is what was set, or time is up. `None` where it cannot be read.
pub(crate) async fn live(graph: &Graph, user_id: &str, wanted: PerUserMfaState) -> Option<PerUserMfaState> {
    let call = Call::get(Version::Beta, path(user_id), Context::PerUserMfa);
    let mut patience = Patience::new(graph);
    loop {
        let answer = graph.call(&call).await.ok().filter(Answer::is_success)?;
        let shown = answer.entity().and_then(read_state)?;
        if shown == wanted || !matches!(patience.rest(graph, None).await, Ok(true)) {
            return Some(shown);
        }
    }
}
