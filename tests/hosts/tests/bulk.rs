//! Many users at once.

use crate::native::{self, NOW};
use entra_mfa_reset as core;
use entra_tenant::{Crowd, Faults, Seed, State, Tenant, TokenClaims};
use hosts::bulk_run::BulkEvent;
use hosts::host::{Clock, Network};
use hosts::simulation::Simulation;
use hosts::tenant::TenantServer;
use hosts::types::{
    ClientOptions, Cloud, Credential, ErrorCode, Intent, Limits, Outcome, Report, ResetOptions, ResetRequest,
};
use hosts::{BulkRun, Session, convert};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
        let options = ClientOptions {
            cloud: Cloud::Global,
            graph_url: None,
            authority_host: None,
            protect: Vec::new(),
            limits: None,
            credential: Credential::AccessToken(tenant.access_token(&TokenClaims::everything())),
            seed: Some(7),
        };
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

fn limits(users: Option<u32>) -> Limits {
    Limits {
        request_seconds: None,
        verify_seconds: None,
        retries: None,
        retry_seconds: None,
        response_bytes: None,
        calls_per10s: None,
        concurrency: None,
        users,
    }
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

#[tokio::test(start_paused = true)]
async fn two_hundred_users_in_simulated_time() {
    let world = World::crowd(200);
    let mut session = world.open().await;
    let mut reports = Vec::new();
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.finish(world.everybody(), |report| reports.push(report)).await.unwrap().unwrap();
    assert_everybody_is_reset(&reports, &world.simulation.state());
    assert!(world.simulation.most_in_flight() > 2, "{} at once", world.simulation.most_in_flight());
    assert_eq!(world.simulation.in_flight(), 0);
    assert!(session.is_empty_handed());
}

#[tokio::test]
async fn two_hundred_users_over_http() {
    let server = TenantServer::start(crowd(200)).unwrap();
    let options = ClientOptions {
        graph_url: Some(server.origin()),
        credential: Credential::AccessToken(server.access_token(&TokenClaims::everything())),
        ..World::crowd(0).options
    };
    let mut session = Session::open(Network, None, &options).await.unwrap();
    let users = names(&server.state().unwrap());
    let mut reports = Vec::new();
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.finish(users.iter().map(|name| request(name)), |report| reports.push(report)).await.unwrap().unwrap();
    assert_everybody_is_reset(&reports, &server.state().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_many_writes_nothing() {
    let world = World::crowd(40);
    let mut session = world.open().await;
    let mut reports = Vec::new();
    let mut run = session.plan_many(&defaults()).await.unwrap();
    run.finish(world.everybody(), |report| reports.push(report)).await.unwrap().unwrap();
    assert_eq!(reports.len(), 40);
    assert!(reports.iter().all(|report| report.outcome == Outcome::Planned));
    assert_eq!(world.simulation.counts().writes, 0);
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

#[tokio::test(start_paused = true)]
async fn hunger_is_said_once_while_others_are_in_flight_and_again_when_nothing_is_left() {
    let world = World::crowd(5);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    // Nothing is under way, so waiting would be for ever.
    assert_eq!(letters(&mut run, 3).await, "hhh");
    assert_eq!(code(run.outcome().await.unwrap()), None);
    assert_eq!(world.clock.elapsed(), 0);
    let users = world.everybody();
    run.push(&users[..1]).await.unwrap().unwrap();
    // It asks for company, works on the one user all the same, and then has nothing left to do.
    assert_eq!(letters(&mut run, 4).await, "hrhh");
    // What it no longer waits for it has given back, deadlines above all.
    assert!(run.session().is_empty_handed());
    assert!(world.clock.elapsed() < 10_000, "{} ms", world.clock.elapsed());
    run.push(&users[1..4]).await.unwrap().unwrap();
    assert_eq!(letters(&mut run, 6).await, "hrrrhh");
    // What is pushed without being asked for is taken, too.
    run.push(&users[4..]).await.unwrap().unwrap();
    run.close().await.unwrap();
    assert_eq!(letters(&mut run, 4).await, "rfff");
    assert!(run.begin().await.unwrap().is_none());
    assert_eq!(world.simulation.counts().violations, 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_of_nobody_is_finished() {
    let world = World::crowd(1);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&[]).await.unwrap().unwrap();
    run.close().await.unwrap();
    assert_eq!(letters(&mut run, 2).await, "ff");
    assert_eq!(world.simulation.counts().http_requests, 0);
}

#[tokio::test(start_paused = true)]
async fn everybody_may_be_pushed_at_once() {
    let world = World::crowd(200);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&world.everybody()).await.unwrap().unwrap();
    run.close().await.unwrap();
    let mut reports = Vec::new();
    // Closed, so it is never hungry: nobody is pushed a second time.
    run.finish([], |report| reports.push(report)).await.unwrap().unwrap();
    assert_everybody_is_reset(&reports, &world.simulation.state());
}

fn code<T>(called: Result<T, hosts::types::ErrorInfo>) -> Option<ErrorCode> {
    called.err().map(|error| {
        assert!(!error.message.is_empty() && !error.help.is_empty());
        error.code
    })
}

#[tokio::test(start_paused = true)]
async fn a_closed_run_takes_nobody() {
    let world = World::crowd(2);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    let users = world.everybody();
    run.push(&users[..1]).await.unwrap().unwrap();
    run.close().await.unwrap();
    assert_eq!(code(run.push(&users[1..]).await.unwrap()), Some(ErrorCode::InvalidInput));
    run.close().await.unwrap();
    assert_eq!(letters(&mut run, 2).await, "rf");
    assert_eq!(code(run.push(&users[1..]).await.unwrap()), Some(ErrorCode::InvalidInput));
    assert_eq!(letters(&mut run, 1).await, "f");
    assert_eq!(world.simulation.state().users[1].sign_in_sessions_valid_from_date_time, None);
}

#[tokio::test(start_paused = true)]
async fn more_users_than_allowed_are_not_taken() {
    let mut world = World::crowd(8);
    world.options.limits = Some(limits(Some(5)));
    let mut session = world.open().await;
    let users = world.everybody();
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&users[..3]).await.unwrap().unwrap();
    assert_eq!(code(run.push(&users[3..6]).await.unwrap()), Some(ErrorCode::InvalidInput));
    run.push(&users[6..]).await.unwrap().unwrap();
    assert_eq!(code(run.push(&users[3..4]).await.unwrap()), Some(ErrorCode::InvalidInput));
    run.close().await.unwrap();
    let mut done = BTreeSet::new();
    run.finish([], |report| assert!(done.insert(name_of(&report).to_owned()))).await.unwrap().unwrap();
    let allowed: BTreeSet<String> = [0, 1, 2, 6, 7].map(|at| world.names[at].clone()).into();
    assert_eq!(done, allowed);
    // The cap is each run's own.
    let mut run = session.plan_many(&defaults()).await.unwrap();
    run.push(&users[..5]).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn wrong_options_are_said_at_the_first_push() {
    let mut world = World::crowd(2);
    world.options.graph_url = Some("http://graph.contoso.com".to_owned());
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    assert_eq!(code(run.push(&world.everybody()).await.unwrap()), Some(ErrorCode::InvalidInput));
    assert!(run.begin().await.unwrap().is_none());
    run.close().await.unwrap();
    for _ in 0..2 {
        assert_eq!(code(run.finish([], |_| panic!("a report")).await.unwrap()), Some(ErrorCode::InvalidInput));
    }
    let members = run.session().group_members(Crowd::GROUP, None).await.unwrap();
    assert_eq!(code(members), Some(ErrorCode::InvalidInput));
    assert_eq!(world.simulation.origins(), [""; 0]);
}

/// Every other user would fail by it, too.
#[tokio::test(start_paused = true)]
async fn a_token_at_its_end_ends_the_run() {
    let mut world = World::crowd(300);
    let claims = TokenClaims { exp: Some(NOW / 1000), ..TokenClaims::everything() };
    world.options.credential =
        Credential::AccessToken(world.simulation.with_tenant(|tenant| tenant.access_token(&claims)));
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&world.everybody()).await.unwrap().unwrap();
    let mut told = 0;
    let refuse = |report: Report| {
        assert_eq!(report.error.unwrap().code, ErrorCode::Unauthenticated);
        told += 1;
    };
    assert_eq!(code(run.finish([], refuse).await.unwrap()), Some(ErrorCode::Unauthenticated));
    assert!((1..100).contains(&told), "{told} were let in");
    assert_eq!(code(run.push(&world.everybody()).await.unwrap()), Some(ErrorCode::Unauthenticated));
    assert_eq!(code(run.finish([], |_| panic!("a report")).await.unwrap()), Some(ErrorCode::Unauthenticated));
    assert_eq!(world.simulation.in_flight(), 0);
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

impl Journal {
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

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_leaves_nothing_behind() {
    let mut cut_off = 0;
    for steps in [0, 1, 2, 3, 5, 20, 60] {
        let world = World::crowd(60);
        let mut session = world.open().await;
        let mut run = session.reset_many(&defaults()).await.unwrap();
        run.push(&world.everybody()).await.unwrap().unwrap();
        for step in 0..steps {
            if step % 2 == 0 {
                run.begin().await.unwrap();
            } else {
                run.next().await.unwrap();
            }
        }
        cut_off += world.simulation.in_flight();
        run.abandon().await.unwrap();
        // Shorter than any answer takes.
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(world.simulation.in_flight(), 0, "after {steps} steps");
        assert!(session.is_empty_handed(), "after {steps} steps");
        let requests = world.simulation.counts().http_requests;
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(world.simulation.counts().http_requests, requests, "after {steps} steps");

        session.status(&world.names[0]).await.unwrap().unwrap();
        let mut run = session.reset_many(&defaults()).await.unwrap();
        let mut complete = 0;
        run.finish(world.everybody(), |report| complete += usize::from(is_complete(&report))).await.unwrap().unwrap();
        assert_eq!(complete, 60, "after {steps} steps");
    }
    assert!(cut_off > 5, "{cut_off} requests were in flight");
}

#[tokio::test(start_paused = true)]
async fn a_client_does_other_things_while_a_run_is_under_way() {
    let world = World::crowd(30);
    let mut session = world.open().await;
    let mut run = session.reset_many(&defaults()).await.unwrap();
    run.push(&world.everybody()[1..]).await.unwrap().unwrap();
    run.close().await.unwrap();
    assert!(run.begin().await.unwrap().is_some());
    let status = run.session().status(&world.names[0]).await.unwrap().unwrap();
    assert_eq!(status.user.user_principal_name.as_ref(), Some(&world.names[0]));
    let mut complete = 0;
    run.finish([], |report| complete += usize::from(is_complete(&report))).await.unwrap().unwrap();
    assert_eq!(complete, 29);
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_be_reset_has_a_report_that_says_why() {
    let world = World::crowd(30);
    let ids: Vec<String> = world.simulation.state().users.into_iter().map(|user| user.id).collect();
    let late = ResetRequest { not_after: Some("2020-01-01T00:00:00Z".to_owned()), ..request(&world.names[29]) };
    let odd = ResetRequest { keep: vec!["phones".to_owned()], ..request(&world.names[28]) };
    let mut users = world.everybody();
    users.truncate(28);
    users.extend([
        request("no name"),
        request(""),
        request("nobody@contoso.com"),
        odd,
        late,
        request(&world.names[3].to_uppercase()),
        request(&ids[4]),
    ]);
    let mut session = world.open().await;
    let mut found = Vec::new();
    let mut run = session.reset_many(&defaults()).await.unwrap();
    let count = users.len();
    run.finish(users, |report| {
        let error = report.error.as_ref().map(|error| error.code);
        found.push((name_of(&report).to_owned(), report.outcome, error));
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!(found.len(), count);
    found.retain(|(_, outcome, _)| *outcome != Outcome::Complete);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let found: Vec<(&str, Outcome, Option<ErrorCode>)> =
        found.iter().map(|(name, outcome, error)| (name.as_str(), *outcome, *error)).collect();
    let refused = |name, code| (name, Outcome::Refused, Some(code));
    let expected = [
        refused("", ErrorCode::InvalidInput),
        refused(&ids[4], ErrorCode::DuplicateUser),
        refused("USER00004@CONTOSO.COM", ErrorCode::DuplicateUser),
        refused("no name", ErrorCode::InvalidInput),
        ("nobody@contoso.com", Outcome::Failed, Some(ErrorCode::UserNotFound)),
        refused("user00029@contoso.com", ErrorCode::InvalidInput),
        refused("user00030@contoso.com", ErrorCode::Expired),
    ];
    assert_eq!(found, expected);
    assert_eq!(world.simulation.counts().violations, 0);
}

#[tokio::test(start_paused = true)]
async fn a_groups_members_come_in_pages() {
    let world = World::crowd(2500);
    let mut session = world.open().await;
    let (mut next, mut users, mut skipped, mut pages) = (None::<String>, Vec::new(), 0, 0);
    loop {
        let page = session.group_members(Crowd::GROUP, next.as_deref()).await.unwrap().unwrap();
        users.extend(page.users);
        skipped += page.skipped;
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let ids: BTreeSet<String> = world.simulation.state().users.into_iter().map(|user| user.id).collect();
    assert_eq!((users.len(), pages), (2500, 3));
    assert_eq!(users.into_iter().collect::<BTreeSet<_>>(), ids);
    assert_eq!(skipped, 6);
    let other = session.group_members("finance", None).await.unwrap();
    assert_eq!(code(other), Some(ErrorCode::InvalidInput));
    let requests = world.simulation.counts().http_requests;
    let elsewhere = session.group_members(Crowd::GROUP, Some("https://evil.example/v1.0/groups")).await.unwrap();
    assert_eq!(code(elsewhere), Some(ErrorCode::UnexpectedResponse));
    assert_eq!(world.simulation.counts().http_requests, requests);
}

/// Every request id as the number of its first mention.
fn numbered(reports: &[String]) -> Vec<String> {
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let number = |report: &String| {
        let mut text = report.clone();
        for id in serde_json::from_str::<core::Report>(report).unwrap().graph.client_request_ids {
            let next = format!("request {}", numbers.len());
            text = text.replace(&id, numbers.entry(id.clone()).or_insert(next));
        }
        text
    };
    reports.iter().map(number).collect()
}

/// Requests, their moments and the reports are those of the engine alone. A timer and an answer that are due at the
/// same moment reach the component timer first, since an answer takes the host a few steps more, and the engine's own
/// tests in the order of asking. What is packed does not hang on it, but the next random number does: so the random
/// ids are compared by who shares them.
#[tokio::test(start_paused = true)]
async fn many_give_the_same_bytes_as_natively() {
    for latency in [20, 23, 57] {
        let seed = Seed { latency_milliseconds: latency, ..crowd(60) };
        let mut native = native::World::new(seed.clone());
        native.crowd = names(&native.tenant.state()).into_iter().map(core::Target::user).collect();
        let client = native.client();
        native.play(client.reset_many(core::ResetRequest::default())).unwrap();
        let expected: Vec<String> = native.reports.iter().map(core::Report::to_json).collect();

        let world = World::new(seed);
        let mut session = world.open().await;
        let mut reports = Vec::new();
        let mut run = session.reset_many(&defaults()).await.unwrap();
        run.finish(world.everybody(), |report| reports.push(report)).await.unwrap().unwrap();
        let mut found = Vec::new();
        for report in &reports {
            found.push(session.to_json(report).await.unwrap());
        }
        assert_eq!(found.len(), 60);
        assert_eq!(numbered(&found), numbered(&expected), "{latency} ms");
        assert_eq!(world.simulation.state().log, native.tenant.state().log, "{latency} ms");
        assert_eq!(world.clock.elapsed(), native.now - NOW, "{latency} ms");
    }
}
