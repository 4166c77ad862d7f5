//! The members of a group.

use super::{World, code};
use entra_tenant::Crowd;
use hosts::types::ErrorCode;
use std::collections::BTreeSet;

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
