//! Putting the report together, so that it says no more than was seen.

use crate::backup;
use crate::directory::User;
use crate::error::Error;
use crate::execute::Execution;
use crate::graph::{Graph, Version, cancelled};
use crate::methods::Registered;
use crate::plan::Plan;
use crate::report::{
    AddedMethod, GuardReport, MethodAction, MethodOutcome, MethodReport, Outcome, PassOutcome, PerUserMfaReport,
    Report, SessionsOutcome, StepOutcome, VerificationOutcome, VerificationReport,
};
use crate::request::ResetRequest;
use crate::time::timestamp;
use crate::verify::{self, Expected};
use crate::{per_user_mfa, residuals};
use futures_util::future::join;

/// What a report is about.
pub(crate) struct Found<'a> {
    pub(crate) user: &'a User,
    pub(crate) guard: GuardReport,
    pub(crate) registered: &'a Registered,
    pub(crate) plan: &'a Plan,
}

/// Reads what the run should have left: the live list, the sessions' new start, and the per-user state.
pub(crate) async fn verify(
    graph: &Graph,
    request: &ResetRequest,
    plan: &Plan,
    execution: &mut Execution<'_>,
) -> Option<VerificationReport> {
    let state = execution.per_user_mfa.as_ref().filter(|report| report.outcome == StepOutcome::Done);
    let state = state.filter(|_| request.verify.unwrap_or(true)).map(|report| (report.before, report.after));
    let user_id = &execution.user.id;
    let live = async {
        match state? {
            (Some(before), after) if before == after => Some(before),
            (_, after) => per_user_mfa::live(graph, user_id, after).await,
        }
    };
    let (verification, live) = join(verify_list(graph, request, plan, execution), live).await;
    if let Some(report) = &mut execution.per_user_mfa {
        report.live = live;
    }
    verification
}

async fn verify_list(
    graph: &Graph,
    request: &ResetRequest,
    plan: &Plan,
    execution: &mut Execution<'_>,
) -> Option<VerificationReport> {
    let revoked = execution.sessions.as_ref().is_some_and(|sessions| sessions.outcome == SessionsOutcome::Revoked);
    let asked = request.verify.unwrap_or(true);
    let wrote = execution.wrote();
    if !plan.selects || !asked || graph.host.is_cancelled() || !wrote {
        if revoked && let Some(sessions) = &mut execution.sessions {
            sessions.valid_from = sessions_start(graph, execution.user).await;
        }
        // With nothing to remove and nothing written, the list that was just read is the live list.
        let idle = asked
            && !wrote
            && !graph.host.is_cancelled()
            && plan.steps.iter().all(|step| step.action == MethodAction::Keep);
        let unread = VerificationReport {
            outcome: if idle { VerificationOutcome::Confirmed } else { VerificationOutcome::Skipped },
            remaining: Vec::new(),
            missing: Vec::new(),
            added: Vec::new(),
            error: graph.host.is_cancelled().then(cancelled),
        };
        return plan.selects.then_some(unread);
    }
    let kinds = request.kinds_to_see();
    let removed = execution.removed();
    let pass_id = execution.pass.as_ref().and_then(|pass| pass.id.clone());
    let expected = Expected {
        user_id: &execution.user.id,
        stable_only: request.stable_only,
        before: &execution.registered.methods,
        steps: &plan.steps,
        removed: &removed,
        pass_id: pass_id.as_deref(),
        kinds: &kinds,
        sessions: revoked,
    };
    let seen = verify::verify(graph, &expected).await;
    if let Some(sessions) = &mut execution.sessions {
        sessions.valid_from = newer(execution.user, seen.valid_from);
    }
    Some(seen.report)
}

/// Reads from when sessions are valid.
pub(crate) async fn sessions_start(graph: &Graph, user: &User) -> Option<String> {
    let answer = graph.call(&verify::sessions_call(&user.id, Version::V1)).await;
    newer(user, verify::sessions_start(answer))
}

/// The start is told once it has moved; until then the old one is all that Graph shows.
fn newer(user: &User, valid_from: Option<String>) -> Option<String> {
    valid_from.filter(|start| user.sessions_valid_from.as_ref() != Some(start))
}

/// Whether a step that was asked for was done. `None`: it was not asked for.
fn verdicts(execution: &Execution<'_>, plan: &Plan) -> Vec<bool> {
    let methods = plan.steps.iter().zip(&execution.methods).filter(|(step, _)| step.action != MethodAction::Keep);
    let mut done: Vec<bool> =
        methods.map(|(_, done)| matches!(done.outcome, MethodOutcome::Done | MethodOutcome::AlreadyGone)).collect();
    done.extend(execution.pass.as_ref().map(|pass| pass.outcome == PassOutcome::Issued));
    done.extend(execution.per_user_mfa.as_ref().map(|state| state.outcome == StepOutcome::Done));
    done.extend(
        execution
            .sessions
            .as_ref()
            .filter(|sessions| sessions.reason.is_none())
            .map(|sessions| sessions.outcome == SessionsOutcome::Revoked),
    );
    done
}

fn judge(
    done: &[bool],
    plan: &Plan,
    stopped: bool,
    state_shows: bool,
    verification: Option<&VerificationReport>,
) -> Outcome {
    let all = done.iter().all(|done| *done) && !stopped;
    if !all {
        return if done.contains(&true) { Outcome::Partial } else { Outcome::Failed };
    }
    let seen = state_shows && plan.unseen.is_empty();
    match verification.map(|verification| verification.outcome) {
        _ if !seen => Outcome::Unverified,
        None | Some(VerificationOutcome::Confirmed) => Outcome::Complete,
        Some(VerificationOutcome::Pending | VerificationOutcome::Skipped | VerificationOutcome::Failed) => {
            Outcome::Unverified
        }
    }
}

fn methods(execution: &Execution<'_>, plan: &Plan) -> Vec<MethodReport> {
    let registered = execution.registered;
    let report = |at: usize| {
        let method = &registered.methods[at];
        let done = &execution.methods[at];
        MethodReport {
            id: method.id.clone(),
            kind: method.kind,
            label: method.label.clone(),
            action: plan.steps[at].action,
            outcome: done.outcome,
            is_default: registered.is_default(at),
            created_date_time: method.created.clone(),
            reason: done.reason.clone(),
            error: done.error.clone(),
        }
    };
    let handled = execution.order.iter().copied();
    let rest = (0..registered.methods.len()).filter(|at| !execution.order.contains(at));
    let absent = plan.absent.iter().map(|absent| MethodReport {
        id: absent.id.clone(),
        kind: absent.kind,
        label: absent.label.clone(),
        action: absent.action,
        outcome: MethodOutcome::AlreadyGone,
        is_default: None,
        created_date_time: None,
        reason: Some("the live list does not show this id".into()),
        error: None,
    });
    handled.chain(rest).map(report).chain(absent).collect()
}

/// What a report is made of beside what was found.
pub(crate) struct Made<'a> {
    pub(crate) execution: Execution<'a>,
    pub(crate) verification: Option<VerificationReport>,
    /// `Some` for a dry run, with the refusal that a real run would meet.
    pub(crate) dry: Option<Option<Error>>,
    pub(crate) started: u64,
}

pub(crate) fn report(graph: &Graph, request: &ResetRequest, found: Found<'_>, made: Made<'_>) -> Report {
    let Found { user, guard, registered, plan } = found;
    let Made { execution, verification, dry, started } = made;
    let done = verdicts(&execution, plan);
    let outcome = match &dry {
        Some(None) => Outcome::Planned,
        Some(Some(_)) => Outcome::Refused,
        None => {
            let verified = request.verify.unwrap_or(true);
            let shows = |state: &PerUserMfaReport| !verified || state.live == Some(state.after);
            let state_shows = execution.per_user_mfa.as_ref().is_none_or(shows);
            judge(&done, plan, execution.stop.is_some(), state_shows, verification.as_ref())
        }
    };
    let methods = methods(&execution, plan);
    let sessions = execution.sessions.as_ref().map(|sessions| sessions.outcome);
    let added: &[AddedMethod] = verification.as_ref().map_or(&[], |verification| &verification.added);
    let mut residuals = residuals::of_reading(user, registered, guard.is_blind());
    let planned = |at: usize| plan.steps[at].action != MethodAction::Keep && !plan.steps[at].replaced;
    let removed = execution.removed();
    let goes = |at| planned(at) && (dry.is_some() || removed.contains(&at));
    let gone: Vec<bool> = (0..plan.steps.len()).map(goes).collect();
    residuals.extend(residuals::of_plan(user, registered, plan, &gone, sessions, added));
    let backup = request.backup.then(|| backup::of(registered));
    residuals.extend(backup.as_ref().and_then(|backup| residuals::of_backup(backup, registered, request.stable_only)));
    let error = dry
        .flatten()
        .or_else(|| execution.stop.clone())
        .or_else(|| execution.pass.as_ref()?.error.clone())
        .or_else(|| methods.iter().find_map(|method| method.error.clone()))
        .or_else(|| execution.per_user_mfa.as_ref()?.error.clone())
        .or_else(|| execution.sessions.as_ref()?.error.clone())
        .or_else(|| verification.as_ref()?.error.clone());
    Report {
        user: user.info(),
        outcome,
        methods,
        sign_in_preference: execution.preference,
        sessions: execution.sessions,
        temporary_access_pass: execution.pass,
        per_user_mfa: execution.per_user_mfa,
        verification,
        guard: Some(guard),
        residuals,
        backup,
        error,
        graph: graph.usage(),
        started_at: timestamp(started),
        finished_at: timestamp(graph.host.now()),
        reason: request.reason.clone(),
    }
}
