//! What a run and its host say to each other: hunger, the end, what is refused.

use super::{World, code, defaults, is_complete, letters, name_of};
use crate::native::NOW;
use entra_tenant::{Crowd, TokenClaims};
use hosts::types::{Credential, ErrorCode, Limits, Report};
use std::collections::BTreeSet;
use std::time::Duration;

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
