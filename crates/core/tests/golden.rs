//! The golden cases: what is asked, of which tenant, and what goes over the wire and comes back. The same files are
//! read by the component's and the JavaScript package's tests, which must give the same bytes.
//!
//! `UPDATE_GOLDEN=1` writes what the engine does now into the files, for a person to review.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::run::Run;
use entra_mfa_reset::{
    ClientOptions, Error, IssuePassOptions, Preflight, Report, ResetRequest, RestoreRequest, RevokeSessionsOptions,
    Status,
};
use entra_tenant::{Seed, TokenClaims};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulation::World;
use std::fs;
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    options: Option<Value>,
    token: Value,
    input: Value,
    tenant: Value,
    now: String,
    seed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expect: Option<Expect>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expect {
    exchange: Vec<String>,
    result: Answer,
    elapsed_milliseconds: u64,
    violations: Vec<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Report(Box<Report>),
    Preflight(Box<Preflight>),
    Status(Box<Status>),
    Error(Error),
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn play(case: &Case) -> Expect {
    let seed: Seed = serde_json::from_value(case.tenant.clone()).expect("a seed");
    let claims: TokenClaims = serde_json::from_value(case.token.clone()).expect("claims");
    let options = case.options.as_ref().map(|options| ClientOptions::from_json(&options.to_string()).expect("options"));
    let mut world = World::new(seed);
    let now = OffsetDateTime::parse(&case.now, &Rfc3339).expect("a time");
    world.now = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).expect("a time after 1970");
    world.seed = case.seed;
    let begun = world.now;
    let client = world.client_with(&claims, options.unwrap_or_default());
    let user = case.input["user"].as_str().unwrap_or_default().to_owned();
    let mut rest = case.input.clone();
    rest.as_object_mut().expect("an object").remove("user");
    let (input, rest) = (case.input.to_string(), rest.to_string());
    let mut report = |run: Run<Result<Report, Error>>| match world.play(run) {
        Ok(report) => Answer::Report(Box::new(report)),
        Err(error) => Answer::Error(error),
    };
    let result = match case.operation.as_str() {
        "reset" => report(client.reset(ResetRequest::from_json(&input).expect("a request"))),
        "plan" => report(client.plan(ResetRequest::from_json(&input).expect("a request"))),
        "restore" => report(client.restore(RestoreRequest::from_json(&input).expect("a request"))),
        "revokeSessions" => {
            report(client.revoke_sessions(&user, RevokeSessionsOptions::from_json(&rest).expect("options")))
        }
        "issueTemporaryAccessPass" => {
            report(client.issue_temporary_access_pass(&user, IssuePassOptions::from_json(&rest).expect("options")))
        }
        "preflight" => {
            match world.play(client.preflight(ResetRequest::defaults_from_json(&rest).expect("a request"))) {
                Ok(preflight) => Answer::Preflight(Box::new(preflight)),
                Err(error) => Answer::Error(error),
            }
        }
        "status" => match world.play(client.status(&user)) {
            Ok(status) => Answer::Status(Box::new(status)),
            Err(error) => Answer::Error(error),
        },
        other => panic!("no operation {other}"),
    };
    Expect {
        exchange: world.tenant.exchange(),
        result,
        elapsed_milliseconds: world.now - begun,
        violations: world.violations(),
    }
}

#[test]
fn golden_cases() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("tests/golden")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 10, "tests/golden holds {} cases", files.len());
    let mut stale = Vec::new();
    for file in files {
        let mut case: Case = serde_json::from_str(&fs::read_to_string(&file).expect("a file"))
            .unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let found = play(&case);
        assert_eq!(found.violations, [""; 0], "{file:?}");
        if case.expect.as_ref() == Some(&found) {
            continue;
        }
        if update {
            case.expect = Some(found);
            let text = serde_json::to_string_pretty(&case).expect("JSON");
            fs::write(&file, text + "\n").expect("a file that can be written");
        } else {
            println!("{file:?}: found {}", serde_json::to_string_pretty(&found).expect("JSON"));
            stale.push(file);
        }
    }
    assert!(stale.is_empty(), "these cases changed: {stale:?}");
}

/// Bytes are what journals and other hosts compare, so a report must survive a round trip unchanged.
#[test]
fn reports_survive_a_round_trip() {
    for file in fs::read_dir(folder()).expect("tests/golden") {
        let text = fs::read_to_string(file.expect("an entry").path()).expect("a file");
        let case: Case = serde_json::from_str(&text).expect("a case");
        if let Some(Expect { result: Answer::Report(report), .. }) = case.expect {
            let again: Report = serde_json::from_str(&report.to_json()).expect("a report");
            assert_eq!(again.to_json(), report.to_json());
            assert!(!report.to_json().contains("null"), "absent is absent");
        }
    }
}
