use crate::world::{ADELE, RESTRICTED, ROOM, World};
use entra_tenant::TokenClaims;

#[test]
fn select_shows_what_was_selected() {
    let mut world = World::sample();
    let path = format!("/v1.0/users/{RESTRICTED}?$select=id,userType,accountEnabled,isManagementRestricted");
    let answer = world.get(&path);
    let names: Vec<&String> = answer.body.as_object().unwrap().keys().filter(|name| !name.starts_with('@')).collect();
    assert_eq!(names.len(), 4);
    assert_eq!(answer.body["isManagementRestricted"], true);
    assert_eq!(answer.body["userType"], "Member");
    let room = world.get(&format!("/v1.0/users/{ROOM}?%24select=isResourceAccount,isManagementRestricted"));
    assert_eq!(room.body["isResourceAccount"], true);
    assert!(room.body["isManagementRestricted"].is_null());
}

#[test]
fn some_properties_come_only_when_selected() {
    let mut world = World::sample();
    let answer = world.get(&format!("/v1.0/users/{ADELE}"));
    let body = answer.body.as_object().unwrap();
    assert_eq!(body["displayName"], "Adele Vance");
    for hidden in ["userType", "accountEnabled", "signInSessionsValidFromDateTime", "isManagementRestricted"] {
        assert!(!body.contains_key(hidden), "{hidden}");
    }
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}?$select=favouriteColour")).status, 400);
}

#[test]
fn unknown_users_are_not_found() {
    let mut world = World::sample();
    let answer = world.get("/v1.0/users/nobody@contoso.com");
    assert_eq!((answer.status, answer.code()), (404, "Request_ResourceNotFound"));
    assert_eq!(world.get("/v1.0/users/nobody@contoso.com/authentication/methods").status, 404);
}

#[test]
fn basic_rights_show_basic_properties() {
    let mut world = World::sample();
    world.claims = TokenClaims::application(["User.ReadBasic.All"]);
    let answer = world.get(&format!("/v1.0/users/{ADELE}?$select=id,displayName,userType,accountEnabled"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["displayName"], "Adele Vance");
    assert!(answer.body.get("userType").is_none());
    world.claims = TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]);
    let answer = world.get(&format!("/v1.0/users/{ADELE}"));
    assert_eq!((answer.status, answer.code()), (403, "Authorization_RequestDenied"));
}

fn search(filter: &str) -> String {
    let encoded = filter.replace(' ', "%20").replace('\'', "%27");
    format!("/v1.0/users?$select=displayName&$filter={encoded}")
}

#[test]
fn a_search_finds_names_by_their_beginning() {
    let mut world = World::sample();
    let mut found = |filter: &str| {
        let answer = world.get(&search(filter));
        assert_eq!(answer.status, 200, "{filter}");
        let names = answer.values().iter().map(|user| user["displayName"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(found("startswith(displayName,'adele v')"), ["Adele Vance"]);
    assert_eq!(found("startswith(surname,'VANCE')"), ["Adele Vance"]);
    assert_eq!(found("startswith(surname,'o''b')"), ["Grady O'Brien"]);
    assert_eq!(found("startswith(displayName,' or ') or startswith(userPrincipalName,'joni.')"), ["Joni Sherman"]);
    assert!(found("startswith(mail,'adele')").is_empty());
    assert_eq!(world.tenant.exchange()[0], "GET /v1.0/users 200");
}

#[test]
fn what_a_search_cannot_ask_is_refused() {
    let mut world = World::sample();
    for filter in [
        "displayName eq 'Adele Vance'",
        "startswith(displayName,'a') and startswith(surname,'v')",
        "startswith(displayName,'a') or ",
        "startswith(displayName,'a'",
        "startswith(displayName,'')",
        "startswith(favouriteColour,'a')",
        "startswith(displayName,'o'b')",
    ] {
        let answer = world.get(&search(filter));
        assert_eq!((answer.status, answer.code()), (400, "Request_UnsupportedQuery"), "{filter}");
    }
    assert_eq!(world.get("/v1.0/users?$select=favouriteColour").status, 400);
    assert_eq!(world.get("/v1.0/users?$search=adele").status, 400);
}

#[test]
fn a_search_comes_in_pages_and_shows_what_the_caller_may_see() {
    let mut world = World::sample();
    let first = world.get("/v1.0/users?$top=2");
    assert_eq!(first.values().len(), 2);
    let next =
        first.body["@odata.nextLink"].as_str().unwrap().strip_prefix("https://graph.example").unwrap().to_owned();
    let second = world.get(&next);
    assert_eq!(second.values().len(), 2);
    assert_ne!(first.values()[0]["id"], second.values()[0]["id"]);
    world.claims = TokenClaims::application(["User.ReadBasic.All"]);
    let names = world.get("/v1.0/users").values()[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(names.contains(&"displayName".to_owned()) && !names.contains(&"mobilePhone".to_owned()), "{names:?}");
    world.claims = TokenClaims::application(["UserAuthenticationMethod.ReadWrite.All"]);
    let answer = world.get("/v1.0/users");
    assert_eq!((answer.status, answer.code()), (403, "Authorization_RequestDenied"));
}
