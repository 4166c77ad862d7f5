use crate::tenant::Tenant;
use serde::{Deserialize, Serialize};

/// What has come to a tenant, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// HTTP requests to Graph that arrived, a batch being one.
    pub http_requests: u64,
    /// Calls in them, each member of a batch for itself.
    pub calls: u64,
    /// Calls that answered 429, and requests that did so as a whole.
    pub throttled: u64,
    /// Calls that were no reads, ran, and were not refused.
    pub writes: u64,
    /// Methods that a DELETE removed.
    pub deletes: u64,
    /// DELETEs that answered 204 although one of the same user and id had done so before, and nothing was registered
    /// in between. The earlier one may have been lost, see the violation `parallelDeletes`.
    pub repeated_deletes: u64,
    /// DELETEs that answered 404 because what they name had been removed before.
    pub deletes_of_what_was_gone: u64,
    /// Users of the tenant.
    pub users: u64,
    /// Violations, all kinds together.
    pub violations: u64,
}

impl Tenant {
    /// What has come so far. Unlike [`Tenant::state`] it costs nothing, whatever the tenant's size.
    pub fn counts(&self) -> Counts {
        Counts {
            users: self.accounts.len() as u64,
            violations: self.violations.iter().map(|violation| u64::from(violation.count)).sum(),
            ..self.counted
        }
    }
}
