//! The tenant, the time, and everything that is asked of the shell.

use crate::check::{self, Writes};
use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, EffectId, Reply, Run, SendError, Step, TokenRequest};
use entra_mfa_reset::{Report, Secret, Target};
use entra_tenant::{Seed, Tenant, TokenClaims};
use http::header::AUTHORIZATION;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};

/// 2026-11-21T09:00:00Z.
pub const NOW: u64 = 1_795_251_600_000;
/// A user with many methods.
pub const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";

/// More answers than this in one run mean that it never ends.
const STEPS: usize = 20_000;
/// No run of a few users lasts longer than this, in milliseconds, whatever the tenant asks for.
const DURATION: u64 = 24 * 3_600_000;

/// What the host gives where it is asked for an assertion.
pub const ASSERTION: &str = "an-assertion-that-nobody-sees";

/// What stands between the engine and the tenant.
pub trait Network {
    /// Answers one request, after so many milliseconds. `truth` is the tenant; whoever does not call it keeps the
    /// request from it.
    fn answer(
        &mut self,
        request: &http::Request<Bytes>,
        truth: &mut dyn FnMut() -> http::Response<Bytes>,
    ) -> (u64, Reply);

    /// Answers for the identity library.
    fn token(&mut self, _: &TokenRequest, truth: &str) -> Result<AccessToken, String> {
        Ok(AccessToken { token: Secret::new(truth), expires_at: None })
    }
}

/// What no event and nothing that is printed may hold.
#[derive(Default)]
pub struct Secrets {
    /// Tokens, client secrets and passes; those that the input holds itself are left out, since it can put them anywhere.
    words: Vec<String>,
    input: String,
}

impl Secrets {
    /// Of this input.
    pub fn of(input: &[u8]) -> Secrets {
        Secrets { words: Vec::new(), input: graphic(&String::from_utf8_lossy(input)) }
    }

    /// Another one.
    pub fn add(&mut self, word: &str) {
        if word.len() >= 8 && !self.input.contains(&graphic(word)) && !self.words.iter().any(|known| known == word) {
            self.words.push(word.to_owned());
        }
    }

    /// Fails when one shows.
    pub fn check(&self, text: &str, place: &str) {
        for word in &self.words {
            assert!(!text.contains(word.as_str()), "{place} shows a secret: {text}");
        }
    }
}

/// What is left of a text where the engine makes foreign text printable.
fn graphic(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

/// One effect that waits for its answer.
pub struct Waiting {
    /// When the answer comes.
    pub due: u64,
    /// Whose.
    pub id: EffectId,
    /// The answer.
    pub reply: Reply,
    /// Where the request of it stands in [`World::sent`].
    pub request: Option<usize>,
}

/// A request that left, as far as it changes something.
pub struct Sent {
    /// Those of its calls that are no reads: method and path.
    pub writes: Vec<check::Write>,
    /// Paths that read what is registered.
    pub lists: Vec<String>,
    /// Its place among all answers, once it is answered.
    pub answered: Option<usize>,
}

/// The tenant, the time, and everything that is asked of the shell.
pub struct World {
    tenant: Tenant,
    origins: [String; 2],
    token: String,
    /// Unix milliseconds.
    pub now: u64,
    /// What must not show.
    pub secrets: Secrets,
    /// What is still to be answered.
    pub waiting: Vec<Waiting>,
    /// Cancelled effects, for late answers.
    pub cancelled: Vec<EffectId>,
    /// Effects that have been answered.
    pub answered: Vec<EffectId>,
    /// Requests, in their order.
    pub sent: Vec<Sent>,
    /// The users of a run of many that are still to come.
    pub crowd: VecDeque<Target>,
    /// How many of them were handed over.
    pub handed: usize,
    /// What may be written.
    pub writes: Writes,
    /// Reports of a run of many.
    pub reports: Vec<Report>,
    network: Box<dyn Network>,
    last: u32,
    issued: BTreeSet<EffectId>,
    steps: usize,
    is_traced: bool,
}

thread_local! {
    static SAMPLE: (Tenant, String, Vec<String>) = {
        let tenant = Tenant::new(Seed { keep_log: false, ..Seed::sample() });
        let token = tenant.access_token(&TokenClaims::everything());
        let users = tenant.state().users;
        let methods = users.iter().flat_map(|user| &user.methods);
        let numbers = methods.filter_map(|method| Some(method.get("phoneNumber")?.as_str()?.to_owned())).collect();
        (tenant, token, numbers)
    };
}

impl World {
    /// The sample tenant, with the input's network before it.
    pub fn new(input: &[u8], network: Box<dyn Network>) -> World {
        let (tenant, token, numbers) = SAMPLE.with(Clone::clone);
        let mut secrets = Secrets::of(input);
        secrets.add(&token);
        numbers.iter().for_each(|number| secrets.add(number));
        World {
            tenant,
            origins: ["https://graph.microsoft.com".into(), "https://login.microsoftonline.com".into()],
            token,
            now: NOW,
            secrets,
            waiting: Vec::new(),
            cancelled: Vec::new(),
            answered: Vec::new(),
            sent: Vec::new(),
            crowd: VecDeque::new(),
            handed: 0,
            writes: Writes::Nothing,
            reports: Vec::new(),
            network,
            last: 0,
            issued: BTreeSet::new(),
            steps: 0,
            is_traced: std::env::var_os("TRACE").is_some(),
        }
    }

    /// Graph's origin and the sign-in service's, where the options name others.
    pub fn with_origins(mut self, graph: Option<&str>, login: Option<&str>) -> World {
        for (origin, given) in self.origins.iter_mut().zip([graph, login]) {
            if let Some(given) = given {
                *origin = given.trim().trim_end_matches('/').to_ascii_lowercase();
            }
        }
        self
    }

    /// The token that the tenant accepts.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Takes note of a step: checks all that it asks for, and prepares the answers.
    pub fn observe<T>(&mut self, step: Step<T>) -> Option<T> {
        for id in step.cancelled {
            assert!(self.issued.contains(&id), "an effect was cancelled that never left");
            assert!(!self.answered.contains(&id), "an effect was cancelled that has been answered");
            self.waiting.retain(|waiting| waiting.id != id);
            self.cancelled.push(id);
        }
        for (id, effect) in step.effects {
            assert!(id.0 > self.last, "ids do not grow");
            self.last = id.0;
            let shown = format!("{effect:?}");
            self.secrets.check(&shown, "an effect's Debug");
            self.trace(|| format!("{} {shown}", id.0));
            if let Some((due, reply, request)) = self.perform(effect) {
                assert!(step.outcome.is_none(), "an effect beside the outcome would never be answered");
                self.issued.insert(id);
                self.waiting.push(Waiting { due, id, reply, request });
            }
        }
        step.outcome
    }

    fn perform(&mut self, effect: Effect) -> Option<(u64, Reply, Option<usize>)> {
        let (after, reply) = match effect {
            Effect::Emit(event) => {
                let text = serde_json::to_string(&event).expect("an event is JSON");
                self.secrets.check(&text, "an event");
                return None;
            }
            Effect::Sleep(duration) => (u64::try_from(duration.as_millis()).expect("a sleep is finite"), Reply::Slept),
            Effect::Token(request) => (1, Reply::Token(self.network.token(&request, &self.token))),
            Effect::Assertion(request) => {
                assert!(request.audience.starts_with(&self.origins[1]), "an assertion for {}", request.audience);
                (1, Reply::Assertion(Ok(Secret::new(ASSERTION))))
            }
            Effect::Send(request) => {
                let (after, reply) = self.send(request);
                return Some((self.now.saturating_add(after), reply, Some(self.sent.len() - 1)));
            }
            Effect::NextTargets { at_most } => {
                assert!(at_most > 0, "nobody is asked for");
                let targets: Vec<Target> = self.crowd.drain(..at_most.min(self.crowd.len())).collect();
                self.handed += targets.len();
                (0, Reply::Targets { targets, end: self.crowd.is_empty() })
            }
            Effect::Begin(intent) => {
                let text = serde_json::to_string(&intent).expect("an intent is JSON");
                self.secrets.check(&text, "an intent");
                (0, Reply::Taken(Ok(())))
            }
            Effect::Report(report) => {
                check::report(self, &report);
                self.reports.push(*report);
                (0, Reply::Taken(Ok(())))
            }
        };
        Some((self.now.saturating_add(after), reply, None))
    }

    fn send(&mut self, request: http::Request<Bytes>) -> (u64, Reply) {
        let sent = check::request(&request, [&self.origins[0], &self.origins[1]], self.writes);
        if let Some(bearer) = request.headers().get(AUTHORIZATION) {
            let bearer = bearer.to_str().expect("a token is plain").trim_start_matches("Bearer ").to_owned();
            self.secrets.add(&bearer);
        }
        self.sent.push(sent);
        let (tenant, token, now) = (&mut self.tenant, &self.token, self.now);
        let mut passes = Vec::new();
        let mut truth = || {
            let mut copy = request.clone();
            // Whatever token the input brought: the tenant's own judgement of tokens is not what is looked for.
            if let Some(bearer) = copy.headers_mut().get_mut(AUTHORIZATION) {
                *bearer = format!("Bearer {token}").parse().expect("a header");
            }
            let response = tenant.handle(copy, now);
            if let Ok(body) = serde_json::from_slice(response.body()) {
                find_passes(&body, &mut passes);
            }
            response
        };
        let answer = self.network.answer(&request, &mut truth);
        passes.iter().for_each(|pass| self.secrets.add(pass));
        answer
    }

    /// Hands one answer over.
    pub fn resume<T>(&mut self, run: &mut Run<T>, waiting: Waiting) -> Option<T> {
        self.steps += 1;
        assert!(self.steps < STEPS, "the run does not end");
        assert!(self.now.saturating_sub(NOW) <= DURATION, "the run waits for ever");
        if let Some(at) = waiting.request {
            self.sent[at].answered = Some(self.steps);
            check::told(&mut self.sent[at], &waiting.reply);
        }
        self.trace(|| format!("{} answered: {:?}", waiting.id.0, waiting.reply));
        self.answered.push(waiting.id);
        let step = run.resume(waiting.id, waiting.reply, self.now).expect("a fair answer is taken");
        self.observe(step)
    }

    /// Cancels.
    pub fn cancel<T>(&mut self, run: &mut Run<T>) -> Option<T> {
        self.trace(|| "cancel".to_owned());
        let step = run.cancel(self.now).expect("a run under way can be cancelled");
        self.observe(step)
    }

    /// Plays a run to its end, each answer at its time. `cancel` is when to cancel it, in milliseconds from now.
    pub fn play<T>(&mut self, run: &mut Run<T>, cancel: Option<u64>) -> T {
        let mut cancel = cancel.map(|after| self.now + after);
        let step = run.start(self.now, 7).expect("a run begins");
        let mut outcome = self.observe(step);
        while outcome.is_none() {
            let next = (0..self.waiting.len()).min_by_key(|at| (self.waiting[*at].due, self.waiting[*at].id));
            let due = next.map_or(u64::MAX, |at| self.waiting[at].due);
            if let Some(at) = cancel.take_if(|at| *at <= due) {
                self.now = self.now.max(at);
                outcome = self.cancel(run);
                continue;
            }
            let waiting = self.waiting.remove(next.expect("a run that goes on waits for something"));
            self.now = self.now.max(waiting.due);
            outcome = self.resume(run, waiting);
        }
        outcome.expect("the loop ended with it")
    }

    /// What happens, with the variable TRACE, for people who play an input again.
    fn trace(&self, what: impl FnOnce() -> String) {
        if self.is_traced {
            eprintln!("{:>9} ms  {}", i128::from(self.now) - i128::from(NOW), what());
        }
    }
}

fn find_passes(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("temporaryAccessPass").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| find_passes(field, into));
        }
        Value::Array(items) => items.iter().for_each(|item| find_passes(item, into)),
        _ => {}
    }
}

/// A request that got no answer.
pub(crate) fn failed(error: SendError) -> Reply {
    Reply::Failed(error)
}
