//! The events, held against what the tenant saw: from the events alone one can tell every write, and no event tells of
//! a write that was none.

use entra_mfa_reset::{Event, EventOutcome, EventStep, Kind};
use entra_tenant::{LogEntry, Tenant};
use percent_encoding::percent_decode_str;

/// How far log and events were when a run began.
#[derive(Clone, Copy)]
pub struct Mark {
    pub log: usize,
    pub events: usize,
    pub reports: usize,
    pub asked: usize,
}

/// One write that arrived.
#[derive(Debug)]
struct Write {
    user: String,
    step: EventStep,
    /// Of a method: its kind, and its id where the path has one.
    method: Option<(Kind, Option<String>)>,
    status: u16,
}

impl Write {
    fn read(method: &str, path: &str, status: u16) -> Option<Write> {
        if method == "GET" {
            return None;
        }
        let path = path.split('?').next().unwrap_or_default().trim_start_matches('/');
        let parts: Vec<String> =
            path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (user, step, method) = match (method, parts.as_slice()) {
            ("POST", ["users", user, "revokeSignInSessions"]) => (user, EventStep::Sessions, None),
            ("PATCH", ["users", user, "authentication", "signInPreferences"]) => {
                (user, EventStep::SignInPreference, None)
            }
            ("PATCH", ["users", user, "authentication", "requirements"]) => (user, EventStep::PerUserMfa, None),
            ("POST", ["users", user, "authentication", "temporaryAccessPassMethods"]) => {
                (user, EventStep::TemporaryAccessPass, None)
            }
            ("DELETE", ["users", user, "authentication", "qrCodePinMethod"]) => {
                (user, EventStep::Method, Some((Kind::QrCodePin, None)))
            }
            (
                "DELETE",
                ["users", user, "authentication", collection, id]
                | ["users", user, "authentication", collection, id, "$ref"],
            )
            | ("POST", ["users", user, "authentication", collection, id, "deactivate"]) => {
                (user, EventStep::Method, Some((kind_of(collection), Some((*id).to_owned()))))
            }
            ("POST", ["users", user, "authentication", collection]) => {
                (user, EventStep::Method, Some((kind_of(collection), None)))
            }
            other => panic!("a write that no event can be about: {other:?}"),
        };
        Some(Write { user: (*user).to_owned(), step, method, status })
    }

    fn is_told_by(&self, event: &Event) -> bool {
        let method = match (&self.method, &event.method) {
            (None, None) => true,
            (Some((kind, id)), Some(told)) => *kind == told.kind && id.as_ref().is_none_or(|id| *id == told.id),
            _ => false,
        };
        method
            && self.step == event.step
            && event.user_id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&self.user))
    }

    fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A gateway's word says nothing about what is behind it.
    fn may_have_run(&self) -> bool {
        self.is_done() || matches!(self.status, 500 | 502 | 504)
    }
}

fn kind_of(collection: &str) -> Kind {
    let name = collection.trim_end_matches("Methods");
    let name = name.trim_end_matches("Authentication");
    Kind::from_name(name).unwrap_or_else(|| panic!("{collection} is of no kind"))
}

fn writes(log: &[LogEntry]) -> Vec<Write> {
    log.iter()
        .filter(|entry| matches!(entry.version.as_str(), "v1.0" | "beta"))
        .flat_map(|entry| match entry.path.as_str() {
            "/$batch" => entry.members.iter().map(|member| (&member.method, &member.path, member.status)).collect(),
            path if path.starts_with("/$batch") => Vec::new(),
            _ => vec![(&entry.method, &entry.path, entry.status)],
        })
        .filter_map(|(method, path, status)| Write::read(method, path, status))
        .collect()
}

/// What the events of one run must tell. `ended`: it was not killed. `heard`: every answer came from the tenant, as the
/// tenant gave it.
pub fn check(tenant: &Tenant, events: &[Event], mark: Mark, ended: bool, heard: bool) {
    let told = |what: &str, about: &dyn std::fmt::Debug| {
        format!("{what}: {about:?}\n{:#?}\n{events:#?}", &tenant.exchange()[mark.log..])
    };
    let writes = writes(&tenant.log()[mark.log..]);
    for write in &writes {
        let mine: Vec<&Event> = events.iter().filter(|event| write.is_told_by(event)).collect();
        let begun = mine.iter().find(|event| event.outcome == EventOutcome::Started);
        let who = begun.and_then(|event| event.caller.as_ref()).is_some_and(|caller| caller.tenant_id.is_some());
        assert!(who, "{}", told("a write without an attempt that says who", write));
        let settled = |event: &&&Event| {
            matches!(event.outcome, EventOutcome::Done | EventOutcome::AlreadyGone | EventOutcome::InDoubt)
        };
        if write.is_done() && ended {
            assert!(mine.iter().any(|event| settled(&event)), "{}", told("a write that is told as none", write));
        }
    }
    for event in events.iter().filter(|event| event.outcome == EventOutcome::Done && is_write(event.step)) {
        let by_pass = event.method.as_ref().is_some_and(|method| method.kind == Kind::TemporaryAccessPass);
        let known = writes.iter().any(|write| {
            let replaces = by_pass && write.step == EventStep::TemporaryAccessPass;
            write.may_have_run() && (write.is_told_by(event) || replaces)
        });
        assert!(known || !heard, "{}", told("told as done, and the tenant saw no such write", event));
        assert!(event.client_request_id.is_some(), "{}", told("done by no request", event));
    }
}

fn is_write(step: EventStep) -> bool {
    matches!(
        step,
        EventStep::Method
            | EventStep::TemporaryAccessPass
            | EventStep::SignInPreference
            | EventStep::PerUserMfa
            | EventStep::Sessions
    )
}

/// Every run tells its end, once for each user, after all else that it tells of that user.
pub fn check_end(events: &[Event], users: usize) {
    let ends = events.iter().filter(|event| event.step == EventStep::Finished).count();
    assert_eq!(ends, users, "ends of {users} users: {events:#?}");
    for (at, end) in events.iter().enumerate().filter(|(_, event)| event.step == EventStep::Finished) {
        let later =
            events[at + 1..].iter().find(|event| users == 1 || end.user_id.is_some() && event.user_id == end.user_id);
        // A second mention of the same user ends while the first goes on.
        let twice =
            events.iter().filter(|event| event.step == EventStep::Finished && event.user_id == end.user_id).count();
        assert!(later.is_none() || twice > 1, "after the end: {later:?}");
    }
}
