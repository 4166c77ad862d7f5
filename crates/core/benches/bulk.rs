//! The engine's own time for many users: without latency, and without the tenant's time. `just bench-engine`.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(missing_docs, reason = "criterion's macros")]

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use entra_mfa_reset::run::{Effect, EffectId, Reply};
use entra_mfa_reset::{Client, ClientOptions, Credential, Outcome, ResetRequest, Secret, Target};
use entra_tenant::{Crowd, Seed, Tenant, TokenClaims};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// 2026-11-21T09:00:00Z.
const NOW: u64 = 1_795_251_600_000;

/// Resets a crowd once: how long the engine worked.
fn reset(users: usize, tenant: &Tenant) -> Duration {
    let mut tenant = tenant.clone();
    let token = Secret::new(tenant.access_token(&TokenClaims::everything()));
    let client = Client::new(ClientOptions::default(), Credential::AccessToken(token)).expect("a client");
    let crowd = Crowd { users, seed: 1 };
    let mut waiting = (0..users).map(|position| Target::user(crowd.user(position).user_principal_name));
    let (mut left, mut complete) = (users, 0);
    let mut ready: VecDeque<(EffectId, Reply)> = VecDeque::new();
    let mut asleep: BTreeMap<(u64, EffectId), ()> = BTreeMap::new();
    let mut now = NOW;
    let mut run = client.reset_many(ResetRequest::default()).without_events();
    let began = Instant::now();
    let mut step = run.start(now, 1).expect("a step");
    let mut worked = began.elapsed();
    loop {
        asleep.retain(|(_, id), ()| !step.cancelled.contains(id));
        for (id, effect) in step.effects {
            match effect {
                Effect::Send(request) => ready.push_back((id, Reply::Response(tenant.handle(request, now)))),
                Effect::Sleep(duration) => drop(asleep.insert((now + duration.as_millis() as u64, id), ())),
                Effect::NextTargets { at_most } => {
                    let targets: Vec<Target> = waiting.by_ref().take(at_most).collect();
                    left -= targets.len();
                    ready.push_back((id, Reply::Targets { targets, end: left == 0 }));
                }
                Effect::Report(report) => {
                    complete += usize::from(report.outcome == Outcome::Complete);
                    ready.push_back((id, Reply::Taken(Ok(()))));
                }
                Effect::Begin(_) => ready.push_back((id, Reply::Taken(Ok(())))),
                Effect::Token(_) | Effect::Assertion(_) | Effect::Emit(_) => {}
            }
        }
        if let Some(outcome) = step.outcome {
            outcome.expect("a run");
            assert_eq!(complete, users);
            return worked;
        }
        let (id, reply) = ready.pop_front().unwrap_or_else(|| {
            let ((at, id), ()) = asleep.pop_first().expect("something to wait for");
            now = at;
            (id, Reply::Slept)
        });
        let began = Instant::now();
        step = run.resume(id, reply, now).expect("a step");
        worked += began.elapsed();
    }
}

fn bulk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reset_many");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).warm_up_time(Duration::from_millis(1));
    for users in [100, 1_000, 10_000, 100_000] {
        let mut seed = Seed::crowd(users, 1);
        seed.keep_log = false;
        let tenant = Tenant::new(seed);
        group.throughput(Throughput::Elements(users as u64));
        group.bench_with_input(BenchmarkId::from_parameter(users), &users, |bencher, &users| {
            bencher.iter_custom(|times| (0..times).map(|_| reset(users, &tenant)).sum());
        });
    }
    group.finish();
}

criterion_group!(benches, bulk);
criterion_main!(benches);
