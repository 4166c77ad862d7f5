//! The engine on wasi:http and wasi:clocks, for the components: what the engine asks for is performed here, and what
//! only a host can answer is handed on.
#![deny(unsafe_code)]
// The contract's error is large, and passes once an operation.
#![allow(clippy::result_large_err)]
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)]

pub mod body;
mod flight;
mod shell;

pub use shell::{Asked, Lent, Shell, Turn, perform, seed_from_clocks};
