use crate::world::{ADELE, ADMIN, ALTERNATE, DIEGO, GUEST, JONI, OBRIEN, RESTRICTED, ROOM, World};
use entra_tenant::{Seed, Settings};

#[test]
fn the_sample_has_a_user_for_every_trap() {
    let seed = Seed::sample();
    assert_eq!(seed.users.len(), 13);
    assert!(seed.users.iter().any(|user| user.is_management_restricted && user.id == RESTRICTED));
    assert!(seed.users.iter().any(|user| user.is_resource_account && user.id == ROOM));
    assert!(seed.users.iter().any(|user| user.user_principal_name.contains("#EXT#") && user.id == GUEST));
    assert!(seed.users.iter().any(|user| !user.roles.is_empty() && user.id == ADMIN));
    assert!(seed.users.iter().any(|user| !user.eligible_roles.is_empty()));
    let mut world = World::sample();
    assert_eq!(
        world.get(&format!("/beta/users/{ADELE}/authentication/methods")).kinds(),
        ["password", "phone", "microsoftAuthenticator", "softwareOath", "fido2", "windowsHelloForBusiness", "email"]
    );
    assert_eq!(world.preference(JONI), "voiceAlternateMobile");
    assert_eq!(world.get(&format!("/v1.0/users/{JONI}/authentication/{ALTERNATE}")).status, 200);
    assert_eq!(world.preference(DIEGO), "oath");
    assert_eq!(world.preference(OBRIEN), "push");
}

#[test]
fn a_seed_is_read_strictly_and_written_back() {
    let seed = Seed::sample();
    let text = serde_json::to_string(&seed).unwrap();
    assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), seed);
    let empty: Seed = serde_json::from_str("{}").unwrap();
    assert_eq!(empty.settings, Settings::default());
    let short = r#"{"users":[{"userPrincipalName":"a@contoso.com"}],"settings":{"callsPer10s":5,"retryAfter":"date"}}"#;
    let short: Seed = serde_json::from_str(short).unwrap();
    assert_eq!(short.settings.calls_per_10s, Some(5));
    let mut world = World::new(short);
    assert_eq!(world.get("/v1.0/users/a@contoso.com").body["id"], "00000000-0000-4000-8000-000000000000");
    assert!(serde_json::from_str::<Seed>(r#"{"user":[]}"#).is_err());
    assert!(serde_json::from_str::<Seed>(r#"{"settings":{"listLag":1}}"#).is_err());
}
