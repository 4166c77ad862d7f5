//! A network with faults, in simulated time: connections that break, answers that are late, cut short, or no answers.

use entra_tenant::{FaultRates, Faults, Seed, Tenant, TokenClaims};
use hosts::host::Clock;
use hosts::simulation::Simulation;
use hosts::types::{ClientOptions, Credential, Outcome, PassRequest, ResetRequest};
use hosts::{Session, convert};

/// Neither a trap nor a wait without end, whatever the network does; and what is called complete is.
#[tokio::test(start_paused = true)]
async fn end_in_an_answer() {
    let (mut complete, mut failed) = (0, 0);
    for seed in 0..100 {
        let clock = Clock::at(1_795_251_600_000);
        let tenant = Tenant::new(Seed::sample());
        let credential = Credential::AccessToken(tenant.access_token(&TokenClaims::everything()));
        let options = ClientOptions { seed: Some(seed), ..convert::signed_in(credential) };
        let faults = Faults::new(seed, FaultRates::even(0.4));
        let simulation = Simulation::new(tenant, faults, clock);
        let mut session = Session::open(simulation.clone(), Some(clock), &options).await.unwrap();
        let request = convert::reset_request(entra_mfa_reset::ResetRequest::new("adele.vance@contoso.com"));
        let request = ResetRequest { temporary_access_pass: Some(PassRequest::Default), ..request };
        match session.reset(&request).await.unwrap() {
            Ok(report) if report.outcome == Outcome::Complete => {
                complete += 1;
                let state = simulation.state();
                let user = state.users.first().unwrap();
                let is_phone = |method: &serde_json::Map<_, serde_json::Value>| {
                    method["@odata.type"].as_str().unwrap().contains("phone")
                };
                assert!(!user.methods.iter().any(is_phone), "seed {seed}: {:?}", user.methods);
            }
            Ok(_) | Err(_) => failed += 1,
        }
        assert!(clock.elapsed() < 3_600_000, "seed {seed} took {} ms", clock.elapsed());
        assert_eq!(simulation.in_flight(), 0, "seed {seed} left a request behind");
    }
    assert!(complete > 20 && failed > 5, "{complete} complete, {failed} not");
}
