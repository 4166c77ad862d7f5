use crate::world::{ADELE, ADMIN, BARE, MOBILE, NOW, OWNER, RESTRICTED, World};
use base64::Engine;
use entra_tenant::{Relation, Seed, SeedGroup, SeedRole, TokenClaims};
use http::Request;
use serde_json::json;

const AUTHENTICATION_ADMINISTRATOR: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const PRIVILEGED_ADMINISTRATOR: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const GLOBAL_READER: &str = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";
const BROAD: &str = "UserAuthenticationMethod.ReadWrite.All";

fn ask(world: &mut World, authorization: Option<&str>) -> crate::world::Answer {
    let mut request = Request::get(format!("https://graph.example/v1.0/users/{ADELE}"));
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let response = world.tenant.handle(request.body(bytes::Bytes::new()).unwrap(), world.now);
    crate::world::Answer::of(&response)
}

#[test]
fn a_call_needs_a_token() {
    let mut world = World::sample();
    let answer = ask(&mut world, None);
    assert_eq!((answer.status, answer.code()), (401, "InvalidAuthenticationToken"));
    assert!(answer.header("www-authenticate").starts_with("Bearer "));
    assert_eq!(world.violated("missingToken"), 1);
    assert_eq!(ask(&mut world, Some("Basic dTpw")).status, 401);
    assert_eq!(world.violated("missingToken"), 2);
}

#[test]
fn a_garbled_token_is_refused() {
    let mut world = World::sample();
    let whole = world.tenant.access_token(&TokenClaims::everything());
    assert_eq!(ask(&mut world, Some(&format!("Bearer {whole}"))).status, 200);
    for garbled in [whole[..whole.len() - 3].to_owned(), whole.replacen("eyJ", "eyK", 1), "opaque".to_owned()] {
        assert_eq!(ask(&mut world, Some(&format!("Bearer {garbled}"))).status, 401);
    }
    assert_eq!(world.violations(), []);
}

#[test]
fn a_token_is_for_this_graph_and_this_tenant() {
    let mut world = World::sample();
    let path = format!("/v1.0/users/{ADELE}");
    world.claims.aud = Some("https://management.azure.com".into());
    assert_eq!(world.get(&path).status, 401);
    world.claims.aud = Some("https://graph.microsoft.us".into());
    assert_eq!(world.get(&path).status, 401);
    assert_eq!(world.violated("wrongAudience"), 2);
    for good in ["https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"] {
        world.claims.aud = Some(good.into());
        assert_eq!(world.get(&path).status, 200);
    }
    world.claims.tid = Some("00000000-0000-4000-8000-00000000ffff".into());
    assert_eq!(world.get(&path).status, 401);
}

#[test]
fn a_token_expires() {
    let mut world = World::sample();
    world.claims.exp = Some(NOW / 1000 + 10);
    let path = format!("/v1.0/users/{ADELE}");
    assert_eq!(world.get(&path).status, 200);
    world.now += 10_000;
    let answer = world.get(&path);
    assert_eq!((answer.status, answer.code()), (401, "InvalidAuthenticationToken"));
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
}

#[test]
fn the_first_token_may_be_challenged() {
    let mut world = World::with(|seed| seed.settings.claims_challenge = true);
    let path = format!("/v1.0/users/{ADELE}");
    let answer = world.get(&path);
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(challenge.contains("error=\"insufficient_claims\""));
    let claims = challenge.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims = base64::engine::general_purpose::STANDARD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    assert_eq!(world.get(&path).status, 401, "the same token stays refused");
    world.claims.uti = Some("another".into());
    assert_eq!(world.get(&path).status, 200);
}

#[test]
fn granular_permissions_cover_their_kind() {
    let base = format!("/v1.0/users/{ADELE}/authentication");
    for (permission, path, status) in [
        ("UserAuthMethod-Phone.Read.All", "phoneMethods", 200),
        ("UserAuthMethod-Phone.ReadWrite.All", "phoneMethods", 200),
        ("UserAuthMethod-Email.ReadWrite.All", "phoneMethods", 403),
        ("UserAuthMethod-Passkey.Read.All", "fido2Methods", 200),
        ("UserAuthMethod-MicrosoftAuthApp.Read.All", "microsoftAuthenticatorMethods", 200),
        ("UserAuthMethod-Phone.Read", "phoneMethods", 403),
        ("UserAuthMethod-Phone.ReadWrite.All", "methods", 403),
        ("UserAuthenticationMethod.Read.All", "methods", 200),
        (BROAD, "methods", 200),
        ("Directory.ReadWrite.All", "methods", 403),
    ] {
        let mut world = World::sample();
        world.claims = TokenClaims::application([permission]);
        let answer = world.get(&format!("{base}/{path}"));
        assert_eq!(answer.status, status, "{permission} {path}");
        assert!(status == 200 || answer.code() == "accessDenied");
    }
}

#[test]
fn deleting_needs_more_than_reading() {
    for (permission, status) in [
        ("UserAuthenticationMethod.Read.All", 403),
        ("UserAuthMethod-Phone.Read.All", 403),
        ("UserAuthMethod-SoftwareOATH.ReadWrite.All", 403),
        ("UserAuthMethod-Phone.ReadWrite.All", 204),
        ("UserAuthMethod-Phone.Delete.All", 204),
        ("UserAuthenticationMethod.Delete.All", 204),
        (BROAD, 204),
    ] {
        let mut world = World::sample();
        world.claims = TokenClaims::application([permission]);
        assert_eq!(world.remove(ADELE, MOBILE), status, "{permission}");
    }
    let mut world = World::sample();
    world.claims = TokenClaims::application(["UserAuthenticationMethod.Delete.All"]);
    assert_eq!(world.get(&format!("/v1.0/users/{ADELE}/authentication/phoneMethods")).status, 403);
    let preferences = format!("/beta/users/{ADELE}/authentication/signInPreferences");
    let moved = json!({"userPreferredMethodForSecondaryAuthentication": "sms"});
    assert_eq!(world.patch(&preferences, moved).status, 403);
}

#[test]
fn a_signed_in_caller_needs_a_role_that_reaches_the_user() {
    for (role, user, read, write) in [
        (None, BARE, 403, 403),
        (Some(AUTHENTICATION_ADMINISTRATOR), ADELE, 200, 204),
        (Some(AUTHENTICATION_ADMINISTRATOR), ADMIN, 403, 403),
        (Some(AUTHENTICATION_ADMINISTRATOR), OWNER, 403, 403),
        (Some(PRIVILEGED_ADMINISTRATOR), ADMIN, 200, 204),
        (Some(GLOBAL_ADMINISTRATOR), OWNER, 200, 204),
        (Some(GLOBAL_READER), ADMIN, 200, 403),
    ] {
        let mut world = World::sample();
        world.claims = TokenClaims::delegated("someone", BROAD, role);
        assert_eq!(world.get(&format!("/v1.0/users/{user}/authentication/methods")).status, read, "{role:?}");
        assert_eq!(world.remove(user, MOBILE), write, "{role:?}");
    }
    // An application needs none, whoever the user is.
    let mut world = World::sample();
    world.claims = TokenClaims::application([BROAD]);
    assert_eq!(world.remove(ADMIN, MOBILE), 204);
}

#[test]
fn the_roles_of_the_caller_may_be_the_directorys() {
    let mut world = World::sample();
    world.claims = TokenClaims::delegated(ADMIN, BROAD, []);
    assert_eq!(world.remove(ADELE, MOBILE), 204);
    assert_eq!(world.get("/v1.0/me/authentication/methods").kinds().len(), 3);
}

#[test]
fn an_authentication_administrator_sees_masked_numbers() {
    for (role, number) in [(AUTHENTICATION_ADMINISTRATOR, "+1 XXXXXXXX00"), (PRIVILEGED_ADMINISTRATOR, "+1 4255550100")]
    {
        let mut world = World::sample();
        world.claims = TokenClaims::delegated("someone", BROAD, [role]);
        let list = world.get(&format!("/v1.0/users/{ADELE}/authentication/phoneMethods"));
        assert_eq!(list.values()[0]["phoneNumber"], number);
        let mixed = world.get(&format!("/v1.0/users/{ADELE}/authentication/methods"));
        assert_eq!(mixed.values()[1]["phoneNumber"], number);
    }
}

#[test]
fn nobody_writes_to_a_restricted_user() {
    for claims in [TokenClaims::everything(), TokenClaims::delegated("someone", BROAD, [GLOBAL_ADMINISTRATOR])] {
        let mut world = World::sample();
        world.claims = claims;
        assert_eq!(world.get(&format!("/v1.0/users/{RESTRICTED}/authentication/methods")).status, 200);
        assert_eq!(world.remove(RESTRICTED, MOBILE), 403);
        assert_eq!(world.post(&format!("/v1.0/users/{RESTRICTED}/revokeSignInSessions"), json!({})).status, 403);
    }
}

/// Somebody without a phone holds this, and the caller tries to write.
fn reached(caller: &str, change: impl FnOnce(&mut Seed)) -> u16 {
    let mut world = World::with(change);
    world.claims = TokenClaims::delegated("someone", BROAD, [caller]);
    let path = format!("/v1.0/users/{BARE}/authentication/phoneMethods");
    let answer = world.post(&path, json!({"phoneNumber": "+1 4255550150", "phoneType": "mobile"}));
    assert!(answer.status == 201 || answer.code() == "accessDenied");
    answer.status
}

fn holding(role: &str, scope: &str) -> impl Fn(&mut Seed) {
    let role = SeedRole { role_definition_id: role.into(), directory_scope_id: scope.into(), display_name: None };
    move |seed| {
        seed.restricted_administrative_units = vec!["/administrativeUnits/r".into()];
        seed.users[8].roles.push(role.clone());
    }
}

#[test]
fn an_authentication_administrator_reaches_eight_roles_and_no_other() {
    for role in [
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        "95e79109-95c0-4d8e-aee3-d01accf2d47b",
        "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b",
        "966707d0-3269-4727-9be2-8c3a10f19b9d",
        "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "27460883-1df1-4691-b032-3b79643e5e63",
        "75934031-6c7e-415a-99d7-48dbd49e875e",
    ] {
        for (scope, status) in [("/", 201), ("/administrativeUnits/a", 201), ("/administrativeUnits/r", 403)] {
            assert_eq!(reached(AUTHENTICATION_ADMINISTRATOR, holding(role, scope)), status, "{role} {scope}");
        }
    }
    for role in [
        GLOBAL_ADMINISTRATOR,
        PRIVILEGED_ADMINISTRATOR,
        GLOBAL_READER,
        "729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
        "fdd7a751-b60b-444a-984c-02652fe8fa1c", // Groups Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
        "0526716b-113d-4c15-b2c8-68e3c22b9f80", // Authentication Policy Administrator
        "11111111-0000-4000-8000-000000000000", // a custom role
    ] {
        for scope in ["/", "/administrativeUnits/a"] {
            assert_eq!(reached(AUTHENTICATION_ADMINISTRATOR, holding(role, scope)), 403, "{role} {scope}");
            assert_eq!(reached(PRIVILEGED_ADMINISTRATOR, holding(role, scope)), 201, "{role} {scope}");
            assert_eq!(reached(GLOBAL_ADMINISTRATOR, holding(role, scope)), 201, "{role} {scope}");
        }
    }
}

#[test]
fn role_assignable_groups_protect_members_and_owners() {
    for relation in [Relation::Member, Relation::Owner] {
        for (is_assignable_to_role, status) in [(true, 403), (false, 201)] {
            let group = SeedGroup { id: "g".into(), display_name: "G".into(), is_assignable_to_role, relation };
            let change = |seed: &mut Seed| seed.users[8].groups.push(group.clone());
            assert_eq!(reached(AUTHENTICATION_ADMINISTRATOR, change), status);
            assert_eq!(reached(PRIVILEGED_ADMINISTRATOR, change), 201);
            assert_eq!(reached(GLOBAL_ADMINISTRATOR, change), 201);
        }
    }
}

#[test]
fn other_administrators_have_no_business_with_methods() {
    for role in [
        "729827e3-9c14-49f7-bb1b-9608f156bbb8", // Helpdesk Administrator
        "fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
        "966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
        "0526716b-113d-4c15-b2c8-68e3c22b9f80", // Authentication Policy Administrator
        GLOBAL_READER,
    ] {
        assert_eq!(reached(role, |_| {}), 403, "{role}");
    }
}

#[test]
fn some_things_nobody_does_to_the_own_account() {
    let scopes = format!("{BROAD} UserAuthenticationMethod.ReadWrite");
    let external = "externalAuthenticationMethods/78381c69-811f-41f6-a6ec-c2c2aa0e2b46/$ref";
    let email = json!({"emailAddress": "a@adatum.com"});
    let configuration = json!({"configurationId": "26310fee-860b-4eab-8749-ab730dcf335e", "displayName": "Adatum"});
    for (caller, method, path, body) in [
        (ADELE, "PATCH", MOBILE, json!({"phoneNumber": "+1 4255550160"})),
        (BARE, "POST", "emailMethods", email.clone()),
        (ADELE, "PATCH", "emailMethods/3ddfcfc8-9383-446f-83cc-3ab9be4be18f", email),
        (BARE, "POST", "externalAuthenticationMethods", configuration),
        (crate::world::ALEX, "DELETE", external, json!(null)),
        (BARE, "POST", "temporaryAccessPassMethods", json!({})),
    ] {
        for base in ["/v1.0/me".to_owned(), format!("/v1.0/users/{caller}")] {
            let mut world = World::sample();
            world.claims = TokenClaims::delegated(caller, &scopes, [GLOBAL_ADMINISTRATOR]);
            let body = (!body.is_null()).then_some(&body);
            let refused = world.send(method, &format!("{base}/authentication/{path}"), body);
            assert_eq!((refused.status, refused.code()), (403, "accessDenied"), "{method} {path}");
            // Somebody else with the same role may.
            world.claims = TokenClaims::delegated(ADMIN, &scopes, [GLOBAL_ADMINISTRATOR]);
            let answer = world.send(method, &format!("/v1.0/users/{caller}/authentication/{path}"), body);
            assert!(answer.status < 300, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn the_own_methods_need_no_role() {
    for scope in ["UserAuthenticationMethod.ReadWrite", "UserAuthMethod-Phone.ReadWrite"] {
        let mut world = World::sample();
        world.claims = TokenClaims::delegated(ADELE, scope, []);
        assert_eq!(world.delete(&format!("/v1.0/me/authentication/{MOBILE}")).status, 204);
        let phone = json!({"phoneNumber": "+1 4255550150", "phoneType": "mobile"});
        assert_eq!(world.post("/v1.0/me/authentication/phoneMethods", phone).status, 201);
        assert_eq!(world.remove(BARE, MOBILE), 403, "of nobody else");
    }
}

#[test]
fn a_preference_needs_a_method_that_carries_it() {
    let mut world = World::sample();
    let path = |user| format!("/beta/users/{user}/authentication/signInPreferences");
    for (user, preference, status) in [
        (ADELE, "voiceAlternateMobile", 400),
        (ADELE, "voiceOffice", 400),
        (BARE, "push", 400),
        (BARE, "oath", 400),
        (ADELE, "none", 400),
        (ADELE, "fido2", 400),
        (ADELE, "sms", 204),
        (ADELE, "voiceMobile", 204),
        (ADELE, "oath", 204),
    ] {
        let answer = world.patch(&path(user), json!({"userPreferredMethodForSecondaryAuthentication": preference}));
        assert_eq!(answer.status, status, "{user} {preference}");
    }
    assert_eq!(world.preference(ADELE), "oath");
    assert_eq!(world.preference(BARE), "none");
}
