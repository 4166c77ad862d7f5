//! Answers to batches that are well-formed, and wrong: foreign, repeated and missing ids, odd statuses, odd headers.
#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use entra_mfa_reset::run::{Reply, SendError};
use entra_mfa_reset::{Client, ClientOptions, Credential, Limits, Secret};
use entra_mfa_reset_fuzz::{Fair, Network, Operation, World};
use http::StatusCode;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::collections::VecDeque;

const USERS: [&str; 6] = [
    r#"{"user":"0a000001-5c1e-4f3a-9b7d-000000000001","methods":"all","temporaryAccessPass":true}"#,
    r#"{"user":"adele.vance@contoso.com","backup":true}"#,
    r#"{"user":"joni.sherman@contoso.com","perUserMfa":"disabled"}"#,
    r#"{"user":"diego.siciliani@contoso.com"}"#,
    r#"{"user":"alex.wilber@contoso.com","methods":"all"}"#,
    r#"{"user":"nestor.wilke@contoso.com","stableOnly":true}"#,
];

#[derive(Debug, Arbitrary)]
struct Case {
    operation: Operation,
    first: u8,
    users: u8,
    retries: u8,
    concurrency: u8,
    cancel: Option<u16>,
    answers: Vec<Answer>,
}

#[derive(Debug, Default, Arbitrary)]
enum Answer {
    #[default]
    True,
    Lost,
    Unsent,
    Late(u16),
    /// The whole of it, in place of the batch's 200.
    Refused(Status, Vec<Header>),
    /// The members, one by one; those behind the last stay true.
    Members(Vec<Member>),
    Shape(Shape),
}

#[derive(Debug, Arbitrary)]
enum Member {
    True,
    Missing,
    Twice,
    Foreign(u8),
    IdIs(Odd),
    Status(Status, Vec<Header>),
    StatusIs(Odd),
    Body(Odd),
    Error(Status, Code),
    BodyOf(u8),
    Swapped,
}

#[derive(Debug, Arbitrary)]
enum Shape {
    NoList,
    Empty,
    NotAList(Odd),
    Reversed,
    NextLink,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Odd {
    Absent,
    Null,
    Number(i64),
    Fraction(f64),
    Text(u8),
    Flag(bool),
    List,
    Object,
    Deep(u8),
}

impl Odd {
    fn value(self) -> Option<Value> {
        const TEXTS: [&str; 12] =
            ["", "0", "1", "-1", "999", "1e3", " 1", "18446744073709551616", "\u{0}", "true", "../..", "200"];
        Some(match self {
            Odd::Absent => return None,
            Odd::Null => Value::Null,
            Odd::Number(number) => json!(number),
            Odd::Fraction(number) => json!(number),
            Odd::Text(at) => json!(TEXTS[usize::from(at) % TEXTS.len()]),
            Odd::Flag(flag) => json!(flag),
            Odd::List => json!([[], {}, null]),
            Odd::Object => json!({ "value": { "value": [null, 1, "x"] }, "error": "x", "responses": [] }),
            Odd::Deep(depth) => (0..depth).fold(json!({}), |inside, _| json!({ "value": [inside] })),
        })
    }
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Status {
    Usual(u8),
    Any(u16),
}

impl Status {
    fn number(self) -> u16 {
        const USUAL: [u16; 18] =
            [200, 201, 202, 204, 301, 400, 401, 403, 404, 405, 408, 409, 424, 429, 500, 502, 503, 504];
        match self {
            Status::Usual(at) => USUAL[usize::from(at) % USUAL.len()],
            Status::Any(status) => status,
        }
    }
}

#[derive(Debug, Clone, Copy, Arbitrary)]
struct Header {
    name: u8,
    value: HeaderValue,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum HeaderValue {
    Number(u32),
    Fraction(f32),
    Usual(u8),
}

impl Header {
    fn pair(self) -> (&'static str, String) {
        const NAMES: [&str; 4] = ["Retry-After", "x-ms-throttle-limit-percentage", "WWW-Authenticate", "request-id"];
        const VALUES: [&str; 8] =
            ["0", "1", "0.85", "1.5", "120", "Sat, 21 Nov 2026 09:00:07 GMT", "Bearer claims=\"e30=\"", "soon"];
        let value = match self.value {
            HeaderValue::Number(number) => number.to_string(),
            HeaderValue::Fraction(number) => number.to_string(),
            HeaderValue::Usual(at) => VALUES[usize::from(at) % VALUES.len()].to_owned(),
        };
        (NAMES[usize::from(self.name) % NAMES.len()], value)
    }
}

#[derive(Debug, Clone, Copy, Arbitrary)]
struct Code(u8);

impl Code {
    fn text(self) -> &'static str {
        const CODES: [&str; 10] = [
            "resourceNotFound",
            "badRequest",
            "accessDenied",
            "Authorization_RequestDenied",
            "Request_ResourceNotFound",
            "BadRequest",
            "TooManyRequests",
            "generalException",
            "notSupported",
            "",
        ];
        CODES[usize::from(self.0) % CODES.len()]
    }
}

struct Batches(VecDeque<Answer>);

impl Network for Batches {
    fn answer(
        &mut self,
        request: &http::Request<Bytes>,
        truth: &mut dyn FnMut() -> http::Response<Bytes>,
    ) -> (u64, Reply) {
        let answer = self.0.pop_front().unwrap_or_default();
        let mut response = match &answer {
            Answer::Unsent => return (1, Reply::Failed(SendError::NeverSent("refused".into()))),
            Answer::Refused(..) => http::Response::new(Bytes::new()),
            _ => truth(),
        };
        let mut after = 80;
        match answer {
            Answer::Lost => return (80, Reply::Failed(SendError::Lost("gone".into()))),
            Answer::Late(delay) => after = u64::from(delay) * 10,
            Answer::Refused(status, headers) => {
                *response.status_mut() = StatusCode::from_u16(status.number()).unwrap_or(StatusCode::BAD_GATEWAY);
                for (name, value) in headers.into_iter().map(Header::pair) {
                    if let Ok(value) = value.parse() {
                        response.headers_mut().insert(name, value);
                    }
                }
            }
            Answer::Members(members) if request.uri().path().ends_with("$batch") => {
                change(&mut response, |responses| edit(responses, members));
            }
            Answer::Shape(shape) => reshape(&mut response, shape),
            Answer::True | Answer::Unsent | Answer::Members(_) => {}
        }
        (after, Reply::Response(response))
    }
}

fn change(response: &mut http::Response<Bytes>, work: impl FnOnce(&mut Vec<Value>)) {
    let mut body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if let Some(responses) = body.get_mut("responses").and_then(Value::as_array_mut) {
        work(responses);
        *response.body_mut() = Bytes::from(body.to_string());
    }
}

fn set(member: &mut Value, name: &str, odd: Odd) {
    if let Some(fields) = member.as_object_mut() {
        match odd.value() {
            Some(value) => fields.insert(name.to_owned(), value),
            None => fields.remove(name),
        };
    }
}

fn edit(responses: &mut Vec<Value>, members: Vec<Member>) {
    let bodies: Vec<Value> = responses.iter().map(|member| member["body"].clone()).collect();
    let mut extra = Vec::new();
    let mut missing = Vec::new();
    for (at, change) in members.into_iter().enumerate() {
        let Some(member) = responses.get_mut(at) else { break };
        let mut headers = Vec::new();
        match change {
            Member::True => {}
            Member::Missing => missing.push(at),
            Member::Twice => {
                let mut again = member.clone();
                again["status"] = json!(404);
                extra.push(again);
            }
            Member::Foreign(id) => member["id"] = json!(id.to_string()),
            Member::IdIs(odd) => set(member, "id", odd),
            Member::StatusIs(odd) => set(member, "status", odd),
            Member::Body(odd) => set(member, "body", odd),
            Member::BodyOf(other) => member["body"] = bodies[usize::from(other) % bodies.len()].clone(),
            Member::Swapped => {
                let id = member["id"].clone();
                let last = responses.len() - 1;
                let other = std::mem::replace(&mut responses[last]["id"], id);
                responses[at]["id"] = other;
            }
            Member::Status(status, given) => {
                member["status"] = json!(status.number());
                headers = given;
            }
            Member::Error(status, code) => {
                member["status"] = json!(status.number());
                member["body"] = json!({ "error": { "code": code.text(), "message": "no", "innerError": {} } });
            }
        }
        for (name, value) in headers.into_iter().map(Header::pair) {
            responses[at]["headers"][name] = json!(value);
        }
    }
    for at in missing.into_iter().rev() {
        responses.remove(at);
    }
    responses.extend(extra);
}

fn reshape(response: &mut http::Response<Bytes>, shape: Shape) {
    let mut body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    match shape {
        Shape::NoList => body = json!({}),
        Shape::Empty => body = json!({ "responses": [] }),
        Shape::NotAList(odd) => set(&mut body, "responses", odd),
        Shape::Reversed => {
            if let Some(responses) = body.get_mut("responses").and_then(Value::as_array_mut) {
                responses.reverse();
            }
        }
        Shape::NextLink => {
            for member in body.get_mut("responses").and_then(Value::as_array_mut).into_iter().flatten() {
                if member["body"]["value"].is_array() {
                    member["body"]["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/users?$skiptoken=x");
                }
            }
        }
    }
    *response.body_mut() = Bytes::from(body.to_string());
}

fuzz_target!(|case: Case| {
    let limits = Limits {
        retries: u32::from(case.retries % 4),
        concurrency: u32::from(case.concurrency % 8) + 1,
        ..Limits::default()
    };
    let mut requests = USERS;
    requests.rotate_left(usize::from(case.first) % USERS.len());
    let requests = &requests[..usize::from(case.users) % USERS.len() + 1];
    let mut world = World::new(&[], Box::new(Batches(case.answers.into())));
    let credential = Credential::AccessToken(Secret::new(world.token()));
    let client = Client::new(ClientOptions { limits, ..ClientOptions::default() }, credential).expect("a client");
    case.operation.perform(&client, requests, &mut world, &mut Fair { cancel: case.cancel.map(u64::from) });
});
