//! What every event of a run says, whoever tells it: when, what was asked for, and who acts.

use super::claims::Claims;
use super::line::Line;
use crate::error::ErrorCode;
use crate::event::{Caller, Event, EventOutcome, EventStep};
use crate::options::Credential;
use std::time::Duration;

impl Line {
    pub(super) fn tell_wait(&self, duration: Duration, why: Option<ErrorCode>) {
        if let Some(event) = self.draft(EventStep::Wait, EventOutcome::Started) {
            self.host.emit(event.of_wait(duration, why));
        }
    }

    /// An event that says who acts; `None` where nobody listens.
    #[inline(never)]
    pub(super) fn draft(&self, step: EventStep, outcome: EventOutcome) -> Option<Event> {
        if self.host.is_muted() {
            return None;
        }
        Some(Event { caller: self.acting(), ..Event::new(self.host.now(), self.operation, step, outcome) })
    }

    fn acting(&self) -> Option<Caller> {
        let kept = self.session.token.borrow();
        let token = match (kept.as_ref().map(|kept| &kept.token), &self.session.credential) {
            (Some(token), _) | (None, Credential::AccessToken(token)) => token,
            (None, _) => return None,
        };
        let mut known = self.caller.borrow_mut();
        if known.as_ref().is_none_or(|(of, _)| of != token) {
            *known = Some((token.clone(), Claims::of(token).map(Claims::caller)));
        }
        known.as_ref().and_then(|(_, caller)| caller.clone())
    }
}
