//! The golden cases through the component in wasmtime: no socket, and a clock that jumps.

use entra_tenant::{Faults, Tenant};
use hosts::golden::{Case, Operation};
use hosts::host::Clock;
use hosts::simulation::Simulation;
use hosts::{Session, convert};

#[tokio::test(start_paused = true)]
async fn give_the_same_bytes_in_wasmtime() {
    let cases = Case::all().unwrap();
    assert!(cases.len() >= 10, "tests/golden holds {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let clock = Clock::at(case.begins().unwrap());
        let tenant = Tenant::new(case.tenant.clone());
        let options = case.client_options(&tenant).unwrap();
        let simulation = Simulation::new(tenant, Faults::none(), clock);
        let mut session = Session::open(simulation.clone(), Some(clock), &options).await.unwrap();
        let bytes = play(&mut session, case.operation().unwrap()).await;
        let (elapsed, exchange) = (clock.elapsed(), simulation.exchange());
        assert_eq!(simulation.state().violations, [], "{}", case.name);
        // A preflight asks nobody.
        let asked: &[&str] = if exchange.is_empty() { &[] } else { &["https://graph.microsoft.com"] };
        assert_eq!(simulation.origins(), asked, "{}", case.name);
        let expected = case.expect.result.to_json().unwrap();
        if bytes != expected {
            println!("{}:\n  found    {bytes}\n  expected {expected}", case.name);
        }
        if exchange != case.expect.exchange {
            println!("{}:\n  found    {exchange:#?}\n  expected {:#?}", case.name, case.expect.exchange);
        }
        if elapsed != case.expect.elapsed_milliseconds {
            println!("{}: took {elapsed} ms, expected {}", case.name, case.expect.elapsed_milliseconds);
        }
        if bytes != expected || exchange != case.expect.exchange || elapsed != case.expect.elapsed_milliseconds {
            wrong.push(case.name);
        }
    }
    assert!(wrong.is_empty(), "differ from the native run: {wrong:?}");
}

async fn play(session: &mut Session, operation: Operation) -> String {
    let report = match operation {
        Operation::Preflight(request) => {
            return match session.preflight(Some(&request)).await.unwrap() {
                Ok(preflight) => session.preflight_to_json(&preflight).await.unwrap(),
                Err(error) => serde_json::to_string(&convert::error(error)).unwrap(),
            };
        }
        Operation::Status(user) => {
            return match session.status(&user).await.unwrap() {
                Ok(status) => session.status_to_json(&status).await.unwrap(),
                Err(error) => serde_json::to_string(&convert::error(error)).unwrap(),
            };
        }
        Operation::Plan(request) => session.plan(&request).await,
        Operation::Reset(request) => session.reset(&request).await,
        Operation::Restore(request) => session.restore(&request).await,
        Operation::RevokeSessions(user, options) => session.revoke_sessions(&user, &options).await,
        Operation::IssueTemporaryAccessPass(user, options) => {
            session.issue_temporary_access_pass(&user, &options).await
        }
    };
    match report.unwrap() {
        Ok(report) => session.to_json(&report).await.unwrap(),
        Err(error) => serde_json::to_string(&convert::error(error)).unwrap(),
    }
}
