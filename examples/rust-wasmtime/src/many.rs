//! Many users at once.

use crate::bindings::{BulkEvent, ErrorInfo, Report, ResetOptions};
use crate::host::Host;
use crate::journal::{Earlier, Journal};
use crate::request;
use anyhow::Result;
use std::collections::HashMap;

/// How a run of many ended.
pub struct Ended {
    /// Users whom an earlier run has finished.
    pub skipped: usize,
    /// Users who were not let in, after Ctrl-C or because the run ended early.
    pub left: usize,
    /// Why it ended before everybody was let in, if it did.
    pub error: Option<ErrorInfo>,
}

/// Resets them. Each report goes to `tell` with its JSON, before the journal says that the user is finished. Once `stop`
/// says so nobody else is let in, and whoever is under way is finished.
///
/// # Errors
/// When the journal cannot be written. Whoever is under way then may or may not be done; the next run settles it.
pub async fn reset(
    host: &mut Host,
    users: Vec<String>,
    defaults: &ResetOptions,
    journal: &mut Journal,
    stop: impl Fn() -> bool,
    mut tell: impl FnMut(&Report, &str) -> Result<()>,
) -> Result<Ended> {
    let api = host.plugin.entra_mfa_reset_reset();
    let store = &mut host.store;
    let run = api.client().call_reset_many(&mut *store, host.client, defaults).await?;
    let bulk = api.bulk_run();
    let mut users = users.into_iter();
    let mut ended = Ended { skipped: 0, left: 0, error: None };
    // Who is under way, by id: the report need not repeat the name that was asked for.
    let mut asked = HashMap::new();
    loop {
        if let Some(intent) = bulk.call_begin(&mut *store, run).await? {
            journal.started(&intent)?;
            asked.insert(intent.user_id, intent.user);
            continue;
        }
        match bulk.call_next(&mut *store, run).await? {
            BulkEvent::Report(report) => {
                let json = api.call_to_json(&mut *store, &report).await?;
                tell(&report, &json)?;
                let name = report.user.id.as_ref().and_then(|id| asked.remove(id));
                journal.finished(&report, name)?;
            }
            BulkEvent::Hungry(at_most) => {
                let mut targets = Vec::new();
                while !stop() && targets.len() < at_most as usize {
                    let Some(user) = users.next() else { break };
                    match journal.earlier(&user) {
                        Some(Earlier::Complete) => ended.skipped += 1,
                        Some(Earlier::Planned(planned)) => targets.push(request::target(user, Some(planned))),
                        None => targets.push(request::target(user, None)),
                    }
                }
                if targets.is_empty() {
                    bulk.call_close(&mut *store, run).await?;
                } else if let Err(error) = bulk.call_push(&mut *store, run, &targets).await? {
                    ended.error = Some(error);
                    ended.left += targets.len();
                    bulk.call_close(&mut *store, run).await?;
                }
            }
            BulkEvent::Finished => break,
        }
    }
    if let Err(error) = bulk.call_outcome(&mut *store, run).await? {
        ended.error = Some(error);
    }
    ended.left += users.len();
    Ok(ended)
}
