//! A host that writes down who is begun, and is killed.

use super::{World, assert_everybody_is_reset, defaults, letters, name_of, request};
use entra_tenant::TokenClaims;
use hosts::Session;
use hosts::bulk_run::BulkEvent;
use hosts::types::{Intent, Outcome, Report, ResetRequest};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The id of every mobile phone.
const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
/// In another city than all of the crowd's.
const NEW_PHONE: &str = "+1 2065550142";

impl World {
    fn phone(&self, name: &str) -> Option<String> {
        let state = self.simulation.state();
        let user = state.users.iter().find(|user| user.user_principal_name == name).unwrap();
        let mobile = user.methods.iter().find(|method| method["id"] == MOBILE);
        mobile.map(|mobile| mobile["phoneNumber"].as_str().unwrap().to_owned())
    }

    fn register_phone(&self, name: &str) {
        let now = self.clock.now();
        let status = self.simulation.with_tenant(|tenant| {
            let token = tenant.access_token(&TokenClaims::everything());
            let path = format!("https://graph.microsoft.com/v1.0/users/{name}/authentication/phoneMethods");
            let body = format!(r#"{{"phoneNumber":"{NEW_PHONE}","phoneType":"mobile"}}"#);
            let request = http::Request::post(path)
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(body.into())
                .unwrap();
            tenant.handle(request, now).status()
        });
        assert!(status.is_success(), "{status}");
    }
}

/// What a host has on disk.
#[derive(Default)]
struct Journal {
    begun: BTreeMap<String, Intent>,
    finished: BTreeMap<String, Report>,
}

impl Journal {
    /// Who is still to be done: with what was planned, where that was begun.
    fn rest(&self, world: &World) -> Vec<ResetRequest> {
        let is_open = |name: &&String| !self.finished.contains_key(*name);
        let ask = |name: &String| ResetRequest {
            planned: self.begun.get(name).map(|intent| intent.planned.clone()),
            ..request(name)
        };
        world.names.iter().filter(is_open).map(ask).collect()
    }

    /// Works until everybody is done, or until it is told to stop. Before each step nobody who has been begun a moment
    /// ago has been written to.
    async fn keep(&mut self, world: &World, session: &mut Session, stop: impl Fn(&Journal) -> bool) {
        let mut users = self.rest(world).into_iter();
        let mut run = session.reset_many(&defaults()).await.unwrap();
        loop {
            while let Some(intent) = run.begin().await.unwrap() {
                let before = self.begun.get(&intent.user);
                if before.is_none() {
                    assert_eq!(world.writes(&intent.user_id), 0, "{} was written to", intent.user);
                }
                // What was planned first is what counts, and what is planned now is part of it.
                let ids =
                    |intent: &Intent| intent.planned.iter().map(|method| method.id.clone()).collect::<BTreeSet<_>>();
                assert!(
                    before.is_none_or(|before| ids(&intent).is_subset(&ids(before))),
                    "{intent:?} after {before:?}"
                );
                self.begun.entry(intent.user.clone()).or_insert(intent);
                if stop(self) {
                    return;
                }
            }
            match run.next().await.unwrap() {
                BulkEvent::Report(report) => {
                    let name = name_of(&report).to_owned();
                    assert!(self.begun.contains_key(&name), "{name} was done without a word before");
                    assert!(self.finished.insert(name, report).is_none());
                }
                BulkEvent::Hungry(at_most) => run.feed(&mut users, at_most).await.unwrap(),
                BulkEvent::Finished => return run.outcome().await.unwrap().unwrap(),
            }
            if stop(self) {
                return;
            }
        }
    }

    /// Those whose mobile phone is gone and who have no report yet.
    fn under_way(&self, world: &World) -> Vec<String> {
        let open = self.begun.values().filter(|intent| !self.finished.contains_key(&intent.user));
        open.filter(|intent| intent.planned.iter().any(|method| method.id == MOBILE))
            .filter(|intent| world.phone(&intent.user).is_none())
            .map(|intent| intent.user.clone())
            .collect()
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_written_to_before_a_journal_could_say_so() {
    let world = World::crowd(60);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&world.everybody()[..1]).await.unwrap().unwrap();
    run.close().await.unwrap();
    let intent = run.begin().await.unwrap().unwrap();
    assert_eq!(
        (intent.user.as_str(), intent.user_principal_name.as_deref()),
        (&*world.names[0], Some(&*world.names[0]))
    );
    assert!(!intent.planned.is_empty() && intent.at.starts_with("2026-11-21T09:00:00"), "{intent:?}");
    // A slow disk: nothing goes on behind its back.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.simulation.counts().writes, 0);
    assert!(run.begin().await.unwrap().is_none());
    assert!(world.writes(&intent.user_id) >= intent.planned.len());
    assert_eq!(letters(&mut run, 2).await, "rf");
}

#[tokio::test(start_paused = true)]
async fn a_journal_knows_everybody_before_the_first_write() {
    let world = World::crowd(60);
    let mut session = world.open().await;
    let mut journal = Journal::default();
    journal.keep(&world, &mut session, |_| false).await;
    assert_eq!(journal.begun.len(), 60);
    let reports: Vec<Report> = journal.finished.into_values().collect();
    assert_everybody_is_reset(&reports, &world.simulation.state());
}

#[tokio::test(start_paused = true)]
async fn what_was_registered_since_a_killed_run_survives_the_next() {
    let world = World::crowd(120);
    let mut journal = Journal::default();
    let mut session = world.open().await;
    journal.keep(&world, &mut session, |journal| journal.under_way(&world).len() >= 3).await;
    drop(session);
    let (begun, finished) = (journal.begun.len(), journal.finished.len());
    assert!(finished < begun && begun < 120, "{begun} begun, {finished} finished");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.simulation.in_flight(), 0);
    let registered = journal.under_way(&world);
    for name in &registered {
        world.register_phone(name);
    }

    journal.keep(&world, &mut world.open().await, |_| false).await;
    assert_eq!(journal.finished.len(), 120);
    for report in journal.finished.values() {
        assert_eq!(report.outcome, Outcome::Complete, "{report:?}");
    }
    for name in &world.names {
        let expected = registered.contains(name).then(|| NEW_PHONE.to_owned());
        assert_eq!(world.phone(name), expected, "{name}");
    }
    let counts = world.simulation.counts();
    assert_eq!((counts.violations, counts.repeated_deletes), (0, 0));
}
