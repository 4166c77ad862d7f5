//! The simulated tenant in this process, in place of the network.

use crate::host::{Clock, Sender, Sent};
use bytes::Bytes;
use entra_tenant::{Counts, DeliveryError, Faults, State, Tenant};
use http_body_util::{BodyExt, Full};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

/// A tenant that answers the component's requests after its latency, as the clock counts it. Clones share it.
#[derive(Clone)]
pub struct Simulation {
    network: Arc<Mutex<Network>>,
    clock: Clock,
    flights: Arc<Flights>,
    origins: Arc<Mutex<BTreeSet<String>>>,
}

struct Network {
    tenant: Tenant,
    faults: Faults,
}

#[derive(Default)]
struct Flights {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// One request in flight. Giving it up ends it, too.
struct Flying<'a>(&'a Flights);

impl<'a> Flying<'a> {
    fn new(flights: &'a Flights) -> Self {
        let now = flights.now.fetch_add(1, Ordering::Relaxed) + 1;
        flights.most.fetch_max(now, Ordering::Relaxed);
        Flying(flights)
    }
}

impl Drop for Flying<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Simulation {
    /// A tenant under a clock, behind a network.
    pub fn new(tenant: Tenant, faults: Faults, clock: Clock) -> Self {
        Simulation {
            network: Arc::new(Mutex::new(Network { tenant, faults })),
            clock,
            flights: Arc::default(),
            origins: Arc::default(),
        }
    }

    /// The tenant as it is now.
    pub fn state(&self) -> State {
        self.with_tenant(|tenant| tenant.state())
    }

    /// What has come to it, in numbers.
    pub fn counts(&self) -> Counts {
        self.with_tenant(|tenant| tenant.counts())
    }

    /// Looks at the tenant, or changes it behind the component's back.
    pub fn with_tenant<T>(&self, look: impl FnOnce(&mut Tenant) -> T) -> T {
        look(&mut self.network().tenant)
    }

    /// Its log in short lines.
    pub fn exchange(&self) -> Vec<String> {
        self.with_tenant(|tenant| tenant.exchange())
    }

    /// How many requests were in flight at once, at most.
    pub fn most_in_flight(&self) -> usize {
        self.flights.most.load(Ordering::Relaxed)
    }

    /// How many requests are in flight now.
    pub fn in_flight(&self) -> usize {
        self.flights.now.load(Ordering::Relaxed)
    }

    /// Where the requests went, in order.
    pub fn origins(&self) -> Vec<String> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender for Simulation {
    fn send(&mut self, request: http::Request<WasiBody>, _: Option<RequestOptions>) -> Sent {
        let simulation = self.clone();
        Box::pin(async move {
            let _flying = Flying::new(&simulation.flights);
            let (parts, body) = request.into_parts();
            let (scheme, authority) = (parts.uri.scheme_str(), parts.uri.authority());
            let origin = format!("{}://{}", scheme.unwrap_or("?"), authority.map_or("?", http::uri::Authority::as_str));
            simulation.origins.lock().unwrap_or_else(PoisonError::into_inner).insert(origin);
            let request = http::Request::from_parts(parts, body.collect().await?.to_bytes());
            let delivery = {
                let mut network = simulation.network();
                let Network { tenant, faults } = &mut *network;
                faults.deliver(tenant, request, simulation.clock.now())
            };
            tokio::time::sleep(Duration::from_millis(delivery.after_ms)).await;
            match delivery.result {
                Ok(response) => Ok(response.map(body_of)),
                Err(DeliveryError::NeverSent) => Err(Error::ConnectionRefused),
                Err(DeliveryError::Lost) => Err(Error::ConnectionTerminated),
            }
        })
    }
}

/// A body for wasmtime.
pub fn body_of(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
