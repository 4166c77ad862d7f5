//! Resets one user of a simulated tenant before the eyes of who runs it: first with the component in wasmtime, then
//! with the npm package in Node.

use anyhow::{Result, anyhow, bail};
use entra_tenant::{Seed, State, TokenClaims};
use hosts::artifact::{self, PLUGIN};
use hosts::tenant::TenantServer;
use hosts::types::{AllowPrivileged, ClientOptions, Credential, ErrorInfo, Outcome, PassRequest, ResetRequest};
use hosts::watched::{Outgoing, Watched};
use hosts::{Session, convert};
use serde_json::Value;
use std::process::{Command, ExitCode};

const USER: &str = "adele.vance@contoso.com";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => {
            println!("\nBoth resets are complete.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nThe demo failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    PLUGIN.load()?;
    println!("PART 1: the WebAssembly component, in wasmtime\n");
    println!("A simulated tenant listens on loopback; no request leaves this machine.");
    println!("A line with > is a request to Graph as it leaves the host; a batch's members stand below it.");
    let tenant = TenantServer::start(Seed::sample())?;
    let outcome = component(&tenant).await?;
    complaints(&tenant.state()?)?;
    drop(tenant);

    println!("\nPART 2: the npm package, in Node, with a fresh tenant");
    let tenant = TenantServer::start(Seed::sample())?;
    let complete = node(&tenant)?;
    complaints(&tenant.state()?)?;
    match (outcome, complete) {
        (Outcome::Complete, true) => Ok(()),
        (Outcome::Complete, false) => bail!("the reset in Node is not complete"),
        _ => bail!("the reset in wasmtime is not complete"),
    }
}

async fn component(tenant: &TenantServer) -> Result<Outcome> {
    let credential = Credential::AccessToken(tenant.access_token(&TokenClaims::everything()));
    let options = ClientOptions { graph_url: Some(tenant.origin()), ..convert::signed_in(credential) };
    let mut session = Session::open(Watched::new(print_request), None, &options).await?;

    title("The user before");
    print_status(&status(&mut session).await?);

    title("The plan: what goes, and what stays");
    let request = request();
    let plan = session.plan(&request).await?.map_err(failure)?;
    print_methods(&json(&session.to_json(&plan).await?)?);

    title("The reset, with a Temporary Access Pass");
    let report = session.reset(&request).await?.map_err(failure)?;

    title("The report");
    print_report(&json(&session.to_json(&report).await?)?);

    title("The user after");
    print_status(&status(&mut session).await?);
    Ok(report.outcome)
}

async fn status(session: &mut Session) -> Result<Value> {
    let status = session.status(USER).await?.map_err(failure)?;
    json(&session.status_to_json(&status).await?)
}

/// The demo shows what the component says in JSON, so that its words are those of the documentation.
fn json(text: &str) -> Result<Value> {
    Ok(serde_json::from_str(text)?)
}

fn node(tenant: &TenantServer) -> Result<bool> {
    let status = Command::new("node")
        .arg(artifact::root().join("js/entra-mfa-reset/demo.mjs"))
        .args(["--graph-url", &tenant.origin()])
        .env("ENTRA_ACCESS_TOKEN", tenant.access_token(&TokenClaims::everything()))
        .status()
        .map_err(|error| anyhow!("Node could not be started: {error}"))?;
    Ok(status.success())
}

fn complaints(state: &State) -> Result<()> {
    title("What the tenant has to complain about");
    if state.violations.is_empty() {
        println!("  nothing");
        return Ok(());
    }
    for violation in &state.violations {
        println!("  {} x {}: {}", violation.count, violation.code, violation.detail);
    }
    bail!("the tenant complains")
}

fn request() -> ResetRequest {
    ResetRequest {
        user: USER.to_owned(),
        methods: None,
        method_ids: None,
        planned: None,
        keep: Vec::new(),
        revoke_sessions: None,
        temporary_access_pass: Some(PassRequest::Default),
        per_user_mfa: None,
        allow_privileged: AllowPrivileged::No,
        not_after: None,
        backup: false,
        verify: None,
        stable_only: false,
        reason: Some("demo".to_owned()),
    }
}

fn failure(error: ErrorInfo) -> anyhow::Error {
    let ErrorInfo { message, help, .. } = error;
    anyhow!("{message}. {help}")
}

fn title(text: &str) {
    println!("\n{text}");
}

/// Without the query, which is long and selects what is read.
fn print_request(request: &Outgoing) {
    let path = |path: &str| path.split('?').next().unwrap_or_default().to_owned();
    println!("  > {} {}", request.method, path(&request.path));
    for (method, member) in &request.members {
        println!("      {method} {}", path(member));
    }
}

/// One line of two columns.
fn line(name: &str, value: &str) {
    println!("  {name:<36}{value}");
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn print_status(status: &Value) {
    let user = &status["user"];
    println!("  {}, {}", text(user, "displayName"), text(user, "userPrincipalName"));
    for method in list(status, "methods") {
        let default = if method["isDefault"] == true { " (the default)" } else { "" };
        line(text(method, "kind"), &format!("{}{default}", text(method, "label")));
    }
}

fn print_methods(report: &Value) {
    for method in list(report, "methods") {
        let done = format!("{}: {}", text(method, "action"), text(method, "outcome"));
        line(text(method, "kind"), &format!("{done:<20}{}", text(method, "label")));
    }
}

fn print_report(report: &Value) {
    print_methods(report);
    let pass = &report["temporaryAccessPass"];
    let minutes = &pass["lifetimeInMinutes"];
    line("temporary access pass", &format!("{}: {} for {minutes} minutes", text(pass, "outcome"), text(pass, "pass")));
    line("sessions", text(&report["sessions"], "outcome"));
    line("verification", text(&report["verification"], "outcome"));
    for residual in list(report, "residuals") {
        line(text(residual, "code"), text(residual, "message"));
    }
    let graph = &report["graph"];
    line("requests to Graph", &format!("{}, with {} calls", graph["httpRequests"], graph["calls"]));
    line("outcome", text(report, "outcome"));
}
