use crate::world::World;
use entra_tenant::{Crowd, Seed, SeedUser, Tenant};
use std::collections::{BTreeMap, BTreeSet};

fn users(count: usize) -> Vec<SeedUser> {
    Seed::crowd(count, 1).listed().users
}

fn kinds(user: &SeedUser) -> Vec<String> {
    let phone = |phone_type: &str| format!("{phone_type} phone");
    let name = |odata_type: &str| odata_type.replace("#microsoft.graph.", "").replace("AuthenticationMethod", "");
    user.methods
        .iter()
        .map(|method| {
            method.get("phoneType").map_or_else(
                || name(method["@odata.type"].as_str().unwrap()),
                |phone_type| phone(phone_type.as_str().unwrap()),
            )
        })
        .collect()
}

#[test]
fn a_seed_gives_the_same_crowd_everywhere() {
    // Written down, so that another platform or a newer random generator cannot give other users unnoticed.
    let user = Crowd { users: 1, seed: 1 }.user(41);
    assert_eq!(user.user_principal_name, "user00042@contoso.com");
    assert_eq!(
        (user.id.as_str(), user.display_name.as_str()),
        ("9b52da41-0c81-4790-a0ec-e6783d977420", "Megan Sherman")
    );
    assert_eq!(kinds(&user), ["mobile phone", "microsoftAuthenticator", "fido2", "windowsHelloForBusiness", "email"]);
    assert_eq!(users(60)[..40], users(40));
    assert_ne!(Seed::crowd(40, 2).listed().users, users(40));
    assert_eq!(Seed::crowd(100_000, 1).crowd.unwrap().user(99_999).user_principal_name, "user100000@contoso.com");
}

#[test]
fn a_crowd_is_as_mixed_as_people_are() {
    let users = users(2000);
    let ids: BTreeSet<&str> = users.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(ids.len(), users.len());
    let mut kinds_seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut defaults_seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut counts = BTreeSet::new();
    for user in &users {
        let kinds = kinds(user);
        counts.insert(kinds.len());
        assert!(!kinds.contains(&"alternateMobile phone".into()) || kinds.contains(&"mobile phone".into()));
        let preferences = &user.sign_in_preferences;
        *defaults_seen.entry(&preferences.user_preferred_method_for_secondary_authentication).or_default() += 1;
        kinds.into_iter().for_each(|kind| *kinds_seen.entry(kind).or_default() += 1);
        assert!(user.roles.is_empty() && user.eligible_roles.is_empty() && user.groups.is_empty());
    }
    assert_eq!(counts, BTreeSet::from([3, 4, 5, 6]));
    assert_eq!(kinds_seen.len(), 10, "{kinds_seen:?}");
    assert!(kinds_seen.values().all(|count| *count > 60), "{kinds_seen:?}");
    let all = ["oath", "push", "sms", "voiceAlternateMobile", "voiceMobile", "voiceOffice"];
    assert_eq!(defaults_seen.keys().copied().collect::<Vec<&str>>(), all);
    assert!(defaults_seen["push"] > 1000, "{defaults_seen:?}");
}

#[test]
fn every_default_is_registered() {
    let mut world = World::new(Seed::crowd(200, 3));
    for user in Seed::crowd(200, 3).listed().users {
        let path = format!("/beta/users/{}/authentication", user.id);
        let default = world.preference(&user.id);
        assert_ne!(default, "none");
        let again = serde_json::json!({"userPreferredMethodForSecondaryAuthentication": default});
        assert_eq!(
            world.patch(&format!("{path}/signInPreferences"), again).status,
            204,
            "{}",
            user.user_principal_name
        );
        assert_eq!(world.get(&format!("{path}/methods")).values().len(), user.methods.len() + 1);
    }
}

#[test]
fn a_crowd_comes_after_the_listed_users() {
    let seed = Seed { crowd: Some(Crowd { users: 3, seed: 1 }), ..Seed::sample() };
    let state = Tenant::new(seed.clone()).state();
    assert_eq!(state.users.len(), 16);
    assert_eq!(state.users[13].user_principal_name, "user00001@contoso.com");
    assert_eq!(state, Tenant::new(seed.listed()).state());
    let read: Seed = serde_json::from_str(r#"{"crowd":{"users":2}}"#).unwrap();
    assert_eq!(read, Seed::crowd(2, 1));
}

#[test]
fn without_a_log_violations_are_still_kept() {
    let mut world = World::new(Seed { keep_log: false, ..Seed::crowd(1, 1) });
    assert_eq!(world.delete("/v1.0/users/user00001@contoso.com").status, 403);
    assert_eq!(world.tenant.state().log, []);
    assert_eq!(world.violated("deleteUser"), 1);
}
