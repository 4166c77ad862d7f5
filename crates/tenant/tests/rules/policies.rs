use crate::world::{ADELE, BARE, OWNER, World};
use entra_tenant::{SeedMembers, TokenClaims};
use serde_json::json;

const PATH: &str = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass";
/// Of which the owner is a member, by the sample.
const EMPLOYEES: &str = "7b1d3e5f-8a9c-4d0e-af21-3b4c5d6e7f80";
/// Which the owner owns.
const TIER_0: &str = "5f0c2d4e-6a8b-4c0d-9e1f-2a3b4c5d6e7f";

#[test]
fn the_pass_policy_is_read() {
    let mut world = World::sample();
    for version in ["v1.0", "beta"] {
        let answer = world.get(&format!("/{version}/{PATH}"));
        let context =
            format!("https://graph.microsoft.com/{version}/$metadata#authenticationMethodConfigurations/$entity");
        assert_eq!(
            answer.body,
            json!({
                "@odata.context": context,
                "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
                "id": "TemporaryAccessPass",
                "state": "enabled",
                "defaultLifetimeInMinutes": 60,
                "defaultLength": 8,
                "minimumLifetimeInMinutes": 60,
                "maximumLifetimeInMinutes": 480,
                "isUsableOnce": false,
                "includeTargets": [{"targetType": "group", "id": "all_users", "isRegistrationRequired": false}],
                "excludeTargets": [],
            })
        );
    }
    let keyed = PATH.replace("/temporaryAccessPass", "('TemporaryAccessPass')");
    assert_eq!(world.get(&format!("/v1.0/{keyed}?$select=state")).body["state"], "enabled");
    assert_eq!(world.get(&format!("/v1.0/{}", PATH.replace("temporaryAccessPass", "sms"))).status, 400);
}

#[test]
fn it_says_what_the_tenant_does() {
    let mut world = World::with(|seed| {
        let policy = &mut seed.settings.temporary_access_pass;
        policy.enabled = false;
        policy.minimum_lifetime_in_minutes = 10;
        policy.maximum_lifetime_in_minutes = 43_200;
        policy.default_lifetime_in_minutes = 120;
        policy.is_usable_once = true;
        policy.default_length = 12;
        policy.include_users = Some(vec![ADELE.into()]);
        policy.include_groups = Some(vec![EMPLOYEES.into()]);
        policy.exclude_groups = vec![TIER_0.into()];
    });
    let body = world.get(&format!("/v1.0/{PATH}")).body;
    assert_eq!(body["state"], "disabled");
    assert_eq!((&body["minimumLifetimeInMinutes"], &body["maximumLifetimeInMinutes"]), (&json!(10), &json!(43_200)));
    assert_eq!((&body["defaultLifetimeInMinutes"], &body["defaultLength"]), (&json!(120), &json!(12)));
    assert_eq!(body["isUsableOnce"], true);
    assert_eq!(body["includeTargets"][0]["id"], EMPLOYEES);
    assert_eq!(
        (&body["includeTargets"][1]["targetType"], &body["includeTargets"][1]["id"]),
        (&json!("user"), &json!(ADELE))
    );
    assert_eq!(body["excludeTargets"], json!([{"targetType": "group", "id": TIER_0}]));
}

#[test]
fn its_groups_decide_who_can_use_a_pass() {
    let nested = "9d1e3f50-7a8b-4c9d-8e0f-1a2b3c4d5e6f";
    let outer = "9d1e3f50-7a8b-4c9d-8e0f-1a2b3c4d5e70";
    for (include, exclude, owner, adele) in [
        (vec![EMPLOYEES], vec![], true, false),
        (vec![TIER_0], vec![], false, false), // To own a group is not to be in it.
        (vec![outer], vec![], false, true),
        (vec![outer, EMPLOYEES], vec![nested], true, false),
    ] {
        let mut world = World::with(|seed| {
            let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
            let group = |id: &str, member: &str| SeedMembers {
                id: id.into(),
                members: vec![member.into()],
                ..SeedMembers::default()
            };
            seed.groups = vec![group(nested, ADELE), group(outer, nested)];
            seed.settings.temporary_access_pass.include_groups = Some(ids(&include));
            seed.settings.temporary_access_pass.exclude_groups = ids(&exclude);
        });
        for (user, usable) in [(OWNER, owner), (ADELE, adele), (BARE, false)] {
            let pass = world.post(&format!("/v1.0/users/{user}/authentication/temporaryAccessPassMethods"), json!({}));
            assert_eq!((pass.status, &pass.body["isUsable"]), (201, &json!(usable)), "{include:?} {user}");
        }
    }
}

#[test]
fn it_needs_its_own_rights() {
    let administrator = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
    let policies = "0526716b-113d-4c15-b2c8-68e3c22b9f80";
    let reader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";
    let read = "Policy.Read.AuthenticationMethod";
    for (claims, status) in [
        (TokenClaims::application([read]), 200),
        (TokenClaims::application(["Policy.Read.All"]), 200),
        (TokenClaims::application(["Policy.ReadWrite.AuthenticationMethod"]), 200),
        (TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All", "Directory.ReadWrite.All"]), 403),
        (TokenClaims::delegated("x", read, [policies]), 200),
        (TokenClaims::delegated("x", read, [reader]), 200),
        (TokenClaims::delegated("x", read, [administrator]), 403),
        (TokenClaims::delegated("x", "User.Read.All", [policies]), 403),
    ] {
        let mut world = World::sample();
        world.claims = claims;
        let answer = world.get(&format!("/v1.0/{PATH}"));
        assert_eq!(answer.status, status, "{:?}", world.claims);
        assert!(status == 200 || answer.code() == "accessDenied");
    }
}

#[test]
fn nobody_changes_it() {
    let mut world = World::sample();
    assert_eq!(world.patch(&format!("/v1.0/{PATH}"), json!({"state": "disabled"})).status, 405);
    assert_eq!(world.violated("unroutedWrite"), 1);
}
