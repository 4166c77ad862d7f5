//! The tenant behind a socket.
//!
//! Beside Graph, the token endpoint and those of managed identities it serves tests:
//!
//! | route | answer |
//! |---|---|
//! | `GET /_tenant/state` | everything, see [`crate::State`] |
//! | `GET /_tenant/summary` | its counts alone |
//! | `GET /_tenant/exchange` | the log as short lines without ids |
//! | `GET /_tenant/writes` | the calls that asked for a change, see [`crate::State::writes`] |
//! | `POST /_tenant/reset` | a tenant and faults that are new; a seed as the body replaces the first one |
//! | `POST /_tenant/faults` | other faults until the next reset, `{"seed": 1, "rates": {"foreignNextLink": 1}}` |
//! | `GET /_tenant/token` | a token of the claims in the query; without `roles` and `scp` an application's that may do everything |
//!
//! The claims are `roles`, `scp`, `oid`, `wids`, `appid`, `idtyp`, `aud`, `tid`, `exp` and `uti`.

use crate::call::query;
use crate::fault::{Delivery, DeliveryError, Faults, Pace};
use crate::fault_rates::FaultRates;
use crate::seed::Seed;
use crate::tenant::Tenant;
use crate::token::TokenClaims;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

const LARGEST: usize = 4 << 20;
/// What goes out at once of a body that comes in pieces.
const PIECES: u64 = 200;
/// Blanks that an endless answer goes on with, and how often.
const BLANKS: &[u8] = &[b' '; 64 << 10];
const EVERY: Duration = Duration::from_millis(10);
const PARTING: Duration = Duration::from_secs(5);

/// A body that is there, or one that comes in pieces.
type Outgoing = Either<Full<Bytes>, Channel<Bytes>>;

/// The body of `POST /_tenant/faults`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsInput {
    #[serde(default)]
    seed: u64,
    rates: FaultRates,
}

/// A tenant, its network, and what it began with.
struct Shared {
    tenant: Tenant,
    faults: Faults,
    first: (Seed, Faults),
}

/// Serves until `stop` resolves, then lets what is under way finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    seed: Seed,
    faults: Faults,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let shared = Arc::new(Mutex::new(Shared {
        tenant: Tenant::new(seed.clone()),
        faults: faults.clone(),
        first: (seed, faults),
    }));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) if is_passing(&error) => continue,
                Err(error) => return Err(error),
            },
            () = &mut stop => break,
        };
        // Without it a small answer waits for the caller's acknowledgement, up to 40 ms. Best effort.
        drop(stream.set_nodelay(true));
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| answer(Arc::clone(&shared), request));
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        // A connection that a fault breaks ends in an error; that is its purpose.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(tokio::time::timeout(PARTING, graceful.shutdown()).await);
    Ok(())
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

async fn answer(shared: Arc<Mutex<Shared>>, request: Request<Incoming>) -> io::Result<Response<Outgoing>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.").map(Either::Left));
    };
    let request = Request::from_parts(parts, body.to_bytes());
    let delivery = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if request.uri().path().starts_with("/_tenant/") {
            return Ok(control(&mut shared, &request).map(Either::Left));
        }
        let Shared { tenant, faults, .. } = &mut *shared;
        faults.deliver(tenant, request, now())
    };
    let Delivery { after_ms, result, pace } = delivery;
    let drips = if let Pace::Dripping(drips) = pace { drips } else { 0 };
    let after_ms = after_ms.saturating_sub(drips);
    // Even a sleep of nothing takes until the next millisecond.
    if after_ms > 0 {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
    }
    match result {
        Ok(response) => Ok(response.map(|body| match pace {
            Pace::AtOnce => Either::Left(Full::new(body)),
            Pace::Dripping(_) => Either::Right(dripping(body, drips)),
            Pace::Endless => Either::Right(endless(body)),
        })),
        Err(DeliveryError::NeverSent | DeliveryError::Lost) => Err(io::ErrorKind::ConnectionReset.into()),
    }
}

/// The body in pieces, over that many milliseconds.
fn dripping(mut body: Bytes, drips: u64) -> Channel<Bytes> {
    let (mut sender, channel) = Channel::new(1);
    let size = body.len().div_ceil(PIECES as usize).max(1);
    let pieces = body.len().div_ceil(size).max(1) as u64;
    tokio::spawn(async move {
        while !body.is_empty() {
            tokio::time::sleep(Duration::from_millis(drips / pieces)).await;
            let piece = body.split_to(size.min(body.len()));
            // Whoever has hung up gets no more.
            if sender.send_data(piece).await.is_err() {
                return;
            }
        }
    });
    channel
}

/// The body, and blanks for as long as somebody reads.
fn endless(body: Bytes) -> Channel<Bytes> {
    let (mut sender, channel) = Channel::new(1);
    tokio::spawn(async move {
        let mut sent = sender.send_data(body).await;
        while sent.is_ok() {
            tokio::time::sleep(EVERY).await;
            sent = sender.send_data(Bytes::from_static(BLANKS)).await;
        }
    });
    channel
}

fn control(shared: &mut Shared, request: &Request<Bytes>) -> Response<Full<Bytes>> {
    match (request.method().as_str(), request.uri().path()) {
        ("GET", "/_tenant/state") => json(&shared.tenant.state()),
        ("GET", "/_tenant/exchange") => json(&shared.tenant.exchange()),
        ("GET", "/_tenant/writes") => json(&shared.tenant.state().writes()),
        ("GET", "/_tenant/summary") => json(&shared.tenant.counts()),
        ("GET", "/_tenant/token") => {
            let claims = claims(request.uri().query().unwrap_or_default());
            plain(StatusCode::OK, shared.tenant.access_token(&claims))
        }
        ("POST", "/_tenant/reset") => {
            if !request.body().is_empty() {
                match serde_json::from_slice(request.body()) {
                    Ok(seed) => shared.first.0 = seed,
                    Err(error) => return plain(StatusCode::BAD_REQUEST, error.to_string()),
                }
            }
            shared.tenant = Tenant::new(shared.first.0.clone());
            shared.faults = shared.first.1.clone();
            plain(StatusCode::NO_CONTENT, "")
        }
        ("POST", "/_tenant/faults") => match serde_json::from_slice(request.body()) {
            Ok(FaultsInput { seed, rates }) => {
                shared.faults = Faults::new(seed, rates);
                plain(StatusCode::NO_CONTENT, "")
            }
            Err(error) => plain(StatusCode::BAD_REQUEST, error.to_string()),
        },
        _ => plain(StatusCode::NOT_FOUND, "No such route."),
    }
}

fn claims(options: &str) -> TokenClaims {
    let options = query(options);
    let field = |name: &str| options.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let list = |name: &str| {
        field(name)
            .unwrap_or_default()
            .split([',', ' '])
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let scp = field("scp");
    let roles = match field("roles") {
        None if scp.is_none() => TokenClaims::everything().roles,
        _ => list("roles"),
    };
    TokenClaims {
        aud: field("aud"),
        tid: field("tid"),
        oid: field("oid"),
        appid: field("appid"),
        idtyp: field("idtyp"),
        roles,
        scp,
        wids: list("wids"),
        exp: field("exp").and_then(|exp| exp.parse().ok()),
        uti: field("uti"),
    }
}

fn json(value: &impl serde::Serialize) -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::OK, serde_json::to_string(value).unwrap_or_default());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
