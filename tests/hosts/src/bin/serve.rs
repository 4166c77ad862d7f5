//! Serves a service in wasmtime on a free port of loopback, as `wasmtime serve` does: prints its URL, and ends with its
//! standard input. It hands its own variables that begin with ENTRA_MFA_RESET_ on.
//!
//!   serve service|service-env

use anyhow::{Context, Result, bail};
use hosts::artifact::{SERVICE, SERVICE_ENV};
use hosts::host::Network;
use hosts::service::Service;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io::Read;
use std::sync::Arc;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let artifact = match std::env::args().nth(1).as_deref() {
        Some("service") => &SERVICE,
        Some("service-env") => &SERVICE_ENV,
        _ => bail!("usage: serve service|service-env"),
    };
    let variables: Vec<(String, String)> =
        std::env::vars().filter(|(name, _)| name.starts_with("ENTRA_MFA_RESET_")).collect();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let service = Arc::new(Service::new(artifact, Network, None, &variables, Arc::new(std::io::stderr()))?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    std::thread::spawn(|| {
        // Whoever started it is gone when there is no more to read.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = Arc::clone(&service);
        let answer = service_fn(move |request: http::Request<Incoming>| {
            let service = Arc::clone(&service);
            async move {
                let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
                let answered = service.handle(request).await.context("the service failed").inspect_err(complain)?;
                tokio::spawn(async move {
                    if let Ok(Err(error)) = answered.instance.await {
                        complain(&error);
                    }
                });
                anyhow::Ok(answered.response)
            }
        });
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
        // A caller that goes away is the caller's business.
        tokio::spawn(async move { drop(connection.await) });
    }
}

/// A trap is a defect of the service: whoever tests it looks for this line.
fn complain(error: &anyhow::Error) {
    eprintln!("trap: {error:#}");
}
