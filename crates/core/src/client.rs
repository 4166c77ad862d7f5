use crate::bulk;
use crate::directory;
use crate::error::Error;
use crate::event::{EventOperation, EventOutcome, EventStep};
use crate::execute::Execution;
use crate::graph::{Failure, Graph, Line, Session};
use crate::lookup::{Wanted, judge, parse_name, parse_user, read_target, refused};
use crate::members::{self, MembersPage};
use crate::methods::Registered;
use crate::options::{ClientOptions, Credential};
use crate::outcome::{self, Found, Made};
use crate::plan::{self, PlannedSessions};
use crate::preflight::{self, Preflight};
use crate::report::{GuardReport, Outcome, Report, SessionsOutcome};
use crate::request::{AllowPrivileged, IssuePassOptions, PassOptions, ResetRequest, RevokeSessionsOptions};
use crate::reset::{Mode, reset};
use crate::residuals;
use crate::restoration;
use crate::restore::RestoreRequest;
use crate::run::{Host, Run};
use crate::sessions;
use crate::status::Status;
use std::future::Future;
use std::rc::Rc;

/// One tenant, seen through one credential. Tokens, and what the token turned out not to allow, are remembered
/// across its runs.
#[derive(Debug, Clone)]
pub struct Client {
    session: Rc<Session>,
}

impl Client {
    /// # Errors
    /// `invalidInput` for an origin that is neither https nor loopback, or a credential that is incomplete.
    pub fn new(options: ClientOptions, credential: Credential) -> Result<Self, Error> {
        Ok(Client { session: Rc::new(Session::new(options, credential)?) })
    }

    /// Says what the token allows of what a request needs, whose own `user` is not looked at. It gets a token, and asks
    /// Graph nothing.
    pub fn preflight(&self, request: ResetRequest) -> Run<Result<Preflight, Error>> {
        self.run(
            EventOperation::Preflight,
            None,
            move |graph| async move { preflight::preflight(&graph, &request).await },
        )
    }

    /// Lists what is registered. Writes nothing.
    pub fn status(&self, user: &str) -> Run<Result<Status, Error>> {
        let user = user.to_owned();
        self.run(EventOperation::Status, None, move |graph| async move { status(&graph, &user).await })
    }

    /// Says what [`Client::reset`] would do. Writes nothing.
    pub fn plan(&self, request: ResetRequest) -> Run<Result<Report, Error>> {
        self.one(request, Mode::Plan)
    }

    /// Does it. An error means that nothing was written; once something may have been, the report is the answer.
    pub fn reset(&self, request: ResetRequest) -> Run<Result<Report, Error>> {
        self.one(request, Mode::Reset)
    }

    /// Revokes the sessions, and nothing else. Of the guard it obeys `protect` alone.
    pub fn revoke_sessions(&self, user: &str, options: RevokeSessionsOptions) -> Run<Result<Report, Error>> {
        let user = user.to_owned();
        let reason = options.reason.clone();
        self.run(EventOperation::RevokeSessions, options.reason, move |graph| async move {
            revoke_sessions(&graph, &user, reason).await
        })
    }

    /// Issues a Temporary Access Pass, and nothing else. The guard stands before it, as before a reset.
    pub fn issue_temporary_access_pass(&self, user: &str, options: IssuePassOptions) -> Run<Result<Report, Error>> {
        let user = user.to_owned();
        self.run(EventOperation::IssueTemporaryAccessPass, options.reason.clone(), move |graph| async move {
            issue_pass(&graph, &user, options).await
        })
    }

    /// Puts a backup back, as far as Graph lets anybody but the user do it. What is registered already stays as it is; the
    /// guard stands before it, as before a reset. An error means that nothing was written.
    pub fn restore(&self, request: RestoreRequest) -> Run<Result<Report, Error>> {
        self.run(EventOperation::Restore, request.reason.clone(), move |graph| async move {
            restoration::restore(&graph, &request).await
        })
    }

    /// Resets many users: it asks for them with [`Effect::NextTargets`](crate::run::Effect::NextTargets), and hands each
    /// report out with [`Effect::Report`](crate::run::Effect::Report), in the order in which they finish. Every user
    /// gets a report. What a request leaves out comes from the defaults, whose own `user` is not looked at.
    ///
    /// An error means that not everybody was let in: the run was cancelled, was given more users than `limits.users`,
    /// or lost its access token for good. Those who had been let in have their reports.
    pub fn reset_many(&self, defaults: ResetRequest) -> Run<Result<(), Error>> {
        self.many(defaults, Mode::Reset)
    }

    /// Says of many users what [`Client::reset_many`] would do. Writes nothing.
    pub fn plan_many(&self, defaults: ResetRequest) -> Run<Result<(), Error>> {
        self.many(defaults, Mode::Plan)
    }

    /// The users among a group's transitive members, page by page: `next` is what the page before says.
    pub fn group_members(&self, group: &str, next: Option<&str>) -> Run<Result<MembersPage, Error>> {
        let (group, next) = (group.to_owned(), next.map(str::to_owned));
        self.run(EventOperation::GroupMembers, None, move |graph| async move {
            members::read(&graph, &group, next.as_deref()).await
        })
    }

    fn many(&self, defaults: ResetRequest, mode: Mode) -> Run<Result<(), Error>> {
        let session = self.session.clone();
        Run::new(move |host: Host| bulk::run(host, session, defaults, mode))
    }

    fn one(&self, request: ResetRequest, mode: Mode) -> Run<Result<Report, Error>> {
        self.run(
            mode.operation(),
            request.reason.clone(),
            move |graph| async move { reset(&graph, &request, mode).await },
        )
    }

    /// One user's run, up to the event that tells its end.
    fn run<T, F>(
        &self,
        operation: EventOperation,
        reason: Option<String>,
        work: impl FnOnce(Rc<Graph>) -> F + 'static,
    ) -> Run<Result<T, Error>>
    where
        F: Future<Output = Result<T, Error>> + 'static,
        T: Ended + 'static,
    {
        let session = self.session.clone();
        Run::new(move |host: Host| async move {
            let line = Line::new(host, session, operation, false);
            let graph = Rc::new(Graph::new(line.clone(), 0, reason));
            let result = line.work(Box::pin(work(graph.clone()))).await;
            match &result {
                Ok(result) => graph.finish(result.outcome(), result.error()),
                Err(error) => graph.finish(None, Some(error)),
            }
            result
        })
    }
}

/// What a run ends with, for the event that tells its end.
trait Ended {
    fn outcome(&self) -> Option<Outcome> {
        None
    }

    fn error(&self) -> Option<&Error> {
        None
    }
}

impl Ended for Preflight {
    fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl Ended for Status {}
impl Ended for MembersPage {}

impl Ended for Report {
    fn outcome(&self) -> Option<Outcome> {
        Some(self.outcome)
    }

    fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

async fn status(graph: &Graph, user: &str) -> Result<Status, Error> {
    let name = parse_name(graph, user)?;
    let (target, registered) = read_target(graph, &name, Wanted::Methods { stable_only: false }, None).await?;
    let registered = registered?;
    let preference = registered.preference.clone().unwrap_or_default();
    let methods = registered.methods.iter().enumerate();
    Ok(Status {
        user: target.user.info(),
        account_enabled: target.user.account_enabled,
        methods: methods.map(|(at, method)| method.to_status(registered.is_default(at))).collect(),
        system_preferred: preference.system_preferred,
        default_method: preference.value.filter(|value| !value.is_empty()),
        per_user_mfa: registered.per_user_mfa,
        residuals: residuals::of_reading(&target.user, &registered, target.guard.is_blind()),
        guard: target.guard,
        graph: graph.usage(),
    })
}

async fn revoke_sessions(graph: &Graph, user: &str, reason: Option<String>) -> Result<Report, Error> {
    let started = graph.host.now();
    let name = parse_user(graph, user)?;
    let user = directory::read_user(graph.call(&directory::user_call(&name)).await, &name);
    graph.tell(EventStep::Read, user.as_ref().err());
    let user = user?;
    graph.set_subject(&user);
    if directory::is_listed(&graph.session.protect, &user) {
        return Err(refused(graph, directory::listed()));
    }
    graph.tell(EventStep::Guard, None);
    let request = ResetRequest { user: user.id.clone(), reason, ..none() };
    let (registered, mut plan) = nothing();
    plan.sessions = PlannedSessions::Revoke;
    let mut ended = sessions::report(SessionsOutcome::Skipped, Some("a guest's sessions belong to the home tenant"));
    if !user.is_external() {
        graph.emit(EventStep::Sessions, EventOutcome::Started, |_| {});
        let answer = graph.call(&sessions::revocation(&user.id)).await;
        let untouched = match &answer {
            Ok(answer) => !answer.is_success(),
            Err(failure) => matches!(failure, Failure::NotRun(_)),
        };
        ended = sessions::revoked(graph, answer);
        if let Some(error) = ended.error.take_if(|_| untouched) {
            return Err(error);
        }
        ended.valid_from = outcome::sessions_start(graph, &user).await;
    }
    let mut execution = Execution::new(graph, &user, &registered, &plan, true);
    execution.sessions = Some(ended);
    let guard = GuardReport::default();
    let found = Found { user: &user, guard, registered: &registered, plan: &plan };
    let made = Made { execution, verification: None, dry: None, started };
    let mut report = outcome::report(graph, &request, found, made);
    report.guard = None;
    Ok(report)
}

async fn issue_pass(graph: &Graph, user: &str, options: IssuePassOptions) -> Result<Report, Error> {
    let started = graph.host.now();
    let IssuePassOptions { lifetime_in_minutes, is_usable_once, start_date_time, allow_privileged, reason } = options;
    let pass = PassOptions { lifetime_in_minutes, is_usable_once, start_date_time };
    let request = ResetRequest {
        temporary_access_pass: Some(crate::PassRequest::Options(pass.clone())),
        allow_privileged,
        reason,
        ..none()
    };
    request.check()?;
    let name = parse_user(graph, user)?;
    let (target, _) = read_target(graph, &name, Wanted::Guard, Some(&pass)).await?;
    judge(graph, &target, allow_privileged, Some(&pass))?;
    let (registered, mut plan) = nothing();
    plan.pass = Some(pass);
    let mut execution = Execution::new(graph, &target.user, &registered, &plan, true);
    execution.run().await?;
    let found = Found { user: &target.user, guard: target.guard, registered: &registered, plan: &plan };
    let made = Made { execution, verification: None, dry: None, started };
    Ok(outcome::report(graph, &request, found, made))
}

fn none() -> ResetRequest {
    ResetRequest {
        methods: Some(crate::Methods::Preset(crate::Preset::None)),
        allow_privileged: AllowPrivileged::No,
        ..ResetRequest::default()
    }
}

/// A plan that touches nothing, for the operations that do one thing.
fn nothing() -> (Registered, plan::Plan) {
    let plan = plan::Plan {
        steps: Vec::new(),
        absent: Vec::new(),
        moves: Vec::new(),
        pass: None,
        per_user_mfa: None,
        sessions: PlannedSessions::NotAsked,
        unseen: Vec::new(),
        selects: false,
    };
    (Registered::default(), plan)
}
