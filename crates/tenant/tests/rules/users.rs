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
