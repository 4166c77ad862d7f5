//! The engine over REST: a WASI 0.2 component that exports wasi:http/incoming-handler.
//!
//! It holds no authority: the caller's bearer token is what Graph sees. `request` is what a caller sent, `route` where
//! it goes, `one` and `many` the work, `answer` and `problem` what comes back, `trail` what is written down of it, and
//! `settings` what its operator decided.
// The names of the exports are none that a native linker takes, so elsewhere the crate is checked, but exports nothing.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
#![deny(unsafe_code)]
// The contract's error is large, and passes once a request.
#![allow(clippy::result_large_err)]
#![cfg_attr(
    not(test),
    deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod deadline;
mod lines;
mod many;
mod one;
pub mod problem;
mod request;
mod route;
pub mod settings;
mod trail;

use answer::Answer;
use bindings::exports::wasi::http::incoming_handler::Guest;
use problem::Problem;
use request::Request;
use route::Route;
use settings::Settings;
use wasi::http::types::{IncomingRequest, ResponseOutparam};

/// `schema/openapi.json`, in one line.
const OPENAPI: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

#[allow(unsafe_code)]
#[allow(clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod bindings {
    entra_mfa_reset_wasi::bindings!("service");

    #[cfg(target_arch = "wasm32")]
    use super::Service;
    #[cfg(target_arch = "wasm32")]
    export!(Service with_types_in self);
}

struct Service;

impl Guest for Service {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let mut request = Request::read(incoming);
        let settings = match Settings::read() {
            Ok(settings) => settings,
            Err(error) => return Answer::from(Problem::from(error)).send(out),
        };
        let origin = settings.allowed_origin(&request);
        if origin.is_some() && request.is_cors_preflight() {
            return Answer::cors_preflight().for_origin(origin.as_deref()).send(out);
        }
        match answer(&mut request, &settings) {
            Ok(Work::Answer(answer)) => answer.for_origin(origin.as_deref()).send(out),
            Ok(Work::Many(many)) => many.run(out, origin.as_deref()),
            Err(problem) => Answer::from(problem).for_origin(origin.as_deref()).send(out),
        }
    }
}

/// What is left to do.
enum Work {
    Answer(Answer),
    Many(Box<many::Many>),
}

fn answer(request: &mut Request, settings: &Settings) -> Result<Work, Problem> {
    let route = Route::find(request)?;
    let answer = match route {
        Route::Health => Answer::json(concat!(r#"{"status":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#)),
        Route::OpenApi => Answer::json(OPENAPI),
        Route::Status(user) => one::status(request, settings, &user)?,
        Route::Preflight => one::preflight(request, settings)?,
        Route::User(operation, user) => one::perform(request, settings, operation, &user)?,
        Route::Many(mode) => return many::Many::begin(request, settings, mode).map(|many| Work::Many(Box::new(many))),
    };
    Ok(Work::Answer(answer))
}
