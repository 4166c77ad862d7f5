use crate::bindings::exports::entra::mfa_reset::reset as wit;
use crate::convert::{from_wit, to_wit};
use entra_mfa_reset as core;
use entra_mfa_reset::Target;
use entra_mfa_reset::run::{EffectId, Reply};
use entra_mfa_reset_wasi::{Asked, Shell, Turn};
use std::cell::RefCell;
use std::collections::VecDeque;

/// The exported resource.
pub struct BulkRun(RefCell<State>);

struct State {
    work: Work,
    /// Pushed, and not yet asked for.
    waiting: VecDeque<Target>,
    closed: bool,
    /// How many may still be pushed.
    room: Option<u32>,
    /// The engine wants users.
    hungry: Option<(EffectId, usize)>,
    /// What was handed out last counts as taken with the next call.
    handed: Option<EffectId>,
    /// Said to nobody yet.
    kept: Option<Box<wit::BulkEvent>>,
}

enum Work {
    UnderWay(Box<Shell<()>>),
    Ended(Result<(), core::Error>),
}

impl BulkRun {
    /// What could not be begun has ended.
    pub fn new(shell: Result<Shell<()>, core::Error>, most: Option<u32>) -> Self {
        BulkRun(RefCell::new(State {
            work: shell.map_or_else(|error| Work::Ended(Err(error)), |shell| Work::UnderWay(Box::new(shell))),
            waiting: VecDeque::new(),
            closed: false,
            room: most,
            hungry: None,
            handed: None,
            kept: None,
        }))
    }
}

impl State {
    fn push(&mut self, users: Vec<wit::Target>) -> Result<(), core::Error> {
        let invalid = |message: &str, help: &str| core::Error::invalid(message, help);
        if let Work::Ended(Err(error)) = &self.work {
            return Err(error.clone());
        }
        if self.closed {
            return Err(invalid("the run is closed", "Push all users before `close`."));
        }
        if let Some(room) = &mut self.room {
            let count = u32::try_from(users.len()).unwrap_or(u32::MAX);
            *room = room.checked_sub(count).ok_or_else(|| {
                invalid(
                    "there are more users than limits.users allows, and none of these was taken",
                    "Raise limits.users if that is meant.",
                )
            })?;
        }
        self.waiting.extend(users.into_iter().map(|user| Target::Request(Box::new(from_wit(user)))));
        Ok(())
    }

    /// Hands over what was pushed, where it was asked for.
    fn feed(&mut self, shell: &mut Shell<()>) {
        if let Some((id, at_most)) = self.hungry.take_if(|_| self.closed || !self.waiting.is_empty()) {
            let targets = self.waiting.drain(..at_most.min(self.waiting.len())).collect();
            let end = self.closed && self.waiting.is_empty();
            shell.answer(id, Reply::Targets { targets, end });
        }
    }

    fn next(&mut self) -> Said {
        let unfinished = Work::Ended(Err(core::Error::internal("the run broke off")));
        let mut shell = match std::mem::replace(&mut self.work, unfinished) {
            Work::UnderWay(shell) => shell,
            Work::Ended(result) => return self.end(result),
        };
        if let Some(id) = self.handed.take() {
            shell.answer(id, Reply::Taken(Ok(())));
        }
        let said = loop {
            self.feed(&mut shell);
            match shell.turn() {
                Ok(Turn::Asked(id, Asked::Targets(at_most))) => {
                    self.hungry = Some((id, at_most));
                    if !self.closed && self.waiting.is_empty() {
                        break hungry(at_most);
                    }
                }
                Ok(Turn::Asked(id, Asked::Begin(intent))) => {
                    self.handed = Some(id);
                    break Said::Begin(intent);
                }
                Ok(Turn::Asked(id, Asked::Report(report))) => {
                    self.handed = Some(id);
                    break Said::Event(Box::new(wit::BulkEvent::Report(to_wit(*report))));
                }
                Ok(Turn::Told(_)) => {}
                Ok(Turn::Ready | Turn::Idle) => match self.hungry {
                    Some((_, at_most)) => break hungry(at_most),
                    None => return self.end(Err(core::Error::internal("the run waits for nothing"))),
                },
                Ok(Turn::Done(result)) => return self.end(result),
                Err(error) => return self.end(Err(error)),
            }
        };
        self.work = Work::UnderWay(shell);
        said
    }

    fn end(&mut self, result: Result<(), core::Error>) -> Said {
        self.work = Work::Ended(result);
        Said::Event(Box::new(wit::BulkEvent::Finished))
    }
}

impl wit::GuestBulkRun for BulkRun {
    fn push(&self, users: Vec<wit::Target>) -> Result<(), wit::ErrorInfo> {
        self.0.borrow_mut().push(users).map_err(to_wit)
    }

    fn close(&self) {
        self.0.borrow_mut().closed = true;
    }

    fn next(&self) -> wit::BulkEvent {
        let mut state = self.0.borrow_mut();
        if let Some(event) = state.kept.take() {
            return *event;
        }
        loop {
            if let Said::Event(event) = state.next() {
                return *event;
            }
        }
    }

    fn outcome(&self) -> Result<(), wit::ErrorInfo> {
        match &self.0.borrow().work {
            Work::Ended(Err(error)) => Err(to_wit(error.clone())),
            Work::Ended(Ok(())) | Work::UnderWay(_) => Ok(()),
        }
    }

    fn begin(&self) -> Option<wit::Intent> {
        let mut state = self.0.borrow_mut();
        if state.kept.is_some() {
            return None;
        }
        match state.next() {
            Said::Begin(intent) => Some(to_wit(intent)),
            Said::Event(event) => {
                state.kept = Some(event);
                None
            }
        }
    }
}

enum Said {
    Begin(core::Intent),
    Event(Box<wit::BulkEvent>),
}

fn hungry(at_most: usize) -> Said {
    Said::Event(Box::new(wit::BulkEvent::Hungry(u32::try_from(at_most).unwrap_or(u32::MAX))))
}
