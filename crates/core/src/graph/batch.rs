use super::answer::Answer;
use super::error::{Context, unexpected_body};
use super::retry;
use super::token::Refusal;
use super::transport::{Call, Failure, Graph};
use super::url::Version;
use crate::error::ErrorCode;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
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

#[derive(Serialize)]
struct Batch<'a> {
    requests: Vec<Member<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<ContentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct ContentType {
    #[serde(rename = "Content-Type")]
    content_type: &'static str,
}

#[derive(Deserialize)]
struct Answers {
    responses: Vec<MemberAnswer>,
}

#[derive(Deserialize)]
struct MemberAnswer {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    body: Option<Value>,
}

impl MemberAnswer {
    fn into_answer(self) -> Option<Answer> {
        let status = StatusCode::from_u16(self.status).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.into_iter().flatten() {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(text)) {
                headers.append(name, value);
            }
        }
        let body = match self.body {
            None | Some(Value::Null) => Bytes::new(),
            Some(body) => Bytes::from(body.to_string()),
        };
        Some(Answer { status, headers, body })
    }
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
    refused: Option<HeaderMap>,
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
            again.wait = again.wait.max(retry::retry_after(&answer.headers, self.host.now()));
            again.members.push(at);
        }
    }

    async fn renew(&self, challenge: &HeaderMap) -> bool {
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
        let Some(body) = encode(calls, portion, order) else {
            let error = crate::Error::internal("a batch could not be built");
            return Sent {
                answers: portion.iter().map(|_| Err(Failure::NotRun(error.clone()))).collect(),
                whole: true,
            };
        };
        let members = u32::try_from(portion.len()).unwrap_or(u32::MAX);
        let outer = self.exchange(&Method::POST, &url, Bytes::from(body), repeatable, members, context).await;
        let outer = match outer {
            Ok(outer) if outer.is_success() => outer,
            failed => return Sent { answers: portion.iter().map(|_| failed.clone()).collect(), whole: true },
        };
        let lost = |at: usize| {
            let error = unexpected_body(calls[at].context).with_graph(outer.graph_error());
            Err(Failure::InDoubt(error))
        };
        let Some(answers) = outer.json::<Answers>() else {
            return Sent { answers: portion.iter().map(|&at| lost(at)).collect(), whole: true };
        };
        let mut found: Vec<Option<Answer>> = portion.iter().map(|_| None).collect();
        for member in answers.responses {
            let place = member.id.parse::<usize>().ok().and_then(|id| found.get_mut(id.checked_sub(1)?));
            if let Some(place @ None) = place {
                *place = member.into_answer();
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
    Answer { status: StatusCode::FAILED_DEPENDENCY, headers: HeaderMap::new(), body: Bytes::new() }
}

fn encode(calls: &[Call], portion: &[usize], order: Order) -> Option<String> {
    let mut requests = Vec::with_capacity(portion.len());
    for (place, &at) in portion.iter().enumerate() {
        let call = &calls[at];
        let body = match &call.body {
            Some(body) => Some(serde_json::from_str::<&RawValue>(body).ok()?),
            None => None,
        };
        requests.push(Member {
            id: (place + 1).to_string(),
            method: call.method.as_str(),
            url: call.path.as_str(),
            headers: body.map(|_| ContentType { content_type: "application/json" }),
            body,
            depends_on: if order == Order::Chain && place > 0 { vec![place.to_string()] } else { Vec::new() },
        });
    }
    serde_json::to_string(&Batch { requests }).ok()
}
