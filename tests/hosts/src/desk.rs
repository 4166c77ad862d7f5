//! A caller of the service, in simulated time: its requests never leave this process.

use crate::artifact::Artifact;
use crate::host::Clock;
use crate::service::{Answered, Service, piece};
use crate::simulation::{Simulation, body_of};
use anyhow::{Context, Result};
use entra_tenant::{Faults, Seed, Tenant, TokenClaims};
use serde_json::Value;
use std::sync::Arc;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi_http::WasiBody;

/// 2026-11-21T09:00:00Z.
const NOW: u64 = 1_795_251_600_000;

/// The service before a tenant of its own.
pub struct Desk {
    /// The service.
    pub service: Service<Simulation>,
    /// What stands for Graph.
    pub tenant: Simulation,
    /// What the caller signs in with.
    pub token: String,
    /// Of both.
    pub clock: Clock,
    stderr: MemoryOutputPipe,
}

/// A whole answer.
#[derive(Debug)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body.
    pub body: String,
}

impl Said {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("no JSON: {self:?}"))
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Desk {
    /// In a paused runtime.
    ///
    /// # Errors
    /// When the component is not built.
    pub fn open(artifact: &Artifact, seed: Seed, variables: &[(&str, &str)]) -> Result<Self> {
        Desk::furnish(artifact, seed, Faults::none(), variables, usize::MAX)
    }

    /// With a network that has faults, and a standard error that takes so many bytes.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn furnish(
        artifact: &Artifact,
        seed: Seed,
        faults: Faults,
        variables: &[(&str, &str)],
        room: usize,
    ) -> Result<Self> {
        let clock = Clock::at(NOW);
        let tenant = Tenant::new(seed);
        let token = tenant.access_token(&TokenClaims::everything());
        let tenant = Simulation::new(tenant, faults, clock);
        let stderr = MemoryOutputPipe::new(room);
        let service = Service::new(artifact, tenant.clone(), Some(clock), variables, Arc::new(stderr.clone()))?;
        Ok(Desk { service, tenant, token, clock, stderr })
    }

    /// What the service has written to its standard error.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.stderr.contents()).into_owned()
    }

    /// The head of a request with the caller's token.
    pub fn request(&self, method: &str, target: &str) -> http::request::Builder {
        self.anonymous(method, target).header("authorization", format!("Bearer {}", self.token))
    }

    /// The same without one.
    pub fn anonymous(&self, method: &str, target: &str) -> http::request::Builder {
        http::Request::builder().method(method).uri(format!("http://mfa.contoso.com{target}"))
    }

    /// A request whose body is a document.
    ///
    /// # Errors
    /// A trap.
    pub async fn call(&self, method: &str, target: &str, body: Option<&Value>) -> Result<Said> {
        let request = self.request(method, target);
        match body {
            None => self.send(request, "").await,
            Some(body) => self.send(request.header("content-type", "application/json"), &body.to_string()).await,
        }
    }

    /// A request whose body is known.
    ///
    /// # Errors
    /// A trap.
    pub async fn send(&self, request: http::request::Builder, body: &str) -> Result<Said> {
        whole(self.begin(request, body_of(body.to_owned().into())).await?).await
    }

    /// A request whose body may come later, up to the head of its answer.
    ///
    /// # Errors
    /// A trap.
    pub async fn begin(&self, request: http::request::Builder, body: WasiBody) -> Result<Answered> {
        self.service.handle(request.body(body)?).await
    }
}

/// An answer to its end, and its instance's.
///
/// # Errors
/// A trap.
pub async fn whole(answered: Answered) -> Result<Said> {
    let (head, mut body) = answered.response.into_parts();
    let mut text = String::new();
    while let Some(piece) = piece(&mut body).await? {
        text += &piece;
    }
    answered.instance.await??;
    Ok(Said { status: head.status.as_u16(), headers: head.headers, body: text })
}
