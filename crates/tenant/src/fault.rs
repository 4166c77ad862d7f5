use crate::answer::Answer;
use crate::clock;
use crate::fault_rates::{Fault, FaultRates};
use crate::hostile;
use crate::state::{LogEntry, is_sign_in};
use crate::tenant::{Tenant, parse, respond};
use crate::throttle::Limit;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use serde_json::Value;

/// What a fault does to one member of the next batch.
#[derive(Debug, Clone)]
pub(crate) struct Injected {
    pub(crate) place: usize,
    pub(crate) status: u16,
    /// The member runs, and its answer is lost.
    pub(crate) executes: bool,
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryError {
    /// The request never arrived.
    NeverSent,
    /// The connection broke; the request may have run.
    Lost,
}

/// What becomes of one request.
#[derive(Debug)]
pub struct Delivery {
    /// How long it takes until the caller knows, in milliseconds.
    pub after_ms: u64,
    /// The answer, or its absence.
    pub result: Result<Response<Bytes>, DeliveryError>,
    /// How the answer's body comes.
    pub pace: Pace,
}

/// How a body comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// With the head.
    #[default]
    AtOnce,
    /// In pieces behind the head, which takes that many of the delivery's milliseconds.
    Dripping(u64),
    /// Followed by blanks without end, where the carrier can do that.
    Endless,
}

/// A network with faults between a caller and a tenant. The same seed gives the same faults in the same order.
#[derive(Debug, Clone)]
pub struct Faults {
    random: fastrand::Rng,
    rates: FaultRates,
}

impl Faults {
    /// Faults drawn from `seed` at these rates.
    pub fn new(seed: u64, rates: FaultRates) -> Faults {
        Faults { random: fastrand::Rng::with_seed(seed), rates }
    }

    /// A network without faults.
    pub fn none() -> Faults {
        Faults::new(0, FaultRates::default())
    }

    /// Carries one request to the tenant, or not, and its answer back, or not.
    pub fn deliver(&mut self, tenant: &mut Tenant, request: Request<Bytes>, now: u64) -> Delivery {
        let request = if self.rates.endless_pages > 0.0 { hostile::without_endless_token(request) } else { request };
        let latency = tenant.seed.latency_milliseconds;
        let fault = self.rates.pick(self.random.f64());
        // Drawn for every request, so that one request's fault does not move those that follow.
        let draw = self.random.u64(..);
        let signs_in = is_sign_in(request.uri().path());
        let arrived = |result| Delivery { after_ms: latency, result, pace: Pace::AtOnce };
        match fault {
            Some(Fault::Refused) => Delivery { after_ms: 1, ..arrived(Err(DeliveryError::NeverSent)) },
            Some(Fault::DroppedBefore) => arrived(Err(DeliveryError::Lost)),
            Some(Fault::DroppedAfter) => {
                tenant.handle(request, now);
                arrived(Err(DeliveryError::Lost))
            }
            Some(Fault::Slow) => {
                let after_ms = latency + self.rates.slow_milliseconds;
                let response = tenant.handle_until(request, now, now + after_ms);
                Delivery { after_ms, ..arrived(Ok(response)) }
            }
            Some(Fault::Html) => {
                tenant.note(&request, 502, now);
                arrived(Ok(html(502, "Bad Gateway")))
            }
            Some(Fault::GatewayTimeout) => {
                tenant.handle(request, now);
                arrived(Ok(html(504, "Gateway Time-out")))
            }
            Some(Fault::Truncated) => {
                let response = tenant.handle(request, now);
                arrived(Ok(response.map(|body| body.slice(..body.len() / 2))))
            }
            Some(Fault::ExpiredToken) => {
                tenant.refuse_token(request.headers().get(header::AUTHORIZATION));
                arrived(Ok(tenant.handle(request, now)))
            }
            Some(Fault::Throttled) if !signs_in => {
                tenant.note(&request, 429, now);
                arrived(Ok(tenant.front_door(429, 1 + draw % 3000, now)))
            }
            Some(Fault::Unavailable) if !signs_in => {
                tenant.note(&request, 503, now);
                arrived(Ok(tenant.front_door(503, draw % 2 * 2000, now)))
            }
            Some(Fault::Member(status, executes)) if !signs_in => {
                arrived(Ok(tenant.handle_with_fault(request, now, status, executes, draw)))
            }
            Some(Fault::Dripping) => {
                let after_ms = latency + self.rates.drip_milliseconds;
                let response = tenant.handle_until(request, now, now + after_ms);
                Delivery { after_ms, pace: Pace::Dripping(self.rates.drip_milliseconds), ..arrived(Ok(response)) }
            }
            Some(Fault::ForeignRedirect) => {
                let response = hostile::redirect(&request, &self.rates.foreign_origin, draw);
                tenant.note(&request, response.status().as_u16(), now);
                arrived(Ok(response))
            }
            Some(Fault::Oversized) => {
                let response = hostile::oversized(tenant.handle(request, now), self.rates.oversized_bytes);
                Delivery { pace: Pace::Endless, ..arrived(Ok(response)) }
            }
            Some(Fault::Hostile(hostile)) => {
                let asked = hostile::Asked::of(&request);
                let response = tenant.handle(request, now);
                arrived(Ok(hostile::spoil(response, hostile, &asked, &self.rates.foreign_origin, draw)))
            }
            _ => arrived(Ok(tenant.handle(request, now))),
        }
    }
}

impl Tenant {
    /// As [`Tenant::handle`], with one member of a batch hit by a fault, or the call itself.
    fn handle_with_fault(
        &mut self,
        request: Request<Bytes>,
        now: u64,
        status: u16,
        executes: bool,
        draw: u64,
    ) -> Response<Bytes> {
        let members = parse(request.body())
            .and_then(|body| body.get("requests").and_then(Value::as_array).map(Vec::len))
            .unwrap_or(0);
        match u64::try_from(members) {
            Ok(members @ 1..) => {
                let place = usize::try_from(draw % members).unwrap_or(0);
                self.injected = vec![Injected { place, status, executes }];
                let response = self.handle(request, now);
                self.injected.clear();
                response
            }
            _ if executes => {
                self.handle(request, now);
                self.front_door(status, 0, now)
            }
            _ => {
                self.note(&request, status, now);
                self.front_door(status, 2000, now)
            }
        }
    }

    /// As [`Tenant::handle`], with the answer out at `until`.
    fn handle_until(&mut self, request: Request<Bytes>, now: u64, until: u64) -> Response<Bytes> {
        let response = self.handle(request, now);
        for (user, _) in &self.writes {
            let (_, busy_until) = &mut self.accounts[*user].writing;
            *busy_until = (*busy_until).max(until);
        }
        response
    }

    /// An answer that comes from before the service: nothing ran, or nobody knows.
    fn front_door(&mut self, status: u16, wait: u64, now: u64) -> Response<Bytes> {
        let request_id = self.new_id();
        let mut answer = self.injected_answer(status, wait, now);
        answer.stamp(now, &request_id, &request_id);
        respond(answer.with("request-id", request_id))
    }

    /// The answer of a call or a member that a fault has hit.
    pub(crate) fn injected_answer(&self, status: u16, wait: u64, now: u64) -> Answer {
        let text = "The service is temporarily unavailable.";
        match status {
            429 => self.throttled(Limit::Calls, wait, now),
            503 if wait > 0 => Answer::error(503, "ServiceNotAvailable", text).with("Retry-After", "2"),
            _ => Answer::error(status, "ServiceNotAvailable", text),
        }
    }

    /// Logs a request that was answered before it reached the service.
    fn note(&mut self, request: &Request<Bytes>, status: u16, now: u64) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let entry = LogEntry::of(request.method().as_str(), path, clock::rfc3339(now));
        self.counted.http_requests += u64::from(entry.is_graph());
        self.counted.throttled += u64::from(status == 429);
        self.record(LogEntry { status, ..entry });
    }
}

fn html(status: u16, title: &str) -> Response<Bytes> {
    let page = format!("<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>\r\n");
    let mut response = respond(Answer { status, headers: Vec::new(), body: None });
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    *response.body_mut() = Bytes::from(page);
    response
}
