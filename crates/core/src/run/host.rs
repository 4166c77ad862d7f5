use super::StepError;
use super::effect::{AccessToken, AssertionRequest, Effect, EffectId, Reply, SendError, TokenRequest};
use crate::event::Event;
use crate::intent::Intent;
use crate::report::Report;
use crate::secret::Secret;
use crate::target::Target;
use bytes::Bytes;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const REMEMBERED: usize = 1024;

enum Slot {
    Waiting(Asked, Waker),
    Answered(Reply),
}

/// What is waited for. There are few at a time, so a list serves.
#[derive(Default)]
struct Slots(Vec<(EffectId, Slot)>);

impl Slots {
    fn place(&self, id: EffectId) -> Option<usize> {
        self.0.iter().position(|(waiting, _)| *waiting == id)
    }

    fn get(&self, id: EffectId) -> Option<&Slot> {
        self.place(id).map(|at| &self.0[at].1)
    }

    fn insert(&mut self, id: EffectId, slot: Slot) -> Option<Slot> {
        match self.place(id) {
            Some(at) => Some(std::mem::replace(&mut self.0[at].1, slot)),
            None => {
                self.0.push((id, slot));
                None
            }
        }
    }

    fn remove(&mut self, id: EffectId) -> Option<Slot> {
        self.place(id).map(|at| self.0.swap_remove(at).1)
    }
}

/// Enough of an effect to tell whether a reply fits it, once the effect itself has left.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Send,
    /// With the time at which it is over.
    Sleep(u64),
    Token,
    Assertion,
    Targets,
    Taken,
}

impl Asked {
    fn fits(self, reply: &Reply) -> bool {
        match self {
            Asked::Send => matches!(reply, Reply::Response(_) | Reply::Failed(_)),
            Asked::Sleep(_) => matches!(reply, Reply::Slept),
            Asked::Token => matches!(reply, Reply::Token(_)),
            Asked::Assertion => matches!(reply, Reply::Assertion(_)),
            Asked::Targets => matches!(reply, Reply::Targets { .. }),
            Asked::Taken => matches!(reply, Reply::Taken(_)),
        }
    }
}

pub(super) struct Inner {
    now: u64,
    random: fastrand::Rng,
    last: u32,
    effects: Vec<(EffectId, Effect)>,
    dropped: Vec<EffectId>,
    /// Cancelled, and perhaps still to be answered. Only the newest are remembered, so that memory stays flat; while
    /// the set is full an unknown id counts as late.
    late: Vec<EffectId>,
    slots: Slots,
    cancelled: bool,
    /// Who waits for a cancel, each under a number of its own.
    on_cancel: Vec<(u32, Waker)>,
    last_waiter: u32,
    muted: bool,
}

impl Default for Inner {
    fn default() -> Self {
        Inner {
            now: 0,
            random: fastrand::Rng::with_seed(0),
            last: 0,
            effects: Vec::new(),
            dropped: Vec::new(),
            late: Vec::new(),
            slots: Slots::default(),
            cancelled: false,
            on_cancel: Vec::new(),
            last_waiter: 0,
            muted: false,
        }
    }
}

impl Inner {
    pub(super) fn begin(&mut self, now: u64, seed: u64) {
        self.now = now;
        self.random = fastrand::Rng::with_seed(seed);
    }

    pub(super) fn answer(&mut self, id: EffectId, reply: Reply, now: u64) -> Result<Option<Waker>, StepError> {
        if id.0 == 0 || id.0 > self.last {
            return Err(StepError::NeverIssued);
        }
        match self.slots.get(id) {
            None if self.late.contains(&id) || self.late.len() == REMEMBERED => {
                self.late.retain(|late| *late != id);
                self.now = self.now.max(now);
                Ok(None)
            }
            None => Err(StepError::AnsweredTwice),
            Some(Slot::Answered(_)) => Err(StepError::AnsweredTwice),
            Some(Slot::Waiting(kind, _)) if !kind.fits(&reply) => Err(StepError::WrongReply),
            Some(Slot::Waiting(kind, _)) => {
                self.now = self.now.max(now);
                // Whatever the clock says: after it was set back, a wait is not waited for again and again.
                if let Asked::Sleep(over) = kind {
                    self.now = self.now.max(*over);
                }
                match self.slots.insert(id, Slot::Answered(reply)) {
                    Some(Slot::Waiting(_, waker)) => Ok(Some(waker)),
                    _ => Ok(None),
                }
            }
        }
    }

    pub(super) fn cancel(&mut self, now: u64) -> Vec<(u32, Waker)> {
        self.now = self.now.max(now);
        self.cancelled = true;
        std::mem::take(&mut self.on_cancel)
    }

    pub(super) fn mute(&mut self) {
        self.muted = true;
    }

    pub(super) fn take_effects(&mut self) -> Vec<(EffectId, Effect)> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn take_cancelled(&mut self) -> Vec<EffectId> {
        std::mem::take(&mut self.dropped)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.slots.0.iter().any(|(_, slot)| matches!(slot, Slot::Waiting(..)))
    }
}

/// The run was cancelled before the answer came.
#[derive(Debug)]
pub(crate) struct Cut;

/// The operation's handle on its shell.
#[derive(Clone)]
pub(crate) struct Host(pub(super) Rc<RefCell<Inner>>);

impl Host {
    /// Unix time in milliseconds, as of the last answer.
    pub(crate) fn now(&self) -> u64 {
        self.0.borrow().now
    }

    pub(crate) fn random(&self) -> u64 {
        self.0.borrow_mut().random.u64(..)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.borrow().cancelled
    }

    /// Resolves once the run has been cancelled.
    pub(crate) fn cancelled(&self) -> Cancelled<'_> {
        Cancelled { host: self, number: 0 }
    }

    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> {
        match self.ask(Effect::Send(request), Asked::Send).await {
            Reply::Response(response) => Ok(response),
            Reply::Failed(error) => Err(error),
            // `answer` lets no other reply through.
            _ => Err(SendError::Lost(String::new())),
        }
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        let over = self.over(duration);
        self.ask(Effect::Sleep(duration), Asked::Sleep(over)).await;
    }

    fn over(&self, duration: Duration) -> u64 {
        self.now().saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// Sleeps. Ends early, with an error, when the run is cancelled.
    pub(crate) async fn nap(&self, duration: Duration) -> Result<(), Cut> {
        let over = self.over(duration);
        self.until_cancelled(Effect::Sleep(duration), Asked::Sleep(over)).await.map(|_| ())
    }

    /// The outer error is a cancel, as below.
    pub(crate) async fn token(&self, request: TokenRequest) -> Result<Result<AccessToken, String>, Cut> {
        Ok(match self.until_cancelled(Effect::Token(request), Asked::Token).await? {
            Reply::Token(result) => result,
            _ => Err(String::new()),
        })
    }

    pub(crate) async fn assertion(&self, audience: String) -> Result<Result<Secret, String>, Cut> {
        let effect = Effect::Assertion(AssertionRequest { audience });
        Ok(match self.until_cancelled(effect, Asked::Assertion).await? {
            Reply::Assertion(result) => result,
            _ => Err(String::new()),
        })
    }

    /// The next users, and whether there are no others.
    pub(crate) async fn next_targets(&self, at_most: usize) -> (Vec<Target>, bool) {
        match self.ask(Effect::NextTargets { at_most }, Asked::Targets).await {
            Reply::Targets { targets, end } => (targets, end),
            _ => (Vec::new(), true),
        }
    }

    /// Says what is about to be written, and waits until that is noted. An error says why it could not be.
    pub(crate) async fn begin(&self, intent: Intent) -> Result<Result<(), String>, Cut> {
        Ok(match self.until_cancelled(Effect::Begin(intent), Asked::Taken).await? {
            Reply::Taken(result) => result,
            _ => Err(String::new()),
        })
    }

    /// Hands a report over.
    pub(crate) async fn report(&self, report: Report) {
        self.ask(Effect::Report(Box::new(report)), Asked::Taken).await;
    }

    /// Whether nobody listens to events.
    pub(crate) fn is_muted(&self) -> bool {
        self.0.borrow().muted
    }

    #[inline(never)]
    pub(crate) fn emit(&self, event: Event) {
        let mut inner = self.0.borrow_mut();
        if inner.muted {
            return;
        }
        inner.last += 1;
        let id = EffectId(inner.last);
        inner.effects.push((id, Effect::Emit(event)));
    }

    /// One for all effects that a cancel ends, so that the race stands once in the wasm.
    async fn until_cancelled(&self, effect: Effect, kind: Asked) -> Result<Reply, Cut> {
        first(self.ask(effect, kind), self.cancelled()).await.map_err(|()| Cut)
    }

    fn ask(&self, effect: Effect, kind: Asked) -> Pending {
        Pending { host: self.clone(), kind, state: State::New(Box::new(effect)) }
    }
}

/// Waits for a cancel. Dropped, it leaves nothing behind: of many users each waits anew with every request.
pub(crate) struct Cancelled<'a> {
    host: &'a Host,
    /// Under which it is known, once it has been polled.
    number: u32,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let host = self.host;
        let mut inner = host.0.borrow_mut();
        if inner.cancelled {
            return Poll::Ready(());
        }
        if self.number == 0 {
            inner.last_waiter += 1;
            self.number = inner.last_waiter;
        }
        match inner.on_cancel.iter_mut().find(|(number, _)| *number == self.number) {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => {
                let waiting = (self.number, context.waker().clone());
                inner.on_cancel.push(waiting);
            }
        }
        Poll::Pending
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if self.number > 0 {
            self.host.0.borrow_mut().on_cancel.retain(|(number, _)| *number != self.number);
        }
    }
}

/// The first of two futures. It owns both, so that the loser is dropped, and its effect cancelled, at once.
pub(crate) async fn first<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> Result<A, B> {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|context| {
        if let Poll::Ready(value) = a.as_mut().poll(context) {
            return Poll::Ready(Ok(value));
        }
        b.as_mut().poll(context).map(Err)
    })
    .await
}

enum State {
    New(Box<Effect>),
    Issued(EffectId),
    Done,
}

struct Pending {
    host: Host,
    kind: Asked,
    state: State,
}

impl Future for Pending {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let host = self.host.clone();
        let mut inner = host.0.borrow_mut();
        let id = match std::mem::replace(&mut self.state, State::Done) {
            State::New(effect) => {
                inner.last += 1;
                let id = EffectId(inner.last);
                inner.effects.push((id, *effect));
                id
            }
            State::Issued(id) => match inner.slots.remove(id) {
                Some(Slot::Answered(reply)) => return Poll::Ready(reply),
                Some(Slot::Waiting(..)) | None => id,
            },
            // A finished future may not be polled again, and none of ours is; waiting for ever shows as a stall.
            State::Done => return Poll::Pending,
        };
        inner.slots.insert(id, Slot::Waiting(self.kind, context.waker().clone()));
        self.state = State::Issued(id);
        Poll::Pending
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let State::Issued(id) = self.state else { return };
        let mut inner = self.host.0.borrow_mut();
        let Some(Slot::Waiting(..)) = inner.slots.remove(id) else { return };
        if let Some(at) = inner.effects.iter().position(|(issued, _)| *issued == id) {
            // It never left the core, so nobody needs to hear of it.
            inner.effects.remove(at);
            return;
        }
        inner.dropped.push(id);
        inner.late.push(id);
        if inner.late.len() > REMEMBERED {
            inner.late.remove(0);
        }
    }
}
