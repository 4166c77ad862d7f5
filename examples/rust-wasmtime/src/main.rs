//! Resets the multifactor authentication of Entra ID users, with the component `entra-mfa-reset.wasm` in wasmtime.
//!
//! Reports go to stdout, one JSON document a line. A report may hold a Temporary Access Pass.

mod bindings;
mod connect;
mod host;
mod journal;
mod many;
mod outgoing;
mod request;

use anyhow::{Context, Result, bail};
use bindings::{ErrorCode, ErrorInfo, Outcome, PassRequest, Report, ResetRequest};
use clap::{Parser, Subcommand};
use host::Host;
use journal::Journal;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit codes, those of the npm command.
const LESS: u8 = 1;
const USAGE: u8 = 2;
const GUARDED: u8 = 3;
const NOT_SIGNED_IN: u8 = 4;

/// Resets the multifactor authentication of Entra ID users. Credentials come from the environment: ENTRA_ACCESS_TOKEN;
/// or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or IDENTITY_ENDPOINT and IDENTITY_HEADER.
#[derive(Debug, Parser)]
#[command(name = "reset-mfa")]
struct Arguments {
    /// The component.
    #[arg(long, value_name = "FILE", default_value = "dist/entra-mfa-reset.wasm")]
    component: PathBuf,
    /// Object id or user principal name that is always refused; repeatable.
    #[arg(long, value_name = "USER")]
    protect: Vec<String>,
    /// Issue a Temporary Access Pass.
    #[arg(long)]
    pass: bool,
    /// Ticket or note, echoed into every report.
    #[arg(long)]
    reason: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Resets one user.
    One {
        /// Object id or user principal name.
        user: String,
    },
    /// Resets many users. Ctrl-C finishes those who are under way; the same command goes on where it ended.
    Many {
        /// Object ids or user principal names, one a line.
        users: PathBuf,
        /// What was begun and finished, so that a restart removes nothing that has been registered since.
        #[arg(long, value_name = "FILE")]
        journal: PathBuf,
        /// A longer list is refused.
        #[arg(long, value_name = "N", default_value_t = 100)]
        max_users: u32,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::One { user } => one(&arguments, user).await,
        Command::Many { users, journal, max_users } => many(&arguments, users, journal, *max_users).await,
    };
    done.unwrap_or_else(|error| match error.downcast_ref::<ErrorInfo>() {
        Some(error) => complain(error),
        None => {
            eprintln!("reset-mfa: {error:#}");
            USAGE.into()
        }
    })
}

async fn one(arguments: &Arguments, user: &str) -> Result<ExitCode> {
    let (options, outgoing) = connect::connect(arguments.protect.clone(), 1)?;
    let mut host = Host::open(&arguments.component, outgoing, &options).await?;
    let request = ResetRequest {
        temporary_access_pass: arguments.pass.then_some(PassRequest::Default),
        reason: arguments.reason.clone(),
        ..request::target(user.to_owned(), None)
    };
    let api = host.plugin.entra_mfa_reset_reset();
    // An error means that nothing was written. Once something may have been written, there is a report.
    match api.client().call_reset(&mut host.store, host.client, &request).await? {
        Err(error) => Ok(complain(&error)),
        Ok(report) => {
            println!("{}", api.call_to_json(&mut host.store, &report).await?);
            Ok(if report.outcome == Outcome::Complete { ExitCode::SUCCESS } else { LESS.into() })
        }
    }
}

async fn many(arguments: &Arguments, users: &Path, journal: &Path, max_users: u32) -> Result<ExitCode> {
    let text = std::fs::read_to_string(users).with_context(|| users.display().to_string())?;
    let users: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if users.len() > max_users as usize {
        bail!(
            "These are {} users, and at most {max_users} are allowed. Raise --max-users if that is meant.",
            users.len()
        );
    }
    let (options, outgoing) = connect::connect(arguments.protect.clone(), max_users)?;
    let mut host = Host::open(&arguments.component, outgoing, &options).await?;
    let mut journal = Journal::open(journal)?;
    let defaults = request::defaults(arguments.pass, arguments.reason.clone());

    let stop = interrupted();
    let (mut complete, mut less) = (0, 0);
    let tell = |report: &Report, json: &str| {
        *(if report.outcome == Outcome::Complete { &mut complete } else { &mut less }) += 1;
        writeln!(std::io::stdout(), "{json}").context("stdout")
    };
    let ended = many::reset(&mut host, users, &defaults, &mut journal, || stop.load(Ordering::Relaxed), tell).await?;
    eprintln!("complete: {complete}; not complete: {less}; done before: {}; not begun: {}", ended.skipped, ended.left);
    Ok(match &ended.error {
        Some(error) => complain(error),
        None if less + ended.left > 0 => LESS.into(),
        None => ExitCode::SUCCESS,
    })
}

/// Becomes true at Ctrl-C. A second one ends the process at once; the journal knows who was under way.
fn interrupted() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if raised.swap(true, Ordering::Relaxed) {
                std::process::exit(LESS.into());
            }
            eprintln!("Users under way are finished first; Ctrl-C again ends at once.");
        }
    });
    flag
}

/// Tells it, with the code as JSON has it, `protectedUser`.
fn complain(error: &ErrorInfo) -> ExitCode {
    let mut code = format!("{:?}", error.code).replace("ErrorCode::", "");
    code[..1].make_ascii_lowercase();
    eprintln!("{code}: {}. {}", error.message, error.help);
    ExitCode::from(match error.code {
        ErrorCode::ProtectedUser | ErrorCode::ManagementRestricted => GUARDED,
        ErrorCode::Unauthenticated | ErrorCode::Forbidden => NOT_SIGNED_IN,
        ErrorCode::InvalidInput => USAGE,
        _ => LESS,
    })
}
