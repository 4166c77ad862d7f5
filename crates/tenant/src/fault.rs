use crate::answer::Answer;
use crate::tenant::Tenant;

/// What a fault does to one member of the next batch.
#[derive(Debug, Clone)]
pub(crate) struct Injected {
    pub(crate) place: usize,
    pub(crate) status: u16,
    /// The member runs, and its answer is lost.
    pub(crate) executes: bool,
}

impl Tenant {
    /// The answer of a member that a fault has hit.
    pub(crate) fn injected_answer(&self, status: u16, now: u64) -> Answer {
        match status {
            429 => self.throttled(2000, now),
            _ => Answer::error(status, "ServiceNotAvailable", "The service is temporarily unavailable."),
        }
    }
}
