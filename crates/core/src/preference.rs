//! The default: setting it, and moving it out of the way of its own removal.

use crate::error::Error;
use crate::event::{Event, EventOutcome, EventStep};
use crate::execute::Execution;
use crate::graph::{Call, Context, Failure, Graph, Path, Version};
use crate::plan;
use crate::plan::Move;
use crate::report::{MethodAction, SignInPreferenceReport, StepOutcome};
use http::Method as Verb;

/// Sets the default to a value of Graph's.
pub(crate) async fn set(graph: &Graph, user_id: &str, value: &str) -> Option<Error> {
    let body = format!(r#"{{"userPreferredMethodForSecondaryAuthentication":"{value}"}}"#);
    let path = Path::user(user_id).literal("/authentication/signInPreferences");
    let write = Call::write(Verb::PATCH, Version::Beta, path, Some(body), Context::Preference);
    // Setting the same value twice is setting it once.
    let step = EventStep::SignInPreference;
    let fill = |event: &mut Event| event.value = Some(value.to_owned());
    graph.emit(step, EventOutcome::Started, fill);
    let answer = graph.call(&Call { repeatable: true, ..write }).await;
    graph.tell_call(step, answer, Context::Preference, fill).map(Failure::into_error)
}

impl Execution<'_> {
    /// Moves the default to the first of the targets that Graph takes. True when it did.
    pub(crate) async fn move_preference(&mut self, targets: &[Move]) -> bool {
        let before = self.current.clone();
        let mut failure = None;
        for target in targets {
            if !self.goes_on() || self.stable_only || self.graph.session.no_beta.get() {
                break;
            }
            let error = set(self.graph, &self.user.id, target.value).await;
            let outcome = if error.is_some() { StepOutcome::Failed } else { StepOutcome::Done };
            if outcome == StepOutcome::Done {
                self.current = Some(target.value.to_owned());
                let before = self.preference.as_ref().map_or(before, |report| report.before.clone());
                let after = target.value.to_owned();
                self.preference = Some(SignInPreferenceReport { before, after, live: None, outcome, error: None });
                return true;
            }
            failure = error;
        }
        if let Some(error) = failure {
            let after = targets.first().map_or_else(String::new, |target| target.value.to_owned());
            let outcome = StepOutcome::Failed;
            let failed = SignInPreferenceReport { before, after, live: None, outcome, error: Some(error) };
            self.preference = Some(failed);
        }
        false
    }

    pub(crate) async fn free_alternate(&mut self, at: usize, pending: &[usize]) {
        let mut targets = self.staying_targets();
        let suits = |other: usize| other != at && pending.contains(&other);
        targets.extend(plan::targets(&self.registered.methods, suits, false));
        self.move_preference(&targets).await;
    }

    pub(crate) async fn move_to_next(&mut self, targets: &mut Vec<Move>) -> bool {
        while !targets.is_empty() {
            let target = targets.remove(0);
            if self.move_preference(&[target]).await {
                return true;
            }
        }
        false
    }

    /// A default that had to make way for one of two methods that it points at, of two Authenticator apps for
    /// example, is set again for the one that stays.
    pub(crate) async fn move_back(&mut self, original: Option<String>) {
        if self.current == original {
            return;
        }
        let keeps = |at: usize| self.plan.steps[at].action == MethodAction::Keep;
        let target = plan::targets(&self.registered.methods, keeps, true);
        if let Some(target) = target.into_iter().find(|target| original.as_deref() == Some(target.value)) {
            self.move_preference(&[target]).await;
        }
    }

    pub(crate) fn staying_targets(&self) -> Vec<Move> {
        let keeps = |at: usize| self.plan.steps[at].action == MethodAction::Keep;
        let mut targets = plan::targets(&self.registered.methods, keeps, true);
        targets.retain(|target| self.current.as_deref() != Some(target.value));
        targets
    }
}
