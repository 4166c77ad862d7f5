//! Where the component's requests may go.

use http::Uri;
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

type Connection = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Connection), Error>> + Send>;

/// The origins that requests may go to. The component itself sends a token nowhere but to Graph; this list is the
/// host's own word on it.
pub struct Outgoing(Vec<Uri>);

impl Outgoing {
    /// Only to the origins of these addresses.
    pub fn only(addresses: impl IntoIterator<Item = Uri>) -> Self {
        Outgoing(addresses.into_iter().collect())
    }

    fn allows(&self, uri: &Uri) -> bool {
        self.0.iter().any(|allowed| origin(allowed) == origin(uri))
    }
}

fn origin(uri: &Uri) -> (Option<&str>, Option<String>, Option<u16>) {
    let standard = match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    };
    (uri.scheme_str(), uri.host().map(str::to_ascii_lowercase), uri.port_u16().or(standard))
}

impl WasiHttpHooks for Outgoing {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Connection,
    ) -> Sent {
        if !self.allows(request.uri()) {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        // Behind a company's proxy, or with certificates of one's own, another HTTP client goes here.
        Box::new(async move {
            let (response, connection) = default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(connection) as Connection))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Outgoing;

    #[test]
    fn only_the_origins_on_the_list() {
        let outgoing =
            Outgoing::only(["https://graph.microsoft.com", "http://127.0.0.1:8080"].map(|uri| uri.parse().unwrap()));
        for (uri, is_allowed) in [
            ("https://graph.microsoft.com/v1.0/$batch", true),
            ("https://GRAPH.microsoft.com:443/beta", true),
            ("http://127.0.0.1:8080/v1.0", true),
            ("http://graph.microsoft.com/v1.0", false),
            ("https://graph.microsoft.com:8443/v1.0", false),
            ("https://graph.microsoft.com.contoso.com/v1.0", false),
            ("https://contoso.com/https://graph.microsoft.com", false),
            ("http://127.0.0.1/v1.0", false),
        ] {
            assert_eq!(outgoing.allows(&uri.parse().unwrap()), is_allowed, "{uri}");
        }
    }
}
