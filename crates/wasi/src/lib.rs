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

/// The bindings of a world of `wit/`, with the interfaces of WASI as the crate `wasi` has them.
#[macro_export]
macro_rules! bindings {
    ($world:literal) => {
        ::wit_bindgen::generate!({
            world: $world,
            path: "../../wit",
            with: {
                "wasi:clocks/monotonic-clock@0.2.12": ::wasi::clocks::monotonic_clock,
                "wasi:clocks/wall-clock@0.2.12": ::wasi::clocks::wall_clock,
                "wasi:http/outgoing-handler@0.2.12": ::wasi::http::outgoing_handler,
                "wasi:http/types@0.2.12": ::wasi::http::types,
                "wasi:io/error@0.2.12": ::wasi::io::error,
                "wasi:io/poll@0.2.12": ::wasi::io::poll,
                "wasi:io/streams@0.2.12": ::wasi::io::streams,
            },
        });
    };
}
