//! The service in wasmtime, as `wasmtime serve` runs it: an instance a request.

use crate::artifact::Artifact;
use crate::host::{Clock, Sender, State};
use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::task::JoinHandle;
use wasmtime::Store;
use wasmtime::component::Linker;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::StdoutStream;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

/// The service, ready for requests.
pub struct Service<S> {
    pre: ProxyPre<State>,
    sender: S,
    clock: Option<Clock>,
    variables: Vec<(String, String)>,
    stderr: Stderr,
}

/// Where standard error goes.
pub type Stderr = Arc<dyn StdoutStream + Sync>;

/// An answer whose head has arrived.
pub struct Answered {
    /// Its body comes as the service writes it.
    pub response: http::Response<HyperOutgoingBody>,
    /// The instance, which may go on for longer.
    pub instance: JoinHandle<Result<()>>,
}

impl<S: Sender + Clone> Service<S> {
    /// With these environment variables. Without a clock it gets the machine's.
    ///
    /// # Errors
    /// When the component is not built, or imports more than the host gives.
    pub fn new(
        artifact: &Artifact,
        sender: S,
        clock: Option<Clock>,
        variables: &[(&str, &str)],
        stderr: Stderr,
    ) -> Result<Self> {
        let (engine, component) = artifact.load()?;
        let mut linker = Linker::<State>::new(engine);
        // More than it asks for; what it asks for is a test of its own.
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        let pre = ProxyPre::new(linker.instantiate_pre(component)?)?;
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Service { pre, sender, clock, variables, stderr })
    }

    /// Answers one request.
    ///
    /// # Errors
    /// A trap, or an instance that ends without an answer.
    pub async fn handle(&self, request: http::Request<WasiBody>) -> Result<Answered> {
        let mut wasi = WasiCtx::builder();
        wasi.envs(&self.variables).stderr(Arc::clone(&self.stderr));
        if let Some(clock) = self.clock {
            wasi.monotonic_clock(clock).wall_clock(clock);
        }
        let mut store = Store::new(self.pre.engine(), State::new(wasi.build(), self.sender.clone()));
        let (head, arrived) = tokio::sync::oneshot::channel();
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
        let out = store.data_mut().http().new_response_outparam(head)?;
        let pre = self.pre.clone();
        let instance = tokio::spawn(async move {
            let proxy = pre.instantiate_async(&mut store).await?;
            Ok(proxy.wasi_http_incoming_handler().call_handle(&mut store, request, out).await?)
        });
        match arrived.await {
            Ok(response) => Ok(Answered { response: response?, instance }),
            Err(_) => {
                instance.await??;
                Err(anyhow::anyhow!("the service gave no answer"))
            }
        }
    }
}

/// The next piece of a body, as text; `None` at its end.
///
/// # Errors
/// When it breaks off.
pub async fn piece(body: &mut HyperOutgoingBody) -> Result<Option<String>> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(text(data)?));
        }
    }
    Ok(None)
}

fn text(data: Bytes) -> Result<String> {
    String::from_utf8(data.into()).context("the body is no text")
}
