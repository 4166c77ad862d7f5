//! The README's table of permissions, row by row: enough for its job, nothing in it too much, and every name known.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test may read files and print")]

mod simulation;

use entra_mfa_reset::{ClientOptions, Outcome, ResetRequest};
use entra_tenant::TokenClaims;
use serde_json::{Value, json};
use simulation::World;

const ID: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
const CALLER: &str = "0a000001-5c1e-4f3a-9b7d-0000000000c1";
const GROUP: &str = "0a000001-5c1e-4f3a-9b7d-0000000000a1";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const ROLES: [(&str, &str); 4] = [
    ("Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f"),
    ("Privileged Authentication Administrator", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"),
    ("Authentication Policy Administrator", "0526716b-113d-4c15-b2c8-68e3c22b9f80"),
    ("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
];

struct Row {
    job: String,
    request: Value,
    application: Vec<String>,
    delegated: Vec<String>,
    roles: Vec<&'static str>,
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The row that a cell begins with, `as 6` for example.
fn inherited(cell: &str) -> Option<usize> {
    cell.trim().strip_prefix("as ")?.split([',', ' ']).next()?.parse().ok()
}

fn rows() -> Vec<Row> {
    let readme = include_str!("../../../README.md");
    let (_, table) = readme.split_once("| job | request |").expect("the table");
    let mut rows: Vec<Row> = Vec::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [job, request, application, delegated, roles] = cells[..] else { panic!("five cells: {line}") };
        let with = |cell: &str, of: fn(&Row) -> &Vec<String>| {
            let mut names = inherited(cell).map_or_else(Vec::new, |row| of(&rows[row - 1]).clone());
            names.extend(quoted(cell));
            names
        };
        let (application, delegated) =
            (with(application, |row| &row.application), with(delegated, |row| &row.delegated));
        let id = |name: &String| ROLES.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1;
        rows.push(Row {
            job: job.trim().to_owned(),
            request: serde_json::from_str(&quoted(request)[0]).expect("a request"),
            application,
            delegated,
            roles: quoted(roles).iter().map(id).collect(),
        });
    }
    assert!(rows.len() >= 8);
    rows
}

fn application(names: &[String]) -> TokenClaims {
    TokenClaims::application(names.iter().map(String::as_str))
}

fn person(names: &[String], roles: &[&str]) -> TokenClaims {
    TokenClaims::delegated(CALLER, &names.join(" "), roles.iter().copied())
}

/// A user who is in a group, with a phone; an administrator where the job is about them.
fn world(job: &str) -> World {
    let roles = if job.contains("administrators") {
        json!([{ "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/" }])
    } else {
        json!([])
    };
    World::new(
        serde_json::from_value(json!({ "users": [{
            "id": ID,
            "userPrincipalName": "adele.vance@contoso.com",
            "roles": roles,
            "groups": [{ "id": GROUP, "displayName": "Lunch", "relation": "member" }],
            "methods": [{
                "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
                "id": "3179e48a-750b-4051-897c-87b9720928f7",
                "phoneType": "mobile",
                "phoneNumber": "+1 4255550100",
            }],
        }] }))
        .expect("a seed"),
    )
}

fn is_ready(row: &Row, claims: &TokenClaims) -> bool {
    let mut world = world(&row.job);
    let client = world.client_with(claims, ClientOptions::default());
    let request = ResetRequest::defaults_from_json(&row.request.to_string()).expect("a request");
    world.play(client.preflight(request)).expect("an answer").ready
}

/// The preflight is content, and the tenant, which has its own list of what each call takes, lets it be done.
#[test]
fn every_row_is_enough() {
    for row in rows() {
        for (who, claims) in
            [("an application", application(&row.application)), ("a person", person(&row.delegated, &row.roles))]
        {
            let case = format!("{who}: {}", row.job);
            assert!(is_ready(&row, &claims), "{case}: {claims:?}");
            let mut world = world(&row.job);
            let client = world.client_with(&claims, ClientOptions::default());
            let mut request = row.request.clone();
            request["user"] = ID.into();
            let request = ResetRequest::from_json(&request.to_string()).expect("a request");
            if request.methods.is_some() {
                let status = world.play(client.status(ID)).unwrap_or_else(|error| panic!("{case}: {error:?}"));
                assert_eq!(status.methods.len(), 2, "{case}");
                continue;
            }
            let report = world.play(client.reset(request)).unwrap_or_else(|error| panic!("{case}: {error:?}"));
            assert_eq!(report.outcome, Outcome::Complete, "{case}: {report:?}");
            assert_eq!(world.violations(), [""; 0], "{case}");
        }
    }
}

/// Without any one of its names the job cannot be done.
#[test]
fn no_row_grants_too_much() {
    for row in rows() {
        // With the flag the guard refuses nobody, but still tells what it finds.
        let tells = ["RoleManagement.Read.Directory", "GroupMember.Read.All"];
        let waived = |name: &str| row.request["allowPrivileged"] == true && tells.contains(&name);
        for name in row.application.iter().filter(|name| !waived(name)) {
            let fewer: Vec<String> = row.application.iter().filter(|other| *other != name).cloned().collect();
            assert!(!is_ready(&row, &application(&fewer)), "{}: {name} is too much", row.job);
        }
        // What lists the group is no part of the reset.
        for name in row.delegated.iter().filter(|name| *name != "GroupMember.Read.All") {
            let fewer: Vec<String> = row.delegated.iter().filter(|other| *other != name).cloned().collect();
            assert!(!is_ready(&row, &person(&fewer, &row.roles)), "{}: {name} is too much", row.job);
        }
        for role in &row.roles {
            let fewer: Vec<&str> = row.roles.iter().filter(|other| *other != role).copied().collect();
            let everybody = ["b79fbf4d-3ef9-4689-8143-76b194e85509"];
            let roles: Vec<&str> = fewer.into_iter().chain(everybody).collect();
            assert!(!is_ready(&row, &person(&row.delegated, &roles)), "{}: {role} is too much", row.job);
        }
    }
}

/// The names of the table of ids are names that the preflight would ask for, each with an id of its own.
#[test]
fn the_ids_belong_to_names_that_are_asked_for() {
    let readme = include_str!("../../../README.md");
    let (_, table) = readme.split_once("| application permission | app role id |").expect("the table");
    let mut world = World::sample();
    let client = world.client_with(&TokenClaims::application([""]), ClientOptions::default());
    let request = json!({
        "methods": ["phone", "microsoftAuthenticator", "softwareOath", "hardwareOath", "fido2",
            "windowsHelloForBusiness", "platformCredential", "email", "temporaryAccessPass", "qrCodePin", "external",
            "resourceAccountKey"],
        "revokeSessions": true,
        "perUserMfa": "disabled",
    });
    let request = ResetRequest::defaults_from_json(&request.to_string()).expect("a request");
    let told = world.play(client.preflight(request)).expect("an answer");
    let asked: Vec<String> =
        told.checks.into_iter().flat_map(|check| [vec![check.permission], check.or].concat()).collect();
    let mut ids: Vec<&str> = Vec::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let name = quoted(line).pop().expect("a name");
        assert!(asked.contains(&name), "{name} is never asked for");
        let id = line.trim_matches('|').split('|').nth(1).expect("an id").trim();
        assert!(id.len() == 36 && !ids.contains(&id), "{line}");
        ids.push(id);
    }
    assert_eq!(ids.len(), 16);
}
