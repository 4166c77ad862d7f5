//! Microsoft Graph: addresses, single calls, batches, retries and errors.

mod answer;
mod batch;
mod call;
mod challenge;
mod claims;
mod credential;
mod error;
mod line;
mod pace;
mod request;
mod retry;
mod session;
mod sign_in;
mod sign_in_error;
mod telling;
mod ticket;
mod token;
mod transport;
mod tried;
mod url;

pub use answer::response_header;
pub(crate) use answer::{Answer, Object, flag, number, object, text};
pub(crate) use call::{Call, Failure};
pub(crate) use claims::Claims;
pub(crate) use error::{Context, is_default_method_refusal, unexpected_body};
pub(crate) use line::Line;
pub(crate) use session::Session;
pub(crate) use token::cancelled;
pub(crate) use transport::Graph;
pub(crate) use url::{Path, UserName, Version, is_object_id, same_name};
