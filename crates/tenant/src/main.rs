//! `entra-tenant`: the simulated tenant as a server on loopback.

use clap::Parser;
use entra_tenant::server::serve;
use entra_tenant::{FaultRates, Faults, Seed};
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// A simulated Microsoft Entra tenant. Prints its address on the first line, and serves until it is told to stop.
#[derive(Debug, Parser)]
#[command(name = "entra-tenant", version)]
struct Options {
    /// Port on 127.0.0.1; 0 lets the system choose.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What the tenant holds, as JSON; the sample tenant when absent.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Instead of a seed: contoso.com with this many users, made up the same way every time.
    #[arg(long, value_name = "N", conflicts_with = "seed")]
    users: Option<usize>,
    /// Another number gives other users.
    #[arg(long, value_name = "SEED", requires = "users", default_value_t = 1)]
    crowd_seed: u64,
    /// How long every answer takes, instead of what the seed says.
    #[arg(long, value_name = "N")]
    latency_ms: Option<u64>,
    /// How many calls are answered in 10 seconds, instead of what the seed says.
    #[arg(long, value_name = "N")]
    calls_per_10s: Option<u32>,
    /// The same for calls below /users/{id}/authentication alone.
    #[arg(long, value_name = "N")]
    method_calls_per_10s: Option<u32>,
    /// Keep no log of requests, so that memory stays flat. Counts and violations are kept.
    #[arg(long)]
    no_log: bool,
    /// Faults from this seed, each request hit with this likelihood (0.2 when absent).
    #[arg(long, value_name = "SEED[:RATE]", value_parser = faults)]
    faults: Option<Faults>,
    /// One fault by its name in JSON, foreignNextLink for example, and its likelihood (1 when absent); repeatable.
    #[arg(long, value_name = "NAME[:RATE]", value_parser = fault, conflicts_with = "faults")]
    fault: Vec<(String, f64)>,
    /// Another number draws the faults of --fault otherwise.
    #[arg(long, value_name = "SEED", requires = "fault", default_value_t = 1)]
    fault_seed: u64,
}

fn fault(text: &str) -> Result<(String, f64), String> {
    let (name, rate) = text.split_once(':').unwrap_or((text, "1"));
    let rate: f64 = rate.parse().map_err(|_| "the rate is not a number".to_owned())?;
    if !(0.0..=1.0).contains(&rate) {
        return Err("the rate does not lie between 0 and 1".to_owned());
    }
    Ok((name.to_owned(), rate))
}

/// The rates of these faults, and 0 for all others.
fn rates(faults: &[(String, f64)]) -> Result<FaultRates, serde_json::Error> {
    let rates = faults.iter().map(|(name, rate)| (name.clone(), (*rate).into())).collect();
    serde_json::from_value(serde_json::Value::Object(rates))
}

fn faults(text: &str) -> Result<Faults, String> {
    let (seed, rate) = text.split_once(':').unwrap_or((text, "0.2"));
    let seed = seed.parse().map_err(|_| "the seed is not a number".to_owned())?;
    let rate = rate.parse().map_err(|_| "the rate is not a number".to_owned())?;
    if !(0.0..=1.0).contains(&rate) {
        return Err("the rate does not lie between 0 and 1".to_owned());
    }
    Ok(Faults::new(seed, FaultRates::even(rate)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("entra-tenant: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let mut seed = match (&options.seed, options.users) {
        (Some(file), _) => {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?
        }
        (None, Some(users)) => Seed::crowd(users, options.crowd_seed),
        (None, None) => Seed::sample(),
    };
    if let Some(latency) = options.latency_ms {
        seed.latency_milliseconds = latency;
    }
    if options.calls_per_10s.is_some() {
        seed.settings.calls_per_10s = options.calls_per_10s;
    }
    if options.method_calls_per_10s.is_some() {
        seed.settings.method_calls_per_10s = options.method_calls_per_10s;
    }
    seed.keep_log &= !options.no_log;
    let alone = rates(&options.fault).map_err(|error| format!("--fault: {error}"))?;
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let stop = told_to_stop()?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    serve(listener, seed, options.faults.unwrap_or_else(|| Faults::new(options.fault_seed, alone)), stop).await?;
    Ok(())
}

/// Resolves at an interrupt or a request to terminate. Both are caught from the call on, not from the first poll, so
/// that a signal sent as soon as the address is out ends the server in order.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
