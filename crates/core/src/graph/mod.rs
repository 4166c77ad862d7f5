//! Microsoft Graph: addresses, single calls, batches, retries and errors.

mod answer;
mod batch;
mod error;
mod retry;
mod session;
mod token;
mod transport;
mod url;

pub use answer::response_header;
pub(crate) use answer::{Answer, Object, flag, number, object, text};
pub(crate) use batch::Order;
pub(crate) use error::{Context, is_default_method_refusal};
pub(crate) use session::Session;
pub(crate) use token::{Claims, cancelled};
pub(crate) use transport::{Call, Failure, Graph};
pub(crate) use url::{Path, UserName, Version, is_object_id, same_name};
