//! Many users: a stream of them in, a stream of reports out in the order in which they finish, and no more in flight
//! than Graph takes.

use crate::error::{Error, ErrorCode};
use crate::graph::{Graph, Line, Session, UserName, cancelled};
use crate::methods::printable;
use crate::report::{Report, UserInfo};
use crate::request::ResetRequest;
use crate::reset::{self, Mode};
use crate::run::{Host, Tasks, task};
use crate::seen::Seen;
use crate::target::Target;
use crate::time::timestamp;
use futures_util::StreamExt;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

pub(crate) async fn run(host: Host, session: Rc<Session>, defaults: ResetRequest, mode: Mode) -> Result<(), Error> {
    let crowd = Rc::new(Crowd {
        line: Line::new(host, session, mode.operation(), true),
        seen: Rc::default(),
        defaults,
        mode,
        stopped: RefCell::new(None),
    });
    crowd.line.clone().work(Box::pin(crowd.admit())).await
}

/// What the users of one run share.
struct Crowd {
    line: Rc<Line>,
    seen: Rc<Seen>,
    defaults: ResetRequest,
    mode: Mode,
    /// Why nobody else is let in: the token is at its end, and every other user would fail by it.
    stopped: RefCell<Option<Error>>,
}

type Pull = Pin<Box<dyn Future<Output = (Vec<Target>, bool)>>>;

impl Crowd {
    /// Lets users in, as many as there is room for, until there are no others.
    async fn admit(self: Rc<Self>) -> Result<(), Error> {
        let host = &self.line.host;
        let most = self.line.session.limits.users;
        let mut users = Tasks::new();
        let mut pull: Option<Pull> = None;
        let mut end: Option<Result<(), Error>> = None;
        let mut place = 0;
        let mut stop = pin!(host.cancelled());
        poll_fn(|context| {
            if stop.as_mut().poll(context).is_ready() {
                pull = None;
                end = Some(Err(cancelled()));
            }
            loop {
                while let Poll::Ready(Some(())) = users.poll_next_unpin(context) {}
                if let Some(error) = self.stopped.take() {
                    pull = None;
                    end = Some(Err(error));
                }
                if end.is_none() && pull.is_none() {
                    let at_most = self.line.appetite(users.len());
                    let host = host.clone();
                    pull = (at_most > 0).then(|| -> Pull { Box::pin(async move { host.next_targets(at_most).await }) });
                }
                let Some(Poll::Ready((targets, last))) = pull.as_mut().map(|pull| pull.as_mut().poll(context)) else {
                    break;
                };
                pull = None;
                for target in targets {
                    if most.is_some_and(|most| place >= most) {
                        end = Some(Err(too_many(place)));
                        break;
                    }
                    place += 1;
                    users.push(task(self.clone().one(place, target)));
                }
                if last && end.is_none() {
                    end = Some(Ok(()));
                }
            }
            match end.take_if(|_| users.is_empty()) {
                Some(result) => Poll::Ready(result),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// One user, from the first read to the report that was taken. Whatever goes wrong stays here.
    async fn one(self: Rc<Self>, place: u32, target: Target) {
        let host = &self.line.host;
        let started = host.now();
        let report = match target {
            Target::Invalid { user, error } => {
                let graph = Graph::new(self.line.clone(), place, None);
                if let Ok(name) = UserName::parse(&user) {
                    graph.set_name(&name);
                }
                graph.finish(None, Some(&error));
                self.unbegun(&user, None, error, started)
            }
            Target::Request(request) => {
                let request = request.or(&self.defaults);
                let graph = Graph::new(self.line.clone(), place, request.reason.clone()).among(self.seen.clone());
                let report = match reset::reset(&graph, &request, self.mode).await {
                    Ok(report) => report,
                    Err(error) => self.unbegun(&request.user, Some((&graph, request.reason)), error, started),
                };
                graph.finish(Some(report.outcome), report.error.as_ref());
                report
            }
        };
        self.seen.leave(place);
        if let Some(error) = report.error.as_ref().filter(|error| error.code == ErrorCode::Unauthenticated) {
            self.stopped.replace(Some(error.clone()));
        }
        host.report(report).await;
    }

    /// The report of a user to whom nothing was done.
    fn unbegun(&self, user: &str, graph: Option<(&Graph, Option<String>)>, error: Error, started: u64) -> Report {
        let (id, name) = match UserName::parse(user) {
            Ok(UserName::Id(id)) => (Some(id), None),
            _ => (graph.as_ref().and_then(|(graph, _)| graph.subject()), Some(printable(user))),
        };
        let usage = graph.as_ref().map(|(graph, _)| graph.usage()).unwrap_or_default();
        let named = UserInfo { id, user_principal_name: name, display_name: None, user_type: None };
        let found = graph.as_ref().and_then(|(graph, _)| graph.take_found());
        let (user, guard) = found.map_or((named, None), |(user, guard)| (user, Some(guard)));
        Report {
            user,
            outcome: error.outcome(),
            methods: Vec::new(),
            sign_in_preference: None,
            sessions: None,
            temporary_access_pass: None,
            per_user_mfa: None,
            verification: None,
            guard,
            residuals: Vec::new(),
            backup: None,
            error: Some(error),
            graph: usage,
            started_at: timestamp(started),
            finished_at: timestamp(self.line.host.now()),
            reason: graph.and_then(|(_, reason)| reason),
        }
    }
}

fn too_many(most: u32) -> Error {
    Error::invalid(
        format!("there are more users than the {most} of limits.users"),
        "Those before have their reports; raise limits.users if the others are meant, too.",
    )
}
