//! The simulated tenant behind a socket, on a thread of this process.

use anyhow::{Context, Result};
use entra_tenant::server::serve;
use entra_tenant::{Faults, Seed, State, Tenant, TokenClaims};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use tokio::sync::oneshot;

/// A running server. Dropping it stops it.
pub struct TenantServer {
    seed: Seed,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TenantServer {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start(seed: Seed) -> Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let first = seed.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::spawn(move || {
            let served = runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                serve(listener, first, Faults::none(), async { drop(stopped.await) }).await
            });
            if let Err(error) = served {
                eprintln!("the tenant's server failed: {error}");
            }
        });
        Ok(TenantServer { seed, address, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// An access token of this tenant.
    pub fn access_token(&self, claims: &TokenClaims) -> String {
        Tenant::new(self.seed.clone()).access_token(claims)
    }

    /// The tenant as it is now.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn state(&self) -> Result<State> {
        Ok(serde_json::from_str(&self.get("/_tenant/state")?)?)
    }

    /// Its log in short lines.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn exchange(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_str(&self.get("/_tenant/exchange")?)?)
    }

    fn get(&self, path: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").context("the tenant's server gave no answer")?;
        Ok(body.to_owned())
    }
}

impl Drop for TenantServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
