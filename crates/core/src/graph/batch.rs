use super::answer::{self, Answer, Body, Headers};
use super::error::{Context, unexpected_body};
use super::retry;
use super::token::Refusal;
use super::transport::{Call, Failure, Graph};
use super::url::Version;
use crate::error::ErrorCode;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// Graph takes no more in one batch.
pub(crate) const MEMBERS: usize = 20;

/// How the members of a batch depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Not at all.
    Parallel,
    /// Each waits for the one before it, and answers 424 when that one fails.
    Chain,
}

/// One member's answer: its id, and the rest.
fn read_member(member: Value) -> Option<(usize, Answer)> {
    let Value::Object(mut member) = member else { return None };
    let id = answer::text(&member, "id")?.parse().ok()?;
    let status = StatusCode::from_u16(u16::try_from(answer::number(&member, "status")?).ok()?).ok()?;
    let headers = answer::object(&member, "headers").map(Headers::of_member).unwrap_or_default();
    let body = match member.remove("body") {
        None | Some(Value::Null) => Body::Empty,
        Some(body) => Body::Json(body),
    };
    Some((id, Answer { status, headers, body }))
}

type Outcome = Result<Answer, Failure>;

/// What a portion came to. `whole`: it has been retried as one request already, so its members are not.
struct Sent {
    answers: Vec<Outcome>,
    whole: bool,
}

/// The members that are sent again.
#[derive(Default)]
struct Again {
    members: Vec<usize>,
    wait: Option<Duration>,
    refused: Option<Headers>,
}

impl Graph {
    /// Calls of one version, packed. Every member's own status is read; throttled members are tried again, and in a
    /// chain those behind them too. One outcome a call, in the order of the calls.
    pub(crate) async fn batch(&self, version: Version, calls: &[Call], order: Order) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = calls.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..calls.len()).collect();
        let mut tried = 0;
        let mut renewed = false;
        while !open.is_empty() {
            let portion: Vec<usize> = open.drain(..open.len().min(MEMBERS)).collect();
            let Sent { answers, whole } = match portion.as_slice() {
                [only] => Sent { answers: vec![self.call(&calls[*only]).await], whole: true },
                _ => self.send_batch(version, calls, &portion, order).await,
            };
            let mut again = Again::default();
            for (&at, outcome) in portion.iter().zip(answers) {
                if let Ok(answer) = &outcome
                    && !whole
                {
                    self.look(answer, &calls[at], order, renewed, at, &mut again);
                }
                outcomes[at] = Some(outcome);
            }
            if again.members.is_empty() {
                let broken =
                    portion.iter().any(|&at| !matches!(&outcomes[at], Some(Ok(answer)) if answer.is_success()));
                if broken && order == Order::Chain {
                    break;
                }
                tried = 0;
                continue;
            }
            let ready = match &again.refused {
                Some(challenge) => {
                    renewed = true;
                    self.renew(challenge).await
                }
                None => {
                    let pause = retry::wait(&self.session.limits, tried, again.wait, self.host.random());
                    tried += 1;
                    match pause {
                        Some(pause) => self.wait(pause, Some(ErrorCode::Throttled)).await.is_ok(),
                        None => false,
                    }
                }
            };
            if ready {
                self.count(|usage| usage.retried += u32::try_from(again.members.len()).unwrap_or(u32::MAX));
                again.members.append(&mut open);
                open = again.members;
            } else {
                // The answers stand as they are; in a chain nothing behind them may run before they are understood.
                tried = 0;
                if order == Order::Chain {
                    break;
                }
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Ok(not_reached()))).collect()
    }

    /// Decides whether one member is sent again.
    fn look(&self, answer: &Answer, call: &Call, order: Order, renewed: bool, at: usize, again: &mut Again) {
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            self.count(|usage| usage.throttled += 1);
        }
        let refused = answer.status == StatusCode::UNAUTHORIZED && !renewed;
        let behind =
            order == Order::Chain && !again.members.is_empty() && answer.status == StatusCode::FAILED_DEPENDENCY;
        if refused {
            again.refused = Some(answer.headers.clone());
        }
        if refused || behind || is_open(answer, call) {
            again.wait = again.wait.max(retry::retry_after(answer.headers.retry_after.as_deref(), self.host.now()));
            again.members.push(at);
        }
    }

    async fn renew(&self, challenge: &Headers) -> bool {
        let cached = self.session.token.borrow().as_ref().map(|cached| cached.token.clone());
        match cached {
            Some(token) => self.token(Some(&Refusal::of(token, challenge))).await.is_ok(),
            None => false,
        }
    }

    async fn send_batch(&self, version: Version, calls: &[Call], portion: &[usize], order: Order) -> Sent {
        let context = portion.first().map_or(Context::User, |&at| calls[at].context);
        let repeatable = portion.iter().all(|&at| calls[at].repeatable);
        let url = format!("{}/{}/$batch", self.session.graph_url, version.segment());
        let body = encode(calls, portion, order);
        let members = u32::try_from(portion.len()).unwrap_or(u32::MAX);
        let outer = self.exchange(&Method::POST, &url, Bytes::from(body), repeatable, members, context).await;
        let outer = match outer {
            Ok(outer) if outer.is_success() => outer,
            failed => return Sent { answers: portion.iter().map(|_| failed.clone()).collect(), whole: true },
        };
        let origin = outer.graph_error();
        let lost = |at: usize| Err(Failure::InDoubt(unexpected_body(calls[at].context).with_graph(origin.clone())));
        let Some(Value::Array(members)) = outer.into_object().and_then(|mut body| body.remove("responses")) else {
            return Sent { answers: portion.iter().map(|&at| lost(at)).collect(), whole: true };
        };
        let mut found: Vec<Option<Answer>> = portion.iter().map(|_| None).collect();
        for (id, answer) in members.into_iter().filter_map(read_member) {
            if let Some(place @ None) = id.checked_sub(1).and_then(|place| found.get_mut(place)) {
                *place = Some(answer);
            }
        }
        let answers = portion.iter().zip(found).map(|(&at, answer)| answer.map_or_else(|| lost(at), Ok)).collect();
        Sent { answers, whole: false }
    }
}

/// Whether a member is worth another try by itself.
fn is_open(answer: &Answer, call: &Call) -> bool {
    retry::is_retryable(answer.status) && (call.repeatable || retry::never_ran(answer.status))
}

/// A chain ended before this call: it was not sent.
fn not_reached() -> Answer {
    Answer { status: StatusCode::FAILED_DEPENDENCY, headers: Headers::default(), body: Body::Empty }
}

/// Written by hand: a path is percent-encoded and a body is JSON already, so nothing in here needs escaping.
fn encode(calls: &[Call], portion: &[usize], order: Order) -> String {
    let mut batch = String::from("{\"requests\":[");
    for (place, &at) in portion.iter().enumerate() {
        let call = &calls[at];
        if place > 0 {
            batch.push(',');
        }
        let (id, method, url) = (place + 1, call.method.as_str(), call.path.as_str());
        batch.push_str(&format!("{{\"id\":\"{id}\",\"method\":\"{method}\",\"url\":\"{url}\""));
        if let Some(body) = &call.body {
            batch.push_str(",\"headers\":{\"Content-Type\":\"application/json\"},\"body\":");
            batch.push_str(body);
        }
        if order == Order::Chain && place > 0 {
            batch.push_str(&format!(",\"dependsOn\":[\"{place}\"]"));
        }
        batch.push('}');
    }
    batch.push_str("]}");
    batch
}
