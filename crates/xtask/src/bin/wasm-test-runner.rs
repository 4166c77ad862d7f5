//! Runs a wasm test program in Node, for `cargo test --target wasm32-unknown-unknown`: wasm-bindgen's own runner, as a
//! library, so that nothing has to be installed.
#![forbid(unsafe_code)]

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
