//! The component in Node, through jco, over HTTP against the tenant's server in this process.

use entra_mfa_reset::{Outcome, Report};
use entra_tenant::{Seed, TokenClaims};
use hosts::artifact::{self, PLUGIN};
use hosts::golden::Case;
use hosts::tenant::TenantServer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

const LANES: usize = 3;

#[test]
fn gives_the_same_bytes_in_node() {
    // The tenant has the machine's clock here, so what hangs on the date cannot be compared.
    let undated = |case: &Case| {
        case.input.get("startDateTime").or(case.input.get("notAfter")).is_none() && case.token.exp.is_none()
    };
    let cases: Vec<Case> = Case::all().unwrap().into_iter().filter(undated).collect();
    assert!(cases.len() >= 10, "{} cases are left", cases.len());
    // They mostly wait, and a process plays one after the other.
    let wrong: Vec<&str> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|lane| {
                let cases: Vec<&Case> = cases.iter().skip(lane).step_by(LANES).collect();
                scope.spawn(move || play(&cases))
            })
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "differ from the native run: {wrong:?}");
}

#[test]
fn resets_many_in_node() {
    let server = TenantServer::start(Seed { latency_milliseconds: 20, ..Seed::crowd(60, 1) }).unwrap();
    let users: Vec<String> = server.state().unwrap().users.into_iter().map(|user| user.user_principal_name).collect();
    let asked = json!([{
        "graphUrl": server.origin(),
        "accessToken": server.access_token(&TokenClaims::everything()),
        "seed": 7,
        "operation": "resetMany",
        "input": { "users": users },
    }]);
    let said: Vec<String> = serde_json::from_str(&node(&asked.to_string())).unwrap();
    let reports: Vec<String> = serde_json::from_str(said.first().unwrap()).unwrap();
    let reports: Vec<Report> = reports.iter().map(|report| serde_json::from_str(report).unwrap()).collect();
    let incomplete: Vec<&Report> = reports.iter().filter(|report| report.outcome != Outcome::Complete).collect();
    assert!(incomplete.is_empty(), "{incomplete:?}");
    let done: BTreeSet<String> = reports.into_iter().filter_map(|report| report.user.user_principal_name).collect();
    assert_eq!(done, users.into_iter().collect());
    let counts = server.state().unwrap().counts;
    assert_eq!((counts.violations, counts.repeated_deletes), (0, 0));
    assert!(counts.http_requests * 10 <= counts.calls, "{counts:?}");
}

/// The names of those that differ from the native run.
fn play<'a>(cases: &[&'a Case]) -> Vec<&'a str> {
    let servers: Vec<TenantServer> =
        cases.iter().map(|case| TenantServer::start(case.tenant.clone()).unwrap()).collect();
    let asked: Vec<Value> = cases
        .iter()
        .zip(&servers)
        .map(|(case, server)| {
            json!({
                "graphUrl": server.origin(),
                "accessToken": server.access_token(&case.token),
                "seed": case.seed,
                "options": case.options.clone().unwrap_or_else(|| json!({})),
                "operation": case.operation,
                "input": case.input,
            })
        })
        .collect();
    let said: Vec<String> = serde_json::from_str(&node(&Value::Array(asked).to_string())).unwrap();
    assert_eq!(said.len(), cases.len());
    let mut wrong = Vec::new();
    for ((case, server), said) in cases.iter().zip(&servers).zip(said) {
        let (found, expected) = (timeless(&said), timeless(&case.expect.result.to_json().unwrap()));
        // What leaves together arrives in any order.
        let exchange = sorted(server.exchange().unwrap());
        let complaints = server.state().unwrap().violations;
        if found != expected || exchange != sorted(case.expect.exchange.clone()) || !complaints.is_empty() {
            println!("{}:\n  found    {found}\n  expected {expected}\n  {exchange:#?}", case.name);
            wrong.push(case.name.as_str());
        }
    }
    wrong
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_unstable();
    lines
}

fn node(cases: &str) -> String {
    assert!(
        artifact::root().join("js/node_modules/@bytecodealliance/jco").exists(),
        "jco is not installed; run `just setup` first"
    );
    assert!(PLUGIN.path().exists(), "the component is not built; run `just build` first");
    let mut child = Command::new("node")
        .arg(artifact::root().join("tests/hosts/jco/run.mjs"))
        .arg(PLUGIN.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node 20 or newer");
    child.stdin.take().unwrap().write_all(cases.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "run.mjs failed: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// The text with every time in it blanked: this run has the machine's clock, and the golden one its own.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('T') {
        let (before, after) = rest.split_at(at);
        let date = before.get(before.len().saturating_sub(10)..).unwrap_or_default();
        let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let time = after[1..].find(|c: char| !(c.is_ascii_digit() || ":.Z".contains(c))).map_or(after.len(), |n| n + 1);
        if is_date && time > 5 {
            out += &before[..before.len() - 10];
            out += "TIME";
            rest = &after[time..];
        } else {
            out += before;
            out.push('T');
            rest = &after[1..];
        }
    }
    out + rest
}
