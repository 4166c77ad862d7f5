//! The engine for JavaScript: [`Client::run`] gives an [`Engine`], which is stepped with JSON strings. There is no
//! logic here; the package `entra-mfa-reset` on npm performs the effects and has the types.
#![forbid(unsafe_code)]

mod engine;
mod input;
mod reply;
mod step;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;

pub use engine::{Client, Engine};
