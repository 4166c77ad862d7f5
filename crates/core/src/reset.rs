//! A reset, or what one would do, from the first read to the report.

use crate::directory::User;
use crate::error::{Error, ErrorCode};
use crate::event::{EventOperation, EventStep};
use crate::execute::Execution;
use crate::graph::Graph;
use crate::intent::{Intent, PlannedMethod};
use crate::lookup::{Wanted, judge, parse_name, parse_user, read_target};
use crate::outcome::{self, Found, Made};
use crate::plan;
use crate::report::Report;
use crate::request::ResetRequest;
use crate::time;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Plan,
    Reset,
}

impl Mode {
    pub(crate) fn operation(self) -> EventOperation {
        match self {
            Mode::Plan => EventOperation::Plan,
            Mode::Reset => EventOperation::Reset,
        }
    }
}

pub(crate) async fn reset(graph: &Graph, request: &ResetRequest, mode: Mode) -> Result<Report, Error> {
    let started = graph.host.now();
    request.check()?;
    let expiry = check_not_after(request.not_after.as_deref(), started);
    let name = match mode {
        Mode::Plan => parse_name(graph, &request.user)?,
        Mode::Reset => {
            expiry.clone()?;
            parse_user(graph, &request.user)?
        }
    };
    let wanted = Wanted::Methods { stable_only: request.stable_only };
    let pass = request.temporary_access_pass.as_ref().map(|pass| pass.options());
    let (target, registered) = read_target(graph, &name, wanted, pass.as_ref()).await?;
    let verdict = expiry.and_then(|()| judge(graph, &target, request.allow_privileged, pass.as_ref()));
    if mode == Mode::Reset {
        verdict.clone()?;
    }
    let registered = match (registered, &verdict) {
        // Who may not be touched may often not be seen either, and the guard's reason says more.
        (Err(_), Err(refusal)) => return Err(refusal.clone()),
        (registered, _) => registered?,
    };
    let plan = plan::plan(request, &target.user, &registered);
    graph.tell(EventStep::Plan, plan.as_ref().err());
    let plan = plan?;
    let mut execution = Execution::new(graph, &target.user, &registered, &plan, request.stable_only);
    let mut verification = None;
    if mode == Mode::Reset {
        // The reading may have taken a while, behind a throttled tenant for example.
        check_not_after(request.not_after.as_deref(), graph.host.now())?;
        graph.begin(|| intent(graph, request, &target.user, plan.planned(&registered))).await?;
        execution.run().await?;
        verification = outcome::verify(graph, request, &plan, &mut execution).await;
    }
    let found = Found { user: &target.user, guard: target.guard, registered: &registered, plan: &plan };
    let dry = (mode == Mode::Plan).then(|| verdict.err());
    Ok(outcome::report(graph, request, found, Made { execution, verification, dry, started }))
}

fn intent(graph: &Graph, request: &ResetRequest, user: &User, planned: Vec<PlannedMethod>) -> Intent {
    Intent {
        user: request.user.clone(),
        user_id: user.id.clone(),
        user_principal_name: user.user_principal_name.clone(),
        planned,
        at: time::timestamp(graph.host.now()),
    }
}

pub(crate) fn check_not_after(not_after: Option<&str>, now: u64) -> Result<(), Error> {
    let Some(text) = not_after else { return Ok(()) };
    if now <= time::of_field("notAfter", text)? {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::Expired,
        "the time that `notAfter` names has passed, so nothing was begun",
        "Ask again if it is still wanted; look first at what has been registered since.",
    ))
}
