//! All of them, and what became of each.

use super::{World, assert_everybody_is_reset, crowd, defaults, name_of, names, request};
use crate::native::{self, NOW};
use entra_mfa_reset as core;
use entra_tenant::{Seed, TokenClaims};
use hosts::Session;
use hosts::host::Network;
use hosts::tenant::TenantServer;
use hosts::types::{ClientOptions, Credential, ErrorCode, Outcome, ResetRequest};
use std::collections::BTreeMap;

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
