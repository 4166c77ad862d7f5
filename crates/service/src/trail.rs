//! The audit trail, where the operator wants one: each event of the engine as a line on standard error.

use crate::problem::error;
use crate::settings::Settings;
use entra_mfa_reset::run::Run;
use entra_mfa_reset::{Error, ErrorCode, Event, EventOutcome, EventStep};

/// What is told of one run.
pub struct Trail {
    wanted: bool,
    /// A line could not be written.
    broken: bool,
    /// A write may have been sent.
    begun: bool,
}

impl Trail {
    pub fn new(settings: &Settings) -> Self {
        Trail { wanted: settings.events, broken: false, begun: false }
    }

    /// The run, mute where nobody listens.
    pub fn of<T>(&self, run: Run<T>) -> Run<T> {
        if self.wanted { run } else { run.without_events() }
    }

    /// Writes an event down.
    ///
    /// # Errors
    /// It could not be, and nothing was written to the user so far. Later on, the rest is done all the same: a report is
    /// owed, and half a reset is worse than one that no line speaks of.
    pub fn tell(&mut self, event: &Event) -> Result<(), Error> {
        self.broken |= !write(event);
        if let Some(error) = self.trouble().filter(|_| !self.begun) {
            return Err(error);
        }
        self.begun |= event.outcome == EventOutcome::Started && event.step != EventStep::Wait;
        Ok(())
    }

    /// Why nobody else is touched: what would be done to them could not be written down.
    pub fn trouble(&self) -> Option<Error> {
        self.broken.then(|| {
            error(
                ErrorCode::Internal,
                "the service cannot write its audit trail",
                "Its operator looks after its standard error, or sets ENTRA_MFA_RESET_EVENTS no more.",
            )
        })
    }
}

/// One line in one piece, as far as wasi:io takes it: other instances write beside this one.
#[cfg(feature = "environment")]
fn write(event: &Event) -> bool {
    const PIECE: usize = 4096;
    let Ok(mut line) = serde_json::to_string(event) else { return false };
    line.push('\n');
    let stderr = wasi::cli::stderr::get_stderr();
    line.as_bytes().chunks(PIECE).all(|piece| stderr.blocking_write_and_flush(piece).is_ok())
}

/// This build has no standard error, and nobody who could want a trail.
#[cfg(not(feature = "environment"))]
fn write(_: &Event) -> bool {
    false
}
