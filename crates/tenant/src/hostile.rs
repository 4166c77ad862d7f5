//! Answers that no sound service gives, and that whoever sits in its place might.

use crate::answer::Answer;
use crate::state::is_sign_in;
use crate::tenant::{origin, parse, respond};
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri, header};
use serde_json::{Value, json};

const LEVELS: usize = 10_000;
const NEXT: &str = "@odata.nextLink";
/// How a page token begins that leads to ever more pages. Whoever follows it gets the first page again.
const ENDLESS: &str = "$skiptoken=endless";

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hostile {
    ForeignNextLink,
    LoopedPages,
    EndlessPages,
    ForeignMember,
    DoubledMember,
    MissingMember,
    DeepJson,
}

/// What an answer is an answer to.
pub(crate) struct Asked {
    url: String,
    /// Of a batch: ids and URLs.
    members: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn of(request: &Request<Bytes>) -> Asked {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let mut head = Request::new(());
        *head.uri_mut() = request.uri().clone();
        *head.headers_mut() = request.headers().clone();
        let origin = origin(&head.into_parts().0, "");
        let url = format!("{origin}{path}");
        let base = url.strip_suffix("$batch").unwrap_or_default();
        let requests = if base.is_empty() { None } else { parse(request.body()) };
        let requests = requests.as_ref().and_then(|body| body["requests"].as_array()).map_or(&[][..], Vec::as_slice);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let members = requests
            .iter()
            .map(|request| (text(&request["id"]), format!("{base}{}", text(&request["url"]).trim_start_matches('/'))))
            .collect();
        Asked { url, members }
    }

    fn member(&self, id: &Value) -> &str {
        self.members.iter().find(|(known, _)| id == known).map_or("", |(_, url)| url.as_str())
    }
}

/// A redirect that keeps method and body, or that does not, to somewhere else. Nothing ran.
pub(crate) fn redirect(request: &Request<Bytes>, origin: &str, draw: u64) -> Response<Bytes> {
    let status = [301, 302, 303, 307, 308][(draw % 5) as usize];
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    respond(Answer { status, headers: vec![("Location", format!("{origin}{path}"))], body: None })
}

/// The same answer behind that many blanks.
pub(crate) fn oversized(response: Response<Bytes>, blanks: usize) -> Response<Bytes> {
    response.map(|body| {
        let mut padded = vec![b' '; blanks];
        padded.extend_from_slice(&body);
        padded.into()
    })
}

pub(crate) fn spoil(
    response: Response<Bytes>,
    hostile: Hostile,
    asked: &Asked,
    foreign: &str,
    draw: u64,
) -> Response<Bytes> {
    if hostile == Hostile::DeepJson {
        return replaced(response, format!("{{\"value\":{}{}}}", "[".repeat(LEVELS), "]".repeat(LEVELS)));
    }
    let Some(mut body) = parse(response.body()) else {
        return response;
    };
    match body.get_mut("responses").and_then(Value::as_array_mut) {
        None => link(&mut body, hostile, &asked.url, foreign, draw),
        Some(members) => {
            for member in members.iter_mut() {
                let url = asked.member(&member["id"]).to_owned();
                if let Some(body) = member.get_mut("body") {
                    link(body, hostile, &url, foreign, draw);
                }
            }
            mix_up(members, hostile, draw);
        }
    }
    replaced(response, body.to_string())
}

/// Gives a list a next page.
fn link(body: &mut Value, hostile: Hostile, url: &str, foreign: &str, draw: u64) {
    if !body.get("value").is_some_and(Value::is_array) {
        return;
    }
    let path = || url.parse::<Uri>().ok().and_then(|url| url.path_and_query().map(ToString::to_string));
    let next = match hostile {
        Hostile::ForeignNextLink => format!("{foreign}{}", path().unwrap_or_default()),
        Hostile::LoopedPages => url.to_owned(),
        Hostile::EndlessPages => format!("{url}{}{ENDLESS}{draw}", if url.contains('?') { '&' } else { '?' }),
        _ => return,
    };
    body[NEXT] = next.into();
}

/// Makes the answers of a batch fit its requests no more.
fn mix_up(members: &mut Vec<Value>, hostile: Hostile, draw: u64) {
    let count = members.len() as u64;
    if count == 0 {
        return;
    }
    let place = (draw % count) as usize;
    match hostile {
        Hostile::ForeignMember => members[place]["id"] = "nobody-asked".into(),
        Hostile::DoubledMember => {
            let error = json!({"error": {"code": "resourceNotFound", "message": "Not found."}});
            members.push(json!({"id": members[place]["id"], "status": 404, "headers": {}, "body": error}));
        }
        Hostile::MissingMember => drop(members.remove(place)),
        _ => {}
    }
}

/// Another body under the same head, unless there was none.
fn replaced(response: Response<Bytes>, body: String) -> Response<Bytes> {
    if response.body().is_empty() {
        return response;
    }
    let mut response = response.map(|_| body.into());
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(json);
    response
}

/// Takes the token of an endless page off again, alone or in a batch.
pub(crate) fn without_endless_token(mut request: Request<Bytes>) -> Request<Bytes> {
    let whole = request.uri().to_string();
    if is_sign_in(request.uri().path()) {
        return request;
    }
    if let Some(uri) = strip(&whole).and_then(|uri| uri.parse().ok()) {
        *request.uri_mut() = uri;
    }
    let body = std::str::from_utf8(request.body()).ok().and_then(strip);
    match body {
        Some(body) => request.map(|_| body.into()),
        None => request,
    }
}

/// The text without such tokens, if it has any.
fn strip(text: &str) -> Option<String> {
    let mut parts = text.split(ENDLESS);
    let mut stripped = parts.next()?.to_owned();
    let mut found = false;
    for part in parts {
        found = true;
        stripped.pop();
        stripped.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    found.then_some(stripped)
}
