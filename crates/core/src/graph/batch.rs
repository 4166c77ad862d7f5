//! Several calls as one request, and its answer taken apart.

use super::answer::{self, Answer, Body, Headers};
use super::call::Call;
use http::StatusCode;
use serde_json::Value;

/// Graph takes no more in one batch.
pub(super) const MEMBERS: usize = 20;

/// Written by hand: a path is percent-encoded and a body is JSON already, so nothing in here needs escaping. In a chain
/// each member waits for the one before it, and answers 424 when that one fails.
pub(super) fn encode<'a>(calls: impl Iterator<Item = &'a Call>, chained: bool) -> String {
    let mut batch = String::from("{\"requests\":[");
    for (place, call) in calls.enumerate() {
        if place > 0 {
            batch.push(',');
        }
        let (id, method, url) = (place + 1, call.method.as_str(), call.path.as_str());
        batch.push_str(&format!("{{\"id\":\"{id}\",\"method\":\"{method}\",\"url\":\"{url}\""));
        if let Some(body) = &call.body {
            batch.push_str(",\"headers\":{\"Content-Type\":\"application/json\"},\"body\":");
            batch.push_str(body);
        }
        if chained && place > 0 {
            batch.push_str(&format!(",\"dependsOn\":[\"{place}\"]"));
        }
        batch.push('}');
    }
    batch.push_str("]}");
    batch
}

/// The members' answers in the order of the calls, each `None` where it is missing; `None` where there is no list.
pub(super) fn decode(outer: &mut Answer, members: usize, now: u64) -> Option<Vec<Option<Answer>>> {
    let Body::Json(Value::Object(body)) = &mut outer.body else { return None };
    let Some(Value::Array(responses)) = body.remove("responses") else { return None };
    let mut found: Vec<Option<Answer>> = (0..members).map(|_| None).collect();
    for (id, answer) in responses.into_iter().filter_map(|member| read_member(member, now)) {
        if let Some(place @ None) = id.checked_sub(1).and_then(|place| found.get_mut(place)) {
            let answer = place.insert(answer);
            // Graph gives the batch an id, and its members seldom one of their own.
            if answer.headers.request_id.is_none() {
                answer.headers.request_id.clone_from(&outer.headers.request_id);
            }
        }
    }
    Some(found)
}

/// One member's answer: its id, and the rest.
fn read_member(member: Value, now: u64) -> Option<(usize, Answer)> {
    let Value::Object(mut member) = member else { return None };
    let id = answer::text(&member, "id")?.parse().ok()?;
    let status = StatusCode::from_u16(u16::try_from(answer::number(&member, "status")?).ok()?).ok()?;
    let headers =
        answer::object(&member, "headers").map(|headers| Headers::of_member(headers, now)).unwrap_or_default();
    let body = match member.remove("body") {
        None | Some(Value::Null) => Body::Empty,
        Some(body) => Body::Json(body),
    };
    Some((id, Answer { status, headers, body, advice: None }))
}
