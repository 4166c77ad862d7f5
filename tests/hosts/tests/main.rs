//! The component in wasmtime and in Node. `just build` makes the component that they test.
#![allow(clippy::unwrap_used)]

mod bulk;
mod contract;
mod faults;
mod golden;
mod imports;
mod jco;
/// The engine without a host, as its own tests play it.
#[path = "../../../crates/core/tests/simulation/mod.rs"]
mod native;
mod network;
mod rogues;
mod service;
mod service_events;
mod service_many;
mod service_refused;
mod sign_in;
