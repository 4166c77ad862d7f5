//! Resets many users with the component in wasmtime, over HTTP, and says how long it took: for the benchmark.

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use entra_mfa_reset as core;
use hosts::artifact::PLUGIN;
use hosts::host::{Network, Sender, Sent};
use hosts::types::{ClientOptions, Credential, Outcome, Report, ResetOptions};
use hosts::{Session, convert};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use wasmtime_wasi_http::{RequestOptions, WasiBody};

/// Resets many users with the component in wasmtime. The access token is in ENTRA_ACCESS_TOKEN.
#[derive(Debug, Parser)]
#[command(name = "bulk")]
struct Options {
    /// Graph's origin.
    #[arg(long, value_name = "URL")]
    graph_url: String,
    /// Object ids or user principal names, one a line.
    #[arg(long, visible_alias = "users", value_name = "FILE")]
    users_file: PathBuf,
    /// Calls in ten seconds; no budget when absent.
    #[arg(long, value_name = "N")]
    calls_per_10s: Option<u32>,
    /// HTTP requests in flight; the component's own default when absent.
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bulk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<()> {
    let token = std::env::var("ENTRA_ACCESS_TOKEN").context("ENTRA_ACCESS_TOKEN")?;
    let name = || options.users_file.display().to_string();
    // Read only as fast as it is used.
    let mut lines = BufReader::new(File::open(&options.users_file).with_context(name)?).lines();
    let mut unread = None;
    let users = std::iter::from_fn(|| match lines.next()? {
        Ok(user) => Some(convert::reset_request(core::ResetRequest::new(user))),
        Err(error) => {
            unread = Some(error);
            None
        }
    });

    let sent = Arc::new(AtomicU64::new(0));
    PLUGIN.load()?;
    let mut session = Session::open(Counted(Arc::clone(&sent)), None, &client_options(&options, token)).await?;
    let begun = Instant::now();
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut count = |report: Report| *outcomes.entry(name_of(report.outcome)).or_default() += 1;
    let mut run = session.reset_many(&defaults()).await?;
    run.finish(users, &mut count).await?.map_err(|error| anyhow!("{}. {}", error.message, error.help))?;
    let wall = begun.elapsed();
    if let Some(error) = unread {
        return Err(error).with_context(name);
    }
    let result = json!({
        "users": outcomes.values().sum::<u64>(),
        "wallMs": u64::try_from(wall.as_millis())?,
        "outcomes": outcomes,
        "httpRequests": sent.load(Ordering::Relaxed),
        "peakKiB": peak(),
    });
    println!("{result}");
    Ok(())
}

/// To the network, and counted.
struct Counted(Arc<AtomicU64>);

impl Sender for Counted {
    fn send(&mut self, request: http::Request<WasiBody>, options: Option<RequestOptions>) -> Sent {
        self.0.fetch_add(1, Ordering::Relaxed);
        Network.send(request, options)
    }
}

fn client_options(options: &Options, token: String) -> ClientOptions {
    let limits = core::Limits::default();
    let limits = core::Limits {
        calls_per_10s: options.calls_per_10s,
        concurrency: options.concurrency.unwrap_or(limits.concurrency),
        ..limits
    };
    let graph_url = Some(options.graph_url.clone());
    let asked = core::ClientOptions { graph_url, limits, ..core::ClientOptions::default() };
    ClientOptions { seed: None, ..convert::client_options(asked, Credential::AccessToken(token), 0) }
}

/// As the other sides of the benchmark do: everything goes.
fn defaults() -> ResetOptions {
    let methods = core::Methods::Preset(core::Preset::All);
    convert::reset_options(core::ResetRequest { methods: Some(methods), ..core::ResetRequest::default() })
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Planned => "planned",
        Outcome::Complete => "complete",
        Outcome::Unverified => "unverified",
        Outcome::Partial => "partial",
        Outcome::Failed => "failed",
        Outcome::Refused => "refused",
    }
}

/// The most memory that this process ever had, where the system says so.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}
