//! Looking a user up: who it is, what the guard finds and says of it, and beside that what is registered.

use crate::directory::{self, User};
use crate::error::Error;
use crate::event::EventStep;
use crate::graph::{Claims, Graph, UserName};
use crate::methods::{self, Registered};
use crate::policy::{self, PassPolicy};
use crate::report::GuardReport;
use crate::request::{AllowPrivileged, PassOptions};
use futures_util::future::join3;

/// What an operation reads beside the user.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    Guard,
    Methods { stable_only: bool },
}

/// The user, and what the guard found.
pub(crate) struct Looked {
    pub(crate) user: User,
    pub(crate) guard: GuardReport,
    pub(crate) caller: Option<Claims>,
    /// Where a pass is wanted, and the token may read it.
    policy: Option<PassPolicy>,
}

/// The user as it was asked for; the events are about it from now on.
pub(crate) fn parse_name(graph: &Graph, user: &str) -> Result<UserName, Error> {
    let name = UserName::parse(user)?;
    graph.set_name(&name);
    Ok(name)
}

/// A user whom `protect` names is not even looked up.
pub(crate) fn parse_user(graph: &Graph, user: &str) -> Result<UserName, Error> {
    let name = parse_name(graph, user)?;
    if graph.session.protect.iter().any(|listed| name.is(listed)) {
        return Err(refused(graph, directory::listed()));
    }
    Ok(name)
}

/// The guard's refusal, told.
pub(crate) fn refused(graph: &Graph, error: Error) -> Error {
    graph.tell(EventStep::Guard, Some(&error));
    error
}

/// The guard's verdict, and that of the policy on a pass, told.
pub(crate) fn judge(
    graph: &Graph,
    target: &Looked,
    allow: AllowPrivileged,
    pass: Option<&PassOptions>,
) -> Result<bool, Error> {
    let verdict = directory::judge(&target.guard, allow, target.caller.as_ref());
    graph.tell(EventStep::Guard, verdict.as_ref().err());
    if let (Ok(_), Some(policy), Some(pass)) = (&verdict, target.policy, pass) {
        policy.check(pass).inspect_err(|error| graph.tell(EventStep::TemporaryAccessPass, Some(error)))?;
    }
    verdict
}

/// Reads the user and the guard's premises, and beside them the methods where they are wanted. By object id that is
/// one round trip; a principal name is resolved first, since everything after the first read goes by object id.
pub(crate) async fn read_target(
    graph: &Graph,
    name: &UserName,
    wanted: Wanted,
    pass: Option<&PassOptions>,
) -> Result<(Looked, Result<Registered, Error>), Error> {
    let found = find_target(graph, name, wanted, pass.is_some()).await;
    let error = match &found {
        Ok((_, registered)) => registered.as_ref().err(),
        Err(error) => Some(error),
    };
    graph.tell(EventStep::Read, error);
    found
}

async fn find_target(
    graph: &Graph,
    name: &UserName,
    wanted: Wanted,
    pass: bool,
) -> Result<(Looked, Result<Registered, Error>), Error> {
    graph.enter(name)?;
    let caller = graph.caller().await?;
    let resolved = match name {
        UserName::Id(_) => None,
        UserName::PrincipalName(_) => Some(directory::read_user(graph.call(&directory::user_call(name)).await, name)?),
    };
    let (UserName::Id(given) | UserName::PrincipalName(given)) = name;
    let id = resolved.as_ref().map_or_else(|| given.clone(), |user| user.id.clone());
    if let Some(user) = &resolved {
        graph.set_subject(user);
        graph.claim(&id)?;
    }
    let mut calls = directory::guard_calls(graph, &id);
    if resolved.is_none() {
        calls.push(directory::user_call(name));
    }
    let beside = async {
        match wanted {
            Wanted::Guard => Ok(Registered::default()),
            Wanted::Methods { stable_only } => methods::read(graph, &id, stable_only).await,
        }
    };
    let policy = async { if pass { policy::read(graph).await } else { None } };
    let (mut answers, registered, policy) = join3(graph.all(&calls), beside, policy).await;
    let user = match resolved {
        Some(user) => user,
        None => {
            let answer = answers.pop().ok_or_else(|| Error::internal("an answer is missing"))?;
            directory::read_user(answer, name)?
        }
    };
    graph.set_subject(&user);
    let guard = directory::read_guard(graph, &user, answers, caller.as_ref()).await?;
    graph.keep_found(|| user.info(), &guard);
    Ok((Looked { user, guard, caller, policy }, registered))
}
