//! What must hold, whatever was answered.

use crate::world::{Sent, World};
use bytes::Bytes;
use entra_mfa_reset::run::{Reply, SendError};
use entra_mfa_reset::{
    Error, ErrorCode, MethodAction, MethodOutcome, MethodReport, Outcome, PassOutcome, Report, SessionsOutcome,
    VerificationOutcome,
};
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// One call that is no read.
#[derive(Debug)]
pub struct Write {
    /// Its path, percent-encoded.
    pub path: String,
    /// Its id in a batch.
    member: Option<String>,
    /// After all that the engine has been told it may have run.
    pub may_have_run: bool,
}

const METADATA_SERVICE: &str = "http://169.254.169.254/metadata/identity/oauth2/token?";

/// What an operation may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Nothing.
    Nothing,
    /// Removals, and what goes with them.
    Reset,
    /// The sessions.
    Revocation,
    /// A pass.
    Pass,
    /// What can be registered for a user.
    Restore,
}

/// One request: where it goes, with what, and what it could do.
pub(crate) fn request(request: &http::Request<Bytes>, [graph, login]: [&str; 2], writes: Writes) -> Sent {
    let uri = request.uri().to_string();
    if let Some(path) = uri.strip_prefix(login).filter(|_| !request.headers().contains_key(AUTHORIZATION)) {
        assert!(path.ends_with("/oauth2/v2.0/token"), "the sign-in service is asked for {path}");
        assert_eq!(path.matches('/').count(), 4, "a tenant id is a path: {path}");
        return Sent { writes: Vec::new(), lists: Vec::new(), answered: None };
    }
    if uri.starts_with(METADATA_SERVICE) {
        let header = request.headers().get("metadata").is_some_and(|value| value == "true");
        assert!(header && !request.headers().contains_key(AUTHORIZATION), "the metadata service is asked otherwise");
        return Sent { writes: Vec::new(), lists: Vec::new(), answered: None };
    }
    let rest = uri.strip_prefix(graph).unwrap_or_else(|| panic!("a request leaves Graph: {uri}"));
    let bearers: Vec<_> = request.headers().get_all(AUTHORIZATION).iter().collect();
    assert!(bearers.len() == 1 && bearers[0].is_sensitive(), "one Authorization, and it is marked as a secret");
    let (version, path) = rest[1..].split_once('/').expect("a path below the version");
    assert!(rest.starts_with('/') && matches!(version, "v1.0" | "beta"), "{uri} is below no API version");
    let mut sent = Sent { writes: Vec::new(), lists: Vec::new(), answered: None };
    if path != "$batch" {
        let path = format!("/{path}");
        call(&mut sent, writes, request.method().as_str(), &path, None);
        return sent;
    }
    let batch: Value = serde_json::from_slice(request.body()).expect("a batch is JSON");
    let members = batch["requests"].as_array().expect("a batch has members");
    assert!((1..=20).contains(&members.len()), "Graph takes 1 to 20 members");
    let mut ids: Vec<&str> = Vec::new();
    for member in members {
        let text = |name: &str| member[name].as_str().expect("text");
        let id = text("id");
        for before in member["dependsOn"].as_array().into_iter().flatten() {
            assert!(ids.contains(&before.as_str().expect("an id")), "a member depends on none before it");
        }
        assert!(!ids.contains(&id), "two members have one id");
        ids.push(id);
        call(&mut sent, writes, text("method"), text("url"), Some(id));
    }
    sent
}

fn call(sent: &mut Sent, writes: Writes, method: &str, path: &str, member: Option<&str>) {
    assert!(path.starts_with('/') && path.is_ascii() && !path.contains(['#', '\\', ' ']), "{path} is no path");
    let segments: Vec<String> = path
        .split('?')
        .next()
        .unwrap_or_default()
        .split('/')
        .skip(1)
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    assert!(segments.iter().all(|segment| segment != "." && segment != ".."), "{path} has dots");
    if method == "GET" {
        sent.lists.extend(path.contains("/authentication/").then(|| path.to_owned()));
        return;
    }
    // What is not written here is not the engine's to write: a user above all.
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["users", user, rest @ ..] = names.as_slice() else { panic!("nobody asked for {method} {path}") };
    let expected = match (method, rest) {
        ("DELETE", ["authentication", _, id] | ["authentication", _, id, "$ref"]) if *id != "$ref" => Writes::Reset,
        ("DELETE", ["authentication", "qrCodePinMethod"]) => Writes::Reset,
        ("POST", ["authentication", "hardwareOathMethods", _, "deactivate"]) => Writes::Reset,
        ("POST", ["revokeSignInSessions"]) => Writes::Revocation,
        ("POST", ["authentication", "temporaryAccessPassMethods"]) => Writes::Pass,
        (
            "POST",
            [
                "authentication",
                "phoneMethods" | "emailMethods" | "hardwareOathMethods" | "externalAuthenticationMethods",
            ],
        ) => Writes::Restore,
        ("PATCH", ["authentication", "signInPreferences" | "requirements"]) if writes == Writes::Restore => {
            Writes::Restore
        }
        ("PATCH", ["authentication", "signInPreferences" | "requirements"]) => Writes::Reset,
        _ => Writes::Nothing,
    };
    let covered = writes == Writes::Reset && matches!(expected, Writes::Revocation | Writes::Pass);
    let known = expected != Writes::Nothing && (expected == writes || covered) && !user.is_empty();
    assert!(known, "nobody asked for {method} {path}");
    sent.writes.push(Write { path: path.to_owned(), member: member.map(str::to_owned), may_have_run: true });
}

/// The answer to a request that wrote: which of its calls may have run.
pub(crate) fn told(sent: &mut Sent, reply: &Reply) {
    if sent.writes.is_empty() {
        return;
    }
    let may = |status: u16| matches!(status, 200..=299 | 500 | 502 | 504);
    let response = match reply {
        Reply::Failed(SendError::NeverSent(_)) => {
            sent.writes.iter_mut().for_each(|write| write.may_have_run = false);
            return;
        }
        Reply::Response(response) => response,
        _ => return,
    };
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    for write in &mut sent.writes {
        let outer = response.status().as_u16();
        write.may_have_run = may(outer);
        if let (Some(id), Some(body), true) = (&write.member, &body, response.status().is_success()) {
            let members = body["responses"].as_array().into_iter().flatten();
            let found =
                members.filter(|member| member["id"] == id.as_str()).find_map(|member| member["status"].as_u64());
            write.may_have_run = found.is_none_or(|status| u16::try_from(status).is_ok_and(may));
        }
    }
}

/// An error that ends a run: nothing was written, and it says what to do.
pub fn error(world: &World, error: &Error) {
    sentence(world, error);
    let wrote = world.sent.iter().flat_map(|sent| &sent.writes).any(|write| write.may_have_run);
    assert!(!wrote, "something may have been written, and the answer is no report: {error:?}");
}

fn sentence(world: &World, error: &Error) {
    let code = serde_json::to_value(error.code).expect("a code is JSON");
    assert!(code.as_str().is_some_and(|code| !code.is_empty()), "an error without a code");
    assert!(!error.message.is_empty() && !error.help.is_empty(), "an error without words: {error:?}");
    assert!(!error.message.chars().any(char::is_control), "an error breaks a line: {error:?}");
    assert_ne!(error.code, ErrorCode::Internal, "nobody outside can cause this: {error:?}");
    world.secrets.check(&format!("{error:?}"), "an error");
}

/// A report: it says no more than what was told, and it can be read again.
pub fn report(world: &World, report: &Report) {
    let text = report.to_json();
    let again: Report = serde_json::from_str(&text).expect("a report is JSON");
    assert_eq!(&again, report, "a report changes on its way through JSON");
    let mut shown = again;
    shown.backup = None;
    if let Some(pass) = &mut shown.temporary_access_pass {
        pass.pass = None;
    }
    world.secrets.check(&shown.to_json(), "a report");
    world.secrets.check(&format!("{report:?}"), "a report's Debug");
    for error in report.error.iter().chain(report.methods.iter().filter_map(|method| method.error.as_ref())) {
        sentence(world, error);
    }
    let went = report.methods.iter().filter(|method| method.action != MethodAction::Keep);
    let registers = |method: &MethodReport| method.action == MethodAction::Register;
    for method in went.clone().filter(|method| method.outcome == MethodOutcome::Done && !registers(method)) {
        let id = &method.id;
        let tried = |path: &str| {
            percent_decode_str(path).decode_utf8_lossy().contains(&**id) || path.ends_with("/qrCodePinMethod")
        };
        let told = world.sent.iter().flat_map(|sent| &sent.writes).any(|write| tried(&write.path));
        assert!(told, "{id} is reported as done, and nobody tried");
    }
    if matches!(report.outcome, Outcome::Planned | Outcome::Refused) {
        assert!(
            went.clone()
                .all(|method| method.outcome == MethodOutcome::Planned || method.outcome == MethodOutcome::AlreadyGone)
        );
    }
    if report.outcome != Outcome::Complete {
        return;
    }
    assert!(
        went.clone().all(|method| matches!(method.outcome, MethodOutcome::Done | MethodOutcome::AlreadyGone)),
        "complete, and a method is not done: {text}"
    );
    assert!(report.error.is_none(), "complete, and an error: {text}");
    if let Some(verification) = &report.verification {
        assert_eq!(verification.outcome, VerificationOutcome::Confirmed, "complete, and not confirmed: {text}");
        assert!(verification.remaining.is_empty(), "complete, and something remains: {text}");
    }
    if let Some(pass) = &report.temporary_access_pass {
        assert!(pass.outcome == PassOutcome::Issued && pass.pass.is_some(), "complete, without the pass: {text}");
    }
    if let Some(sessions) = &report.sessions {
        let left = sessions.outcome == SessionsOutcome::Skipped && sessions.reason.is_some();
        assert!(left || sessions.outcome == SessionsOutcome::Revoked, "complete, and sessions live on: {text}");
    }
    if went.clone().any(|method| method.outcome == MethodOutcome::Done) {
        let start = format!("/users/{}/authentication/", report.user.id.as_deref().unwrap_or_default());
        let of_user = |path: &str| percent_decode_str(path).decode_utf8_lossy().starts_with(&start);
        let wrote = world.sent.iter().filter(|sent| sent.writes.iter().any(|write| of_user(&write.path)));
        let last_write = wrote.filter_map(|sent| sent.answered).max();
        let read = world.sent.iter().filter(|sent| sent.lists.iter().any(|path| of_user(path)));
        let last_read = read.filter_map(|sent| sent.answered).max();
        assert!(last_read > last_write, "complete, and the list was not read after the last write");
    }
}
