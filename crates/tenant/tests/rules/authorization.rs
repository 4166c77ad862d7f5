use crate::world::{ADELE, ADMIN, BARE, MOBILE, NOW, OWNER, RESTRICTED, World};
use base64::Engine;
use entra_tenant::TokenClaims;
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
