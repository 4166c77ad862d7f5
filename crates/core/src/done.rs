//! What became of one method, and what an answer has to say of that, whichever way the method goes.

use crate::error::{Error, ErrorCode};
use crate::event::EventOutcome;
use crate::graph::{Answer, Context, Failure};
use crate::report::MethodOutcome;

/// What became of one method.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) outcome: MethodOutcome,
    pub(crate) reason: Option<String>,
    pub(crate) error: Option<Error>,
    /// Graph's id of the answer that says so.
    pub(crate) request_id: Option<String>,
}

impl Done {
    pub(crate) fn of(outcome: MethodOutcome) -> Done {
        Done { outcome, reason: None, error: None, request_id: None }
    }

    pub(crate) fn failed(error: Error) -> Done {
        Done { error: Some(error), ..Done::of(MethodOutcome::Failed) }
    }

    pub(crate) fn unsupported(error: Error) -> Done {
        Done { error: Some(error), ..Done::of(MethodOutcome::Unsupported) }
    }

    /// How an event tells it.
    pub(crate) fn told(&self) -> EventOutcome {
        match self.outcome {
            MethodOutcome::Done => EventOutcome::Done,
            MethodOutcome::AlreadyGone => EventOutcome::AlreadyGone,
            MethodOutcome::Planned | MethodOutcome::Kept => EventOutcome::Skipped,
            MethodOutcome::Failed | MethodOutcome::Unsupported => EventOutcome::Failed,
        }
    }
}

/// What came back of a write.
pub(crate) enum Heard {
    Answer(Answer),
    /// It may have run.
    InDoubt(Error),
    /// It did not run, because the run was cancelled.
    NotReached,
    /// It did not run.
    Failed(Error),
}

/// Notes why nothing more is tried, where that is what came back: nothing else would get through either, and what was
/// not tried says so by its outcome.
pub(crate) fn hear(answer: Result<Answer, Failure>, stop: &mut Option<Error>) -> Heard {
    match answer {
        Ok(answer) => Heard::Answer(answer),
        Err(Failure::InDoubt(error)) => {
            if error.code == ErrorCode::Cancelled {
                stop.get_or_insert_with(|| error.clone());
            }
            Heard::InDoubt(error)
        }
        Err(Failure::NotRun(error)) => {
            stop.get_or_insert_with(|| error.clone());
            if error.code == ErrorCode::Cancelled { Heard::NotReached } else { Heard::Failed(error) }
        }
    }
}

/// A bad answer in words. One that every other call would get, too, ends the run.
pub(crate) fn refusal(answer: &Answer, context: Context, stop: &mut Option<Error>) -> Error {
    let error = answer.to_error(context);
    if matches!(answer.status.as_u16(), 401 | 408 | 429 | 503) {
        stop.get_or_insert_with(|| error.clone());
    }
    error
}
