use crate::answer::{Answer, Body, JSON, Reply};
use crate::call::{Call, content_type_missing};
use crate::fault::Injected;
use crate::state::{LogEntry, LogMember};
use crate::tenant::Tenant;
use serde_json::Value;
use std::rc::Rc;

const MOST: usize = 20;

/// One member as it came.
struct Member {
    id: String,
    method: String,
    url: String,
    body: Option<Value>,
    has_content_type: bool,
    eventual: bool,
    depends_on: Vec<usize>,
}

impl Tenant {
    /// `POST /$batch`. Whatever is wrong with the batch as a whole refuses it before any member runs.
    pub(crate) fn batch(&mut self, mut call: Call, request_id: &str, entry: &mut LogEntry) -> Reply {
        call.object()?;
        let requests = call.body.as_mut().and_then(|body| body.get_mut("requests")).map(Value::take);
        let Some(Value::Array(mut requests)) = requests else {
            return Err(invalid("Invalid batch payload format."));
        };
        if requests.is_empty() {
            return Err(invalid("Invalid batch payload format."));
        }
        if requests.len() > MOST {
            self.violate("batchTooLarge", "A batch held more than 20 requests.", call.now);
            return Err(invalid(format!("Number of batch request steps exceeds the maximum value of {MOST}.")));
        }
        let mut members = self.members(&mut requests, call.now)?;
        let mut ancestors = ancestors(&members)?;
        self.counted.calls += members.len() as u64;
        let mut injected = std::mem::take(&mut self.injected);
        let mut answers: Vec<Option<Answer>> = members.iter().map(|_| None).collect();
        while let Some(place) = next(&members, &answers) {
            let behind_failed = members[place]
                .depends_on
                .iter()
                .any(|parent| answers[*parent].as_ref().is_some_and(|answer| answer.status >= 400));
            let mut answer = if behind_failed {
                Answer::error(424, "FailedDependency", "A request that this one depends on failed.")
            } else {
                let fault = injected.iter().position(|fault| fault.place == place).map(|at| injected.swap_remove(at));
                self.member(&call, &mut members[place], place, std::mem::take(&mut ancestors[place]), fault)
            };
            answer.stamp(call.now, request_id, request_id);
            self.counted.throttled += u64::from(answer.status == 429);
            answers[place] = Some(answer);
        }
        let mut responses = Vec::new();
        for (member, answer) in members.into_iter().zip(answers.into_iter().flatten()) {
            if self.seed.keep_log {
                entry.members.push(LogMember { method: member.method, path: member.url, status: answer.status });
            }
            responses.push(response(member.id, answer));
        }
        self.random.shuffle(&mut responses);
        Ok(Answer::text(format!("{{\"responses\":[{}]}}", responses.join(","))))
    }

    fn member(
        &mut self,
        call: &Call,
        member: &mut Member,
        place: usize,
        ancestors: Vec<usize>,
        fault: Option<Injected>,
    ) -> Answer {
        if let Some(fault) = fault.as_ref().filter(|fault| !fault.executes) {
            return self.injected_answer(fault.status, 2000, call.now);
        }
        if !member.has_content_type && member.body.is_some() {
            self.violate("batchBodyWithoutContentType", "A member had a body and no Content-Type.", call.now);
            return content_type_missing();
        }
        if matches!(member.method.as_str(), "POST" | "PATCH" | "PUT") && member.body.is_none() {
            return content_type_missing();
        }
        let inner = Call {
            serial: call.serial,
            member: Some(place),
            ancestors,
            now: call.now,
            method: member.method.clone(),
            version: call.version,
            path: String::new(),
            segments: Vec::new(),
            query: Vec::new(),
            body: member.body.take(),
            has_content_type: member.has_content_type,
            eventual: member.eventual,
            origin: Rc::clone(&call.origin),
            claims: Rc::clone(&call.claims),
        };
        let answer = match self.execute(inner, &member.url) {
            Ok(answer) | Err(answer) => answer,
        };
        match fault {
            Some(fault) => self.injected_answer(fault.status, 2000, call.now),
            None => answer,
        }
    }

    fn members(&mut self, requests: &mut [Value], now: u64) -> Result<Vec<Member>, Answer> {
        let mut members: Vec<Member> = Vec::new();
        for request in requests.iter_mut() {
            let field = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
            let (id, method, url) = (field("id"), field("method"), field("url"));
            if id.is_empty() || method.is_empty() || url.is_empty() {
                return Err(invalid("Invalid batch payload format."));
            }
            if members.iter().any(|member| member.id.eq_ignore_ascii_case(id)) {
                self.violate("batchDuplicateId", "Two members of a batch had one id.", now);
                return Err(invalid(format!("Request Id {id} has to be unique in a batch.")));
            }
            if url.contains("://") || url.starts_with("//") {
                self.violate("batchAbsoluteUrl", "A member's URL was absolute.", now);
                return Err(invalid(format!("Absolute URL is not supported in a batch: request {id}.")));
            }
            if url.trim_start_matches('/').to_ascii_lowercase().starts_with("$batch") {
                self.violate("batchNested", "A batch held a batch.", now);
                return Err(invalid("Nested batch requests are not supported."));
            }
            let headers = request.get("headers").and_then(Value::as_object);
            let header = |name: &str| {
                headers
                    .and_then(|headers| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
                    .and_then(|(_, value)| value.as_str())
                    .unwrap_or_default()
                    .to_ascii_lowercase()
            };
            let mut member = Member {
                id: id.to_owned(),
                method: method.to_ascii_uppercase(),
                url: url.to_owned(),
                body: None,
                has_content_type: header("content-type").starts_with("application/json"),
                eventual: header("consistencylevel") == "eventual",
                depends_on: Vec::new(),
            };
            member.body = request.get_mut("body").map(Value::take).filter(|body| !body.is_null());
            members.push(member);
        }
        for (place, request) in requests.iter().enumerate() {
            let parents = request.get("dependsOn").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for parent in parents {
                let parent = parent.as_str().unwrap_or_default();
                let Some(found) = members.iter().position(|member| member.id.eq_ignore_ascii_case(parent)) else {
                    return Err(invalid(format!("Request {} depends on unknown request {parent}.", members[place].id)));
                };
                members[place].depends_on.push(found);
            }
        }
        Ok(members)
    }
}

fn invalid(message: impl Into<String>) -> Answer {
    Answer::error(400, "BadRequest", message)
}

/// Of every member: all those that it waits for, directly or not.
fn ancestors(members: &[Member]) -> Result<Vec<Vec<usize>>, Answer> {
    let mut all = Vec::new();
    for (place, member) in members.iter().enumerate() {
        let mut found: Vec<usize> = Vec::new();
        let mut open = member.depends_on.clone();
        while let Some(parent) = open.pop() {
            if parent == place {
                return Err(invalid("Requests of a batch depend on each other."));
            }
            if !found.contains(&parent) {
                found.push(parent);
                open.extend(&members[parent].depends_on);
            }
        }
        all.push(found);
    }
    Ok(all)
}

/// The first member that has not run and waits for nothing.
fn next(members: &[Member], answers: &[Option<Answer>]) -> Option<usize> {
    members.iter().enumerate().position(|(place, member)| {
        answers[place].is_none() && member.depends_on.iter().all(|parent| answers[*parent].is_some())
    })
}

/// One member of the answer.
fn response(id: String, answer: Answer) -> String {
    let mut text = format!("{{\"id\":{},\"status\":{},\"headers\":{{", Value::from(id), answer.status);
    for (name, value) in answer.headers {
        text.push_str(&format!("\"{name}\":{},", Value::from(value)));
    }
    if answer.body.is_some() {
        text.push_str(&format!("\"Content-Type\":\"{JSON}\","));
    }
    text.push_str("\"Cache-Control\":\"no-cache\",\"x-ms-resource-unit\":\"1\"},\"body\":");
    text.push_str(&answer.body.map_or_else(|| "null".to_owned(), Body::into_text));
    text.push('}');
    text
}
