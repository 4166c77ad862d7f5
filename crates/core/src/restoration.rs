//! A restore from the first read to its report: what the live list says of it, and putting the report together.

use crate::error::Error;
use crate::event::{EventOutcome, EventStep};
use crate::graph::{Graph, cancelled};
use crate::kind::Kind;
use crate::lookup::{self, Looked, Wanted, parse_user, read_target};
use crate::methods::{self, Method, Registered};
use crate::patience::Patience;
use crate::registration::{Registration, shown_default};
use crate::report::{
    MethodAction, MethodOutcome, MethodReport, Outcome, Report, StepOutcome, VerificationOutcome, VerificationReport,
};
use crate::reset::check_not_after;
use crate::residuals;
use crate::restore::{self, Entry, Likeness, RestoreRequest, occupant};
use crate::time::timestamp;
use crate::verify;
use std::slice;

pub(crate) async fn restore(graph: &Graph, request: &RestoreRequest) -> Result<Report, Error> {
    let started = graph.host.now();
    let not_after = request.not_after.as_deref();
    let mut entries = restore::entries(&request.backup)?;
    check_not_after(not_after, started)?;
    let name = parse_user(graph, &request.user)?;
    let wanted = Wanted::Methods { stable_only: request.stable_only };
    let (target, registered) = read_target(graph, &name, wanted, None).await?;
    lookup::judge(graph, &target, request.allow_privileged, None)?;
    let registered = registered?;
    let Looked { user, guard, .. } = target;
    restore::plan(&mut entries, &registered);
    graph.tell(EventStep::Plan, None);
    // The reading may have taken a while, behind a throttled tenant for example.
    check_not_after(not_after, graph.host.now())?;
    let mut registration = Registration::new(graph, &user, &registered, request, entries);
    registration.run().await;
    let (verification, live) = look(&mut registration, request.verify.unwrap_or(true)).await;
    let methods = methods(&registration, live.as_ref().unwrap_or(&registered));
    let outcome = judge(&registration, &verification);
    let mut residuals = residuals::of_reading(&user, &registered, guard.is_blind());
    residuals.extend(residuals::of_restore(&request.backup, &registration.entries, &verification.added));
    let Registration { preference, per_user_mfa, stop, .. } = registration;
    let error = stop
        .or_else(|| methods.iter().find_map(|method| method.error.clone()))
        .or_else(|| preference.as_ref()?.error.clone())
        .or_else(|| per_user_mfa.as_ref()?.error.clone())
        .or_else(|| verification.error.clone());
    Ok(Report {
        user: user.info(),
        outcome,
        methods,
        sign_in_preference: preference,
        sessions: None,
        temporary_access_pass: None,
        per_user_mfa,
        verification: Some(verification),
        guard: Some(guard),
        residuals,
        backup: None,
        error,
        graph: graph.usage(),
        started_at: timestamp(started),
        finished_at: timestamp(graph.host.now()),
        reason: request.reason.clone(),
    })
}

/// Reads the live list until it shows what was registered, with the default and the per-user state, which belong to it.
/// The list that it ended with goes along.
async fn look(run: &mut Registration<'_>, asked: bool) -> (VerificationReport, Option<Registered>) {
    let graph = run.graph;
    let unread = |outcome, error| VerificationReport {
        outcome,
        remaining: Vec::new(),
        missing: Vec::new(),
        added: Vec::new(),
        error,
    };
    if graph.host.is_cancelled() {
        return (unread(VerificationOutcome::Skipped, Some(cancelled())), None);
    }
    if !asked {
        return (unread(VerificationOutcome::Skipped, None), None);
    }
    if !run.wrote {
        // The list that was just read is the live list.
        let registered = run.registered;
        return (compare(run, registered).0, None);
    }
    graph.emit(EventStep::Verification, EventOutcome::Started, |_| {});
    let mut patience = Patience::new(graph);
    let mut last: Option<(VerificationReport, Registered)> = None;
    let error = loop {
        let live = match methods::read(graph, &run.user.id, run.stable_only).await {
            Ok(live) => live,
            Err(error) => break Some(error),
        };
        let (seen, worth_waiting) = compare(run, &live);
        last = Some((seen, live));
        if !worth_waiting {
            break None;
        }
        match patience.rest(graph, None).await {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    let (report, live) = match last {
        Some((seen, live)) => (VerificationReport { error, ..seen }, Some(live)),
        None => (unread(VerificationOutcome::Failed, error), None),
    };
    verify::tell(graph, &report);
    (report, live)
}

fn is_there(entry: &Entry) -> bool {
    matches!(entry.done.outcome, MethodOutcome::Done | MethodOutcome::Kept)
}

/// What a list says of the restore, and whether it is worth looking again.
fn compare(run: &mut Registration<'_>, live: &Registered) -> (VerificationReport, bool) {
    let mut missing = Vec::new();
    let mut worth_waiting = false;
    for at in 0..run.entries.len() {
        let entry = &run.entries[at];
        let shown = occupant(&entry.method, &live.methods).filter(|(_, likeness)| *likeness != Likeness::Other);
        match shown {
            Some((shown, likeness)) if entry.in_doubt => run.appeared(at, shown.clone(), likeness),
            None if is_there(entry) => {
                worth_waiting |= entry.done.outcome == MethodOutcome::Done;
                missing.push(entry.method.id.clone());
            }
            _ => {}
        }
    }
    let mut as_asked = true;
    if let Some(report) = run.preference.as_mut().filter(|report| report.outcome == StepOutcome::Done) {
        report.live = shown_default(live);
        as_asked &= report.live.as_ref() == Some(&report.after);
    }
    if let Some(report) = run.per_user_mfa.as_mut().filter(|report| report.outcome == StepOutcome::Done) {
        report.live = live.per_user_mfa;
        as_asked &= report.live == Some(report.after);
    }
    let readable = run.entries.iter().all(|entry| !live.hidden.contains(entry.method.kind) || !is_there(entry));
    let known = |shown: &Method| {
        let before = run.registered.methods.iter().any(|before| before.kind == shown.kind && before.id == shown.id);
        let ours = |entry: &Entry| is_there(entry) && occupant(&entry.method, slice::from_ref(shown)).is_some();
        before || run.entries.iter().any(ours)
    };
    let added = live.methods.iter().filter(|shown| !known(shown)).map(Method::added).collect();
    let confirmed = missing.is_empty() && as_asked && readable;
    let outcome = if confirmed { VerificationOutcome::Confirmed } else { VerificationOutcome::Pending };
    let report = VerificationReport { outcome, remaining: Vec::new(), missing, added, error: None };
    (report, worth_waiting || !as_asked)
}

fn judge(run: &Registration<'_>, verification: &VerificationReport) -> Outcome {
    let steps =
        [run.preference.as_ref().map(|report| report.outcome), run.per_user_mfa.as_ref().map(|report| report.outcome)];
    let steps = steps.into_iter().flatten().map(|outcome| outcome == StepOutcome::Done);
    let done: Vec<bool> = run.entries.iter().map(is_there).chain(steps).collect();
    if run.stop.is_some() || done.contains(&false) {
        return if done.contains(&true) { Outcome::Partial } else { Outcome::Failed };
    }
    let certain = run.entries.iter().all(|entry| entry.certain);
    match verification.outcome {
        VerificationOutcome::Confirmed if certain => Outcome::Complete,
        _ => Outcome::Unverified,
    }
}

/// What the backup asked for, in the order in which it was handled, and then what was there beside it.
fn methods(run: &Registration<'_>, shown: &Registered) -> Vec<MethodReport> {
    let is_default = |method: &Method| {
        let at = shown.methods.iter().position(|other| other.kind == method.kind && other.id == method.id)?;
        shown.is_default(at)
    };
    let report = |method: &Method| MethodReport {
        id: method.id.clone(),
        kind: method.kind,
        label: method.label.clone(),
        action: MethodAction::Keep,
        outcome: MethodOutcome::Kept,
        is_default: is_default(method),
        created_date_time: method.created.clone(),
        reason: Some("not part of the backup".into()),
        error: None,
    };
    let asked = run.entries.iter().map(|entry| MethodReport {
        action: entry.action,
        outcome: entry.done.outcome,
        reason: entry.done.reason.clone(),
        error: entry.done.error.clone(),
        ..report(&entry.method)
    });
    let beside = run.registered.methods.iter().filter(|method| {
        method.kind != Kind::Password
            && !run
                .entries
                .iter()
                .any(|entry| is_there(entry) && entry.method.kind == method.kind && entry.method.id == method.id)
    });
    asked.chain(beside.map(report)).collect()
}
