//! The WASI 0.2 component `entra:mfa-reset`: the engine behind the exports of `wit/reset.wit`.
//!
//! A call of an export runs one operation to its end. `entra-mfa-reset-wasi` performs what the engine asks for,
//! `convert` carries values across the border, and `client` is the exported resource.
// The names of the exports are none that a native linker takes, so elsewhere the crate is checked, but exports nothing.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
#![deny(unsafe_code)]
// The contract's error is large, and passes once an operation.
#![allow(clippy::result_large_err)]
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)]

mod bulk_run;
mod client;
mod convert;

use bindings::exports::entra::mfa_reset::reset::{Guest, Preflight, Report, Status};

#[allow(unsafe_code)]
#[allow(clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod bindings {
    entra_mfa_reset_wasi::bindings!("plugin");

    #[cfg(target_arch = "wasm32")]
    use super::Plugin;
    #[cfg(target_arch = "wasm32")]
    export!(Plugin with_types_in self);
}

struct Plugin;

impl Guest for Plugin {
    type Client = client::Client;
    type BulkRun = bulk_run::BulkRun;

    fn to_json(report: Report) -> String {
        convert::from_wit::<_, entra_mfa_reset::Report>(report).to_json()
    }

    fn status_to_json(status: Status) -> String {
        convert::from_wit::<_, entra_mfa_reset::Status>(status).to_json()
    }

    fn preflight_to_json(preflight: Preflight) -> String {
        convert::from_wit::<_, entra_mfa_reset::Preflight>(preflight).to_json()
    }
}
