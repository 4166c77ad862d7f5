//! The component `entra:mfa-reset` in a host of its own, for tests and for the demo.
//!
//! [`Session`] is the component in wasmtime, and [`BulkRun`] many users under way in it. Their requests go where its [`Sender`](host::Sender) takes them: to the
//! network, or to the simulated tenant in this process, with a clock that jumps.

pub mod artifact;
mod bindings;
pub mod bulk_run;
pub mod convert;
pub mod desk;
pub mod golden;
pub mod host;
pub mod rogue;
pub mod service;
pub mod simulation;
pub mod tenant;
pub mod watched;

pub use bindings::types;
pub use bulk_run::BulkRun;
pub use host::Session;
