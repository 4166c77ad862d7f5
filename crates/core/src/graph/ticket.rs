//! A call in the queue, or a chain of calls, and whoever waits for it.

use super::answer::Answer;
use super::call::{Call, Failure};
use super::pace::Scope;
use super::token::Refusal;
use super::tried::Tried;
use super::url::Version;
use crate::error::Error;
use crate::report::GraphUsage;
use crate::secret::Secret;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

type Outcome = Result<Answer, Failure>;

#[derive(Default)]
struct Slot {
    outcomes: Option<Vec<Outcome>>,
    waker: Option<Waker>,
}

/// Calls that are on their way. They are in the queue whether or not somebody waits.
pub(super) struct Passing(Rc<RefCell<Slot>>);

impl Future for Passing {
    type Output = Vec<Outcome>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<Outcome>> {
        let mut slot = self.0.borrow_mut();
        match slot.outcomes.take() {
            Some(outcomes) => Poll::Ready(outcomes),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// One call in the queue, or a chain of calls.
pub(super) struct Ticket {
    pub(super) place: u32,
    pub(super) calls: Vec<Call>,
    outcomes: Vec<Option<Outcome>>,
    /// Writes of which a try may have run.
    doubtful: Vec<usize>,
    /// Those of the calls that are still to be sent.
    pub(super) open: Vec<usize>,
    pub(super) tried: u32,
    pub(super) refusal: Option<Refusal>,
    pub(super) is_repeated: bool,
    pub(super) not_before: u64,
    pub(super) usage: Rc<RefCell<GraphUsage>>,
    slot: Rc<RefCell<Slot>>,
}

impl Ticket {
    pub(super) fn new(place: u32, calls: Vec<Call>, usage: Rc<RefCell<GraphUsage>>) -> (Ticket, Passing) {
        let slot: Rc<RefCell<Slot>> = Rc::default();
        let ticket = Ticket {
            place,
            outcomes: calls.iter().map(|_| None).collect(),
            open: (0..calls.len()).collect(),
            doubtful: Vec::new(),
            calls,
            tried: 0,
            refusal: None,
            is_repeated: false,
            not_before: 0,
            usage,
            slot: slot.clone(),
        };
        (ticket, Passing(slot))
    }

    pub(super) fn version(&self) -> Version {
        self.calls.first().map_or(Version::V1, |call| call.version)
    }

    pub(super) fn is_chain(&self) -> bool {
        self.calls.len() > 1
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &Call> {
        self.open.iter().map(|&at| &self.calls[at])
    }

    pub(super) fn scope(&self) -> Scope {
        self.open().next().map_or(Scope::Directory, |call| Scope::of(call.context))
    }

    /// Notes what one try of a call came to. Once a write may have run, no failure says that it has not.
    pub(super) fn note(&mut self, at: usize, tried: Tried, token: &Secret) {
        let call = &self.calls[at];
        if call.is_write() && tried.is_doubtful() {
            self.doubtful.push(at);
        }
        let outcome = tried.settle(call, token);
        self.conclude(at, outcome);
    }

    fn conclude(&mut self, at: usize, outcome: Outcome) {
        let context = self.calls[at].context;
        self.outcomes[at] = Some(match outcome {
            Ok(answer) if !answer.is_success() && self.doubtful.contains(&at) => {
                Err(Failure::InDoubt(answer.to_error(context)))
            }
            Err(failure) if self.doubtful.contains(&at) => Err(Failure::InDoubt(failure.into_error())),
            other => other,
        });
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut GraphUsage)) {
        change(&mut self.usage.borrow_mut());
    }

    /// Hands the outcomes over. What was not reached in a chain is answered as Graph answers it.
    pub(super) fn close(self) {
        let outcomes = self.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Ok(Answer::not_reached())));
        let mut slot = self.slot.borrow_mut();
        slot.outcomes = Some(outcomes.collect());
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn give_up(mut self, error: &Error) {
        for at in std::mem::take(&mut self.open) {
            self.conclude(at, Err(Failure::NotRun(error.clone())));
        }
        self.close();
    }
}
