//! Random tenants, requests and fault schedules in simulated time. What a report says is compared with what the
//! tenant knows, which the engine cannot see.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{ClientOptions, Error, ErrorCode, Limits, Report, ResetRequest};
use entra_tenant::{FaultRates, TokenClaims};
use fastrand::Rng;
use simulation::oracle::{self, Account};
use simulation::tenants::{ID, pick, request, seed};
use simulation::{NOW, World, runs};
use std::collections::BTreeMap;

struct Outcomes {
    before: Account,
    after: Account,
    result: Result<Report, Error>,
    elapsed: u64,
    world: World,
}

fn play(number: u64, faulty: bool) -> (ResetRequest, Outcomes) {
    let mut random = Rng::with_seed(number);
    let seed = seed(&mut random);
    let request = request(&mut random, &seed.users[0]);
    let mut world = World::new(seed);
    world.seed = number;
    if faulty {
        let rate = pick(&mut random, &[0.05, 0.2, 0.5]);
        world = world.with_faults(number, FaultRates::even(rate));
        if random.f32() < 0.15 {
            world.cancel_at = Some(NOW + random.u64(0..3000));
        }
    }
    let limits = Limits { retry_seconds: 30, ..Limits::default() };
    let client = world.client_with(&TokenClaims::everything(), ClientOptions { limits, ..ClientOptions::default() });
    let before = Account::of(&world, ID);
    let result = world.play(client.reset(request.clone()));
    let after = Account::of(&world, ID);
    let elapsed = world.now - NOW;
    (request, Outcomes { before, after, result, elapsed, world })
}

/// Everything that must hold whatever happens.
fn check(number: u64, request: &ResetRequest, found: &Outcomes) {
    let Outcomes { before, after, result, elapsed, world } = found;
    let told = |what: &str| format!("run {number}: {what}\n{request:?}\n{result:#?}\n{:#?}", world.tenant.exchange());
    assert_eq!(world.violations(), [""; 0], "{}", told("violations"));
    // 8 sections of work, each with its retries, and two waits for late lists: nothing runs for an hour.
    assert!(*elapsed < 3_600_000, "{}", told("it ran for too long"));
    assert_eq!(world.sent.iter().filter(|line| !line.contains("https://graph.microsoft.com/")).count(), 0);
    let lies = oracle::lies_of_a_reset(request, before, after, result.as_ref());
    assert!(lies.is_empty(), "{}", told(&lies.join("; ")));
    let Ok(report) = result else { return };
    let text = format!("{report:?}{:?}", world.events);
    if let Some(pass) = report.temporary_access_pass.as_ref().and_then(|pass| pass.pass.as_ref()) {
        assert!(!text.contains(&pass.0), "a pass was printed");
    }
    assert!(!text.contains("42555501"), "a phone number was printed");
}

/// Without faults everything that can be done is done.
#[test]
fn without_faults_a_reset_ends_well() {
    let mut complete = 0;
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(3000) {
        let (request, found) = play(number, false);
        check(number, &request, &found);
        let word = match &found.result {
            Ok(report) => format!("{:?}", report.outcome),
            Err(error) => format!("error {:?}", error.code),
        };
        complete += u32::from(word == "Complete");
        if let Err(error) = &found.result {
            let expected = [ErrorCode::InvalidInput, ErrorCode::PolicyRejected, ErrorCode::Unauthenticated];
            assert!(expected.contains(&error.code), "run {number}: {error:?}");
        }
        *outcomes.entry(word).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(complete > 0);
}

/// With faults a report never says more than the tenant's truth.
#[test]
fn with_faults_no_report_lies() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for number in runs(6000) {
        let (request, found) = play(number, true);
        check(number, &request, &found);
        let word = match &found.result {
            Ok(report) => format!("{:?}", report.outcome),
            Err(error) => format!("error {:?}", error.code),
        };
        *outcomes.entry(word).or_default() += 1;
    }
    println!("{outcomes:?}");
}
