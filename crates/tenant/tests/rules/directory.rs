use crate::world::{ADELE, ADMIN, ELIGIBLE, OWNER, World};
use entra_tenant::{Relation, SeedGroup, SeedRole, TokenClaims};
use serde_json::json;

const ASSIGNMENTS: &str = "/v1.0/roleManagement/directory/roleAssignments";
const ELIGIBILITY: &str = "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances";

fn filter(user: &str) -> String {
    format!("$filter=principalId%20eq%20%27{user}%27")
}

#[test]
fn assignments_are_filtered_and_expanded() {
    let mut world = World::sample();
    let list = world.get(&format!("{ASSIGNMENTS}?{}&$expand=roleDefinition", filter(ADMIN)));
    assert_eq!(list.values().len(), 1);
    assert_eq!(list.values()[0]["roleDefinitionId"], "62e90394-69f5-4237-9190-012177145e10");
    assert_eq!(list.values()[0]["roleDefinition"]["displayName"], "Global Administrator");
    assert_eq!(world.get(&format!("{ASSIGNMENTS}?{}", filter(ADELE))).values().len(), 0);
    assert_eq!(world.get(&format!("{ASSIGNMENTS}?{}", filter("adele.vance@contoso.com"))).status, 400);
    assert_eq!(world.get(&format!("{ASSIGNMENTS}?$filter=roleDefinitionId%20eq%20%27x%27")).status, 400);
}

#[test]
fn assignments_show_scoped_roles_that_membership_misses() {
    let scoped = SeedRole {
        role_definition_id: "729827e3-9c14-49f7-bb1b-9608f156bbb8".into(),
        directory_scope_id: "/administrativeUnits/5d107bba-d8e2-4e13-b6ae-884be90e5d1a".into(),
        display_name: Some("Helpdesk Administrator".into()),
    };
    let mut world = World::with(|seed| seed.users[0].roles.push(scoped));
    assert_eq!(world.get(&format!("{ASSIGNMENTS}?{}", filter(ADELE))).values().len(), 1);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/transitiveMemberOf")).values().len(), 0);
}

#[test]
fn eligible_roles_need_a_licence() {
    let mut world = World::sample();
    let list = world.get(&format!("{ELIGIBILITY}?{}", filter(ELIGIBLE)));
    assert_eq!(list.values()[0]["roleDefinitionId"], "fe930be7-5e62-47db-91af-98c3a49a38b1");
    assert_eq!(list.values()[0]["memberType"], "Direct");
    for status in [400, 403] {
        let mut world = World::with(|seed| {
            seed.settings.premium = false;
            seed.settings.premium_refusal_status = status;
        });
        let refused = world.get(&format!("{ELIGIBILITY}?{}", filter(ELIGIBLE)));
        assert_eq!((refused.status, refused.code()), (status, "AadPremiumLicenseRequired"));
    }
}

#[test]
fn membership_mixes_roles_and_groups() {
    let mut world = World::sample();
    let roles = world.get(&format!("/v1.0/users/{ADMIN}/transitiveMemberOf"));
    assert_eq!(roles.values()[0]["@odata.type"], "#microsoft.graph.directoryRole");
    assert_eq!(roles.values()[0]["roleTemplateId"], "62e90394-69f5-4237-9190-012177145e10");
    assert_ne!(roles.values()[0]["id"], roles.values()[0]["roleTemplateId"]);
    let groups = world.get(&format!("/v1.0/users/{OWNER}/transitiveMemberOf"));
    assert_eq!(groups.values().len(), 1);
    assert_eq!(groups.values()[0]["displayName"], "All employees");
    let owned =
        world.get(&format!("/v1.0/users/{OWNER}/ownedObjects/microsoft.graph.group?$select=id,isAssignableToRole"));
    assert_eq!(owned.values().len(), 1);
    assert_eq!(owned.values()[0]["isAssignableToRole"], true);
    assert!(owned.values()[0].get("displayName").is_none());
}

#[test]
fn casts_narrow_the_list() {
    let mut world = World::with(|seed| {
        seed.users[2].groups.push(SeedGroup { id: "g".into(), display_name: "G".into(), ..SeedGroup::default() });
    });
    let base = format!("/v1.0/users/{ADMIN}/transitiveMemberOf");
    assert_eq!(world.get(&base).values().len(), 2);
    assert_eq!(world.get(&format!("{base}/microsoft.graph.group")).values().len(), 1);
    assert_eq!(world.get(&format!("{base}/microsoft.graph.directoryRole")).values().len(), 1);
    assert_eq!(world.get(&format!("{base}/microsoft.graph.device")).status, 400);
    let counted = world.get(&format!("{base}/microsoft.graph.group?$count=true"));
    assert_eq!((counted.status, counted.code()), (400, "Request_UnsupportedQuery"));
    let url = format!("/users/{ADMIN}/transitiveMemberOf/microsoft.graph.group?$count=true");
    let request = json!([{"id": "1", "method": "GET", "url": url, "headers": {"ConsistencyLevel": "eventual"}}]);
    assert_eq!(world.batch("v1.0", request).member("1")["body"]["@odata.count"], 1);
}

#[test]
fn few_rights_show_type_and_id() {
    let mut world = World::sample();
    world.claims = TokenClaims::application(["User.Read.All"]);
    let groups = world.get(&format!("/v1.0/users/{OWNER}/transitiveMemberOf"));
    let names: Vec<&String> = groups.values()[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["@odata.type", "id"]);
    world.claims = TokenClaims::application(["GroupMember.Read.All"]);
    assert_eq!(
        world.get(&format!("/v1.0/users/{OWNER}/transitiveMemberOf")).values()[0]["displayName"],
        "All employees"
    );
    let roles = world.get(&format!("/v1.0/users/{ADMIN}/transitiveMemberOf"));
    assert!(roles.values()[0].get("roleTemplateId").is_none());
    world.claims = TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]);
    assert_eq!(world.get(&format!("/v1.0/users/{OWNER}/transitiveMemberOf")).code(), "Authorization_RequestDenied");
    assert_eq!(world.get(&format!("{ASSIGNMENTS}?{}", filter(ADMIN))).status, 403);
    assert_eq!(world.get(&format!("{ELIGIBILITY}?{}", filter(ADMIN))).status, 403);
}

#[test]
fn pages_link_to_the_callers_own_origin() {
    let mut world = World::with(|seed| {
        seed.settings.page_size = 2;
        let groups = (0..5).map(|place| SeedGroup {
            id: format!("7b1d3e5f-8a9c-4d0e-af21-00000000000{place}"),
            display_name: format!("Group {place}"),
            is_assignable_to_role: place == 4,
            relation: Relation::Member,
        });
        seed.users[0].groups = groups.collect();
    });
    let mut path = format!("/v1.0/users/{ADELE}/transitiveMemberOf?$select=id,isAssignableToRole&$top=999");
    let mut found = Vec::new();
    for page in 0..3 {
        let answer = world.get(&path);
        found.extend(answer.values().iter().map(|group| group["isAssignableToRole"].clone()));
        let link = answer.body.get("@odata.nextLink").and_then(|link| link.as_str());
        assert_eq!(link.is_some(), page < 2);
        if let Some(link) = link {
            path = link.strip_prefix("https://graph.example").unwrap().to_owned();
        }
    }
    assert_eq!(found.len(), 5);
    assert_eq!(found[4], true);
}

const ELIGIBLE_GROUPS: &str = "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances";
const TIER_0: &str = "5f0c2d4e-6a8b-4c0d-9e1f-2a3b4c5d6e7f";

fn with_eligible_groups() -> World {
    World::with(|seed| {
        for (relation, is_assignable_to_role) in [(Relation::Member, true), (Relation::Owner, false)] {
            let group = SeedGroup { id: TIER_0.into(), display_name: "Tier 0".into(), is_assignable_to_role, relation };
            seed.users[0].eligible_groups.push(group);
        }
    })
}

#[test]
fn eligible_groups_have_a_list_of_their_own() {
    let mut world = with_eligible_groups();
    let path = format!("{ELIGIBLE_GROUPS}?{}", filter(ADELE));
    let list = world.get(&path);
    assert_eq!(list.values().len(), 2);
    assert_eq!(list.values()[0]["groupId"], TIER_0);
    assert_eq!((&list.values()[0]["accessId"], &list.values()[1]["accessId"]), (&json!("member"), &json!("owner")));
    assert_eq!(list.values()[0]["principalId"], ADELE);
    assert!(list.values()[0].get("group").is_none());
    let list = world.get(&format!("{path}&$expand=group"));
    assert_eq!(list.values()[0]["group"]["isAssignableToRole"], true);
    assert!(list.values()[1]["group"]["isAssignableToRole"].is_null());
    let list = world.get(&format!("{path}&$expand=group&$select=accessId"));
    let names: Vec<&String> = list.values()[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["accessId", "group"]);
    assert_eq!(world.get(&format!("{ELIGIBLE_GROUPS}?{}", filter(ADMIN))).values().len(), 0);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/transitiveMemberOf")).values().len(), 0);
    assert_eq!(world.get(&path.replace("v1.0", "beta")).values().len(), 2);
}

#[test]
fn eligible_groups_are_asked_for_by_principal() {
    let mut world = with_eligible_groups();
    for query in ["", "?$filter=accessId%20eq%20%27member%27", "?$filter=principalId%20eq%20%27adele%27"] {
        assert_eq!(world.get(&format!("{ELIGIBLE_GROUPS}{query}")).status, 400, "{query}");
    }
    let path = format!("{ELIGIBLE_GROUPS}?{}", filter(ADELE));
    assert_eq!(world.get(&format!("{path}&$expand=principal")).status, 400);
    assert_eq!(world.post(&path, json!({})).status, 405);
}

#[test]
fn eligible_groups_need_a_licence_and_a_right_of_their_own() {
    let path = format!("{ELIGIBLE_GROUPS}?{}&$expand=group", filter(ADELE));
    for status in [400, 403] {
        let mut world = World::with(|seed| {
            seed.settings.premium = false;
            seed.settings.premium_refusal_status = status;
        });
        let refused = world.get(&path);
        assert_eq!((refused.status, refused.code()), (status, "AadPremiumLicenseRequired"));
    }
    let mut world = with_eligible_groups();
    world.claims = TokenClaims::application(["RoleEligibilitySchedule.Read.Directory", "Directory.Read.All"]);
    assert_eq!(world.get(&path).code(), "Authorization_RequestDenied");
    world.claims = TokenClaims::application(["PrivilegedEligibilitySchedule.Read.AzureADGroup"]);
    let list = world.get(&path);
    assert_eq!(list.values().len(), 2);
    assert!(list.values()[0].get("group").is_none(), "groups themselves may not be read");
}
