//! The tenant's answers against Microsoft's published examples.

use crate::world::{ADELE, ADELE_OATH, ALEX, BARE, DIEGO, ELIGIBLE, JONI, MOBILE, OBRIEN, ROOM, World};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// The published examples, where they are at hand.
fn examples() -> Option<Vec<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph/examples.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "skipped: the published examples are not beside this checkout");
        return None;
    };
    let all: Value = serde_json::from_str(&text).unwrap();
    Some(all["examples"].as_array().unwrap().clone())
}

fn example<'a>(all: &'a [Value], source: &str, status: u64) -> &'a Value {
    all.iter()
        .find(|one| {
            one["source_file"].as_str().is_some_and(|file| file.ends_with(source)) && one["response_status"] == status
        })
        .unwrap_or_else(|| panic!("no example from {source}"))
}

/// One entity of an answer: of a list, wrapped, or bare.
fn entity(body: &Value) -> &Value {
    match &body["value"] {
        Value::Array(list) => list.first().unwrap_or(&Value::Null),
        wrapped @ Value::Object(_) => wrapped,
        _ => body,
    }
}

/// Every property that was published comes back, with a value of the same type. Older examples spell some
/// differently; annotations may be missing on either side.
fn agrees(published: &Value, ours: &Value, source: &str) {
    let (published, ours) = (entity(published), entity(ours));
    for (name, value) in published.as_object().unwrap_or_else(|| panic!("{source}: no entity")) {
        let name = if name == "creationDateTime" && ours.get(name).is_none() { "createdDateTime" } else { name };
        if name.contains("odata.") || name == "lastUsedDateTime" {
            continue;
        }
        let Some(mine) = ours.get(name) else { panic!("{source}: {name} is missing in {ours}") };
        let alike = mine.is_null() || value.is_null() || std::mem::discriminant(mine) == std::mem::discriminant(value);
        assert!(alike, "{source}: {name} is {mine}, published as {value}");
    }
}

#[test]
fn reads_agree_with_the_published_shapes() {
    let Some(all) = examples() else { return };
    let mut world = World::sample();
    for (source, path) in [
        ("authentication-list-phonemethods.md", format!("/v1.0/users/{JONI}/authentication/phoneMethods")),
        ("phoneauthenticationmethod-get.md", format!("/v1.0/users/{ADELE}/authentication/{MOBILE}")),
        (
            "authentication-list-softwareoathmethods.md",
            format!("/v1.0/users/{ADELE}/authentication/softwareOathMethods"),
        ),
        ("authentication-list-passwordmethods.md", format!("/beta/users/{ADELE}/authentication/passwordMethods")),
        ("fido2authenticationmethod-list.md", format!("/v1.0/users/{ADELE}/authentication/fido2Methods")),
        ("emailauthenticationmethod-get.md", format!("/beta/users/{ADELE}/authentication/emailMethods")),
        (
            "platformcredentialauthenticationmethod-list.md",
            format!("/v1.0/users/{ALEX}/authentication/platformCredentialMethods"),
        ),
        (
            "authentication-list-externalauthenticationmethods.md",
            format!("/beta/users/{ALEX}/authentication/externalAuthenticationMethods"),
        ),
        (
            "authentication-list-hardwareoathmethods.md",
            format!("/beta/users/{DIEGO}/authentication/hardwareOathMethods"),
        ),
        (
            "authentication-list-resourceaccountkeyauthenticationmethods.md",
            format!("/beta/users/{ROOM}/authentication/resourceAccountKeyAuthenticationMethods"),
        ),
        (
            "passwordlessmicrosoftauthenticatorauthenticationmethod-list.md",
            format!("/beta/users/{OBRIEN}/authentication/passwordlessMicrosoftAuthenticatorMethods"),
        ),
        (
            "microsoftauthenticatorauthenticationmethod-get.md",
            format!("/beta/users/{OBRIEN}/authentication/microsoftAuthenticatorMethods"),
        ),
        (
            "windowshelloforbusinessauthenticationmethod-get.md",
            format!("/beta/users/{ADELE}/authentication/windowsHelloForBusinessMethods"),
        ),
        ("authentication-get.md", format!("/beta/users/{ADELE}/authentication/signInPreferences")),
        ("howto-mfa-userstates.md", format!("/beta/users/{ADELE}/authentication/requirements")),
    ] {
        let published = example(&all, source, 200);
        let ours = world.get(&path);
        assert_eq!(ours.status, 200, "{path}");
        agrees(&published["response_body"], &ours.body, source);
    }
    let published = example(&all, "rbacapplication-list-roleeligibilityscheduleinstances.md", 200);
    let path = "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances";
    let ours = world.get(&format!("{path}?$filter=principalId%20eq%20%27{ELIGIBLE}%27"));
    agrees(&published["response_body"], &ours.body, path);
}

#[test]
fn writes_agree_with_the_published_shapes() {
    let Some(all) = examples() else { return };
    let mut world = World::sample();
    let pass = example(&all, "authentication-post-temporaryaccesspassmethods.md", 201);
    let ours =
        world.post(&format!("/v1.0/users/{BARE}/authentication/temporaryAccessPassMethods"), pass["body"].clone());
    assert_eq!(ours.status, 201);
    agrees(&pass["response_body"], &ours.body, "pass");
    let phone = example(&all, "authentication-post-phonemethods.md", 201);
    let ours = world.post(&format!("/v1.0/users/{BARE}/authentication/phoneMethods"), phone["body"].clone());
    assert_eq!(ours.status, 201);
    agrees(&phone["response_body"], &ours.body, "phone");
    let external = example(&all, "authentication-post-externalauthenticationmethods.md", 201);
    let path = format!("/v1.0/users/{BARE}/authentication/externalAuthenticationMethods");
    let ours = world.post(&path, external["body"].clone());
    assert_eq!(ours.status, 201);
    agrees(&external["response_body"], &ours.body, "external");
    let deletion = example(&all, "phoneauthenticationmethod-delete.md", 204);
    let ours = world.delete(&format!("/v1.0/users/{ADELE}/authentication/{MOBILE}"));
    assert_eq!((u64::from(ours.status), &ours.body), (204, &deletion["response_body"]));
}

#[test]
fn errors_agree_with_the_published_shapes() {
    let Some(all) = examples() else { return };
    let status = |one: &Value, status: u64| one["response_status"] == status;
    let refused = all.iter().find(|one| one["kind"] == "error" && status(one, 400)).unwrap();
    let mut world = World::sample();
    let app = "microsoftAuthenticatorMethods/4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f";
    let ours = world.delete(&format!("/beta/users/{ADELE}/authentication/{app}"));
    let published = &refused["response_body"]["error"];
    assert_eq!(ours.code(), published["code"]);
    assert_eq!(ours.message(), published["message"]);
    agrees(&published["innerError"], &ours.body["error"]["innerError"], "default rule");

    let throttled = all.iter().find(|one| one["kind"] == "error" && status(one, 429)).unwrap();
    let mut world = World::with(|seed| seed.settings.calls_per_10s = Some(1));
    world.get(&format!("/v1.0/users/{ADELE}"));
    let ours = world.batch("v1.0", json!([{"id": "1", "method": "GET", "url": format!("/users/{ADELE}")}]));
    let ours = &ours.member("1")["body"]["error"];
    agrees(&throttled["response_body"]["error"]["innerError"], &ours["innerError"], "throttled");
    assert_eq!(ours["code"], throttled["response_body"]["error"]["code"]);

    let denied = all.iter().find(|one| one["kind"] == "error" && status(one, 403)).unwrap();
    let mut world = World::sample();
    world.claims = entra_tenant::TokenClaims::application(["User.Read.All"]);
    let ours = world.delete(&format!("/v1.0/users/{ADELE}/authentication/{ADELE_OATH}"));
    assert_eq!(ours.code(), denied["response_body"]["error"]["code"]);
    assert_eq!(ours.message(), denied["response_body"]["error"]["message"]);
}
