//! Many users at once, against the simulated tenant and in simulated time.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may print")]

mod simulation;

use bytes::Bytes;
use entra_mfa_reset::run::Reply;
use entra_mfa_reset::{ClientOptions, ErrorCode, Intent, Limits, MethodAction, Outcome, Report, ResetRequest, Target};
use entra_tenant::{FaultRates, Faults, Seed, TokenClaims};
use serde_json::Value;
use simulation::{NOW, World, runs};
use std::collections::{BTreeMap, BTreeSet};

fn seed(users: usize) -> Seed {
    let mut seed = Seed::crowd(users, 1);
    seed.latency_milliseconds = 20;
    seed
}

fn names(world: &World) -> Vec<String> {
    world.tenant.state().users.into_iter().map(|user| user.user_principal_name).collect()
}

fn ids(world: &World) -> Vec<String> {
    world.tenant.state().users.into_iter().map(|user| user.id).collect()
}

fn options(limits: Limits) -> ClientOptions {
    ClientOptions { limits, ..ClientOptions::default() }
}

/// Resets everybody who is waiting in the world's queue.
fn run(world: &mut World, limits: Limits, defaults: &str) -> Result<(), entra_mfa_reset::Error> {
    let client = world.client_with(&TokenClaims::everything(), options(limits));
    let defaults = ResetRequest::defaults_from_json(defaults).expect("defaults");
    world.play(client.reset_many(defaults))
}

fn everybody(users: usize, change: impl FnOnce(&mut Seed)) -> World {
    let mut seed = seed(users);
    change(&mut seed);
    let mut world = World::new(seed);
    world.crowd = names(&world).into_iter().map(Target::user).collect();
    world
}

fn outcomes(world: &World) -> BTreeMap<String, usize> {
    let mut outcomes = BTreeMap::new();
    for report in &world.reports {
        let code = report.error.as_ref().map(|error| format!("{:?}", error.code)).unwrap_or_default();
        *outcomes.entry(format!("{:?} {code}", report.outcome)).or_insert(0) += 1;
    }
    outcomes
}

fn name_of(report: &Report) -> &str {
    report.user.user_principal_name.as_deref().or(report.user.id.as_deref()).unwrap_or_default()
}

/// Calls that the tenant was asked for, the throttled ones left out.
fn calls(world: &World) -> (u64, u64) {
    let counts = world.tenant.counts();
    (counts.calls, counts.throttled)
}

#[test]
fn everybody_gets_one_report_and_ten_times_fewer_requests_than_calls() {
    let mut world = everybody(300, |_| {});
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 300)].into());
    let named: BTreeSet<&str> = world.reports.iter().map(name_of).collect();
    assert_eq!(named.len(), 300);
    assert_eq!(world.begun.len(), 300);
    // What a journal has of somebody is what was removed.
    for intent in &world.begun {
        let report = world.reports.iter().find(|report| report.user.id.as_ref() == Some(&intent.user_id));
        let gone = report.expect("a report").methods.iter().filter(|method| method.action != MethodAction::Keep);
        let gone: BTreeSet<&str> = gone.map(|method| method.id.as_str()).collect();
        assert_eq!(intent.planned.iter().map(|planned| planned.id.as_str()).collect::<BTreeSet<_>>(), gone);
        assert!(!gone.is_empty(), "{}", intent.user);
    }
    assert_eq!(world.violations(), [""; 0]);
    let (calls, _) = calls(&world);
    assert!(world.sent.len() as u64 * 14 < calls, "{} requests for {calls} calls", world.sent.len());
    // Each user's own count is what its calls were, and all of them together are the tenant's.
    let counted: u32 = world.reports.iter().map(|report| report.graph.calls).sum();
    assert_eq!(u64::from(counted), calls);
}

#[test]
fn a_batch_holds_one_version_and_at_most_one_write_of_a_user() {
    let mut world = everybody(60, |_| {});
    let (shared, seen) = (std::rc::Rc::new(std::cell::Cell::new(0)), std::rc::Rc::new(std::cell::Cell::new(0)));
    let (batches, writes) = (shared.clone(), seen.clone());
    world.intercept = Some(Box::new(move |request| {
        let batch: Value = serde_json::from_slice(request.body()).ok()?;
        let mut users = BTreeSet::new();
        let members = batch["requests"].as_array()?;
        assert!(members.len() <= 20);
        for member in members.iter().filter(|member| member["method"] != "GET") {
            let user = member["url"].as_str().and_then(|url| url.split('/').nth(2)).expect("a user").to_owned();
            assert!(users.insert(user), "{batch}");
            writes.set(writes.get() + 1);
        }
        assert!(members.iter().all(|member| member.get("dependsOn").is_none()));
        batches.set(batches.get() + usize::from(users.len() > 1));
        None
    }));
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 60)].into());
    assert!(shared.get() > 5 && seen.get() > 150, "{} shared batches, {} writes", shared.get(), seen.get());
}

#[test]
fn one_users_trouble_is_nobody_elses() {
    let mut world = everybody(40, |_| {});
    let ids = ids(&world);
    let bad = [
        Target::user("nobody@contoso.com"),
        Target::user("no name"),
        Target::from_json("x@contoso.com", r#"{"user":"x@contoso.com","metods":"all"}"#),
        Target::from_json("y", "{"),
        Target::from_json(&ids[0], &format!(r#"{{"user":"{}","notAfter":"2020-01-01T00:00:00Z"}}"#, ids[0])),
    ];
    for (at, target) in bad.into_iter().enumerate() {
        world.crowd.insert(at * 7, target);
    }
    // The first one has been named twice now, and the last one is named by id and in another case.
    world.crowd.push_back(Target::user(ids[39].to_uppercase()));
    let last = names(&world)[38].to_uppercase();
    world.crowd.push_back(Target::user(last));
    run(&mut world, Limits::default(), "{}").expect("a run");
    let expected: BTreeMap<String, usize> = [
        ("Complete ".to_owned(), 39),
        ("Failed UserNotFound".to_owned(), 1),
        ("Refused DuplicateUser".to_owned(), 3),
        ("Refused Expired".to_owned(), 1),
        ("Refused InvalidInput".to_owned(), 3),
    ]
    .into();
    // The request that came too late and its double: whichever is first, the other is the duplicate.
    let found = outcomes(&world);
    let with_double: BTreeMap<String, usize> = {
        let mut other = expected.clone();
        other.insert("Complete ".to_owned(), 40);
        other.insert("Refused DuplicateUser".to_owned(), 2);
        other
    };
    assert!(found == expected || found == with_double, "{found:?}");
    assert_eq!(world.reports.len(), 47);
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn the_guard_stands_before_each_of_many() {
    let mut world = World::sample();
    world.crowd = names(&world).into_iter().map(Target::user).collect();
    let count = world.crowd.len();
    run(&mut world, Limits::default(), r#"{"reason":"INC-1"}"#).expect("a run");
    assert_eq!(world.reports.len(), count);
    let refused: Vec<&Report> = world.reports.iter().filter(|report| report.outcome == Outcome::Refused).collect();
    assert!(refused.len() >= 3, "{:?}", outcomes(&world));
    for report in refused {
        assert!(report.user.id.is_some() || report.user.user_principal_name.is_some());
        assert_eq!(report.reason.as_deref(), Some("INC-1"));
        let begun = |intent: &Intent| Some(&intent.user_id) == report.user.id.as_ref();
        assert!(!world.begun.iter().any(begun), "{report:?}");
    }
}

#[test]
fn more_users_than_allowed_are_not_begun() {
    let mut world = everybody(30, |_| {});
    let error = run(&mut world, Limits { users: Some(10), ..Limits::default() }, "{}").expect_err("a cap");
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert_eq!(world.reports.len(), 10);
    assert_eq!(world.begun.len(), 10);
}

#[test]
fn a_token_at_its_end_ends_the_run_and_not_every_user() {
    let mut world = everybody(300, |_| {});
    world.intercept = Some(Box::new(|_| {
        Some(Reply::Response(http::Response::builder().status(401).body("{}".into()).expect("a response")))
    }));
    let error = run(&mut world, Limits::default(), "{}").expect_err("no token");
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert!(world.crowd.len() > 200, "{} were not let in", world.crowd.len());
    let told = |report: &Report| report.error.as_ref().is_some_and(|error| error.code == ErrorCode::Unauthenticated);
    assert!(!world.reports.is_empty() && world.reports.iter().all(told), "{:?}", outcomes(&world));
}

#[test]
fn a_plan_of_many_writes_nothing() {
    let mut world = everybody(50, |_| {});
    let client = world.client();
    let result: Result<(), _> = world.play(client.plan_many(ResetRequest::default()));
    result.expect("a run");
    assert_eq!(outcomes(&world), [("Planned ".to_owned(), 50)].into());
    assert!(world.begun.is_empty());
    assert_eq!(world.tenant.counts().writes, 0);
}

#[test]
fn who_cannot_be_noted_is_not_touched() {
    let mut world = everybody(20, |_| {});
    world.refuse_begin = Some("user00003".into());
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 19), ("Failed Internal".to_owned(), 1)].into());
    let untouched = &world.tenant.state().users[2];
    let fresh = World::new(seed(20));
    assert_eq!(untouched.methods, fresh.tenant.state().users[2].methods);
}

#[test]
fn a_slow_consumer_slows_the_run() {
    let mut world = everybody(400, |_| {});
    // Nobody takes the first report for an hour.
    world.note_ms = 3_600_000;
    let client = world.client_with(&TokenClaims::everything(), options(Limits { concurrency: 2, ..Limits::default() }));
    world.cancel_at = Some(NOW + 60_000);
    let error = world.play(client.reset_many(ResetRequest::default())).expect_err("cancelled");
    assert_eq!(error.code, ErrorCode::Cancelled);
    assert!(world.begun.len() <= 96, "{} users begun", world.begun.len());
}

#[test]
fn a_cancelled_run_reports_everybody_in_flight() {
    for after in [1, 25, 70, 130, 260] {
        let mut world = everybody(120, |_| {});
        world.cancel_at = Some(NOW + after);
        let error = run(&mut world, Limits::default(), "{}").expect_err("cancelled");
        assert_eq!(error.code, ErrorCode::Cancelled);
        let taken: usize = 120 - world.crowd.len();
        assert_eq!(world.reports.len(), taken, "after {after} ms");
        truth(&world);
    }
}

/// Each report says what the tenant says.
fn truth(world: &World) {
    let now = world.tenant.state();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for report in &world.reports {
        let Some(id) = &report.user.id else { continue };
        let position = now.users.iter().position(|user| &user.id == id).expect("the user");
        let shown: BTreeSet<String> = now.users[position].methods.iter().map(|method| text(&method["id"])).collect();
        let tokens = |method: &&entra_mfa_reset::MethodReport| format!("{:?}", method.action) == "Delete";
        for method in report.methods.iter().filter(tokens) {
            match format!("{:?}", method.outcome).as_str() {
                "Done" | "AlreadyGone" => {
                    assert!(
                        !shown.contains(&method.id)
                            || method.id == MOBILE && world.has_phone(name_of(report), NEW_PHONE),
                        "{report:?}"
                    );
                }
                "Planned" | "Kept" => assert!(shown.contains(&method.id), "{report:?}"),
                _ => {}
            }
        }
        // A pass that was told is the one in force, whatever a crash swallowed before it.
        if let Some(pass) =
            report.temporary_access_pass.as_ref().and_then(|pass| pass.pass.as_ref().and(pass.id.as_ref()))
        {
            assert!(shown.contains(pass), "{report:?}");
        }
        if report.outcome == Outcome::Complete {
            let gone = |method: &entra_mfa_reset::MethodReport| format!("{:?}", method.outcome) != "Failed";
            assert!(report.methods.iter().all(gone), "{report:?}");
        }
    }
}

/// How long the tenant's limit makes these calls take at least, in milliseconds.
fn least(calls: u64, per_10s: u64) -> u64 {
    calls * 10_000 / per_10s
}

#[test]
fn a_known_limit_is_used_and_not_crossed() {
    for (users, rate) in [(150, 200_u32), (10, 5)] {
        let mut world = everybody(users, |seed| seed.settings.calls_per_10s = Some(rate));
        run(&mut world, Limits { calls_per_10s: Some(rate), ..Limits::default() }, "{}").expect("a run");
        assert_eq!(outcomes(&world), [("Complete ".to_owned(), users)].into());
        let (calls, throttled) = calls(&world);
        let (took, least) = (world.now - NOW, least(calls - throttled, rate.into()));
        eprintln!("limit {rate} set: {calls} calls, {throttled} throttled, {took} ms of at least {least} ms");
        assert!(throttled * 50 < calls, "{throttled} of {calls} throttled");
        assert!(took * 100 <= least * 115, "{took} ms instead of {least} ms");
    }
}

#[test]
fn an_unknown_limit_is_found() {
    for counted in [false, true] {
        // Below five calls in ten seconds the pace goes no lower, and Graph says when to come back.
        for (users, rate, tenths) in [(150, 200_u32, 15), (10, 5, 15), (4, 2, 20)] {
            let mut world = everybody(users, |seed| {
                seed.settings.calls_per_10s = Some(rate);
                seed.settings.throttled_calls_count = counted;
            });
            run(&mut world, Limits::default(), "{}").expect("a run");
            assert_eq!(outcomes(&world), [("Complete ".to_owned(), users)].into());
            let (calls, throttled) = calls(&world);
            let (took, least) = (world.now - NOW, least(calls - throttled, rate.into()));
            eprintln!(
                "limit {rate} unknown, counted {counted}: {calls} calls, {throttled} throttled, {took} ms of {least} ms"
            );
            assert!(took * 10 <= least * tenths, "{took} ms instead of {least} ms");
        }
    }
}

#[test]
fn a_limit_that_somebody_else_had_used_up_is_found_again() {
    let mut world = everybody(100, |seed| seed.settings.calls_per_10s = Some(600));
    // Another automation has just taken all there was.
    let token = world.tenant.access_token(&TokenClaims::everything());
    for _ in 0..600 {
        let request = http::Request::get("https://graph.microsoft.com/v1.0/users/user00001@contoso.com")
            .header("authorization", format!("Bearer {token}"))
            .body(bytes::Bytes::new())
            .expect("a request");
        world.tenant.handle(request, NOW);
    }
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 100)].into());
    let (calls, throttled) = calls(&world);
    let (took, least) = (world.now - NOW, least(calls - throttled - 600, 600));
    eprintln!("limit used up: {calls} calls, {throttled} throttled, {took} ms of {least} ms");
    assert!(took * 10 <= least * 15, "{took} ms instead of {least} ms");
}

/// Where others take what there is, calls are throttled whatever our pace is, and slower is no better.
#[test]
fn throttling_that_no_pace_avoids_does_not_stop_a_run() {
    for seed in 0..4 {
        let mut world = everybody(20, |_| {});
        world.faults = Faults::new(seed, FaultRates { throttled: 0.2, member_throttled: 0.2, ..FaultRates::default() });
        run(&mut world, Limits::default(), "{}").expect("a run");
        assert_eq!(outcomes(&world).get("Complete "), Some(&20), "{:?}", outcomes(&world));
        let minutes = (world.now - NOW) / 60_000;
        assert!(minutes < 20, "seed {seed}: {minutes} minutes");
    }
}

#[test]
fn a_limit_on_methods_alone_leaves_the_directory_alone() {
    let mut world = everybody(12, |seed| seed.settings.method_calls_per_10s = Some(5));
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 12)].into());
    let of_methods: u32 = world.reports.iter().map(|report| report.graph.calls - report.graph.throttled).sum();
    // The user, the four reads of the guard and the revocation are the directory's.
    let of_methods = u64::from(of_methods) - 12 * 6;
    let (took, least) = (world.now - NOW, least(of_methods, 5));
    assert!(took * 10 <= least * 15, "{took} ms instead of {least} ms");
    // Nobody in the directory is asked twice for it.
    let (calls, throttled) = calls(&world);
    assert!(throttled * 3 < calls, "{throttled} of {calls} throttled");
}

#[test]
fn whole_requests_that_are_throttled_and_every_form_of_retry_after() {
    use entra_tenant::RetryAfter;
    for form in [RetryAfter::Seconds, RetryAfter::Fraction, RetryAfter::Date, RetryAfter::Absent] {
        let mut world = everybody(80, |seed| {
            seed.settings.batches_per_10s = Some(20);
            seed.settings.retry_after = form;
        });
        run(&mut world, Limits::default(), "{}").expect("a run");
        assert_eq!(outcomes(&world), [("Complete ".to_owned(), 80)].into(), "{form:?}");
        assert_eq!(world.violations(), [""; 0]);
    }
}

#[test]
fn a_request_that_hangs_delays_its_own_users_alone() {
    let mut world = everybody(100, |_| {});
    let mut hung = false;
    world.delay = Some(Box::new(move |request| {
        let is_first = !hung && request.uri().path().ends_with("/beta/$batch");
        hung |= is_first;
        if is_first { 90_000 } else { 0 }
    }));
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(outcomes(&world), [("Complete ".to_owned(), 100)].into());
    let finished = |report: &&Report| report.finished_at.as_str() < "2026-11-21T09:00:05";
    let early = world.reports.iter().filter(finished).count();
    assert!(early >= 80, "{early} of 100 finished while one request hung");
}

#[test]
fn an_outage_costs_few_users_and_the_rest_wait_for_its_end() {
    for status in [None, Some(502), Some(503)] {
        let mut world = everybody(600, |_| {});
        let (mut requests, end) = (0, NOW + 240_000);
        world.outage = Some(Box::new(move |now| {
            requests += 1;
            // Cut off after the first users, for four minutes.
            (requests > 60 && now < end).then(|| match status {
                None => Reply::Failed(entra_mfa_reset::run::SendError::NeverSent("refused".into())),
                Some(status) => {
                    Reply::Response(http::Response::builder().status(status).body("{}".into()).expect("a response"))
                }
            })
        }));
        run(&mut world, Limits::default(), "{}").expect("a run");
        assert_eq!(world.reports.len(), 600);
        let complete = world.reports.iter().filter(|report| report.outcome == Outcome::Complete).count();
        assert!(world.now > NOW + 240_000);
        assert!(complete >= 450, "{status:?}: {:?}", outcomes(&world));
        truth(&world);
    }
}

#[test]
fn late_lists_do_not_idle_the_run() {
    let mut world = everybody(600, |seed| seed.settings.list_lag_milliseconds = 4000);
    run(&mut world, Limits::default(), "{}").expect("a run");
    assert_eq!(world.reports.len(), 600);
    let complete = world.reports.iter().filter(|report| report.outcome == Outcome::Complete).count();
    assert_eq!(complete, 600, "{:?}", outcomes(&world));
    assert!(world.now - NOW < 60_000, "{} ms", world.now - NOW);
}

#[test]
fn groups_are_read_page_by_page() {
    let mut world = World::new(seed(2500));
    let client = world.client();
    let (mut next, mut users, mut skipped, mut pages) = (None::<String>, Vec::new(), 0, 0);
    loop {
        let page = world.play(client.group_members(entra_tenant::Crowd::GROUP, next.as_deref())).expect("a page");
        users.extend(page.users);
        skipped += page.skipped;
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let expected: BTreeSet<String> = ids(&world).into_iter().collect();
    assert_eq!(users.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!((users.len(), pages), (2500, 3));
    assert!(skipped >= 5);
    for (group, code) in
        [("finance", ErrorCode::InvalidInput), ("00000000-0000-4000-8000-000000000000", ErrorCode::InvalidInput)]
    {
        assert_eq!(world.play(client.group_members(group, None)).expect_err(group).code, code);
    }
    for link in [
        "https://evil.example/v1.0/groups",
        "https://graph.microsoft.com/v1.0/../x",
        "https://graph.microsoft.com.evil.example/v1.0/x",
    ] {
        let before = world.sent.len();
        let error = world.play(client.group_members(entra_tenant::Crowd::GROUP, Some(link))).expect_err(link);
        assert_eq!(error.code, ErrorCode::UnexpectedResponse);
        assert_eq!(world.sent.len(), before);
    }
}

#[test]
fn the_defaults_fill_in_and_never_weaken() {
    let read = |text: &str| ResetRequest::from_json(text).expect("a request");
    let defaults = ResetRequest::defaults_from_json(
        r#"{"methods":"all","keep":["fido2"],"backup":true,"revokeSessions":false,"reason":"INC-1"}"#,
    )
    .expect("defaults");
    let merged = read(r#"{"user":"a@contoso.com","keep":["email"],"reason":"INC-2","backup":false}"#).or(&defaults);
    let expected = r#"{"user":"a@contoso.com","methods":"all","keep":["email","fido2"],"backup":true,"revokeSessions":false,"reason":"INC-2"}"#;
    assert_eq!(merged, read(expected));
    assert!(ResetRequest::defaults_from_json(r#"{"user":"a@contoso.com"}"#).is_err());
}

/// The id of every mobile phone.
const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
const NEW_PHONE: &str = "+1 4255550177";

/// Everything that a journal on disk would hold.
#[derive(Default)]
struct Journal {
    begun: BTreeMap<String, Intent>,
    finished: BTreeMap<String, Report>,
}

impl Journal {
    fn take(&mut self, world: &mut World) {
        for intent in world.begun.drain(..) {
            // What was planned first is what counts.
            self.begun.entry(intent.user.clone()).or_insert(intent);
        }
        for report in world.reports.drain(..) {
            let name = name_of(&report).to_owned();
            assert!(self.finished.get(&name).is_none_or(|before| before.outcome != Outcome::Complete), "{name} twice");
            self.finished.insert(name, report);
        }
    }
}

/// A run under faults that is killed at random, and begun again with what the journal holds, until everybody has a
/// report. Whatever happens: nobody is skipped, nobody is reset after a complete report, what was registered while the
/// run was dead survives, and every report says what the tenant says.
fn killed_and_resumed(number: u64) {
    let mut random = fastrand::Rng::with_seed(number);
    let users = 1 + random.u32(..40) as usize;
    let mut tenant = seed(users);
    tenant.latency_milliseconds = 5 + random.u64(..40);
    tenant.settings.list_lag_milliseconds = [0, 0, 900, 2500][random.u32(..4) as usize];
    tenant.settings.calls_per_10s = [None, None, Some(150), Some(40)][random.u32(..4) as usize];
    tenant.settings.throttled_calls_count = random.bool();
    let mut world = World::new(tenant);
    if random.bool() {
        world = world.with_faults(number, FaultRates::even(0.12));
    }
    let asked = ["{}", r#"{"methods":"all"}"#, r#"{"temporaryAccessPass":true}"#, r#"{"revokeSessions":false}"#];
    let defaults = ResetRequest::defaults_from_json(asked[random.u32(..4) as usize]).expect("defaults");
    let all = names(&world);
    let mut journal = Journal::default();
    let mut registered: BTreeSet<String> = BTreeSet::new();
    for round in 0.. {
        assert!(round < 12, "seed {number}: it never ends");
        let waiting = all.iter().filter(|name| !journal.finished.contains_key(*name));
        world.crowd = waiting
            .map(|name| {
                let planned = journal.begun.get(name).map(|intent| intent.planned.clone());
                Target::Request(Box::new(ResetRequest { planned, ..ResetRequest::new(name.clone()) }))
            })
            .collect();
        if world.crowd.is_empty() {
            break;
        }
        world.seed = number + round;
        let limits = Limits { concurrency: 1 + random.u32(..16), ..Limits::default() };
        let client = world.client_with(&TokenClaims::everything(), options(limits));
        let lives = if round < 4 { 10 + random.u64(..3000) } else { u64::MAX / 4 };
        world.play_until(client.reset_many(defaults.clone()), world.now.saturating_add(lives));
        journal.take(&mut world);
        // Somebody whose reset was under way has a new phone by the time the run is taken up again.
        world.now += 60_000;
        let under_way = |name: &&String| !journal.finished.contains_key(*name) && !registered.contains(*name);
        if let Some(name) = journal.begun.keys().find(under_way).cloned()
            && world.register_phone(&name, NEW_PHONE)
        {
            registered.insert(name);
        }
    }
    assert_eq!(journal.finished.len(), users, "seed {number}: somebody was skipped");
    for name in &registered {
        assert!(world.has_phone(name, NEW_PHONE), "seed {number}: what {name} registered since is gone");
    }
    world.reports = journal.finished.into_values().collect();
    truth(&world);
    assert_eq!(world.violations(), [""; 0], "seed {number}");
}

#[test]
fn any_run_that_is_killed_and_resumed_tells_the_truth() {
    runs(300).for_each(killed_and_resumed);
}

#[test]
fn a_lost_run_leaves_the_reply_of_its_effects_alone() {
    // A reply that does not fit is the shell's mistake and is named, also of the effects of many.
    let world = everybody(1, |_| {});
    let client = world.client();
    let mut run = client.reset_many(ResetRequest::default());
    let step = run.start(NOW, 1).expect("a step");
    let (id, _) = step.effects.into_iter().next().expect("a request for users");
    assert!(run.resume(id, Reply::Slept, NOW).is_err());
    assert!(run.resume(id, Reply::Taken(Ok(())), NOW).is_err());
    let end = run.resume(id, Reply::Targets { targets: Vec::new(), end: true }, NOW).expect("a step");
    end.outcome.expect("nobody came").expect("no error");
}

#[test]
fn a_server_that_asks_for_weeks_costs_those_under_way_and_not_everybody_weeks() {
    let mut world = everybody(60, |_| {});
    let mut left = 2;
    world.intercept = Some(Box::new(move |_| {
        left -= 1;
        let mut answer = http::Response::new(Bytes::from_static(br#"{"error":{"code":"TooManyRequests"}}"#));
        *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        answer.headers_mut().insert("retry-after", http::HeaderValue::from_static("4000000"));
        (left >= 0).then_some(Reply::Response(answer))
    }));
    run(&mut world, Limits::default(), "{}").expect("a run");
    let outcomes = outcomes(&world);
    assert_eq!(outcomes.values().sum::<usize>(), 60);
    assert!(outcomes["Complete "] >= 30 && outcomes["Failed Throttled"] > 0, "{outcomes:?}");
    assert!(world.now < NOW + 600_000, "it took {} s", (world.now - NOW) / 1000);
}
