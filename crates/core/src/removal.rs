//! Removing the methods, in an order that Graph accepts, and making sense of each answer.

use crate::done::{Done, Heard, hear, refusal};
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventMethod, EventOutcome, EventStep};
use crate::execute::Execution;
use crate::graph::{Answer, Call, Context, Failure, Path, Version, is_default_method_refusal};
use crate::kind::{Kind, KindSet};
use crate::methods::Method;
use crate::report::{MethodAction, MethodOutcome, PassReport};
use crate::{methods, pass, plan};
use http::Method as Verb;
use std::time::Duration;

/// How often the removal of one method is sent, when its answer is lost each time.
const TRIES: u32 = 4;
/// How long, in milliseconds, removals may take to show before a pass of this run is suspected of blocking the default.
const PATIENCE: u64 = 3000;
/// Members of one chain, with room for the revocation.
const CHAIN: usize = 19;

/// What the answer to one removal means.
enum Verdict {
    Settled(Done),
    /// It did not run, because one before it failed.
    NotReached,
    /// It is the default, and another method is in its way.
    Default(Error),
    /// It may have run.
    InDoubt(Error),
    /// The other form of the call is worth a try.
    OtherForm,
}

impl Execution<'_> {
    pub(crate) async fn remove_all(&mut self) {
        let methods = &self.registered.methods;
        self.order = plan::order(methods, &self.plan.steps, self.current.as_deref());
        let mut queue = self.order.clone();
        let mut postponed = Vec::new();
        // Every round settles something or counts a try; this bound is for a server that does neither.
        let mut rounds = 4 * queue.len() + 8;
        while let Some(&front) = queue.first() {
            if !self.goes_on() || rounds == 0 {
                break;
            }
            rounds -= 1;
            if queue.len() == 1
                && let Some(place) = postponed.iter().position(|(at, _)| *at == front)
            {
                let (_, refusal) = postponed.swap_remove(place);
                self.remove_blocked(front, refusal).await;
                queue.remove(0);
                continue;
            }
            let version = methods[front].kind.version();
            let portion: Vec<usize> =
                queue.iter().copied().take_while(|&at| methods[at].kind.version() == version).take(CHAIN).collect();
            let revoke = version == Version::V1 && portion.len() == queue.len() && self.wants_revocation();
            let mut calls: Vec<Call> = portion.iter().map(|&at| self.removal(at)).collect();
            calls.extend(revoke.then(|| self.revocation()));
            portion.iter().for_each(|&at| self.tell(at, EventOutcome::Started, None, None));
            if revoke {
                self.graph.emit(EventStep::Sessions, EventOutcome::Started, |_| {});
            }
            let mut answers = self.graph.chain(version, calls).await;
            let revoked = if revoke { answers.pop() } else { None };
            queue.drain(..portion.len());
            self.read_removals(&portion, answers, &mut queue, &mut postponed).await;
            if let Some(answer) = revoked {
                self.read_revocation(answer, true);
            }
        }
        if rounds == 0 {
            for at in queue {
                let error = Error::new(
                    ErrorCode::UnexpectedResponse,
                    "Graph neither removed the method nor said why not",
                    "Run the reset again.",
                );
                self.settle(at, Done::failed(error));
            }
        }
    }

    /// Sorts a portion's answers: what is settled, what goes back into the queue, and in which order.
    async fn read_removals(
        &mut self,
        portion: &[usize],
        answers: Vec<Result<Answer, Failure>>,
        queue: &mut Vec<usize>,
        postponed: &mut Vec<(usize, Error)>,
    ) {
        let mut again = Vec::new();
        let mut last = Vec::new();
        let mut doubts = Vec::new();
        for (&at, answer) in portion.iter().zip(answers) {
            match self.judge(at, answer) {
                Verdict::Settled(done) => self.settle(at, done),
                Verdict::NotReached | Verdict::OtherForm => again.push(at),
                Verdict::Default(error) => last.push((at, error)),
                Verdict::InDoubt(error) => {
                    self.tell(at, EventOutcome::InDoubt, Some(&error), None);
                    doubts.push((at, error));
                }
            }
        }
        let mut resend = self.settle_doubts(doubts).await;
        resend.extend(again);
        for at in resend.into_iter().rev() {
            queue.insert(0, at);
        }
        for (at, refusal) in last {
            // An alternate phone cannot wait for the mobile, which in turn waits for it.
            let waits_for_it = queue.iter().any(|&other| self.registered.methods[other].is_phone("mobile"));
            if !(self.registered.methods[at].is_phone("alternateMobile") && waits_for_it) {
                postponed.retain(|(other, _)| *other != at);
                postponed.push((at, refusal));
                queue.push(at);
            } else if !postponed.iter().any(|(other, _)| *other == at) {
                postponed.push((at, refusal));
                let pending = queue.clone();
                self.free_alternate(at, &pending).await;
                queue.insert(0, at);
            } else {
                self.settle(at, Done::failed(refusal));
            }
        }
    }

    /// The default, with nothing left to remove but itself, and Graph still refuses: something stays that it could
    /// be, or the removals before it do not show yet, or the new pass counts as another method.
    async fn remove_blocked(&mut self, at: usize, refusal: Error) {
        let original = self.current.clone();
        let mut targets = self.staying_targets();
        let mut moved = self.move_to_next(&mut targets).await;
        let mut refusal = refusal;
        let limit = u64::from(self.graph.session.limits.verify_seconds) * 1000;
        let begun = self.graph.host.now();
        let mut pause = 1000;
        let mut withdrawn = false;
        while self.goes_on() {
            let waited = self.graph.host.now().saturating_sub(begun);
            // Nobody has seen the pass yet, so taking it back costs nothing but two calls.
            let withdraws = !moved && !withdrawn && waited >= limit.min(PATIENCE) && self.withdraw_pass().await;
            withdrawn |= withdraws;
            if !moved && !withdraws {
                if waited >= limit {
                    self.settle(at, Done::failed(refusal));
                    break;
                }
                let rest = Duration::from_millis(pause.min(limit - waited));
                pause = (pause * 2).min(8000);
                if let Err(error) = self.graph.wait(rest, Some(ErrorCode::DefaultMethodBlocked)).await {
                    self.stop = Some(error);
                    break;
                }
            }
            moved = false;
            let call = self.removal(at);
            self.tell(at, EventOutcome::Started, None, None);
            let answer = self.graph.call(&call).await;
            match self.judge(at, answer) {
                Verdict::Settled(done) => {
                    self.settle(at, done);
                    break;
                }
                Verdict::Default(error) => {
                    refusal = error;
                    moved = self.move_to_next(&mut targets).await;
                }
                Verdict::InDoubt(error) => {
                    self.tell(at, EventOutcome::InDoubt, Some(&error), None);
                    if self.settle_doubts(vec![(at, error)]).await.is_empty() {
                        break;
                    }
                }
                Verdict::NotReached | Verdict::OtherForm => {}
            }
        }
        self.move_back(original).await;
        if withdrawn && let Some(options) = &self.plan.pass {
            let again = pass::issue(self.graph, &self.user.id, options).await;
            self.pass =
                Some(again.unwrap_or_else(|error| PassReport {
                    error: Some(error),
                    ..pass::empty(crate::PassOutcome::Failed)
                }));
        }
    }

    /// Takes back the pass that this run issued, because it may be what blocks the default. It is issued again.
    async fn withdraw_pass(&mut self) -> bool {
        let Some(id) = self.pass.as_ref().and_then(|pass| pass.id.clone()) else { return false };
        let path = Path::user(&self.user.id).literal("/authentication/temporaryAccessPassMethods").value(&id);
        let call = Call::write(Verb::DELETE, Version::V1, path, None, Context::Pass);
        let gone = EventMethod {
            id,
            kind: Kind::TemporaryAccessPass,
            label: "Temporary Access Pass".into(),
            action: MethodAction::Delete,
        };
        self.graph.emit(EventStep::Method, EventOutcome::Started, |event| event.method = Some(gone.clone()));
        let answer = self.graph.call(&call).await;
        let is_gone = matches!(&answer, Ok(answer) if answer.status.as_u16() == 404 && !answer.is_unrouted());
        let stands = if is_gone {
            self.graph.emit(EventStep::Method, EventOutcome::AlreadyGone, |event| event.method = Some(gone));
            false
        } else {
            let fill = |event: &mut Event| event.method = Some(gone);
            let failure = self.graph.tell_call(EventStep::Method, answer, Context::Pass, fill);
            // What is in doubt may be gone, so it no longer counts as issued.
            matches!(failure, Some(Failure::NotRun(_)))
        };
        if !stands {
            self.pass = Some(pass::empty(crate::PassOutcome::Planned));
        }
        !stands
    }

    /// Reads the live list for removals whose answer was lost. Returns those that have to be sent again.
    async fn settle_doubts(&mut self, doubts: Vec<(usize, Error)>) -> Vec<usize> {
        if doubts.is_empty() {
            return Vec::new();
        }
        let mut hidden = KindSet::default();
        let list = if self.goes_on() {
            methods::list(self.graph, &self.user.id, self.stable_only, &mut hidden).await.ok()
        } else {
            None
        };
        let mut again = Vec::new();
        for (at, error) in doubts {
            let method = &self.registered.methods[at];
            let deactivate = self.plan.steps[at].action == MethodAction::Deactivate;
            let in_doubt = Done {
                reason: Some("it may or may not have been done: the answer was lost".into()),
                ..Done::failed(error)
            };
            match &list {
                Some(list) if !hidden.contains(method.kind) => {
                    let shown = |shown: &Method| shown.id == method.id && (!deactivate || shown.is_active_token());
                    self.tries[at] += 1;
                    if !list.iter().any(shown) {
                        self.settle(at, Done::of(MethodOutcome::Done));
                    } else if self.tries[at] < TRIES {
                        // It stays in doubt until it has been sent again: a cancel may come first.
                        self.methods[at] = in_doubt;
                        again.push(at);
                    } else {
                        self.methods[at] = in_doubt;
                    }
                }
                // The doubt has been told.
                _ => self.methods[at] = in_doubt,
            }
        }
        again
    }

    fn removal(&self, at: usize) -> Call {
        let method = &self.registered.methods[at];
        let segment = method.kind.segment().unwrap_or_default();
        let path = Path::user(&self.user.id).literal("/authentication/").literal(segment);
        let version = method.kind.version();
        let delete = |path| Call::write(Verb::DELETE, version, path, None, Context::Method);
        match method.kind {
            Kind::HardwareOath if self.plan.steps[at].action == MethodAction::Deactivate => {
                let path = path.value(&method.id).literal("/deactivate");
                Call::write(Verb::POST, version, path, Some("{}".into()), Context::Method)
            }
            // A singleton: it has no id in its path.
            Kind::QrCodePin => delete(path),
            Kind::External if !self.graph.session.external_plain.get() => {
                delete(path.value(&method.id).literal("/$ref"))
            }
            _ => delete(path.value(&method.id)),
        }
    }

    fn judge(&mut self, at: usize, answer: Result<Answer, Failure>) -> Verdict {
        let answer = match hear(answer, &mut self.stop) {
            Heard::Answer(answer) => answer,
            Heard::InDoubt(error) => return Verdict::InDoubt(error),
            Heard::NotReached => return Verdict::NotReached,
            Heard::Failed(error) => return Verdict::Settled(Done::failed(error)),
        };
        let kind = self.registered.methods[at].kind;
        match answer.status.as_u16() {
            200..=299 => Verdict::Settled(Done { request_id: answer.request_id(), ..Done::of(MethodOutcome::Done) }),
            424 => Verdict::NotReached,
            400 | 404 | 405 | 501 if answer.is_unrouted() => {
                if kind == Kind::External && !self.graph.session.external_plain.replace(true) {
                    return Verdict::OtherForm;
                }
                let error = Error::new(
                    ErrorCode::Unsupported,
                    "this cloud or API version cannot remove this kind of method",
                    "Remove it in the portal.",
                )
                .with_graph(answer.graph_error());
                Verdict::Settled(Done::unsupported(error))
            }
            404 if answer.error_code().is_some() => {
                Verdict::Settled(Done { request_id: answer.request_id(), ..Done::of(MethodOutcome::AlreadyGone) })
            }
            _ if is_default_method_refusal(&answer) => Verdict::Default(answer.to_error(Context::Method)),
            _ => Verdict::Settled(Done::failed(refusal(&answer, Context::Method, &mut self.stop))),
        }
    }

    fn settle(&mut self, at: usize, done: Done) {
        self.tell(at, done.told(), done.error.as_ref(), done.request_id.clone());
        let reason = done.reason.or_else(|| self.methods[at].reason.take());
        self.methods[at] = Done { reason, ..done };
    }

    pub(crate) fn tell(&self, at: usize, outcome: EventOutcome, error: Option<&Error>, request_id: Option<String>) {
        let method = &self.registered.methods[at];
        self.graph.emit(EventStep::Method, outcome, |event| {
            event.method = Some(method.told(self.plan.steps[at].action));
            event.blame(error);
            event.request_id = event.request_id.take().or(request_id);
        });
    }
}
