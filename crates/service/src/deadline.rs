use wasi::clocks::monotonic_clock::{now, subscribe_instant};
use wasi::io::poll::Pollable;

/// A moment that is waited for at most.
pub struct Deadline {
    at: u64,
    pollable: Pollable,
}

impl Deadline {
    /// So many seconds from now.
    pub fn after(seconds: u32) -> Self {
        let at = now().saturating_add(u64::from(seconds).saturating_mul(1_000_000_000));
        Deadline { at, pollable: subscribe_instant(at) }
    }

    pub fn pollable(&self) -> &Pollable {
        &self.pollable
    }

    pub fn has_passed(&self) -> bool {
        now() >= self.at
    }
}
