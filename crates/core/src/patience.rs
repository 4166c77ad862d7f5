//! Waiting for what shows late: a little longer before each look, and no longer than `limits.verifySeconds` in all.

use crate::error::{Error, ErrorCode};
use crate::graph::Graph;
use std::time::Duration;

pub(crate) struct Patience {
    until: u64,
    pause: u64,
}

impl Patience {
    pub(crate) fn new(graph: &Graph) -> Patience {
        let limit = u64::from(graph.session.limits.verify_seconds) * 1000;
        Patience { until: graph.host.now().saturating_add(limit), pause: 1000 }
    }

    /// Waits before another look. False when there is no time left for one.
    ///
    /// # Errors
    /// `cancelled`.
    pub(crate) async fn rest(&mut self, graph: &Graph, why: Option<ErrorCode>) -> Result<bool, Error> {
        let left = self.until.saturating_sub(graph.host.now());
        if left == 0 {
            return Ok(false);
        }
        let rest = Duration::from_millis(self.pause.min(left));
        self.pause = (self.pause * 2).min(8000);
        graph.wait(rest, why).await.map(|()| true)
    }
}
