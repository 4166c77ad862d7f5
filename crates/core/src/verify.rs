//! The live list, read after the last write until it confirms or time is up: removals show late.

use crate::error::Error;
use crate::event::{EventOutcome, EventStep};
use crate::graph::{Answer, Call, Context, Failure, Graph, Path, Version, text};
use crate::kind::{Kind, KindSet};
use crate::methods::{self, Method};
use crate::patience::Patience;
use crate::plan::PlannedStep;
use crate::report::{MethodAction, VerificationOutcome, VerificationReport};

/// What the list should say.
pub(crate) struct Expected<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) stable_only: bool,
    /// The methods as they were found.
    pub(crate) before: &'a [Method],
    /// What was planned for them.
    pub(crate) steps: &'a [PlannedStep],
    /// Those of them whose removal Graph confirmed: for these it is worth waiting.
    pub(crate) removed: &'a [usize],
    /// The pass that this run issued, which is no leftover.
    pub(crate) pass_id: Option<&'a str>,
    /// Kinds that were asked for and must be readable for a confirmation.
    pub(crate) kinds: &'a [Kind],
    /// Whether the sessions' new start is wanted, too.
    pub(crate) sessions: bool,
}

/// What was seen.
pub(crate) struct Seen {
    pub(crate) report: VerificationReport,
    pub(crate) valid_from: Option<String>,
}

pub(crate) async fn verify(graph: &Graph, expected: &Expected<'_>) -> Seen {
    graph.emit(EventStep::Verification, EventOutcome::Started, |_| {});
    let mut patience = Patience::new(graph);
    let mut valid_from = None;
    let mut last: Option<VerificationReport> = None;
    let report = loop {
        let mut hidden = KindSet::default();
        let sessions = expected.sessions && valid_from.is_none();
        let list = match read(graph, expected, sessions, &mut hidden, &mut valid_from).await {
            Ok(list) => list,
            Err(error) => break failed(last, error),
        };
        let seen = compare(expected, &list, hidden);
        let worth_waiting = expected.removed.iter().any(|&at| expected.remains(at, &list));
        if seen.outcome == VerificationOutcome::Confirmed || !worth_waiting {
            break seen;
        }
        match patience.rest(graph, None).await {
            Ok(true) => last = Some(seen),
            Ok(false) => break seen,
            Err(error) => break VerificationReport { error: Some(error), ..seen },
        }
    };
    tell(graph, &report);
    Seen { report, valid_from }
}

/// Tells what the live list came to.
pub(crate) fn tell(graph: &Graph, report: &VerificationReport) {
    let outcome = match report.outcome {
        VerificationOutcome::Confirmed => EventOutcome::Done,
        VerificationOutcome::Pending => EventOutcome::InDoubt,
        VerificationOutcome::Skipped => EventOutcome::Skipped,
        VerificationOutcome::Failed => EventOutcome::Failed,
    };
    let error = report.error.as_ref().map(|error| error.code);
    graph.emit(EventStep::Verification, outcome, |event| event.error = error);
}

/// A list that could be read before and not now leaves what it said.
fn failed(last: Option<VerificationReport>, error: Error) -> VerificationReport {
    match last {
        Some(seen) => VerificationReport { error: Some(error), ..seen },
        None => VerificationReport {
            outcome: VerificationOutcome::Failed,
            remaining: Vec::new(),
            missing: Vec::new(),
            added: Vec::new(),
            error: Some(error),
        },
    }
}

async fn read(
    graph: &Graph,
    expected: &Expected<'_>,
    sessions: bool,
    hidden: &mut KindSet,
    valid_from: &mut Option<String>,
) -> Result<Vec<Method>, Error> {
    let Expected { user_id, stable_only, .. } = *expected;
    if !sessions {
        return methods::list(graph, user_id, stable_only, hidden).await;
    }
    if graph.session.no_mixed_list.get() {
        *valid_from = sessions_start(graph.call(&sessions_call(user_id, Version::V1)).await);
        return methods::list(graph, user_id, stable_only, hidden).await;
    }
    let version = if stable_only || graph.session.no_beta.get() { Version::V1 } else { Version::Beta };
    let calls = [sessions_call(user_id, version), methods::list_call(user_id, version)];
    let mut answers = graph.all(&calls).await;
    let mixed = answers.pop().unwrap_or_else(|| Err(Failure::NotRun(Error::internal("an answer is missing"))));
    *valid_from = answers.pop().and_then(sessions_start);
    methods::from_mixed(graph, user_id, stable_only, mixed, hidden).await
}

/// Reads from when sessions are valid.
pub(crate) fn sessions_call(user_id: &str, version: Version) -> Call {
    let path = Path::user(user_id).literal("?$select=id,signInSessionsValidFromDateTime");
    Call::get(version, path, Context::User)
}

pub(crate) fn sessions_start(outcome: Result<Answer, Failure>) -> Option<String> {
    let answer = outcome.ok().filter(Answer::is_success)?;
    text(answer.entity()?, "signInSessionsValidFromDateTime").map(methods::printable)
}

/// Whether a listed method is the one that was found before. Some ids are fixed, so a phone that was registered since
/// has the id of the one that went: a different time of registration tells them apart.
fn is_same(before: &Method, shown: &Method) -> bool {
    let again = matches!((&before.created, &shown.created), (Some(before), Some(now)) if before != now);
    shown.id == before.id && !again
}

impl Expected<'_> {
    /// Whether a method that was to go is still usable.
    fn remains(&self, at: usize, list: &[Method]) -> bool {
        let deactivate = self.steps[at].action == MethodAction::Deactivate;
        let usable = |shown: &Method| !deactivate || shown.is_active_token();
        list.iter().any(|shown| is_same(&self.before[at], shown) && usable(shown))
    }

    fn is_new_pass(&self, method: &Method) -> bool {
        self.pass_id == Some(method.id.as_str())
    }
}

fn compare(expected: &Expected<'_>, list: &[Method], hidden: KindSet) -> VerificationReport {
    let before = expected.before;
    let planned = (0..before.len()).filter(|&at| expected.steps[at].action != MethodAction::Keep);
    let remaining: Vec<String> = planned
        .filter(|&at| !expected.is_new_pass(&before[at]) && expected.remains(at, list))
        .map(|at| before[at].id.clone())
        .collect();
    let known = |shown: &Method| before.iter().any(|method| is_same(method, shown));
    let added = list.iter().filter(|shown| !known(shown) && !expected.is_new_pass(shown)).map(Method::added).collect();
    let readable = expected.kinds.iter().all(|kind| !hidden.contains(*kind));
    let outcome =
        if remaining.is_empty() && readable { VerificationOutcome::Confirmed } else { VerificationOutcome::Pending };
    VerificationReport { outcome, remaining, missing: Vec::new(), added, error: None }
}
