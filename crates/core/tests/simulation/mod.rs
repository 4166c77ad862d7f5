//! A run against the simulated tenant, in simulated time and without sockets.
#![allow(dead_code)]

pub mod applications;
pub mod audit;
pub mod oracle;
pub mod secrets;
pub mod spoil;
pub mod tenants;

use audit::Mark;
use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, EffectId, Reply, Run, SendError, Step, TokenRequest};
use entra_mfa_reset::{
    Client, ClientOptions, Credential, Error, Event, Intent, Report, ResetRequest, Secret, Status, Target,
};
use entra_tenant::{DeliveryError, FaultRates, Faults, Seed, Tenant, TokenClaims};
use secrets::Secrets;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;

/// 2026-11-21T09:00:00Z.
pub const NOW: u64 = 1_795_251_600_000;

/// A tenant, the network to it, and a clock.
pub struct World {
    pub tenant: Tenant,
    pub faults: Faults,
    pub now: u64,
    pub seed: u64,
    pub events: Vec<Event>,
    /// Every request that left, as `METHOD URL`.
    pub sent: Vec<String>,
    /// Cancels the run at this time.
    pub cancel_at: Option<u64>,
    /// Answers in place of the network.
    pub intercept: Option<Intercept>,
    /// The users of a run of many that are still to come.
    pub crowd: VecDeque<Target>,
    /// How many users were asked for, each time.
    pub asked: Vec<usize>,
    /// What was told before the first write of a user.
    pub begun: Vec<Intent>,
    /// The reports of a run of many, in the order in which they came.
    pub reports: Vec<Report>,
    /// How long the consumer takes to note something, in milliseconds.
    pub note_ms: u64,
    /// Whoever has a name that starts so cannot be noted.
    pub refuse_begin: Option<String>,
    /// How much longer an answer takes, in milliseconds.
    pub delay: Option<Delay>,
    /// Answers in place of the network, at that time.
    pub outage: Option<Outage>,
    /// The host has an identity library, whose tokens live for so many seconds.
    pub token_seconds: Option<u64>,
    tokens: u32,
    /// Changes an answer on its way.
    pub mutate: Option<Mutate>,
    /// Answers who asks for a token, `None` for never.
    pub give_token: Option<Tokens>,
    /// Signs what it is asked to, for this audience.
    pub give_assertion: Option<Assertions>,
    /// What must be in nothing that is printed or told.
    pub secrets: Secrets,
}

pub type Tokens = Box<dyn FnMut(&TokenRequest, u64) -> Option<Result<AccessToken, String>>>;
pub type Assertions = Box<dyn FnMut(&str, u64) -> Option<Result<Secret, String>>>;

pub type Outage = Box<dyn FnMut(u64) -> Option<Reply>>;
pub type Delay = Box<dyn FnMut(&http::Request<Bytes>) -> u64>;
pub type Mutate = Box<dyn FnMut(http::Response<Bytes>) -> http::Response<Bytes>>;
pub type Intercept = Box<dyn FnMut(&http::Request<Bytes>) -> Option<Reply>>;

impl World {
    pub fn new(seed: Seed) -> World {
        let tenant = Tenant::new(seed);
        let mut secrets = Secrets::default();
        secrets.learn_users(&tenant);
        World {
            tenant,
            faults: Faults::none(),
            now: NOW,
            seed: 7,
            events: Vec::new(),
            sent: Vec::new(),
            cancel_at: None,
            intercept: None,
            crowd: VecDeque::new(),
            asked: Vec::new(),
            begun: Vec::new(),
            reports: Vec::new(),
            note_ms: 0,
            refuse_begin: None,
            delay: None,
            outage: None,
            token_seconds: None,
            tokens: 0,
            mutate: None,
            give_token: None,
            give_assertion: None,
            secrets,
        }
    }

    pub fn sample() -> World {
        World::new(Seed::sample())
    }

    pub fn with_faults(mut self, seed: u64, rates: FaultRates) -> World {
        self.faults = Faults::new(seed, rates);
        self
    }

    pub fn client(&self) -> Client {
        self.client_with(&TokenClaims::everything(), ClientOptions::default())
    }

    pub fn client_with(&self, claims: &TokenClaims, options: ClientOptions) -> Client {
        let token = self.tenant.access_token(claims);
        let credential = Credential::AccessToken(Secret::new(token.as_str()));
        let client = Client::new(options, credential).expect("a client");
        assert!(!format!("{client:?}").contains(&token));
        client
    }

    pub fn reset(&mut self, request: &str) -> Result<Report, Error> {
        let client = self.client();
        self.play(client.reset(ResetRequest::from_json(request)?))
    }

    pub fn plan(&mut self, request: &str) -> Result<Report, Error> {
        let client = self.client();
        self.play(client.plan(ResetRequest::from_json(request)?))
    }

    pub fn status(&mut self, user: &str) -> Result<Status, Error> {
        let client = self.client();
        self.play(client.status(user))
    }

    /// Plays a run to its end. Answers arrive in the order of time, and of their effects at the same time.
    pub fn play<T: Debug>(&mut self, run: Run<T>) -> T {
        self.play_until(run, u64::MAX).expect("an outcome")
    }

    /// Plays a run, and kills it at that time: no answer reaches it any more. Whatever is played, its events tell what
    /// the tenant saw, and nothing that it prints or tells holds a secret.
    pub fn play_until<T: Debug>(&mut self, run: Run<T>, end: u64) -> Option<T> {
        let mark = Mark {
            log: self.tenant.log().len(),
            events: self.events.len(),
            reports: self.reports.len(),
            asked: self.asked.len(),
        };
        let outcome = self.perform(run, end);
        self.secrets.check();
        let events = &self.events[mark.events..];
        let heard = self.intercept.is_none() && self.mutate.is_none() && self.outage.is_none();
        audit::check(&self.tenant, events, mark, outcome.is_some(), heard);
        if outcome.is_some() {
            let many = self.asked.len() > mark.asked;
            audit::check_end(events, if many { self.reports.len() - mark.reports } else { 1 });
        }
        outcome
    }

    fn perform<T: Debug>(&mut self, mut run: Run<T>, end: u64) -> Option<T> {
        let mut due: BTreeMap<(u64, EffectId), Reply> = BTreeMap::new();
        let mut step = run.start(self.now, self.seed).expect("a step");
        loop {
            self.secrets.hear(&step);
            for id in step.cancelled {
                due.retain(|(_, waiting), _| *waiting != id);
            }
            for (id, effect) in step.effects {
                match effect {
                    Effect::Emit(event) => {
                        self.secrets.hear(serde_json::to_string(&event).expect("JSON"));
                        self.events.push(event);
                    }
                    Effect::Sleep(duration) => {
                        let after = u64::try_from(duration.as_millis()).expect("a short sleep");
                        due.insert((self.now + after, id), Reply::Slept);
                    }
                    Effect::Token(request) => {
                        let given = match &mut self.give_token {
                            Some(give) => give(&request, self.now),
                            None => {
                                let token = self.token_seconds.map(|seconds| self.token(seconds));
                                Some(token.ok_or_else(|| "no token here".to_owned()))
                            }
                        };
                        due.extend(given.map(|given| ((self.now, id), Reply::Token(given))));
                    }
                    Effect::Assertion(request) => {
                        let given = self.give_assertion.as_mut().expect("who signs")(&request.audience, self.now);
                        due.extend(given.map(|given| ((self.now + 1, id), Reply::Assertion(given))));
                    }
                    Effect::Send(request) => {
                        let (after, reply) = self.send(request);
                        due.insert((self.now + after, id), reply);
                    }
                    Effect::NextTargets { at_most } => {
                        assert!(at_most > 0);
                        let mut targets = Vec::new();
                        while targets.len() < at_most
                            && let Some(target) = self.crowd.pop_front()
                        {
                            targets.push(target);
                        }
                        self.asked.push(at_most);
                        due.insert((self.now, id), Reply::Targets { targets, end: self.crowd.is_empty() });
                    }
                    Effect::Begin(intent) => {
                        let refused = self.refuse_begin.as_ref().is_some_and(|name| intent.user.starts_with(name));
                        let reply = if refused { Err("the disk is full".into()) } else { Ok(()) };
                        self.begun.extend((!refused).then_some(intent));
                        due.insert((self.now + self.note_ms, id), Reply::Taken(reply));
                    }
                    Effect::Report(report) => {
                        self.secrets.hear(&report);
                        self.reports.push(*report);
                        due.insert((self.now + self.note_ms, id), Reply::Taken(Ok(())));
                    }
                }
            }
            if let Some(outcome) = step.outcome {
                return Some(outcome);
            }
            if due.keys().next().is_some_and(|(at, _)| *at > end) {
                self.now = end;
                return None;
            }
            step = self.advance(&mut run, &mut due);
        }
    }

    fn advance<T>(&mut self, run: &mut Run<T>, due: &mut BTreeMap<(u64, EffectId), Reply>) -> Step<T> {
        let next = due.keys().next().map(|(at, _)| *at);
        if let Some(at) = self.cancel_at.filter(|at| next.is_none_or(|next| *at <= next)) {
            self.cancel_at = None;
            self.now = self.now.max(at);
            return run.cancel(self.now).expect("a step");
        }
        let ((at, id), reply) = due.pop_first().expect("something to wait for");
        self.now = at;
        self.secrets.hear(&reply);
        run.resume(id, reply, at).expect("a step")
    }

    fn token(&mut self, seconds: u64) -> AccessToken {
        let exp = self.now / 1000 + seconds;
        self.tokens += 1;
        // A refused token must not come again, and one that answers a challenge says so.
        let uti = Some(format!("c{}", self.tokens));
        let claims = TokenClaims { exp: Some(exp), uti, ..TokenClaims::everything() };
        AccessToken { token: Secret::new(self.tenant.access_token(&claims)), expires_at: Some(exp * 1000) }
    }

    fn send(&mut self, request: http::Request<Bytes>) -> (u64, Reply) {
        self.secrets.learn_request(&request);
        check_way(&request);
        let (after, reply) = self.deliver(request);
        if let Reply::Response(response) = &reply {
            self.secrets.learn_response(response);
        }
        (after, reply)
    }

    fn deliver(&mut self, request: http::Request<Bytes>) -> (u64, Reply) {
        self.sent.push(format!("{} {}", request.method(), request.uri()));
        if let Some(reply) = self.intercept.as_mut().and_then(|intercept| intercept(&request)) {
            return (1, reply);
        }
        if let Some(reply) = self.outage.as_mut().and_then(|outage| outage(self.now)) {
            return (1, reply);
        }
        let delay = self.delay.as_mut().map_or(0, |delay| delay(&request));
        let delivery = self.faults.deliver(&mut self.tenant, request, self.now);
        let reply = match delivery.result {
            Ok(response) => Reply::Response(match &mut self.mutate {
                Some(mutate) => mutate(response),
                None => response,
            }),
            Err(DeliveryError::NeverSent) => Reply::Failed(SendError::NeverSent("refused".into())),
            Err(DeliveryError::Lost) => Reply::Failed(SendError::Lost("dropped".into())),
        };
        (delivery.after_ms + delay, reply)
    }

    /// The kinds and ids that are registered for a user now.
    pub fn registered(&self, user: &str) -> Vec<(String, String)> {
        let state = self.tenant.state();
        let found = state.users.iter().find(|found| found.user_principal_name == user || found.id == user);
        let methods = found.expect("the user").methods.iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        methods.map(|method| (text(&method["@odata.type"]), text(&method["id"]))).collect()
    }

    /// The user registers another mobile phone, where there is none. True when it is there.
    pub fn register_phone(&mut self, user: &str, number: &str) -> bool {
        self.secrets.learn_number(number);
        let token = self.tenant.access_token(&TokenClaims::everything());
        let path = format!("https://graph.microsoft.com/v1.0/users/{user}/authentication/phoneMethods");
        let body = format!(r#"{{"phoneNumber":"{number}","phoneType":"mobile"}}"#);
        let request = http::Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .expect("a request");
        self.tenant.handle(request, self.now).status().is_success()
    }

    /// Whether a phone of this number is registered for the user.
    pub fn has_phone(&self, user: &str, number: &str) -> bool {
        let state = self.tenant.state();
        let found = state.users.iter().find(|found| found.user_principal_name == user).expect("the user");
        found.methods.iter().any(|method| method.get("phoneNumber").is_some_and(|shown| shown == number))
    }

    pub fn violations(&self) -> Vec<String> {
        self.tenant.state().violations.iter().map(|violation| format!("{violation:?}")).collect()
    }
}

/// What stands before Graph where a test says so.
pub const GATEWAY: &str = "gateway.contoso.com";

/// Whatever is sent: a token goes to Graph alone, a platform's header to this machine alone, and nobody is asked to
/// compress what nobody unpacks.
fn check_way(request: &http::Request<Bytes>) {
    const GRAPHS: [&str; 4] =
        ["graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"];
    let (uri, headers) = (request.uri(), request.headers());
    let host = uri.host().unwrap_or_default();
    for name in ["accept-encoding", "cookie", "host", "transfer-encoding"] {
        assert!(!headers.contains_key(name), "{name} is sent to {uri}");
    }
    if headers.contains_key("authorization") {
        assert!(
            (GRAPHS.contains(&host) || host == GATEWAY) && uri.scheme_str() == Some("https"),
            "a token is sent to {uri}"
        );
        let path = uri.path();
        assert!(path.starts_with("/v1.0/") || path.starts_with("/beta/"), "a token is sent to {uri}");
    }
    if headers.contains_key("x-identity-header") || headers.contains_key("metadata") {
        let local = host == "localhost" || host == "[::1]" || host.starts_with("127.") || host.starts_with("169.254.");
        assert!(local || uri.scheme_str() == Some("https"), "an identity is asked of {uri}");
        assert!(!headers.contains_key("authorization"), "a token is sent to {uri}");
    }
}

/// The numbers of the random runs: `SEED` plays one of them again, `RUNS` so many from the first.
pub fn runs(default: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RUNS").unwrap_or(default),
    }
}
