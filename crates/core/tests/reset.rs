//! Whole resets against the simulated tenant.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{MethodAction, MethodOutcome, Outcome};
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
