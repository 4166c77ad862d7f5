//! The program against the simulated tenant. `just build` makes the component that it runs.
#![allow(clippy::unwrap_used)]

use entra_tenant::{Seed, State, TokenClaims};
use hosts::tenant::TenantServer;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ADELE: &str = "adele.vance@contoso.com";
const ADMIN: &str = "admin@contoso.com";

fn start(seed: Seed) -> TenantServer {
    TenantServer::start(Seed { latency_milliseconds: 5, ..seed }).unwrap()
}

/// The program, with this environment and no other.
fn reset_mfa(tenant: &TenantServer, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reset-mfa"));
    command.env_clear().env("GRAPH_URL", tenant.origin()).envs(variables.iter().copied());
    command.arg("--component").arg(hosts::artifact::PLUGIN.path());
    command
}

/// The same, with a token that may do everything.
fn allowed(tenant: &TenantServer) -> Command {
    let token = tenant.access_token(&TokenClaims::everything());
    reset_mfa(tenant, &[("ENTRA_ACCESS_TOKEN", &token)])
}

fn reports(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a user has registered.
fn types(state: &State, name: &str) -> Vec<String> {
    let user = state.users.iter().find(|user| user.user_principal_name == name).unwrap();
    user.methods.iter().map(|method| method["@odata.type"].as_str().unwrap().to_owned()).collect()
}

fn is_done(state: &State, name: &str) -> bool {
    let gone = ["phone", "microsoftAuthenticator", "softwareOath"];
    let user = state.users.iter().find(|user| user.user_principal_name == name).unwrap();
    let is_left = |kind: &str| types(state, name).contains(&format!("#microsoft.graph.{kind}AuthenticationMethod"));
    user.sign_in_sessions_valid_from_date_time.is_some() && !gone.into_iter().any(is_left)
}

/// A new folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file that names everybody, and how many they are.
fn everybody(tenant: &TenantServer, folder: &Path) -> (PathBuf, usize) {
    let names: Vec<String> = tenant.state().unwrap().users.into_iter().map(|user| user.user_principal_name).collect();
    let file = folder.join("users.txt");
    fs::write(&file, names.join("\n")).unwrap();
    (file, names.len())
}

fn many<'a>(command: &'a mut Command, users: &Path, journal: &Path) -> &'a mut Command {
    command.args(["--reason", "INC0012399", "many"]).arg(users).args(["--max-users", "300", "--journal"]).arg(journal)
}

#[test]
fn one_user_is_reset() {
    let tenant = start(Seed::sample());
    let output = allowed(&tenant).args(["--pass", "--reason", "INC0012345", "one", ADELE]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let [report] = &reports(&output)[..] else { panic!("{output:?}") };
    assert_eq!((report["outcome"].as_str(), report["reason"].as_str()), (Some("complete"), Some("INC0012345")));
    assert_eq!(report["verification"]["outcome"], "confirmed");
    assert!(report["temporaryAccessPass"]["pass"].is_string());
    let state = tenant.state().unwrap();
    assert!(is_done(&state, ADELE));
    assert!(types(&state, ADELE).contains(&"#microsoft.graph.temporaryAccessPassAuthenticationMethod".to_owned()));
    assert_eq!(state.violations, []);
}

#[test]
fn an_application_signs_in_with_its_secret() {
    let tenant = start(Seed::sample());
    let (seed, origin) = (Seed::sample(), tenant.origin());
    let app = &seed.apps[0];
    let sign_in = |secret: &str| {
        let variables = [
            ("AZURE_TENANT_ID", seed.tenant_id.as_str()),
            ("AZURE_CLIENT_ID", app.client_id.as_str()),
            ("AZURE_CLIENT_SECRET", secret),
            ("AZURE_AUTHORITY_HOST", origin.as_str()),
        ];
        reset_mfa(&tenant, &variables).args(["one", ADELE]).output().unwrap()
    };
    let refused = sign_in("not-the-secret");
    assert_eq!(refused.status.code(), Some(4), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains("not-the-secret"));
    assert!(tenant.state().unwrap().writes().is_empty());
    let output = sign_in(&app.client_secret);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(is_done(&tenant.state().unwrap(), ADELE));
}

#[test]
fn what_is_refused_is_not_touched() {
    let tenant = start(Seed::sample());
    let mut wrong = reset_mfa(&tenant, &[("ENTRA_ACCESS_TOKEN", "not.a.token")]);
    let mut protected = allowed(&tenant);
    protected.args(["--protect", ADELE]);
    for (command, user, code, exit) in [
        (&mut allowed(&tenant), ADMIN, "protectedUser", 3),
        (&mut allowed(&tenant), "pradeep.gupta@contoso.com", "managementRestricted", 3),
        (&mut allowed(&tenant), "nobody@contoso.com", "userNotFound", 1),
        (&mut allowed(&tenant), "", "invalidInput", 2),
        (&mut protected, ADELE, "protectedUser", 3),
        (&mut wrong, ADELE, "unauthenticated", 4),
    ] {
        let output = command.args(["one", user]).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{user}: {}", stderr(&output));
        assert!(stderr(&output).starts_with(&format!("{code}: ")), "{user}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{user}");
    }
    let nobody = reset_mfa(&tenant, &[]).args(["one", ADELE]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(4));
    assert!(stderr(&nobody).contains("no credential is set"), "{}", stderr(&nobody));
    assert!(tenant.state().unwrap().writes().is_empty());
}

#[test]
fn many_users_with_one_report_each() {
    let tenant = start(Seed::sample());
    let folder = folder("many");
    let (users, count) = everybody(&tenant, &folder);
    let before = types(&tenant.state().unwrap(), ADMIN);
    let output = many(&mut allowed(&tenant), &users, &folder.join("run.journal")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let reports = reports(&output);
    assert_eq!(reports.len(), count);
    let outcome = |name: &str| {
        let report = reports.iter().find(|report| report["user"]["userPrincipalName"] == name).unwrap();
        (report["outcome"].as_str().unwrap(), report["error"]["code"].as_str().unwrap_or_default())
    };
    assert_eq!(outcome(ADELE), ("complete", ""));
    assert_eq!(outcome(ADMIN), ("refused", "protectedUser"));
    let state = tenant.state().unwrap();
    assert!(is_done(&state, ADELE));
    assert_eq!(types(&state, ADMIN), before);
    assert_eq!(state.violations, []);

    let writes = state.writes().len();
    let again = many(&mut allowed(&tenant), &users, &folder.join("run.journal")).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "who is refused is refused again: {}", stderr(&again));
    assert_eq!(tenant.state().unwrap().writes().len(), writes, "who is done is not touched again");
}

#[test]
fn a_throttled_tenant_is_waited_for() {
    let mut seed = Seed::crowd(15, 1);
    seed.settings.calls_per_10s = Some(100);
    let tenant = start(seed);
    let folder = folder("throttled");
    let (users, count) = everybody(&tenant, &folder);
    let output = many(&mut allowed(&tenant), &users, &folder.join("run.journal")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let reports = reports(&output);
    assert_eq!(reports.len(), count);
    assert!(reports.iter().any(|report| report["graph"]["throttled"].as_u64() > Some(0)));
    let state = tenant.state().unwrap();
    for user in &state.users {
        assert!(is_done(&state, &user.user_principal_name), "{}", user.user_principal_name);
    }
    assert_eq!(state.violations, []);
}

#[test]
fn a_run_that_was_killed_goes_on() {
    // More than begin while the first is being reset.
    let tenant = TenantServer::start(Seed { latency_milliseconds: 60, ..Seed::crowd(300, 2) }).unwrap();
    let folder = folder("killed");
    let (users, count) = everybody(&tenant, &folder);
    let journal = folder.join("run.journal");
    let mut command = allowed(&tenant);
    let mut first = many(&mut command, &users, &journal).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    let text = fs::read_to_string(&journal).unwrap();
    let started = text.lines().filter(|line| line.starts_with("{\"Started\"")).count();
    assert!(started > 0 && started < count, "{started} of {count}");

    // A crash may cut a line off.
    fs::write(&journal, format!("{text}{{\"Started\":{{\"us")).unwrap();
    let second = many(&mut allowed(&tenant), &users, &journal).output().unwrap();
    assert_eq!(second.status.code(), Some(0), "{}", stderr(&second));
    let state = tenant.state().unwrap();
    for user in &state.users {
        assert!(is_done(&state, &user.user_principal_name), "{}", user.user_principal_name);
    }
    assert_eq!(state.violations, []);
}

#[test]
fn what_was_registered_since_survives_a_restart() {
    let tenant = start(Seed::sample());
    let folder = folder("planned");
    let (users, journal) = (folder.join("users.txt"), folder.join("run.journal"));
    fs::write(&users, ADELE).unwrap();
    // The run that was cut off had planned to remove the authenticator codes. Phone and app came later.
    let id = "b172893e-893e-4172-9e89-72b13e8972b1";
    let planned = json!([{ "id": id, "kind": "SoftwareOath", "label": "", "action": "Delete" }]);
    let user_id = "0a000001-5c1e-4f3a-9b7d-000000000001";
    let intent = json!({ "user": ADELE, "user_id": user_id, "planned": planned, "at": "2026-11-21T09:00:00Z" });
    fs::write(&journal, format!("{}\n", json!({ "Started": intent }))).unwrap();
    let output = many(&mut allowed(&tenant), &users, &journal).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let left = types(&tenant.state().unwrap(), ADELE);
    let is_left = |kind: &str| left.contains(&format!("#microsoft.graph.{kind}AuthenticationMethod"));
    let kinds = ["softwareOath", "phone", "microsoftAuthenticator"];
    assert_eq!(kinds.map(is_left), [false, true, true]);
}

#[test]
fn a_list_that_is_too_long_and_a_foreign_journal_are_refused() {
    let tenant = start(Seed::sample());
    let folder = folder("refused");
    let (users, _) = everybody(&tenant, &folder);
    let journal = folder.join("run.journal");
    let mut command = allowed(&tenant);
    let long = command.arg("many").arg(&users).args(["--max-users", "3", "--journal"]).arg(&journal).output().unwrap();
    assert_eq!(long.status.code(), Some(2));
    assert!(stderr(&long).contains("at most 3 are allowed"), "{}", stderr(&long));

    fs::write(&journal, "what somebody else wrote\n").unwrap();
    let foreign = many(&mut allowed(&tenant), &users, &journal).output().unwrap();
    assert_eq!(foreign.status.code(), Some(2));
    assert!(stderr(&foreign).contains("it is no journal of this program"), "{}", stderr(&foreign));
    assert_eq!(fs::read_to_string(&journal).unwrap(), "what somebody else wrote\n");
    assert!(tenant.state().unwrap().writes().is_empty());
}
