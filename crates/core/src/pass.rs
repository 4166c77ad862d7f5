//! The Temporary Access Pass.

use crate::error::{Error, ErrorCode};
use crate::event::{EventOutcome, EventStep};
use crate::graph::{Answer, Call, Context, Failure, Graph, Path, Version, flag, number, text};
use crate::methods::printable;
use crate::report::{PassOutcome, PassReport, PassValue};
use crate::request::PassOptions;
use http::Method;
use std::time::Duration;

/// How often a pass whose answer was lost is issued again. The new one replaces the lost one.
const TRIES: u32 = 3;

/// Issues a pass.
///
/// # Errors
/// What Graph answered, when no pass can have been issued. A pass that may have been issued, or that does not work,
/// is a report with an error.
pub(crate) async fn issue(graph: &Graph, user_id: &str, options: &PassOptions) -> Result<PassReport, Error> {
    let body = serde_json::to_string(options).map_err(|_| Error::internal("the pass could not be written as JSON"))?;
    let path = Path::user(user_id).literal("/authentication/temporaryAccessPassMethods");
    let call = Call::write(Method::POST, Version::V1, path, Some(body), Context::Pass);
    graph.emit(EventStep::TemporaryAccessPass, EventOutcome::Started, |_| {});
    try_issue(graph, &call).await
}

async fn try_issue(graph: &Graph, call: &Call) -> Result<PassReport, Error> {
    const STEP: EventStep = EventStep::TemporaryAccessPass;
    let mut doubt = None;
    for tried in 0..TRIES {
        let mut outcome = graph.call(call).await;
        if let Ok(answer) = &outcome
            && answer.is_success()
        {
            if let Some(report) = read(answer) {
                graph.emit(STEP, EventOutcome::Done, |event| event.request_id = answer.request_id());
                if report.error.is_some() {
                    graph.tell(STEP, report.error.as_ref());
                }
                return Ok(report);
            }
            outcome = Err(Failure::InDoubt(answer.garbled(Context::Pass)));
        }
        let error = match graph.tell_call(STEP, outcome, Context::Pass, |_| {}) {
            Some(Failure::InDoubt(error)) => error,
            Some(Failure::NotRun(error)) => return settle(error, doubt),
            None => break,
        };
        doubt = Some(error.clone());
        let pause = Duration::from_secs(1 << tried);
        if tried + 1 == TRIES || graph.wait(pause, Some(error.code)).await.is_err() {
            return settle(error, doubt);
        }
    }
    settle(Error::internal("the pass was never tried"), doubt)
}

/// A failure after a try whose answer was lost is a report: a pass nobody has seen may be out there.
fn settle(error: Error, doubt: Option<Error>) -> Result<PassReport, Error> {
    match doubt {
        None => Err(error),
        Some(_) => Ok(PassReport { error: Some(error), ..empty(PassOutcome::Failed) }),
    }
}

pub(crate) fn empty(outcome: PassOutcome) -> PassReport {
    PassReport {
        outcome,
        pass: None,
        id: None,
        start_date_time: None,
        lifetime_in_minutes: None,
        is_usable_once: None,
        is_usable: None,
        method_usability_reason: None,
        error: None,
    }
}

/// Why a pass that was issued is of no use.
fn unusable(reason: Option<&str>) -> Error {
    let (why, help) = match reason {
        Some("DisabledByPolicy") => (
            "the tenant's policy does not include the user",
            "Include the user in the tenant's Temporary Access Pass policy, then try again; or go on without a pass.",
        ),
        Some("Expired") => ("its time is over already", "Give a later startDateTime, or leave it out."),
        Some("OneTimeUsed") => ("it has been used already", "Find out who used it, then issue another one."),
        _ => ("Graph does not say why", "Look at the user's Temporary Access Pass in the portal."),
    };
    let message = format!("Graph issued a Temporary Access Pass that the user cannot use: {why}");
    Error::new(ErrorCode::PolicyRejected, message, help)
}

/// The pass that an answer carries.
pub(crate) fn read(answer: &Answer) -> Option<PassReport> {
    let issued = answer.entity()?;
    let value = text(issued, "temporaryAccessPass")?;
    let reason = text(issued, "methodUsabilityReason").map(printable);
    let is_usable = flag(issued, "isUsable");
    let works = is_usable != Some(false) || reason.as_deref() == Some("NotYetValid");
    let error = (!works).then(|| unusable(reason.as_deref()).with_graph(answer.graph_error()));
    Some(PassReport {
        outcome: if works { PassOutcome::Issued } else { PassOutcome::Failed },
        pass: works.then(|| PassValue(value.to_owned())),
        id: text(issued, "id").map(printable),
        start_date_time: text(issued, "startDateTime").map(printable),
        lifetime_in_minutes: number(issued, "lifetimeInMinutes"),
        is_usable_once: flag(issued, "isUsableOnce"),
        is_usable,
        method_usability_reason: reason,
        error,
    })
}
