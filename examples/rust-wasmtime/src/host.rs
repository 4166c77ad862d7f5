//! The component in wasmtime, with nothing but what it needs: two clocks, waiting, and HTTP to the origins on a list.

use crate::bindings::{ClientOptions, Plugin};
use crate::outgoing::Outgoing;
use std::path::Path;
use wasmtime::component::{Component, HasData, Linker, ResourceAny, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p2::bindings::{clocks, io};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// What belongs to one instance.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    outgoing: Outgoing,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outgoing }
    }
}

fn table(state: &mut State) -> &mut ResourceTable {
    &mut state.table
}

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// The component, instantiated, with one client of one tenant.
pub struct Host {
    pub store: Store<State>,
    pub plugin: Plugin,
    pub client: ResourceAny,
}

impl Host {
    /// Compiles the component, which takes a second or two: a service does that once and keeps engine and component.
    ///
    /// # Errors
    /// When the file is no component of this kind, or asks for more than it is given.
    pub async fn open(component: &Path, outgoing: Outgoing, options: &ClientOptions) -> Result<Host> {
        let engine = Engine::default();
        let name = || format!("the component {}", component.display());
        let component = Component::from_file(&engine, component).with_context(name)?;
        let state =
            State { wasi: WasiCtx::builder().build(), http: WasiHttpCtx::new(), table: ResourceTable::new(), outgoing };
        let mut store = Store::new(&engine, state);
        let plugin = Plugin::instantiate_async(&mut store, &component, &linker(&engine)?).await.with_context(name)?;
        let client = plugin.entra_mfa_reset_reset().client().call_constructor(&mut store, options).await?;
        Ok(Host { store, plugin, client })
    }
}

/// All that the component may import. Whatever else it asked for, files, sockets, environment or randomness, is not
/// there, and it would not start.
fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    io::error::add_to_linker::<_, Io>(&mut linker, table)?;
    io::poll::add_to_linker::<_, Io>(&mut linker, table)?;
    io::streams::add_to_linker::<_, Io>(&mut linker, table)?;
    clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(&mut linker, State::clocks)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(&mut linker, State::clocks)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}
