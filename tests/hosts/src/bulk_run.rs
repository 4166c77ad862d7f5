//! Many users at once.

use crate::host::{Called, Session};
use crate::types::{Intent, Report, ResetRequest};
use anyhow::{Result, anyhow};
use wasmtime::component::ResourceAny;

pub use crate::bindings::exports::entra::mfa_reset::reset::{BulkEvent, MembersPage};

/// A `bulk-run` of a session. The component keeps it until [`BulkRun::abandon`], or for as long as the session lives.
pub struct BulkRun<'a> {
    session: &'a mut Session,
    run: ResourceAny,
}

impl<'a> BulkRun<'a> {
    pub(crate) fn new(session: &'a mut Session, run: ResourceAny) -> Self {
        BulkRun { session, run }
    }

    /// The session, which can do other things meanwhile.
    pub fn session(&mut self) -> &mut Session {
        self.session
    }

    /// `bulk-run.push`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn push(&mut self, users: &[ResetRequest]) -> Called<()> {
        let Session { store, plugin, .. } = &mut *self.session;
        Ok(plugin.entra_mfa_reset_reset().bulk_run().call_push(store, self.run, users).await?)
    }

    /// `bulk-run.close`.
    ///
    /// # Errors
    /// A trap.
    pub async fn close(&mut self) -> Result<()> {
        let Session { store, plugin, .. } = &mut *self.session;
        Ok(plugin.entra_mfa_reset_reset().bulk_run().call_close(store, self.run).await?)
    }

    /// `bulk-run.next`.
    ///
    /// # Errors
    /// A trap.
    pub async fn next(&mut self) -> Result<BulkEvent> {
        let Session { store, plugin, .. } = &mut *self.session;
        Ok(plugin.entra_mfa_reset_reset().bulk_run().call_next(store, self.run).await?)
    }

    /// `bulk-run.outcome`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn outcome(&mut self) -> Called<()> {
        let Session { store, plugin, .. } = &mut *self.session;
        Ok(plugin.entra_mfa_reset_reset().bulk_run().call_outcome(store, self.run).await?)
    }

    /// `bulk-run.begin`.
    ///
    /// # Errors
    /// A trap.
    pub async fn begin(&mut self) -> Result<Option<Intent>> {
        let Session { store, plugin, .. } = &mut *self.session;
        Ok(plugin.entra_mfa_reset_reset().bulk_run().call_begin(store, self.run).await?)
    }

    /// Pushes users as fast as the component is hungry for them, until each has its report.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn finish(
        &mut self,
        users: impl IntoIterator<Item = ResetRequest>,
        mut each: impl FnMut(Report),
    ) -> Called<()> {
        let mut users = users.into_iter().fuse();
        loop {
            match self.next().await? {
                BulkEvent::Report(report) => each(report),
                BulkEvent::Finished => return self.outcome().await,
                BulkEvent::Hungry(at_most) => self.feed(&mut users, at_most).await?,
            }
        }
    }

    /// Pushes as many users as there is room for, or closes when there are none.
    ///
    /// # Errors
    /// A trap, or users that are not taken.
    pub async fn feed(&mut self, users: &mut impl Iterator<Item = ResetRequest>, at_most: u32) -> Result<()> {
        let next: Vec<ResetRequest> = users.take(at_most as usize).collect();
        if next.is_empty() {
            return self.close().await;
        }
        self.push(&next).await?.map_err(|error| anyhow!("{}. {}", error.message, error.help))
    }

    /// Drops the resource, whatever is under way.
    ///
    /// # Errors
    /// A trap.
    pub async fn abandon(self) -> Result<()> {
        Ok(self.run.resource_drop_async(&mut self.session.store).await?)
    }
}
