use crate::world::{ADELE, ADMIN, GUEST, World};
use entra_tenant::{RevokeAnswer, SeedRole, TokenClaims};
use serde_json::{Value, json};

fn valid_from(world: &mut World, user: &str) -> Value {
    world.get(&format!("/v1.0/users/{user}?$select=signInSessionsValidFromDateTime")).body["signInSessionsValidFromDateTime"].clone()
}

#[test]
fn revoking_moves_the_moment() {
    for (form, status, value) in [(RevokeAnswer::Value, 200, json!(true)), (RevokeAnswer::NoContent, 204, Value::Null)]
    {
        let mut world = World::with(|seed| seed.settings.revoke_answer = form);
        assert!(valid_from(&mut world, ADELE).is_null());
        let answer = world.send("POST", &format!("/v1.0/users/{ADELE}/revokeSignInSessions"), None);
        assert_eq!((answer.status, &answer.body["value"]), (status, &value));
        assert_eq!(valid_from(&mut world, ADELE), "2026-11-21T09:00:00Z");
    }
}

#[test]
fn guests_keep_their_sessions() {
    let mut world = World::sample();
    let answer = world.post(&format!("/v1.0/users/{GUEST}/revokeSignInSessions"), json!({}));
    assert_eq!((answer.status, &answer.body["value"]), (200, &json!(true)));
    assert!(valid_from(&mut world, GUEST).is_null());
}

#[test]
fn the_older_action_is_beta_only() {
    let mut world = World::sample();
    assert_eq!(world.post(&format!("/v1.0/users/{ADELE}/invalidateAllRefreshTokens"), json!({})).status, 400);
    assert_eq!(world.post(&format!("/beta/users/{ADELE}/invalidateAllRefreshTokens"), json!({})).status, 204);
}

#[test]
fn revoking_needs_its_own_rights() {
    let helpdesk = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
    let mut world = World::sample();
    for (claims, user, status) in [
        (TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]), ADELE, 403),
        (TokenClaims::application(["User.RevokeSessions.All"]), ADMIN, 200),
        (TokenClaims::application(["Directory.ReadWrite.All"]), ADELE, 200),
        (TokenClaims::delegated("x", "User.RevokeSessions.All", []), ADELE, 403),
        (TokenClaims::delegated("x", "User.RevokeSessions.All", [helpdesk]), ADELE, 200),
        (TokenClaims::delegated("x", "User.RevokeSessions.All", [helpdesk]), ADMIN, 403),
    ] {
        world.claims = claims;
        let answer = world.post(&format!("/v1.0/users/{user}/revokeSignInSessions"), json!({}));
        assert_eq!(answer.status, status, "{:?}", world.claims);
        assert!(status == 200 || answer.code() == "Authorization_RequestDenied");
    }
}

#[test]
fn whose_sessions_a_limited_administrator_revokes() {
    let authentication = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
    let helpdesk = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
    let users = "fe930be7-5e62-47db-91af-98c3a49a38b1";
    let passwords = "966707d0-3269-4727-9be2-8c3a10f19b9d";
    let groups = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
    let reports = "4a5d8f65-41da-4de4-8968-e035b65339cf";
    let privileged = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
    for (caller, reached) in [
        (authentication, vec![authentication, passwords, reports]),
        (helpdesk, vec![helpdesk, passwords, reports]),
        (users, vec![helpdesk, users, passwords, groups, reports]),
        (passwords, vec![passwords]),
        (privileged, vec![authentication, helpdesk, users, passwords, groups, reports, privileged]),
        (reports, vec![]),
    ] {
        for held in [authentication, helpdesk, users, passwords, groups, reports, privileged] {
            let mut world = World::with(|seed| {
                seed.users[0].roles = vec![SeedRole { role_definition_id: held.into(), ..SeedRole::default() }];
            });
            world.claims = TokenClaims::delegated("x", "User.RevokeSessions.All", [caller]);
            let answer = world.post(&format!("/v1.0/users/{ADELE}/revokeSignInSessions"), json!({}));
            assert_eq!(answer.status == 200, reached.contains(&held), "{caller} {held}");
        }
    }
}
