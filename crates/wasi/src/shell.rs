use crate::flight::Flight;
use entra_mfa_reset::run::{Effect, EffectId, Reply, Run, Step};
use entra_mfa_reset::{Error, Event, Intent, Report, Secret};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasi::clocks::{monotonic_clock, wall_clock};
use wasi::io::poll::{Pollable, poll};

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/// What a client lends to its runs.
#[derive(Clone)]
pub struct Lent {
    /// The largest body of an answer, in bytes.
    pub body_limit: u64,
    /// The assertion that the host gave last. Runs under way see the next one, too.
    pub assertion: Rc<RefCell<Option<Secret>>>,
}

/// Runs an operation to its end, and tells nobody of its events.
///
/// # Errors
/// The operation's own.
pub fn perform<T>(run: Run<Result<T, Error>>, seed: u64, lent: Lent) -> Result<T, Error> {
    let mut shell = Shell::start(run.without_events(), seed, lent)?;
    match shell.turn()? {
        Turn::Done(outcome) => outcome,
        Turn::Told(_) | Turn::Asked(..) | Turn::Ready | Turn::Idle => {
            Err(Error::internal("the run waits for something that was never begun"))
        }
    }
}

/// One run, and what is under way for it.
pub struct Shell<T> {
    run: Run<Result<T, Error>>,
    lent: Lent,
    clock: Clock,
    /// To be performed, in this order.
    effects: VecDeque<(EffectId, Effect)>,
    waits: Vec<Wait>,
    replies: VecDeque<(EffectId, Reply)>,
    asked: VecDeque<(EffectId, Asked)>,
    outcome: Option<Result<T, Error>>,
}

/// What only the host can answer.
#[derive(Debug)]
pub enum Asked {
    /// The next users, at most so many: [`Reply::Targets`].
    Targets(usize),
    /// To note what is about to be written: [`Reply::Taken`].
    Begin(Intent),
    /// To take a report: [`Reply::Taken`].
    Report(Box<Report>),
}

/// Why a shell has stopped working.
#[derive(Debug)]
pub enum Turn<T> {
    /// The operation is over.
    Done(Result<T, Error>),
    /// An event. What it speaks of is not on its way before the next turn.
    Told(Box<Event>),
    /// The host is asked.
    Asked(EffectId, Asked),
    /// Something that the host waits for itself is ready.
    Ready,
    /// There is nothing to do until the host answers what it was asked.
    Idle,
}

impl<T> Shell<T> {
    /// Begins.
    ///
    /// # Errors
    /// A defect of the engine or of this.
    pub fn start(mut run: Run<Result<T, Error>>, seed: u64, lent: Lent) -> Result<Self, Error> {
        let clock = Clock::start();
        let step = run.start(clock.now(), seed).map_err(defect)?;
        let mut shell = Shell {
            run,
            lent,
            clock,
            effects: VecDeque::new(),
            waits: Vec::new(),
            replies: VecDeque::new(),
            asked: VecDeque::new(),
            outcome: None,
        };
        shell.take(step);
        Ok(shell)
    }

    /// Answers what the host was asked.
    pub fn answer(&mut self, id: EffectId, reply: Reply) {
        self.replies.push_back((id, reply));
    }

    /// Asks the operation to end soon. It ends as cancelled, and what was done by then is told.
    ///
    /// # Errors
    /// As [`Shell::start`].
    pub fn cancel(&mut self) -> Result<(), Error> {
        let step = self.run.cancel(self.clock.now()).map_err(defect)?;
        self.take(step);
        Ok(())
    }

    /// Works until there is something for the host.
    ///
    /// # Errors
    /// As [`Shell::start`].
    pub fn turn(&mut self) -> Result<Turn<T>, Error> {
        self.turn_beside(&[])
    }

    /// As [`Shell::turn`], and no longer than until one of these is ready.
    ///
    /// # Errors
    /// As [`Shell::start`].
    pub fn turn_beside(&mut self, others: &[&Pollable]) -> Result<Turn<T>, Error> {
        loop {
            while let Some((id, effect)) = self.effects.pop_front() {
                match begin(effect, &self.lent) {
                    Begun::Waiting(task) => self.waits.push(Wait { id, task }),
                    Begun::Answered(reply) => self.replies.push_back((id, reply)),
                    Begun::Asked(asked) => self.asked.push_back((id, asked)),
                    Begun::Told(event) => return Ok(Turn::Told(event)),
                }
            }
            if let Some((id, asked)) = self.asked.pop_front() {
                return Ok(Turn::Asked(id, asked));
            }
            if let Some(outcome) = self.outcome.take() {
                return Ok(Turn::Done(outcome));
            }
            if self.replies.is_empty() {
                await_some(&mut self.waits, &mut self.replies, others);
            }
            let Some((id, reply)) = self.replies.pop_front() else {
                return Ok(if others.is_empty() { Turn::Idle } else { Turn::Ready });
            };
            let step = self.run.resume(id, reply, self.clock.now()).map_err(defect)?;
            self.take(step);
        }
    }

    fn take(&mut self, step: Step<Result<T, Error>>) {
        // Before the new effects start, so that a connection that nobody waits for does not stand beside them.
        self.waits.retain(|wait| !step.cancelled.contains(&wait.id));
        self.effects.retain(|(id, _)| !step.cancelled.contains(id));
        self.effects.extend(step.effects);
        self.outcome = step.outcome;
    }
}

/// A seed for hosts that give none. It keeps request ids and jitter apart; nothing secret hangs on it.
pub fn seed_from_clocks() -> u64 {
    let wall = wall_clock::now();
    wall.seconds.rotate_left(32) ^ u64::from(wall.nanoseconds) ^ monotonic_clock::now().rotate_left(17)
}

fn defect(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the engine and its shell disagree: {error}"))
}

/// The wall clock's time at the start, carried on by the monotonic clock: a clock that is set meanwhile neither
/// shortens nor prolongs a wait.
struct Clock {
    wall: u64,
    monotonic: u64,
}

impl Clock {
    fn start() -> Self {
        let wall = wall_clock::now();
        let wall = wall.seconds.saturating_mul(1_000_000_000).saturating_add(u64::from(wall.nanoseconds));
        Clock { wall, monotonic: monotonic_clock::now() }
    }

    /// Unix time in milliseconds.
    fn now(&self) -> u64 {
        self.wall.saturating_add(monotonic_clock::now().saturating_sub(self.monotonic)) / NANOSECONDS_PER_MILLISECOND
    }
}

struct Wait {
    id: EffectId,
    task: Task,
}

enum Task {
    Sleep(Pollable),
    Send(Box<Flight>),
}

impl Wait {
    fn pollables(&self) -> Vec<&Pollable> {
        match &self.task {
            Task::Sleep(pollable) => vec![pollable],
            Task::Send(flight) => flight.pollables(),
        }
    }

    fn advance(&mut self) -> Option<Reply> {
        match &mut self.task {
            Task::Sleep(_) => Some(Reply::Slept),
            Task::Send(flight) => flight.advance().map(|result| match result {
                Ok(response) => Reply::Response(response),
                Err(error) => Reply::Failed(error),
            }),
        }
    }
}

enum Begun {
    Waiting(Task),
    Answered(Reply),
    Asked(Asked),
    Told(Box<Event>),
}

fn begin(effect: Effect, lent: &Lent) -> Begun {
    match effect {
        Effect::Send(request) => match Flight::begin(request, lent.body_limit) {
            Ok(flight) => Begun::Waiting(Task::Send(Box::new(flight))),
            Err(error) => Begun::Answered(Reply::Failed(error)),
        },
        Effect::Sleep(duration) => {
            let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
            Begun::Waiting(Task::Sleep(monotonic_clock::subscribe_duration(nanoseconds)))
        }
        // Only a credential of the host asks for one, and the WIT has none.
        Effect::Token(_) => Begun::Answered(Reply::Token(Err("this component has no identity library".to_owned()))),
        Effect::Assertion(_) => {
            let given = lent.assertion.borrow().clone();
            Begun::Answered(Reply::Assertion(given.ok_or_else(|| "the host gave none".to_owned())))
        }
        Effect::Emit(event) => Begun::Told(Box::new(event)),
        Effect::NextTargets { at_most } => Begun::Asked(Asked::Targets(at_most)),
        Effect::Begin(intent) => Begun::Asked(Asked::Begin(intent)),
        Effect::Report(report) => Begun::Asked(Asked::Report(report)),
    }
}

/// Blocks until something is ready, and answers what is complete, the oldest first: the order of the answers must not
/// depend on the host. When one of the others is ready there may be no answer.
fn await_some(waits: &mut Vec<Wait>, replies: &mut VecDeque<(EffectId, Reply)>, others: &[&Pollable]) {
    while replies.is_empty() && !(waits.is_empty() && others.is_empty()) {
        let pollables: Vec<(EffectId, &Pollable)> =
            waits.iter().flat_map(|wait| wait.pollables().into_iter().map(|pollable| (wait.id, pollable))).collect();
        let ours = pollables.iter().map(|(_, pollable)| *pollable);
        let list: Vec<&Pollable> = ours.chain(others.iter().copied()).collect();
        let found = poll(&list);
        // The indices come in the host's own order, and one wait may have two of them.
        let ready: Vec<EffectId> =
            found.iter().filter_map(|index| pollables.get(*index as usize)).map(|(id, _)| *id).collect();
        let beside = found.iter().any(|index| *index as usize >= pollables.len());
        waits.retain_mut(|wait| {
            if !ready.contains(&wait.id) {
                return true;
            }
            match wait.advance() {
                Some(reply) => {
                    replies.push_back((wait.id, reply));
                    false
                }
                None => true,
            }
        });
        if beside {
            return;
        }
    }
}
