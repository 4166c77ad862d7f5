//! Doing a restore: registering the methods one after another, then the default, then the per-user state, and making
//! sense of each answer.

use crate::directory::User;
use crate::done::{Done, Heard, hear, refusal};
use crate::error::{Error, ErrorCode};
use crate::event::{EventOutcome, EventStep};
use crate::graph::{Answer, Call, Context, Failure, Graph, Path};
use crate::kind::{Kind, KindSet};
use crate::methods::{self, Method, Registered, preferred};
use crate::patience::Patience;
use crate::report::{MethodOutcome, PerUserMfaReport, SignInPreferenceReport, StepOutcome};
use crate::restore::{
    Entry, Likeness, NOT_ACTIVATED, RestoreRequest, conflict, has_mobile, meet, needs_activation, no_mobile, occupant,
};
use crate::{per_user_mfa, preference};
use http::Method as Verb;

/// How often the registration of one method is sent, when its answer is lost each time. Graph refuses a second phone,
/// address or token in the same place, so that a try which ran after all does no harm.
const TRIES: u32 = 3;

/// What the answer to one registration means.
enum Verdict {
    Registered(Answer),
    Settled(Done),
    /// It did not run, because the run was cancelled.
    NotReached,
    /// Graph would not have it.
    Refused(Error),
    /// It may have run.
    InDoubt(Error),
}

/// A restore under way.
pub(crate) struct Registration<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) user: &'a User,
    pub(crate) registered: &'a Registered,
    pub(crate) stable_only: bool,
    pub(crate) entries: Vec<Entry>,
    pub(crate) preference: Option<SignInPreferenceReport>,
    pub(crate) per_user_mfa: Option<PerUserMfaReport>,
    /// Why nothing more is tried.
    pub(crate) stop: Option<Error>,
    /// Whether anything may have been written.
    pub(crate) wrote: bool,
}

impl<'a> Registration<'a> {
    pub(crate) fn new(
        graph: &'a Graph,
        user: &'a User,
        registered: &'a Registered,
        request: &RestoreRequest,
        entries: Vec<Entry>,
    ) -> Self {
        let backup = &request.backup;
        Registration {
            graph,
            user,
            registered,
            stable_only: request.stable_only,
            entries,
            preference: backup.default.clone().map(|after| SignInPreferenceReport {
                before: shown_default(registered),
                after,
                live: None,
                outcome: StepOutcome::Planned,
                error: None,
            }),
            per_user_mfa: backup.per_user_mfa.map(|after| PerUserMfaReport {
                before: registered.per_user_mfa,
                after,
                live: None,
                outcome: StepOutcome::Planned,
                error: None,
            }),
            stop: None,
            wrote: false,
        }
    }

    /// Does all of it but the verification.
    pub(crate) async fn run(&mut self) {
        for at in 0..self.entries.len() {
            if self.entries[at].done.outcome != MethodOutcome::Planned {
                continue;
            }
            if !self.goes_on() {
                return;
            }
            let alternate = self.entries[at].method.is_phone("alternateMobile");
            if alternate && !has_mobile(&self.entries, &self.registered.methods) {
                self.settle(at, no_mobile());
            } else {
                self.register(at).await;
            }
        }
        self.put_default().await;
        self.set_state().await;
    }

    /// Whether the run may go on; notes why not.
    fn goes_on(&mut self) -> bool {
        if self.stop.is_none() && self.graph.host.is_cancelled() {
            self.stop = Some(crate::graph::cancelled());
        }
        self.stop.is_none()
    }

    fn no_beta(&self) -> bool {
        self.stable_only || self.graph.session.no_beta.get()
    }

    // The methods

    async fn register(&mut self, at: usize) {
        self.tell(at, EventOutcome::Started, None);
        let kind = self.entries[at].method.kind;
        let call = self.call(at);
        let mut doubt: Option<Error> = None;
        for _ in 0..TRIES {
            self.wrote = true;
            let answer = self.graph.call(&call).await;
            let error = match self.judge(answer) {
                Verdict::Registered(answer) => return self.registered(at, &answer),
                Verdict::NotReached if doubt.is_none() => return,
                Verdict::Settled(done) if doubt.is_none() => return self.settle(at, done),
                Verdict::Refused(error) if doubt.is_none() => return self.look_again(at, error).await,
                Verdict::NotReached | Verdict::Settled(_) => break,
                Verdict::Refused(error) | Verdict::InDoubt(error) => error,
            };
            self.tell(at, EventOutcome::InDoubt, Some(&error));
            doubt.get_or_insert(error);
            match self.wait_for(at).await {
                Ok(Some((_, Likeness::Other))) => return self.settle(at, Done::failed(conflict())),
                Ok(Some((shown, likeness))) => return self.appeared(at, shown, likeness),
                // Of these Graph takes any number.
                Ok(None) if kind == Kind::External => break,
                Ok(None) => {}
                Err(_) => break,
            }
        }
        if let Some(error) = doubt {
            let reason = Some("it may or may not have been registered: the answer was lost".into());
            self.entries[at].in_doubt = true;
            self.settle(at, Done { reason, ..Done::failed(error) });
        }
    }

    fn call(&self, at: usize) -> Call {
        let Entry { method, body, .. } = &self.entries[at];
        let segment = method.kind.segment().unwrap_or_default();
        let path = Path::user(&self.user.id).literal("/authentication/").literal(segment);
        Call::write(Verb::POST, method.kind.version(), path, Some(body.clone()), Context::Register)
    }

    fn judge(&mut self, answer: Result<Answer, Failure>) -> Verdict {
        let answer = match hear(answer, &mut self.stop) {
            Heard::Answer(answer) => answer,
            Heard::InDoubt(error) => return Verdict::InDoubt(error),
            Heard::NotReached => return Verdict::NotReached,
            Heard::Failed(error) => return Verdict::Settled(Done::failed(error)),
        };
        match answer.status.as_u16() {
            200..=299 => Verdict::Registered(answer),
            400 | 404 | 405 | 501 if answer.is_unrouted() => {
                let error = Error::new(
                    ErrorCode::Unsupported,
                    "this cloud or API version cannot register this kind of method",
                    "Let the user register it, or the portal.",
                )
                .with_graph(answer.graph_error());
                Verdict::Settled(Done::unsupported(error))
            }
            400 | 409 => Verdict::Refused(answer.to_error(Context::Register)),
            _ => Verdict::Settled(Done::failed(refusal(&answer, Context::Register, &mut self.stop))),
        }
    }

    /// Graph's answer shows the method as it is now, with its id.
    fn registered(&mut self, at: usize, answer: &Answer) {
        let entry = &mut self.entries[at];
        if let Some(id) = answer.entity().and_then(|entity| crate::graph::text(entity, "id")) {
            entry.method.id = methods::printable(id);
        }
        if entry.method.kind == Kind::HardwareOath {
            entry.method.status = Some("assigned".into());
        }
        self.finish(at, answer.request_id());
    }

    /// The list shows what a lost answer was about.
    pub(crate) fn appeared(&mut self, at: usize, shown: Method, likeness: Likeness) {
        let entry = &mut self.entries[at];
        entry.certain = likeness == Likeness::Same;
        entry.in_doubt = false;
        entry.method = shown;
        self.finish(at, None);
    }

    fn finish(&mut self, at: usize, request_id: Option<String>) {
        let reason = needs_activation(&self.entries[at].method).then(|| NOT_ACTIVATED.to_owned());
        self.settle(at, Done { reason, request_id, ..Done::of(MethodOutcome::Done) });
    }

    /// After a refusal: somebody may have been faster, or the list that was read first was late.
    async fn look_again(&mut self, at: usize, refusal: Error) {
        match self.look(at).await {
            Ok(Some((shown, likeness))) => {
                meet(&mut self.entries[at], shown, likeness);
                let done = self.entries[at].done.clone();
                self.settle(at, done);
            }
            _ => self.settle(at, Done::failed(refusal)),
        }
    }

    async fn look(&mut self, at: usize) -> Result<Option<(Method, Likeness)>, Error> {
        let mut hidden = KindSet::default();
        let list = methods::list(self.graph, &self.user.id, self.stable_only, &mut hidden).await?;
        let found = occupant(&self.entries[at].method, &list);
        Ok(found.map(|(shown, likeness)| (shown.clone(), likeness)))
    }

    /// What the list shows in an entry's place, once it does.
    async fn wait_for(&mut self, at: usize) -> Result<Option<(Method, Likeness)>, Error> {
        let mut patience = Patience::new(self.graph);
        loop {
            let found = self.look(at).await?;
            if found.is_some() || !patience.rest(self.graph, None).await? {
                return Ok(found);
            }
        }
    }

    fn settle(&mut self, at: usize, done: Done) {
        self.entries[at].done = done;
        self.tell(at, self.entries[at].done.told(), self.entries[at].done.error.as_ref());
    }

    fn tell(&self, at: usize, outcome: EventOutcome, error: Option<&Error>) {
        let Entry { method, action, done, .. } = &self.entries[at];
        self.graph.emit(EventStep::Method, outcome, |event| {
            event.method = Some(method.told(*action));
            event.blame(error);
            event.request_id = event.request_id.take().or_else(|| done.request_id.clone());
        });
    }

    // The default, and the per-user state

    async fn put_default(&mut self) {
        let Some(mut report) = self.preference.clone() else { return };
        if !self.goes_on() {
            return;
        }
        let error = if report.before.as_ref() == Some(&report.after) {
            self.graph.emit(EventStep::SignInPreference, EventOutcome::Skipped, |event| {
                event.value = Some(report.after.clone());
            });
            None
        } else {
            self.set_default(&report.after).await
        };
        report.outcome = if error.is_some() { StepOutcome::Failed } else { StepOutcome::Done };
        report.error = error;
        self.preference = Some(report);
    }

    async fn set_default(&mut self, value: &str) -> Option<Error> {
        if self.no_beta() {
            return self.cannot(EventStep::SignInPreference, beta_only("the default sign-in method"));
        }
        let mut there = self.registered.methods.clone();
        let fresh = self.entries.iter().filter(|entry| entry.done.outcome == MethodOutcome::Done);
        let fresh: Vec<Method> = fresh.map(|entry| entry.method.clone()).collect();
        let registered = !fresh.is_empty();
        there.extend(fresh);
        if preferred(&there, value).is_empty() {
            let error = Error::new(
                ErrorCode::Unsupported,
                format!("the default was `{value}`, and no method is registered that it could point at"),
                "Let the user register that method again; the first one becomes the default.",
            );
            return self.cannot(EventStep::SignInPreference, error);
        }
        let mut patience = Patience::new(self.graph);
        loop {
            self.wrote = true;
            let error = preference::set(self.graph, &self.user.id, value).await?;
            // What was registered a moment ago may not count yet.
            let refused = error.graph.as_ref().is_some_and(|graph| graph.status == 400);
            if !registered || !refused || !matches!(patience.rest(self.graph, Some(error.code)).await, Ok(true)) {
                return Some(error);
            }
        }
    }

    fn cannot(&self, step: EventStep, error: Error) -> Option<Error> {
        self.graph.tell(step, Some(&error));
        Some(error)
    }

    async fn set_state(&mut self) {
        if !self.goes_on() {
            return;
        }
        let no_beta = self.no_beta();
        let Some(report) = &mut self.per_user_mfa else { return };
        if no_beta && report.before != Some(report.after) {
            report.outcome = StepOutcome::Failed;
            let error = beta_only("the per-user MFA state");
            self.graph.tell(EventStep::PerUserMfa, Some(&error));
            report.error = Some(error);
            return;
        }
        self.wrote |= report.before != Some(report.after);
        per_user_mfa::set(self.graph, &self.user.id, report).await;
    }
}

/// The stored default, where it could be read.
pub(crate) fn shown_default(registered: &Registered) -> Option<String> {
    let preference = registered.preference.as_ref()?;
    Some(preference.target().unwrap_or("none").to_owned())
}

fn beta_only(what: &str) -> Error {
    Error::new(
        ErrorCode::Unsupported,
        format!("{what} can be set in Graph's beta version only, which this run may not or cannot use"),
        "Leave out stableOnly, or set it in the portal.",
    )
}
