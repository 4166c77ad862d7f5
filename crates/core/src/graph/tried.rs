//! What one try of a call came to, and whether another one is worth it.

use super::answer::{Answer, Body};
use super::batch;
use super::call::{Call, Failure, Loss};
use super::claims::Claims;
use super::error::Context;
use super::retry;
use super::token::cancelled;
use crate::error::ErrorCode;
use crate::permission;
use crate::secret::Secret;
use http::StatusCode;

/// What was tried once.
#[derive(Clone)]
pub(super) enum Tried {
    Answered(Answer),
    Garbled(Answer),
    /// The batch has an answer, and this call has none in it.
    Missing(Answer),
    Lost(Loss),
}

impl Tried {
    fn of(result: Result<Answer, Loss>) -> Tried {
        match result {
            // Graph redirects nothing: whoever does so has passed the call on, or has not.
            Ok(answer) if is_odd(&answer) => Tried::Garbled(answer),
            Ok(answer) if matches!(answer.body, Body::Garbled) && !retry::is_retryable(answer.status) => {
                Tried::Garbled(answer)
            }
            Ok(answer) => Tried::Answered(answer),
            Err(loss) => Tried::Lost(loss),
        }
    }

    fn status(&self) -> Option<StatusCode> {
        match self {
            Tried::Answered(answer) => Some(answer.status),
            _ => None,
        }
    }

    pub(super) fn is_throttled(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether it is worth another try.
    pub(super) fn is_open(&self, call: &Call) -> bool {
        match self {
            Tried::Answered(answer) => {
                retry::is_retryable(answer.status) && (call.repeatable || retry::never_ran(answer.status))
            }
            Tried::Lost(Loss::NeverSent) => true,
            Tried::Missing(_) | Tried::Lost(Loss::TooLarge | Loss::Cancelled) => false,
            Tried::Lost(Loss::Lost | Loss::Timeout(_)) | Tried::Garbled(_) => call.repeatable,
        }
    }

    pub(super) fn code(&self) -> ErrorCode {
        match self {
            Tried::Answered(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => ErrorCode::Throttled,
            Tried::Answered(_) | Tried::Lost(Loss::NeverSent | Loss::Lost) => ErrorCode::Unreachable,
            Tried::Garbled(_) | Tried::Missing(_) | Tried::Lost(Loss::TooLarge) => ErrorCode::UnexpectedResponse,
            Tried::Lost(Loss::Timeout(_)) => ErrorCode::Timeout,
            Tried::Lost(Loss::Cancelled) => ErrorCode::Cancelled,
        }
    }

    /// Whether the call may have run without anybody having seen its answer.
    pub(super) fn is_doubtful(&self) -> bool {
        match self {
            Tried::Answered(answer) => retry::is_retryable(answer.status) && !retry::never_ran(answer.status),
            Tried::Garbled(_) | Tried::Missing(_) => true,
            Tried::Lost(loss) => !matches!(loss, Loss::NeverSent),
        }
    }

    pub(super) fn settle(self, call: &Call, token: &Secret) -> Result<Answer, Failure> {
        match self {
            // What the guard may not read it tells by itself.
            Tried::Answered(mut answer) if answer.status == StatusCode::FORBIDDEN && call.context != Context::Guard => {
                answer.advice = Some(permission::advice(call, Claims::of(token).as_ref()));
                Ok(answer)
            }
            Tried::Answered(answer) => Ok(answer),
            Tried::Garbled(answer) if is_odd(&answer) => Err(Failure::InDoubt(answer.to_error(call.context))),
            Tried::Garbled(answer) | Tried::Missing(answer) => Err(Failure::InDoubt(answer.garbled(call.context))),
            Tried::Lost(Loss::NeverSent) => Err(Failure::NotRun(Loss::NeverSent.error("Graph"))),
            Tried::Lost(Loss::Cancelled) if !call.is_write() => Err(Failure::NotRun(cancelled())),
            Tried::Lost(loss) => Err(Failure::InDoubt(loss.error("Graph"))),
        }
    }
}

/// A status that Graph does not answer with.
fn is_odd(answer: &Answer) -> bool {
    answer.status.is_redirection() || answer.status.is_informational()
}

/// What became of each call of a request.
pub(super) fn unpack(answer: Result<Answer, Loss>, members: usize, now: u64) -> Vec<Tried> {
    let mut answer = match answer {
        Ok(answer) if members > 1 && answer.is_success() && !matches!(answer.body, Body::Garbled) => answer,
        other => return vec![Tried::of(other); members],
    };
    let found = batch::decode(&mut answer, members, now);
    let missing = Tried::Missing(answer);
    let read = |found: Vec<Option<Answer>>| -> Vec<Tried> {
        found.into_iter().map(|member| member.map_or_else(|| missing.clone(), |answer| Tried::of(Ok(answer)))).collect()
    };
    found.map_or_else(|| vec![missing.clone(); members], read)
}
