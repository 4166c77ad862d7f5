//! The component in wasmtime and in Node. `just build` makes the component that they test.
#![allow(clippy::unwrap_used)]

mod bulk;
mod contract;
mod faults;
mod golden;
mod imports;
mod jco;
mod network;
mod rogues;
mod sign_in;
