//! The service in wasmtime, in simulated time: the audit trail on standard error.

use crate::native::audit::{self, Mark};
use crate::native::secrets::Secrets;
use crate::service::is_problem;
use entra_mfa_reset::{Event, EventOutcome, EventStep, Outcome};
use entra_tenant::{Faults, Seed};
use hosts::artifact::{SERVICE, SERVICE_ENV};
use hosts::desk::{Desk, Said};
use serde_json::{Value, json};

const ADELE: &str = "/v1/users/adele.vance@contoso.com/mfa";
const TRAIL: [(&str, &str); 1] = [("ENTRA_MFA_RESET_EVENTS", "stderr")];

/// A desk whose standard error takes so many bytes.
fn desk(seed: Seed, room: usize) -> Desk {
    Desk::furnish(&SERVICE_ENV, seed, Faults::none(), &TRAIL, room).unwrap()
}

/// The lines, each an event and nothing else.
fn events(desk: &Desk) -> Vec<Event> {
    let read = |line: &str| {
        let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(serde_json::to_string(&event).unwrap(), line, "it says more than an event");
        event
    };
    let text = desk.printed();
    assert!(text.is_empty() || text.ends_with('\n'), "half a line");
    text.lines().map(read).collect()
}

/// Every write is told, and nothing is told that was none.
fn fits_the_tenants_log(desk: &Desk, events: &[Event]) {
    let mark = Mark { log: 0, events: 0, reports: 0, asked: 0 };
    desk.tenant.with_tenant(|tenant| audit::check(tenant, events, mark, true, true));
}

async fn many(desk: &Desk, users: &[String]) -> Said {
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let request = desk.request("POST", "/v1/reset-many").header("content-type", "application/x-ndjson");
    desk.send(request, &body).await.unwrap()
}

fn names(desk: &Desk) -> Vec<String> {
    desk.tenant.state().users.into_iter().map(|user| user.user_principal_name).collect()
}

#[tokio::test(start_paused = true)]
async fn each_write_of_a_reset_is_a_line_that_says_who_whom_and_how_it_went() {
    let desk = desk(Seed::sample(), usize::MAX);
    let mut secrets = Secrets::default();
    desk.tenant.with_tenant(|tenant| secrets.learn_users(tenant));
    secrets.learn(&desk.token);
    let asked = json!({ "methods": "all", "temporaryAccessPass": true, "reason": "INC0012345" });
    let said = desk.call("POST", &format!("{ADELE}/reset"), Some(&asked)).await.unwrap();
    let report = said.json().unwrap();
    assert_eq!(report["outcome"], "complete", "{report}");
    secrets.learn(report["temporaryAccessPass"]["pass"].as_str().unwrap());

    let events = events(&desk);
    fits_the_tenants_log(&desk, &events);
    audit::check_end(&events, 1);
    for event in &events {
        assert!(event.caller.as_ref().is_some_and(|caller| caller.app_id.is_some()), "{event:?}");
        assert_eq!(event.reason.as_deref(), (event.step != EventStep::Wait).then_some("INC0012345"), "{event:?}");
    }
    let done = |step| events.iter().find(|event| event.step == step && event.outcome == EventOutcome::Done).unwrap();
    for step in [EventStep::TemporaryAccessPass, EventStep::Method, EventStep::Sessions] {
        let event = done(step);
        assert!(event.request_id.is_some() && event.client_request_id.is_some(), "{event:?}");
        assert_eq!(event.user_principal_name.as_deref(), Some("adele.vance@contoso.com"));
    }
    assert_eq!(done(EventStep::Finished).result, Some(Outcome::Complete));
    secrets.hear(desk.printed());
    secrets.check();
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_is_told_as_well() {
    let mut desk = desk(Seed::sample(), usize::MAX);
    let said = desk.call("POST", "/v1/users/admin@contoso.com/mfa/reset", None).await.unwrap();
    is_problem(&said, 403, "protectedUser");
    let told = events(&desk);
    let refused = told.iter().find(|event| event.step == EventStep::Guard).unwrap();
    assert_eq!(refused.outcome, EventOutcome::Failed);
    assert_eq!(refused.user_principal_name.as_deref(), Some("admin@contoso.com"));
    assert_eq!(told.last().unwrap().result, Some(Outcome::Refused));
    fits_the_tenants_log(&desk, &told);

    desk.token = "not-a-token-of-this-tenant".to_owned();
    let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
    is_problem(&said, 401, "unauthenticated");
    let more = &events(&desk)[told.len()..];
    assert_eq!(more.last().map(|event| event.step), Some(EventStep::Finished), "{more:?}");
    assert!(!desk.printed().contains(&desk.token));

    // What is no request is no attempt on anybody.
    let before = desk.printed();
    is_problem(&desk.call("POST", &format!("{ADELE}/reset"), Some(&json!([]))).await.unwrap(), 400, "invalidInput");
    assert_eq!(desk.printed(), before);
}

#[tokio::test(start_paused = true)]
async fn of_many_users_each_write_is_a_line() {
    let desk = desk(Seed { latency_milliseconds: 100, ..Seed::crowd(40, 1) }, usize::MAX);
    let users = names(&desk);
    let said = many(&desk, &users).await;
    assert_eq!(said.body.lines().count(), users.len());
    let events = events(&desk);
    fits_the_tenants_log(&desk, &events);
    audit::check_end(&events, users.len());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_printed_unless_the_operator_wants_it() {
    let quiet = Desk::open(&SERVICE_ENV, Seed::sample(), &[]).unwrap();
    // The build without settings has no way to be asked.
    let plain = Desk::open(&SERVICE, Seed::sample(), &TRAIL).unwrap();
    for desk in [quiet, plain] {
        let said = desk.call("POST", &format!("{ADELE}/reset"), None).await.unwrap();
        assert_eq!(said.json().unwrap()["outcome"], "complete", "{said:?}");
        assert_eq!(desk.printed(), "");
    }
}

/// Half a trail is none: whoever would be touched without a line is left alone.
#[tokio::test(start_paused = true)]
async fn nobody_is_touched_whom_the_trail_could_not_name() {
    let one = desk(Seed::sample(), 0);
    for (method, path) in [("GET", ADELE.to_owned()), ("POST", format!("{ADELE}/reset"))] {
        let said = one.call(method, &path, None).await.unwrap();
        is_problem(&said, 500, "internal");
        assert!(said.body.contains("audit trail"), "{said:?}");
    }
    assert_eq!(one.tenant.counts().writes, 0);

    let seed = || Seed { latency_milliseconds: 100, ..Seed::crowd(80, 1) };
    let all = desk(seed(), 0);
    let said = many(&all, &names(&all)).await;
    assert!(said.body.contains("audit trail"), "{said:?}");
    assert_eq!(all.tenant.counts().writes, 0);

    let some = desk(seed(), 40_000);
    let users = names(&some);
    let said = many(&some, &users).await;
    let lines: Vec<Value> = said.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, reports) = lines.split_last().unwrap();
    assert_eq!((&last["status"], &last["code"]), (&json!(500), &json!("internal")), "{last}");
    let complete = reports.iter().filter(|report| report["outcome"] == "complete").count();
    assert!(complete > 0 && complete < users.len(), "{complete} of {}", users.len());
    let printed = some.printed();
    for report in reports {
        let id = report["user"]["id"].as_str().unwrap();
        let name = report["user"]["userPrincipalName"].as_str().unwrap();
        let wrote = some.tenant.with_tenant(|tenant| {
            tenant.state().writes().iter().any(|write| write.path.contains(id) || write.path.contains(name))
        });
        assert_eq!(wrote, report["outcome"] == "complete", "{report}");
        assert!(!wrote || printed.contains(id), "{report}");
    }
}
