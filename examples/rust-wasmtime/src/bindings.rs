#![allow(missing_docs)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    exports: { default: async },
    additional_derives: [serde::Deserialize, serde::Serialize],
    with: {
        "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        "wasi:http": wasmtime_wasi_http::p2::bindings::http,
        "wasi:io": wasmtime_wasi::p2::bindings::io,
    },
});

pub use exports::entra::mfa_reset::reset::BulkEvent;
pub use exports::entra::mfa_reset::types::*;
