use crate::world::{ADELE, DIEGO, JONI, World};
use entra_tenant::{Crowd, ObjectType, Seed, SeedMembers, SeedObject, TokenClaims};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OUTER: &str = "7b1d3e5f-8a9c-4d0e-af21-000000000001";
const INNER: &str = "7b1d3e5f-8a9c-4d0e-af21-000000000002";

fn group(id: &str, name: &str, members: &[&str], others: &[(ObjectType, &str)]) -> SeedMembers {
    SeedMembers {
        id: id.into(),
        display_name: name.into(),
        members: members.iter().map(|id| (*id).to_owned()).collect(),
        other_members: others
            .iter()
            .map(|(object_type, id)| SeedObject {
                object_type: *object_type,
                id: (*id).into(),
                display_name: format!("The {id}"),
            })
            .collect(),
    }
}

/// Two groups within each other, and somebody nobody knows.
fn world() -> World {
    World::with(|seed| {
        seed.groups = vec![
            group(OUTER, "Outer", &[ADELE, INNER, "unknown"], &[(ObjectType::Device, "device")]),
            group(
                INNER,
                "Inner",
                &[DIEGO, ADELE, OUTER],
                &[(ObjectType::OrgContact, "contact"), (ObjectType::ServicePrincipal, "principal")],
            ),
        ];
    })
}

fn ids(list: &[Value]) -> Vec<&str> {
    list.iter().map(|member| member["id"].as_str().unwrap()).collect()
}

/// All pages of a list.
fn pages(world: &mut World, path: &str) -> Vec<Vec<Value>> {
    let mut path = path.to_owned();
    let mut pages = Vec::new();
    loop {
        let answer = world.get(&path);
        assert_eq!(answer.status, 200, "{path}");
        pages.push(answer.values().to_vec());
        match answer.body.get("@odata.nextLink") {
            Some(link) => path = link.as_str().unwrap().strip_prefix("https://graph.example").unwrap().to_owned(),
            None => return pages,
        }
    }
}

#[test]
fn members_are_direct_and_transitive_members_each_come_once() {
    let mut world = world();
    let direct = world.get(&format!("/v1.0/groups/{OUTER}/members"));
    assert_eq!(ids(direct.values()), [ADELE, INNER, "device"]);
    let all = world.get(&format!("/beta/groups/{OUTER}/transitiveMembers"));
    assert_eq!(ids(all.values()), [ADELE, INNER, "device", DIEGO, "contact", "principal"]);
    let types: Vec<&str> = all.values().iter().map(|member| member["@odata.type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.device"]);
    assert_eq!(types[4..], ["#microsoft.graph.orgContact", "#microsoft.graph.servicePrincipal"]);
    assert_eq!(world.tenant.exchange()[0], "GET /v1.0/groups/{id}/members 200");
}

#[test]
fn users_know_their_groups() {
    let mut world = world();
    let names = |answer: &crate::world::Answer| -> Vec<String> {
        answer.values().iter().map(|group| group["displayName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&world.get(&format!("/v1.0/users/{DIEGO}/memberOf"))), ["Inner"]);
    let all = world.get(&format!("/v1.0/users/{DIEGO}/transitiveMemberOf/microsoft.graph.group"));
    assert_eq!(names(&all), ["Outer", "Inner"]);
    assert_eq!(world.get(&format!("/v1.0/users/{DIEGO}/ownedObjects")).values().len(), 0);
    assert_eq!(world.get(&format!("/v1.0/users/{JONI}/transitiveMemberOf")).values().len(), 0);
}

#[test]
fn a_cast_narrows_the_members_and_counting_needs_the_header() {
    let mut world = world();
    let users = format!("/groups/{OUTER}/transitiveMembers/microsoft.graph.user");
    assert_eq!(ids(world.get(&format!("/v1.0{users}")).values()), [ADELE, DIEGO]);
    let refused = world.get(&format!("/v1.0{users}?$count=true"));
    assert_eq!((refused.status, refused.code()), (400, "Request_UnsupportedQuery"));
    let url = format!("{users}?$count=true&$top=1");
    let request = json!([{"id": "1", "method": "GET", "url": url, "headers": {"ConsistencyLevel": "eventual"}}]);
    let answer = world.batch("v1.0", request);
    assert_eq!(answer.member("1")["body"]["@odata.count"], 2);
    assert_eq!(answer.member("1")["body"]["value"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("/v1.0/groups/{OUTER}/members/microsoft.graph.device")).values().len(), 1);
    assert_eq!(world.get(&format!("/v1.0/groups/{OUTER}/members/microsoft.graph.nothing")).status, 400);
}

#[test]
fn members_show_what_the_caller_may_read() {
    let mut world = world();
    let path = format!("/v1.0/groups/{OUTER}/transitiveMembers?$select=id,displayName,userType");
    let named = |world: &mut World| -> Vec<bool> {
        world.get(&path).values().iter().map(|member| member.get("displayName").is_some()).collect()
    };
    assert_eq!(named(&mut world), [true, true, false, true, false, false]);
    let adele = &world.get(&path).values()[0].clone();
    assert_eq!(adele["userType"], "Member");
    assert!(adele.get("userPrincipalName").is_none());
    world.claims = TokenClaims::application(["Directory.Read.All"]);
    assert_eq!(named(&mut world), [true; 6]);
    world.claims = TokenClaims::application(["GroupMember.ReadBasic.All"]);
    assert_eq!(named(&mut world), [false; 6]);
    let bare = world.get(&format!("/v1.0/groups/{OUTER}/transitiveMembers"));
    assert_eq!(bare.values()[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["@odata.type", "id"]);
    world.claims = TokenClaims::application(["GroupMember.Read.All", "User.ReadBasic.All"]);
    let basic = world.get(&path).values()[0].clone();
    assert_eq!((basic.get("displayName").is_some(), basic.get("userType")), (true, None));
}

#[test]
fn refusals() {
    let mut world = world();
    let unknown = world.get("/v1.0/groups/7b1d3e5f-8a9c-4d0e-af21-000000000009/transitiveMembers");
    assert_eq!((unknown.status, unknown.code()), (404, "Request_ResourceNotFound"));
    for (path, status) in [("members?$top=1000", 400), ("members?$filter=x", 400), ("members?$skiptoken=x", 400)] {
        assert_eq!(world.get(&format!("/v1.0/groups/{OUTER}/{path}")).status, status, "{path}");
    }
    assert_eq!(world.delete(&format!("/v1.0/groups/{OUTER}/members")).status, 405);
    assert_eq!(world.post(&format!("/v1.0/groups/{OUTER}/owners"), json!({})).status, 400);
    assert_eq!(world.violated("unroutedWrite"), 1);
    world.claims = TokenClaims::application(["User.Read.All"]);
    assert_eq!(world.get(&format!("/v1.0/groups/{OUTER}/members")).code(), "Authorization_RequestDenied");
}

#[test]
fn a_whole_crowd_comes_in_pages() {
    let mut world = World::new(Seed::crowd(1000, 1));
    let everybody: BTreeSet<String> = Seed::crowd(1000, 1).listed().users.into_iter().map(|user| user.id).collect();
    let path = format!("/v1.0/groups/{}/transitiveMembers?$select=id", Crowd::GROUP);
    for (path, sizes) in [
        (format!("{path}&$top=999"), vec![999, 7]),
        (path.clone(), [vec![100; 10], vec![6]].concat()),
        (path.replace("transitiveMembers", "members"), vec![100, 100, 100, 100, 100, 4]),
    ] {
        let pages = pages(&mut world, &path);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<usize>>(), sizes);
        let users: Vec<String> = pages
            .concat()
            .iter()
            .filter(|member| member["@odata.type"] == "#microsoft.graph.user")
            .map(|member| member["id"].as_str().unwrap().to_owned())
            .collect();
        let distinct: BTreeSet<String> = users.iter().cloned().collect();
        assert_eq!(distinct.len(), users.len());
        assert!(distinct == everybody || (users.len() == 500 && distinct.is_subset(&everybody)));
    }
    world.tenant = entra_tenant::Tenant::new(Seed::crowd(1000, 1).listed());
    assert_eq!(pages(&mut world, &path).concat().len(), 1006);
    let mut small = World::new(Seed {
        settings: entra_tenant::Settings { page_size: 2, ..Default::default() },
        ..Seed::crowd(5, 1)
    });
    assert_eq!(pages(&mut small, &format!("{path}&$top=999")).len(), 6);
}

#[test]
fn groups_are_read_from_json() {
    let text =
        r#"{"groups":[{"id":"g","displayName":"G","members":["u"],"otherMembers":[{"type":"orgContact","id":"c"}]}]}"#;
    let seed: Seed = serde_json::from_str(text).unwrap();
    assert_eq!(
        seed.groups,
        [SeedMembers {
            other_members: vec![SeedObject {
                object_type: ObjectType::OrgContact,
                id: "c".into(),
                display_name: String::new()
            }],
            ..group("g", "G", &["u"], &[])
        }]
    );
}
