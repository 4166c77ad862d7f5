//! wasmtime as a host.

use crate::artifact::PLUGIN;
use crate::bindings::Plugin;
use crate::bindings::exports::entra::mfa_reset::reset::MembersPage;
use crate::bindings::types::{
    ClientOptions, Credential, ErrorInfo, IssuePassOptions, Preflight, Report, ResetOptions, ResetRequest,
    RestoreRequest, RevokeSessionsOptions, Status,
};
use crate::bulk_run::BulkRun;
use anyhow::Result;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::Store;
use wasmtime::component::{Linker, ResourceAny, ResourceTable};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

/// What becomes of a request that the component sends.
pub type Sent = Pin<Box<dyn Future<Output = Result<http::Response<WasiBody>, wasmtime_wasi_http::Error>> + Send>>;

/// Performs the component's requests.
pub trait Sender: Send + 'static {
    /// Sends one request.
    fn send(&mut self, request: http::Request<WasiBody>, options: Option<RequestOptions>) -> Sent;
}

/// To the network, with wasmtime's own client.
#[derive(Debug, Clone, Copy)]
pub struct Network;

impl Sender for Network {
    fn send(&mut self, request: http::Request<WasiBody>, options: Option<RequestOptions>) -> Sent {
        use http_body_util::BodyExt;
        Box::pin(async move {
            let (response, connection) = wasmtime_wasi_http::default_send_request(request, options).await?;
            // It ends with the response's body, and a body that breaks off says so itself.
            tokio::spawn(async move { drop(connection.await) });
            Ok(response.map(BodyExt::boxed_unsync))
        })
    }
}

struct Hooks(Box<dyn Sender>);

type Response = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), wasmtime_wasi_http::Error>> + Send>);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), wasmtime_wasi_http::Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Response, wasmtime_wasi_http::Error>> + Send> {
        let response = self.0.send(request, options);
        Box::new(async move {
            let response = response.await?;
            Ok((response, Box::new(async { Ok(()) }) as Box<_>))
        })
    }
}

pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
}

impl State {
    pub(crate) fn new(wasi: WasiCtx, sender: impl Sender) -> Self {
        let hooks = Hooks(Box::new(sender));
        State { wasi, http: WasiHttpCtx::new(), table: ResourceTable::new(), hooks }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// Both of the component's clocks, from tokio's, so that a paused one carries them.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    unix: Duration,
    start: Instant,
}

impl Clock {
    /// A clock that now shows this Unix time in milliseconds.
    pub fn at(milliseconds: u64) -> Self {
        Clock { unix: Duration::from_millis(milliseconds), start: Instant::now() }
    }

    /// The Unix time in milliseconds.
    pub fn now(&self) -> u64 {
        u64::try_from((self.unix + self.start.elapsed()).as_millis()).unwrap_or(u64::MAX)
    }

    /// How long it has run, in milliseconds.
    pub fn elapsed(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.unix + self.start.elapsed()
    }
}

/// An answer of the component; the outer error is a trap.
pub type Called<T> = Result<Result<T, ErrorInfo>>;

/// The component, instantiated, with one client.
pub struct Session {
    pub(crate) store: Store<State>,
    pub(crate) plugin: Plugin,
    client: ResourceAny,
}

impl Session {
    /// A new instance and its client. Without a clock it gets the machine's.
    ///
    /// # Errors
    /// When the component is not built, imports more than the host gives, or traps.
    pub async fn open(sender: impl Sender, clock: Option<Clock>, options: &ClientOptions) -> Result<Session> {
        let (engine, component) = PLUGIN.load()?;
        let mut linker = Linker::<State>::new(engine);
        // It gives wasi:cli and wasi:random as well; that the component asks for neither is a test of its own.
        wasmtime_wasi_http::p2::add_to_linker_async(&mut linker)?;
        let mut wasi = WasiCtx::builder();
        if let Some(clock) = clock {
            wasi.monotonic_clock(clock).wall_clock(clock);
        }
        let mut store = Store::new(engine, State::new(wasi.build(), sender));
        let plugin = Plugin::instantiate_async(&mut store, component, &linker).await?;
        let client = plugin.entra_mfa_reset_reset().client().call_constructor(&mut store, options).await?;
        Ok(Session { store, plugin, client })
    }

    /// Whether the host has nothing left of what it made for the component: requests, answers, timers. What is kept of
    /// one request would be kept of a million.
    pub fn is_empty_handed(&self) -> bool {
        self.store.data().table.is_empty()
    }

    /// `client.preflight`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn preflight(&mut self, request: Option<&ResetOptions>) -> Called<Preflight> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_preflight(&mut self.store, self.client, request).await?)
    }

    /// `client.status`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn status(&mut self, user: &str) -> Called<Status> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_status(&mut self.store, self.client, user).await?)
    }

    /// `client.plan`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn plan(&mut self, request: &ResetRequest) -> Called<Report> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_plan(&mut self.store, self.client, request).await?)
    }

    /// `client.reset`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn reset(&mut self, request: &ResetRequest) -> Called<Report> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_reset(&mut self.store, self.client, request).await?)
    }

    /// `client.revoke-sessions`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn revoke_sessions(&mut self, user: &str, options: &RevokeSessionsOptions) -> Called<Report> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_revoke_sessions(&mut self.store, self.client, user, options).await?)
    }

    /// `client.restore`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn restore(&mut self, request: &RestoreRequest) -> Called<Report> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_restore(&mut self.store, self.client, request).await?)
    }

    /// `client.issue-temporary-access-pass`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn issue_temporary_access_pass(&mut self, user: &str, options: &IssuePassOptions) -> Called<Report> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_issue_temporary_access_pass(&mut self.store, self.client, user, options).await?)
    }

    /// `client.reset-many`.
    ///
    /// # Errors
    /// A trap.
    pub async fn reset_many(&mut self, defaults: &ResetOptions) -> Result<BulkRun<'_>> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        let run = client.call_reset_many(&mut self.store, self.client, defaults).await?;
        Ok(BulkRun::new(self, run))
    }

    /// `client.plan-many`.
    ///
    /// # Errors
    /// A trap.
    pub async fn plan_many(&mut self, defaults: &ResetOptions) -> Result<BulkRun<'_>> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        let run = client.call_plan_many(&mut self.store, self.client, defaults).await?;
        Ok(BulkRun::new(self, run))
    }

    /// `client.group-members`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn group_members(&mut self, group: &str, next: Option<&str>) -> Called<MembersPage> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_group_members(&mut self.store, self.client, group, next).await?)
    }

    /// `client.set-credential`.
    ///
    /// # Errors
    /// See [`Called`].
    pub async fn set_credential(&mut self, credential: &Credential) -> Called<()> {
        let client = self.plugin.entra_mfa_reset_reset().client();
        Ok(client.call_set_credential(&mut self.store, self.client, credential).await?)
    }

    /// `to-json`.
    ///
    /// # Errors
    /// A trap.
    pub async fn to_json(&mut self, report: &Report) -> Result<String> {
        Ok(self.plugin.entra_mfa_reset_reset().call_to_json(&mut self.store, report).await?)
    }

    /// `preflight-to-json`.
    ///
    /// # Errors
    /// A trap.
    pub async fn preflight_to_json(&mut self, preflight: &Preflight) -> Result<String> {
        Ok(self.plugin.entra_mfa_reset_reset().call_preflight_to_json(&mut self.store, preflight).await?)
    }

    /// `status-to-json`.
    ///
    /// # Errors
    /// A trap.
    pub async fn status_to_json(&mut self, status: &Status) -> Result<String> {
        Ok(self.plugin.entra_mfa_reset_reset().call_status_to_json(&mut self.store, status).await?)
    }
}
