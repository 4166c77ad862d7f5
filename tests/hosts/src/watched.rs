//! The network, with an onlooker.

use crate::host::{Network, Sender, Sent};
use crate::simulation::body_of;
use http_body_util::BodyExt;
use serde::Deserialize;
use std::sync::Arc;
use wasmtime_wasi_http::{RequestOptions, WasiBody};

/// One request as it leaves the host: what is asked, and never who asks or with which token.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Of a batch: method and path of its members.
    pub members: Vec<(String, String)>,
}

/// To the network, and every request to an onlooker first.
pub struct Watched {
    look: Arc<dyn Fn(&Outgoing) + Send + Sync>,
}

impl Watched {
    /// With this onlooker.
    pub fn new(look: impl Fn(&Outgoing) + Send + Sync + 'static) -> Self {
        Watched { look: Arc::new(look) }
    }
}

impl Sender for Watched {
    fn send(&mut self, request: http::Request<WasiBody>, options: Option<RequestOptions>) -> Sent {
        let look = Arc::clone(&self.look);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            look(&Outgoing {
                method: parts.method.to_string(),
                path: parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned(),
                members: members(&body),
            });
            Network.send(http::Request::from_parts(parts, body_of(body)), options).await
        })
    }
}

fn members(body: &[u8]) -> Vec<(String, String)> {
    #[derive(Deserialize)]
    struct Batch {
        requests: Vec<Member>,
    }
    #[derive(Deserialize)]
    struct Member {
        method: String,
        url: String,
    }
    let requests = serde_json::from_slice(body).map_or_else(|_| Vec::new(), |Batch { requests }| requests);
    requests.into_iter().map(|Member { method, url }| (method, url)).collect()
}
