//! Effects out, replies in.
//!
//! An operation is an ordinary future over a `Host` handle. Polling it yields [`Effect`]s as plain values; the
//! shell performs them and hands each answer back with [`Run::resume`], in any order. There is no executor, no clock
//! and no randomness here: time comes in with every call, and the seed with the first.

mod effect;
mod host;
mod task;
#[cfg(test)]
mod tests;

pub use crate::graph::response_header;
pub use effect::{AccessToken, AssertionRequest, Effect, EffectId, Reply, SendError, TokenRequest};
pub(crate) use host::{Cut, Host, first};
pub(crate) use task::{Task, Tasks, task};

use host::Inner;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// What the shell does next.
#[derive(Debug)]
pub struct Step<T> {
    /// Effects to perform, each under the id that its answer carries. [`Effect::Emit`] is not answered.
    pub effects: Vec<(EffectId, Effect)>,
    /// Effects whose answer nobody waits for any more: abort the request, clear the timer. A late answer is ignored.
    pub cancelled: Vec<EffectId>,
    /// The result; nothing follows it.
    pub outcome: Option<T>,
}

/// A mistake of the shell, or a run that can make no progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The id was never issued.
    #[error("effect was never issued")]
    NeverIssued,
    /// The id was answered before.
    #[error("effect was answered twice")]
    AnsweredTwice,
    /// The answer is of another kind than the effect.
    #[error("reply does not fit the effect")]
    WrongReply,
    /// The run has an outcome already, or was started a second time.
    #[error("run has finished")]
    Finished,
    /// No outcome, no effect, and nothing that is waited for.
    #[error("run has stalled")]
    Stalled,
}

/// The root waker: wakes that arrive while the root is polled must lead to another poll.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One operation under way.
pub struct Run<T> {
    host: Host,
    future: Option<Pin<Box<dyn Future<Output = T>>>>,
    begun: bool,
    woken: Arc<Flag>,
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("finished", &self.future.is_none()).finish_non_exhaustive()
    }
}

impl<T> Run<T> {
    pub(crate) fn new<F>(operation: impl FnOnce(Host) -> F) -> Self
    where
        F: Future<Output = T> + 'static,
    {
        let host = Host(Rc::new(RefCell::new(Inner::default())));
        let woken = Arc::new(Flag(AtomicBool::new(false)));
        Run { future: Some(Box::pin(operation(host.clone()))), begun: false, host, woken }
    }

    /// Without [`Effect::Emit`], for a shell to which nobody listens.
    #[must_use]
    pub fn without_events(self) -> Self {
        self.host.0.borrow_mut().mute();
        self
    }

    /// Begins. `now` is Unix time in milliseconds; `seed` feeds jitter and request ids, and nothing secret.
    ///
    /// # Errors
    /// [`StepError::Finished`] on a second call, [`StepError::Stalled`] if the operation waits for nothing.
    pub fn start(&mut self, now: u64, seed: u64) -> Result<Step<T>, StepError> {
        if std::mem::replace(&mut self.begun, true) {
            return Err(StepError::Finished);
        }
        self.host.0.borrow_mut().begin(now, seed);
        self.drive()
    }

    /// Answers one effect. `now` as in [`Run::start`]; a clock that steps back is held.
    ///
    /// # Errors
    /// See [`StepError`]. An answer to a cancelled effect is no error: it came too late.
    pub fn resume(&mut self, id: EffectId, reply: Reply, now: u64) -> Result<Step<T>, StepError> {
        if self.future.is_none() {
            return Err(StepError::Finished);
        }
        let waker = self.host.0.borrow_mut().answer(id, reply, now)?;
        if let Some(waker) = waker {
            waker.wake();
        }
        self.drive()
    }

    /// Asks the operation to end soon: it starts nothing more, says what is in doubt, and ends as cancelled.
    ///
    /// # Errors
    /// [`StepError::Finished`] when there is nothing left to cancel.
    pub fn cancel(&mut self, now: u64) -> Result<Step<T>, StepError> {
        if self.future.is_none() {
            return Err(StepError::Finished);
        }
        let wakers = self.host.0.borrow_mut().cancel(now);
        wakers.into_iter().for_each(|(_, waker)| waker.wake());
        self.drive()
    }

    fn drive(&mut self) -> Result<Step<T>, StepError> {
        let Some(future) = self.future.as_mut() else {
            return Err(StepError::Finished);
        };
        let waker = Waker::from(self.woken.clone());
        let mut context = Context::from_waker(&waker);
        let outcome = loop {
            self.woken.0.store(false, Ordering::Relaxed);
            match future.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => break Some(outcome),
                Poll::Pending if self.woken.0.load(Ordering::Relaxed) => {}
                Poll::Pending => break None,
            }
        };
        if outcome.is_some() {
            // Dropping the future drops what it still waited for, so those ids reach `cancelled`.
            self.future = None;
        }
        let mut inner = self.host.0.borrow_mut();
        let step = Step { effects: inner.take_effects(), cancelled: inner.take_cancelled(), outcome };
        if step.outcome.is_none() && step.effects.is_empty() && !inner.is_waiting() {
            return Err(StepError::Stalled);
        }
        Ok(step)
    }
}
