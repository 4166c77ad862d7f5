//! Doing what was planned, in an order that Graph accepts, and remembering what became of each step.

use crate::directory::User;
use crate::done::Done;
use crate::error::Error;
use crate::event::EventOutcome;
use crate::graph::Graph;
use crate::methods::Registered;
use crate::plan::{Plan, PlannedSessions};
use crate::report::{
    MethodAction, MethodOutcome, PassReport, PerUserMfaReport, SessionsOutcome, SessionsReport, SignInPreferenceReport,
    StepOutcome,
};
use crate::{pass, per_user_mfa, plan, sessions};

/// A run under way.
pub(crate) struct Execution<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) user: &'a User,
    pub(crate) registered: &'a Registered,
    pub(crate) plan: &'a Plan,
    pub(crate) stable_only: bool,
    /// The removals, in the order in which they are tried.
    pub(crate) order: Vec<usize>,
    /// One a registered method.
    pub(crate) methods: Vec<Done>,
    pub(crate) preference: Option<SignInPreferenceReport>,
    pub(crate) pass: Option<PassReport>,
    pub(crate) per_user_mfa: Option<PerUserMfaReport>,
    pub(crate) sessions: Option<SessionsReport>,
    /// Why nothing more is tried.
    pub(crate) stop: Option<Error>,
    pub(crate) current: Option<String>,
    pub(crate) tries: Vec<u32>,
}

impl<'a> Execution<'a> {
    pub(crate) fn new(
        graph: &'a Graph,
        user: &'a User,
        registered: &'a Registered,
        plan: &'a Plan,
        stable_only: bool,
    ) -> Self {
        let begin = |step: &plan::PlannedStep| {
            let outcome = match step.action {
                MethodAction::Keep => MethodOutcome::Kept,
                MethodAction::Delete | MethodAction::Deactivate | MethodAction::Register => MethodOutcome::Planned,
            };
            Done { reason: step.reason.clone(), ..Done::of(outcome) }
        };
        let before = registered.preference.as_ref().and_then(|preference| preference.target());
        Execution {
            graph,
            user,
            registered,
            plan,
            stable_only,
            order: plan::order(&registered.methods, &plan.steps, plan.moves.first().map(|to| to.value).or(before)),
            methods: plan.steps.iter().map(begin).collect(),
            preference: plan.moves.first().map(|to| SignInPreferenceReport {
                before: before.map(str::to_owned),
                after: to.value.to_owned(),
                live: None,
                outcome: StepOutcome::Planned,
                error: None,
            }),
            pass: plan.pass.as_ref().map(|_| pass::empty(crate::PassOutcome::Planned)),
            per_user_mfa: plan.per_user_mfa.map(|after| PerUserMfaReport {
                before: registered.per_user_mfa,
                after,
                live: None,
                outcome: StepOutcome::Planned,
                error: None,
            }),
            sessions: match plan.sessions {
                PlannedSessions::NotAsked => None,
                PlannedSessions::Revoke => Some(sessions::report(SessionsOutcome::Planned, None)),
                PlannedSessions::Skip(why) => Some(sessions::report(SessionsOutcome::Skipped, Some(why))),
            },
            stop: None,
            current: before.map(str::to_owned),
            tries: vec![0; plan.steps.len()],
        }
    }

    /// Does all of it but the verification.
    ///
    /// # Errors
    /// When nothing was written.
    pub(crate) async fn run(&mut self) -> Result<(), Error> {
        if let Some(options) = &self.plan.pass {
            let issued = pass::issue(self.graph, &self.user.id, options).await?;
            let failed = issued.error.clone();
            self.pass = Some(issued);
            if failed.is_some() {
                self.leave_all("there is no pass that works, so nothing was removed");
                self.doubt_replaced();
                return Ok(());
            }
            self.mark_replaced();
        }
        if !self.plan.moves.is_empty() {
            let moves = self.plan.moves.clone();
            self.move_preference(&moves).await;
        }
        if self.goes_on()
            && let Some(report) = &mut self.per_user_mfa
        {
            per_user_mfa::set(self.graph, &self.user.id, report).await;
        }
        self.remove_all().await;
        if self.sessions.as_ref().is_some_and(|sessions| sessions.outcome == SessionsOutcome::Planned) {
            self.revoke_alone().await;
        }
        Ok(())
    }

    /// The indices of the removals that Graph confirmed.
    pub(crate) fn removed(&self) -> Vec<usize> {
        let done = |at: &usize| {
            self.plan.steps[*at].action != MethodAction::Keep
                && matches!(self.methods[*at].outcome, MethodOutcome::Done | MethodOutcome::AlreadyGone)
        };
        (0..self.methods.len()).filter(done).collect()
    }

    /// Whether anything may have been written.
    pub(crate) fn wrote(&self) -> bool {
        let tried = |step: Option<StepOutcome>| step.is_some_and(|outcome| outcome != StepOutcome::Planned);
        self.methods.iter().any(|done| !matches!(done.outcome, MethodOutcome::Planned | MethodOutcome::Kept))
            || self.pass.as_ref().is_some_and(|pass| pass.outcome == crate::PassOutcome::Issued)
            || tried(self.preference.as_ref().map(|report| report.outcome))
            || tried(self.per_user_mfa.as_ref().map(|report| report.outcome))
            || self.sessions.as_ref().is_some_and(|sessions| sessions.outcome == SessionsOutcome::Revoked)
    }

    fn leave_all(&mut self, why: &str) {
        for (done, step) in self.methods.iter_mut().zip(&self.plan.steps) {
            if step.action != MethodAction::Keep {
                done.outcome = MethodOutcome::Kept;
                done.reason = Some(why.to_owned());
            }
        }
        if let Some(sessions) = self.sessions.as_mut().filter(|sessions| sessions.outcome == SessionsOutcome::Planned) {
            sessions.outcome = SessionsOutcome::Skipped;
            sessions.reason = Some(why.to_owned());
        }
    }

    /// A pass that does not work has taken an older one's place, too, and one whose answer was lost may have.
    fn doubt_replaced(&mut self) {
        let Some(pass) = &self.pass else { return };
        let (is_known, error) = (pass.id.is_some(), pass.error.clone());
        for at in self.replaced() {
            let (outcome, told) = match is_known {
                true => (MethodOutcome::Done, EventOutcome::Done),
                false => (MethodOutcome::Failed, EventOutcome::InDoubt),
            };
            let reason = (!is_known).then(|| "a pass whose answer was lost may have taken its place".to_owned());
            let error = error.clone().filter(|_| !is_known);
            self.tell(at, told, error.as_ref(), None);
            self.methods[at] = Done { outcome, reason, error, request_id: None };
        }
    }

    /// Graph has put the new pass in the place of an older one.
    fn mark_replaced(&mut self) {
        for at in self.replaced() {
            self.methods[at].outcome = MethodOutcome::Done;
            self.tell(at, EventOutcome::Done, None, None);
        }
    }

    fn replaced(&self) -> Vec<usize> {
        (0..self.methods.len()).filter(|&at| self.plan.steps[at].replaced).collect()
    }

    /// Whether the run may go on; notes why not.
    pub(crate) fn goes_on(&mut self) -> bool {
        if self.stop.is_none() && self.graph.host.is_cancelled() {
            self.stop = Some(crate::graph::cancelled());
        }
        self.stop.is_none()
    }
}
