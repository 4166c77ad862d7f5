//! One request under way: the `http` crate's types on one side, wasi:http on the other.
//!
//! The structs below name children before parents, as in `body`.

use crate::body::{BodyReader, BodyWriter, Read, Wrote};
use bytes::Bytes;
use entra_mfa_reset::run::{SendError, response_header};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, StatusCode};
use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method as WasiMethod, OutgoingBody, OutgoingRequest,
    Scheme,
};
use wasi::io::poll::Pollable;

type Answer = Result<http::Response<Bytes>, SendError>;

/// One request under way. Dropping it gives it up.
pub struct Flight {
    upload: Option<BodyWriter>,
    head: Option<Head>,
    download: Option<Download>,
    limit: u64,
}

struct Head {
    arrived: Pollable,
    response: FutureIncomingResponse,
}

struct Download {
    body: BodyReader,
    head: http::response::Parts,
    bytes: Vec<u8>,
}

impl Flight {
    /// Hands the request to the host. An answer with a larger body than the limit is given up.
    pub fn begin(request: http::Request<Bytes>, limit: u64) -> Result<Self, SendError> {
        let (parts, body) = request.into_parts();
        // Nothing has reached the network before `handle`.
        let refused = |what: &str| SendError::NeverSent(format!("the host does not accept the {what}"));
        let fields = Fields::new();
        for (name, value) in &parts.headers {
            fields.append(name.as_str(), value.as_bytes()).map_err(|_| refused(name.as_str()))?;
        }
        // Without it a host sends the body in chunks, or a POST without a body without a length, and Graph's batch
        // takes neither for certain.
        if takes_body(&parts.method) && !parts.headers.contains_key(CONTENT_LENGTH) {
            let length = body.len().to_string();
            fields.append(CONTENT_LENGTH.as_str(), length.as_bytes()).map_err(|_| refused("length"))?;
        }
        let outgoing = OutgoingRequest::new(fields);
        outgoing.set_method(&method(&parts.method)).map_err(|()| refused("method"))?;
        let scheme = if parts.uri.scheme_str() == Some("http") { Scheme::Http } else { Scheme::Https };
        outgoing.set_scheme(Some(&scheme)).map_err(|()| refused("scheme"))?;
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        outgoing.set_authority(authority).map_err(|()| refused("authority"))?;
        let path = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str);
        outgoing.set_path_with_query(path).map_err(|()| refused("path"))?;

        let outgoing_body = outgoing.body().map_err(|()| refused("body"))?;
        let (upload, empty) = if body.is_empty() {
            (None, Some(outgoing_body))
        } else {
            let mut writer = BodyWriter::open(outgoing_body).ok_or_else(|| refused("body"))?;
            writer.put(body);
            (Some(writer), None)
        };
        // Without options: the engine has deadlines of its own, and one host keeps the options of every request until
        // it has no room for others.
        let response = outgoing_handler::handle(outgoing, None).map_err(|code| failure(&code))?;
        let head = Head { arrived: response.subscribe(), response };
        if let Some(empty) = empty {
            OutgoingBody::finish(empty, None).map_err(|code| failure(&code))?;
        }
        Ok(Flight { upload, head: Some(head), download: None, limit })
    }

    /// What to wait for before the next [`Flight::advance`].
    pub fn pollables(&self) -> Vec<&Pollable> {
        let upload = self.upload.as_ref().map(BodyWriter::pollable);
        let head = self.head.as_ref().map(|head| &head.arrived);
        let download = self.download.as_ref().map(|download| download.body.pollable());
        upload.into_iter().chain(head).chain(download).collect()
    }

    /// As far as it goes without blocking; the answer, once there is one.
    pub fn advance(&mut self) -> Option<Answer> {
        if let Some(head) = &self.head {
            match head.response.get() {
                // A server may answer before it has taken the whole body. Writing on would wait for ever.
                Some(result) => {
                    self.upload = None;
                    self.head = None;
                    let opened = match result {
                        Ok(Ok(response)) => Download::open(response),
                        Ok(Err(code)) => Err(failure(&code)),
                        Err(()) => Err(SendError::Lost("the host gave its answer away".to_owned())),
                    };
                    match opened {
                        Ok(download) => self.download = Some(download),
                        Err(error) => return Some(Err(error)),
                    }
                }
                None => return self.write().err().map(Err),
            }
        }
        let result = self.download.as_mut()?.read(self.limit)?;
        let download = self.download.take()?;
        Some(result.map(|()| download.into_response()))
    }

    /// As much of the body as the host has room for. When the stream is closed, the reason comes with the head.
    fn write(&mut self) -> Result<(), SendError> {
        let Some(upload) = &mut self.upload else { return Ok(()) };
        match upload.write() {
            Wrote::Some => return Ok(()),
            Wrote::Closed => {
                self.upload = None;
                return Ok(());
            }
            Wrote::All => {}
        }
        self.upload.take().map_or(Ok(()), |upload| upload.finish().map_err(|code| failure(&code)))
    }
}

impl Download {
    fn open(response: IncomingResponse) -> Result<Self, SendError> {
        let broken = |what: &str| SendError::Lost(format!("the host gave no {what}"));
        let mut builder = http::Response::new(());
        *builder.status_mut() = StatusCode::from_u16(response.status()).map_err(|_| broken("status"))?;
        for (name, value) in response.headers().entries() {
            if let (Some(name), Ok(value)) = (response_header(&name), HeaderValue::try_from(value)) {
                builder.headers_mut().append(name, value);
            }
        }
        let (head, ()) = builder.into_parts();
        let body = response.consume().map_err(|()| broken("body"))?;
        let body = BodyReader::open(body).ok_or_else(|| broken("body"))?;
        Ok(Download { body, head, bytes: Vec::new() })
    }

    /// `None` while there is more to come.
    fn read(&mut self, limit: u64) -> Option<Result<(), SendError>> {
        loop {
            match self.body.read() {
                Read::Nothing => return None,
                Read::Bytes(chunk) => {
                    if self.bytes.len() as u64 + chunk.len() as u64 > limit {
                        return Some(Err(SendError::TooLarge));
                    }
                    self.bytes.extend_from_slice(&chunk);
                }
                Read::End => return Some(Ok(())),
                Read::Broken => return Some(Err(SendError::Lost("the answer broke off".to_owned()))),
            }
        }
    }

    fn into_response(self) -> http::Response<Bytes> {
        http::Response::from_parts(self.head, self.bytes.into())
    }
}

fn takes_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

fn method(method: &Method) -> WasiMethod {
    match method.as_str() {
        "GET" => WasiMethod::Get,
        "POST" => WasiMethod::Post,
        "PUT" => WasiMethod::Put,
        "PATCH" => WasiMethod::Patch,
        "DELETE" => WasiMethod::Delete,
        other => WasiMethod::Other(other.to_owned()),
    }
}

/// Whether a request that failed can have run. A connection timeout proves nothing: one host says it for every
/// answer that is late.
fn failure(code: &ErrorCode) -> SendError {
    let never = |text: &str| SendError::NeverSent(text.to_owned());
    let lost = |text: &str| SendError::Lost(text.to_owned());
    match code {
        ErrorCode::ConnectionRefused => never("the connection was refused"),
        ErrorCode::DnsError(_) | ErrorCode::DnsTimeout => never("the name could not be looked up"),
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => lost("the host's timeout passed"),
        ErrorCode::TlsProtocolError | ErrorCode::TlsCertificateError | ErrorCode::TlsAlertReceived(_) => {
            lost("no secure connection could be made")
        }
        ErrorCode::ConnectionTerminated | ErrorCode::HttpProtocolError | ErrorCode::HttpResponseIncomplete => {
            lost("the connection broke")
        }
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => lost("the host does not allow it"),
        _ => lost("the host could not send it"),
    }
}
