//! Inputs that people can read and write: blocks of lines, with an empty line between two.
//!
//! The first block is a line of words, and a request as JSON in each line below it. Every other block is the answer to
//! the next request: a line of words, then the body. A word of three digits is the status, `+80` a delay in
//! milliseconds, `name:value` a header (`~` stands for a space), `lost`, `unsent` and `large` are answers that did not
//! come, and `unrun` keeps the request from the tenant. A body whose lines begin with `/` changes the tenant's own
//! answer: each line is a JSON pointer and the new value, or a pointer alone to take something away. No body leaves the
//! tenant's own.

use crate::world::{Network, failed};
use bytes::Bytes;
use entra_mfa_reset::run::{Reply, SendError};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use std::collections::VecDeque;

/// One answer.
#[derive(Debug, Default)]
pub struct Line<'a> {
    words: Vec<&'a str>,
    body: &'a str,
}

impl<'a> Line<'a> {
    fn of(block: &'a str) -> Line<'a> {
        let (head, body) = block.split_once('\n').unwrap_or((block, ""));
        Line { words: head.split_whitespace().collect(), body }
    }

    /// The words of its first line.
    pub fn words(&self) -> &[&'a str] {
        &self.words
    }

    /// The lines below.
    pub fn lines(&self) -> Vec<&'a str> {
        self.body.lines().collect()
    }

    /// The number after `name=`.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    }
}

/// A whole input.
#[derive(Debug)]
pub struct Script<'a> {
    /// What is asked for.
    pub head: Line<'a>,
    /// The answers.
    pub answers: VecDeque<Line<'a>>,
}

impl<'a> Script<'a> {
    /// Reads anything.
    pub fn of(text: &'a str) -> Script<'a> {
        let mut blocks = text.split("\n\n").map(|block| Line::of(block.trim_start_matches('\n')));
        Script { head: blocks.next().unwrap_or_default(), answers: blocks.collect() }
    }

    /// The answers alone, as a network.
    pub fn into_network(self) -> Box<dyn Network> {
        let owned = self.answers.iter().map(|line| (line.words.join(" "), line.body.to_owned())).collect();
        Box::new(Scripted(owned))
    }
}

struct Scripted(VecDeque<(String, String)>);

impl Network for Scripted {
    fn answer(&mut self, _: &http::Request<Bytes>, truth: &mut dyn FnMut() -> http::Response<Bytes>) -> (u64, Reply) {
        let (words, body) = self.0.pop_front().unwrap_or_default();
        bend(&Line { words: words.split_whitespace().collect(), body: &body }, truth)
    }
}

/// The tenant's answer, bent.
pub fn bend(line: &Line<'_>, truth: &mut dyn FnMut() -> http::Response<Bytes>) -> (u64, Reply) {
    let mut response = match line.words.contains(&"unrun") {
        true => http::Response::new(Bytes::new()),
        false => truth(),
    };
    let mut after = 80;
    for word in &line.words {
        match *word {
            "lost" => return (after, failed(SendError::Lost("gone".into()))),
            "unsent" => return (after, failed(SendError::NeverSent("refused".into()))),
            "large" => return (after, failed(SendError::TooLarge)),
            word => {
                if let Some(delay) = word.strip_prefix('+') {
                    after = delay.parse::<u32>().map_or(after, u64::from);
                } else if let Some((name, value)) = word.split_once(':') {
                    let value = HeaderValue::from_str(&value.replace('~', " "));
                    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
                        response.headers_mut().append(name, value);
                    }
                } else if let Some(status) = word.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()) {
                    *response.status_mut() = status;
                }
            }
        }
    }
    if line.body.starts_with('/') {
        let mut value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        line.body.lines().for_each(|change| patch(&mut value, change));
        *response.body_mut() = Bytes::from(value.to_string());
    } else if !line.body.is_empty() {
        *response.body_mut() = Bytes::from(line.body.to_owned());
    }
    (after, Reply::Response(response))
}

fn patch(whole: &mut Value, change: &str) {
    let (pointer, value) = change.split_once(" = ").unwrap_or((change, ""));
    // What is no JSON is text.
    let value = (!value.is_empty()).then(|| serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)));
    let Some((parent, name)) = pointer.trim_end().rsplit_once('/') else { return };
    match (whole.pointer_mut(parent), value) {
        (Some(Value::Object(fields)), Some(value)) => {
            fields.insert(name.to_owned(), value);
        }
        (Some(Value::Object(fields)), None) => {
            fields.remove(name);
        }
        (Some(Value::Array(items)), value) => {
            let at = name.parse().unwrap_or(items.len());
            match (items.get_mut(at), value) {
                (Some(item), Some(value)) => *item = value,
                (Some(_), None) => {
                    items.remove(at);
                }
                (None, Some(value)) => items.push(value),
                (None, None) => {}
            }
        }
        _ => {}
    }
}
