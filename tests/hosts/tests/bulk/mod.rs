//! Many users at once.

mod conversation;
mod everybody;
mod journal;
mod members;

use crate::native::NOW;
use entra_mfa_reset as core;
use entra_tenant::{Faults, Seed, State, Tenant, TokenClaims};
use hosts::bulk_run::BulkEvent;
use hosts::host::Clock;
use hosts::simulation::Simulation;
use hosts::types::{ClientOptions, Credential, ErrorCode, Outcome, Report, ResetOptions, ResetRequest};
use hosts::{BulkRun, Session, convert};
use std::collections::BTreeSet;

/// A crowd at a distance of 20 ms, in simulated time.
struct World {
    simulation: Simulation,
    clock: Clock,
    options: ClientOptions,
    names: Vec<String>,
}

impl World {
    fn new(seed: Seed) -> World {
        let clock = Clock::at(NOW);
        let tenant = Tenant::new(seed);
        let names = names(&tenant.state());
        let credential = Credential::AccessToken(tenant.access_token(&TokenClaims::everything()));
        let options = ClientOptions { seed: Some(7), ..convert::signed_in(credential) };
        World { simulation: Simulation::new(tenant, Faults::none(), clock), clock, options, names }
    }

    fn crowd(users: usize) -> World {
        World::new(crowd(users))
    }

    async fn open(&self) -> Session {
        Session::open(self.simulation.clone(), Some(self.clock), &self.options).await.unwrap()
    }

    fn everybody(&self) -> Vec<ResetRequest> {
        self.names.iter().map(|name| request(name)).collect()
    }

    /// Writes that have come to the tenant for a user.
    fn writes(&self, user_id: &str) -> usize {
        let of_user = |method: &str, path: &str| method != "GET" && path.contains(user_id);
        let log = self.simulation.state().log;
        log.iter()
            .map(|entry| {
                let members = entry.members.iter().filter(|member| of_user(&member.method, &member.path)).count();
                members + usize::from(of_user(&entry.method, &entry.path))
            })
            .sum()
    }
}

fn crowd(users: usize) -> Seed {
    Seed { latency_milliseconds: 20, ..Seed::crowd(users, 1) }
}

fn names(state: &State) -> Vec<String> {
    state.users.iter().map(|user| user.user_principal_name.clone()).collect()
}

fn request(user: &str) -> ResetRequest {
    convert::reset_request(core::ResetRequest::new(user))
}

fn defaults() -> ResetOptions {
    convert::reset_options(core::ResetRequest::default())
}

fn name_of(report: &Report) -> &str {
    report.user.user_principal_name.as_deref().or(report.user.id.as_deref()).unwrap_or_default()
}

fn is_complete(report: &Report) -> bool {
    report.outcome == Outcome::Complete
}

/// Everybody has one report, and the tenant shows what the reports say.
fn assert_everybody_is_reset(reports: &[Report], state: &State) {
    for report in reports {
        assert_eq!(report.outcome, Outcome::Complete, "{report:?}");
    }
    let named: BTreeSet<&str> = reports.iter().map(name_of).collect();
    let all: BTreeSet<&str> = state.users.iter().map(|user| user.user_principal_name.as_str()).collect();
    assert_eq!((reports.len(), named), (all.len(), all));
    for user in &state.users {
        assert!(user.sign_in_sessions_valid_from_date_time.is_some(), "{}", user.user_principal_name);
        for method in &user.methods {
            let kind = method["@odata.type"].as_str().unwrap();
            let stays = ["email", "fido2", "password", "windowsHelloForBusiness"];
            let is_kept = stays.iter().any(|stays| kind == format!("#microsoft.graph.{stays}AuthenticationMethod"));
            let is_deactivated = kind.contains("hardwareOath") && method["device"]["status"] != "activated";
            assert!(is_kept || is_deactivated, "{}: {method:?}", user.user_principal_name);
        }
    }
    assert_eq!(state.violations, []);
    let calls: u64 = reports.iter().map(|report| u64::from(report.graph.calls)).sum();
    assert_eq!(state.counts.calls, calls);
    assert!(state.counts.http_requests * 10 <= calls, "{} requests, {calls} calls", state.counts.http_requests);
}

/// What an event says, in one letter.
fn letter(event: &BulkEvent) -> char {
    match event {
        BulkEvent::Report(_) => 'r',
        BulkEvent::Hungry(at_most) => {
            assert!(*at_most > 0);
            'h'
        }
        BulkEvent::Finished => 'f',
    }
}

async fn letters(run: &mut BulkRun<'_>, count: usize) -> String {
    let mut said = String::new();
    for _ in 0..count {
        said.push(letter(&run.next().await.unwrap()));
    }
    said
}

fn code<T>(called: Result<T, hosts::types::ErrorInfo>) -> Option<ErrorCode> {
    called.err().map(|error| {
        assert!(!error.message.is_empty() && !error.help.is_empty());
        error.code
    })
}
