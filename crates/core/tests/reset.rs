//! Whole resets against the simulated tenant.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{MethodAction, MethodOutcome, Outcome, ResidualCode, SessionsOutcome};
use serde_json::json;
use simulation::World;

const ADELE: &str = "adele.vance@contoso.com";
const ADELE_ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";

fn kinds(world: &World, user: &str) -> Vec<String> {
    let short = |name: &str| name.trim_start_matches("#microsoft.graph.").replace("AuthenticationMethod", "");
    world.registered(user).iter().map(|(kind, _)| short(kind)).collect()
}

#[test]
fn a_reset_takes_what_the_portal_takes_and_no_more() {
    let mut world = World::sample();
    let report = world.reset(&format!(r#"{{"user":"{ADELE}"}}"#)).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    assert_eq!(kinds(&world, ADELE), ["password", "fido2", "windowsHelloForBusiness", "email"]);
    let gone = report.methods.iter().filter(|method| method.action == MethodAction::Delete);
    assert!(gone.clone().all(|method| method.outcome == MethodOutcome::Done));
    assert_eq!(gone.count(), 3);
    assert_eq!(world.violations(), [""; 0]);
}

/// Graph gives every mobile phone the same id, and the user may have registered the very same number again.
#[test]
fn a_time_of_registration_tells_a_new_phone_from_the_planned_one() {
    let planned = "2026-05-04T09:00:00Z";
    for (registered, outcome) in [(planned, MethodOutcome::Done), ("2026-11-21T08:59:00Z", MethodOutcome::Kept)] {
        let mobile = "3179e48a-750b-4051-897c-87b9720928f7";
        let phone = json!({
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "id": mobile,
            "phoneType": "mobile",
            "phoneNumber": "+1 4255550100",
            "createdDateTime": registered,
        });
        let user = json!({ "id": ADELE_ID, "userPrincipalName": ADELE, "methods": [phone] });
        let mut world = World::new(serde_json::from_value(json!({ "users": [user] })).expect("a seed"));
        let plan = world.plan(&json!({ "user": ADELE }).to_string()).expect("a plan");
        let label = plan.methods.iter().find(|method| method.id == mobile).map(|method| method.label.clone());
        let earlier = json!([{
            "id": mobile, "kind": "phone", "label": label, "action": "delete", "createdDateTime": planned,
        }]);
        let report = world.reset(&json!({ "user": ADELE, "planned": earlier }).to_string()).expect("a report");
        let told: Vec<_> = report.methods.iter().filter(|method| method.id == mobile).collect();
        assert!(told.iter().any(|method| method.outcome == outcome), "{registered}: {told:?}");
        assert_eq!(kinds(&world, ADELE).contains(&"phone".to_owned()), outcome == MethodOutcome::Kept, "{registered}");
    }
}

/// A token that was never activated lets nobody in.
#[test]
fn a_token_that_does_not_work_is_no_way_back() {
    for (status, is_way_in) in [("assigned", false), ("activated", true)] {
        let token = json!({
            "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethod",
            "id": "aad49556-c9b1-4c33-8d2b-2d2c4f6e9a01",
            "device": { "id": "aad49556-c9b1-4c33-8d2b-2d2c4f6e9a01", "serialNumber": "TOTP123456", "status": status },
        });
        let phone = json!({
            "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
            "id": "3179e48a-750b-4051-897c-87b9720928f7",
            "phoneType": "mobile",
            "phoneNumber": "+1 4255550100",
        });
        let user = json!({ "id": ADELE_ID, "userPrincipalName": ADELE, "methods": [phone, token] });
        let mut world = World::new(serde_json::from_value(json!({ "users": [user] })).expect("a seed"));
        let report = world.reset(&json!({ "user": ADELE, "methods": ["phone"] }).to_string()).expect("a report");
        let has = |code: ResidualCode| report.residuals.iter().any(|residual| residual.code == code);
        assert_eq!(has(ResidualCode::KeptSignInMethods), is_way_in, "{status}: {:?}", report.residuals);
        assert_eq!(has(ResidualCode::RegistrationMayBeBlocked), !is_way_in, "{status}: {:?}", report.residuals);
    }
}

/// A meeting room's device signs in by itself, until its key is what goes.
#[test]
fn a_device_that_signs_in_by_itself_stays_signed_in_unless_its_key_is_named() {
    let room = "room.seattle@contoso.com";
    for (methods, is_named) in
        [(json!("reRegister"), false), (json!("all"), false), (json!(["resourceAccountKey"]), true)]
    {
        let mut world = World::sample();
        let before = kinds(&world, room);
        let report = world.reset(&json!({ "user": room, "methods": methods }).to_string()).expect("a report");
        let sessions = report.sessions.expect("the sessions");
        let user = world.tenant.state().users.into_iter().find(|user| user.user_principal_name == room);
        let revoked = user.expect("the room").sign_in_sessions_valid_from_date_time.is_some();
        let told = report.residuals.iter().any(|residual| residual.code == ResidualCode::ResourceAccount);
        assert_eq!(revoked, is_named, "{methods}");
        assert_eq!(sessions.outcome == SessionsOutcome::Revoked, is_named, "{methods}: {sessions:?}");
        assert!(told, "{methods}: {:?}", report.residuals);
        assert_eq!(kinds(&world, room) == before, !is_named, "{methods}");
        assert_eq!(report.outcome, Outcome::Complete, "{methods}");
    }
}

#[test]
fn few_requests() {
    for (user, most) in [(ADELE_ID, 4), (ADELE, 5)] {
        let mut world = World::sample();
        let report = world.reset(&format!(r#"{{"user":"{user}","methods":"all"}}"#)).expect("a report");
        assert_eq!(report.outcome, Outcome::Complete);
        assert_eq!(world.violations(), [""; 0]);
        assert!(report.graph.http_requests <= most, "{:#?}", world.tenant.exchange());
        assert_eq!(report.graph.http_requests as usize, world.sent.len());
    }
}

#[test]
fn nothing_to_remove_is_complete() {
    let mut world = World::sample();
    let request = r#"{"user":"adele.vance@contoso.com","methods":["platformCredential"],"revokeSessions":false}"#;
    let report = world.reset(request).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    assert!(world.tenant.state().log.iter().all(|entry| entry.method == "GET" || entry.path.ends_with("/$batch")));
}

#[test]
fn ids_that_are_not_registered_are_said_to_be_gone() {
    let mut world = World::sample();
    let request = format!(r#"{{"user":"{ADELE}","methodIds":["never-there","4F1D2C3B-1A2B-4C3D-8E9F-0A1B2C3D4E5F"]}}"#);
    let report = world.reset(&request).expect("a report");
    assert_eq!(report.outcome, Outcome::Complete);
    let outcome = |id: &str| report.methods.iter().find(|method| method.id == id).map(|method| method.outcome);
    assert_eq!(outcome("never-there"), Some(MethodOutcome::AlreadyGone));
    assert_eq!(outcome("4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f"), Some(MethodOutcome::Done));
    assert_eq!(kinds(&world, ADELE).len(), 6);
}

#[test]
fn a_method_that_appears_meanwhile_is_left_alone_and_named() {
    let mut world = World::sample();
    let phone = "3179e48a-750b-4051-897c-87b9720928f7";
    let mut lists = 0;
    world.intercept = Some(Box::new(move |request| {
        // The second time that the list is read, a passkey has been registered.
        let text = String::from_utf8_lossy(request.body()).into_owned();
        if !text.contains("/authentication/methods\"") {
            return None;
        }
        lists += 1;
        (lists == 2).then(|| {
            let list = r##"{"value":[{"@odata.type":"#microsoft.graph.fido2AuthenticationMethod","id":"new","displayName":"Blue key"}]}"##;
            let body = format!(r#"{{"responses":[{{"id":"2","status":200,"body":{list}}},{{"id":"1","status":200,"body":{{}}}}]}}"#);
            entra_mfa_reset::run::Reply::Response(http::Response::new(body.into()))
        })
    }));
    let report = world.reset(&format!(r#"{{"user":"{ADELE_ID}","methodIds":["{phone}"]}}"#)).expect("a report");
    let added = report.verification.expect("a verification").added;
    assert_eq!(added.iter().map(|method| method.label.as_str()).collect::<Vec<_>>(), ["Blue key"]);
    assert!(report.residuals.iter().any(|residual| residual.code == entra_mfa_reset::ResidualCode::MethodsAdded));
}
