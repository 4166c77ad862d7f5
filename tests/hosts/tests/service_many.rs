//! The service in wasmtime, in simulated time: many users.

use crate::service::pieces;
use entra_tenant::Seed;
use hosts::artifact::{SERVICE, SERVICE_ENV};
use hosts::desk::{Desk, Said, whole};
use hosts::service::piece;
use serde_json::{Value, json};
use std::time::Duration;

fn many(desk: &Desk, query: &str) -> http::request::Builder {
    desk.request("POST", &format!("/v1/reset-many{query}")).header("content-type", "application/x-ndjson")
}

fn lines(said: &Said) -> Vec<Value> {
    assert_eq!((said.status, said.header("content-type")), (200, Some("application/x-ndjson")), "{said:?}");
    assert_eq!(said.header("cache-control"), Some("no-store"));
    said.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn crowd(size: u32) -> (Desk, Vec<String>) {
    let desk = Desk::open(&SERVICE, Seed { latency_milliseconds: 100, ..Seed::crowd(size as usize, 1) }, &[]).unwrap();
    let users = desk.tenant.state().users.into_iter().map(|user| user.user_principal_name).collect();
    (desk, users)
}

/// The same, with fewer of them under way at once.
fn narrow_crowd() -> (Desk, Vec<String>) {
    let options = json!({ "limits": { "concurrency": 1 } }).to_string();
    let seed = Seed { latency_milliseconds: 100, ..Seed::crowd(90, 1) };
    let desk = Desk::open(&SERVICE_ENV, seed, &[("ENTRA_MFA_RESET_OPTIONS", &options)]).unwrap();
    let users = desk.tenant.state().users.into_iter().map(|user| user.user_principal_name).collect();
    (desk, users)
}

/// How many users have nothing left that a reset removes.
fn reset(desk: &Desk) -> usize {
    let plain = |user: &entra_tenant::SeedUser| {
        let text = serde_json::to_string(&user.methods).unwrap();
        !["phoneAuth", "microsoftAuthenticatorAuth", "softwareOath"].iter().any(|kind| text.contains(kind))
    };
    desk.tenant.state().users.iter().filter(|user| plain(user)).count()
}

#[tokio::test(start_paused = true)]
async fn everybody_gets_a_report() {
    let (desk, users) = crowd(60);
    assert_eq!(reset(&desk), 0);
    let body: String = users.iter().map(|user| format!("{{\"user\":\"{user}\"}}\n")).collect();
    let query = "?defaults=%7B%22reason%22:%22INC+1%22%7D";
    let reports = lines(&desk.send(many(&desk, query), &body).await.unwrap());
    assert_eq!(reports.len(), users.len());
    assert!(reports.iter().all(|report| report["outcome"] == "complete" && report["reason"] == "INC 1"), "{reports:?}");
    let mut done: Vec<&str> =
        reports.iter().map(|report| report["user"]["userPrincipalName"].as_str().unwrap()).collect();
    done.sort_unstable();
    let mut users: Vec<&str> = users.iter().map(String::as_str).collect();
    users.sort_unstable();
    assert_eq!(done, users);
    assert_eq!(reset(&desk), 60);
    let counts = desk.tenant.counts();
    assert_eq!((counts.violations, counts.repeated_deletes), (0, 0));
    assert!(counts.http_requests * 10 <= counts.calls, "they travel together: {counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_many_writes_nothing() {
    let (desk, users) = crowd(10);
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let request = desk.request("POST", "/v1/plan-many").header("content-type", "application/jsonl");
    let reports = lines(&desk.send(request, &body).await.unwrap());
    assert!(reports.len() == 10 && reports.iter().all(|report| report["outcome"] == "planned"), "{reports:?}");
    assert_eq!(reset(&desk), 0);
}

/// Both ways at once: a report is there before the next user is sent, and however long that takes.
#[tokio::test(start_paused = true)]
async fn a_report_comes_before_the_last_user_is_sent() {
    let (desk, users) = crowd(3);
    let (mut sender, body) = pieces();
    // The status comes with the first report.
    sender.send_data(format!("\"{}\"\n", users[0]).into()).await.unwrap();
    let answered = desk.begin(many(&desk, ""), body).await.unwrap();
    let (head, mut body) = answered.response.into_parts();
    assert_eq!(head.status, 200);
    assert!(piece(&mut body).await.unwrap().unwrap().contains(users[0].as_str()));
    for (at, user) in users.iter().enumerate().skip(1) {
        let text = format!("{{\"user\": \"{user}\"}}\n");
        let (half, rest) = text.split_at(9);
        sender.send_data(half.to_owned().into()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(reset(&desk), at);
        sender.send_data(rest.to_owned().into()).await.unwrap();
        let report: Value = serde_json::from_str(&piece(&mut body).await.unwrap().unwrap()).unwrap();
        assert_eq!(report["user"]["userPrincipalName"], user.as_str());
        assert_eq!(report["outcome"], "complete", "{report}");
    }
    drop(sender);
    assert_eq!(piece(&mut body).await.unwrap(), None);
    answered.instance.await.unwrap().unwrap();
}

/// One user's trouble is nobody else's.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_one_line_is_told_of_it() {
    let desk = Desk::open(&SERVICE_ENV, Seed::sample(), &[("ENTRA_MFA_RESET_ALLOW_PRIVILEGED", "true")]).unwrap();
    let body = [
        r#"{"user":"adele.vance@contoso.com"}"#,
        "",
        r#"{"user":"admin@contoso.com","allowPrivileged":true}"#,
        r#""nobody@contoso.com""#,
        "no JSON",
        r#"{"user":"ADELE.VANCE@contoso.com","methods":"all"}"#,
        r#"{"user":"diego.siciliani@contoso.com","methdos":"all"}"#,
        r#""admin@contoso.com""#,
        r#""lidia.holloway_fabrikam.com#EXT#@contoso.com""#,
    ]
    .join("\r\n");
    let reports = lines(&desk.send(many(&desk, ""), &body).await.unwrap());
    let mut found: Vec<String> = reports
        .iter()
        .map(|report| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let name = text(&report["user"]["userPrincipalName"]);
            format!("{name}: {} {}", text(&report["outcome"]), text(&report["error"]["code"]))
        })
        .collect();
    found.sort_unstable();
    let expected = [
        ": refused invalidInput",
        "ADELE.VANCE@contoso.com: refused duplicateUser",
        "adele.vance@contoso.com: complete -",
        "admin@contoso.com: refused invalidInput",
        "admin@contoso.com: refused protectedUser",
        "diego.siciliani@contoso.com: refused invalidInput",
        "lidia.holloway_fabrikam.com#EXT#@contoso.com: complete -",
        "nobody@contoso.com: failed userNotFound",
    ];
    assert_eq!(found, expected, "{reports:#?}");
    let numbered = reports.iter().filter(|report| report["error"]["code"] == "invalidInput");
    let mut numbered: Vec<&str> = numbered.map(|report| report["error"]["message"].as_str().unwrap()).collect();
    numbered.sort_unstable();
    assert!(numbered.iter().zip(["line 3: ", "line 5: ", "line 7: "]).all(|(message, line)| message.starts_with(line)));
    assert_eq!(desk.tenant.state().violations, []);
}

#[tokio::test(start_paused = true)]
async fn more_users_than_are_allowed_are_not_begun() {
    let options = json!({ "limits": { "users": 20 } }).to_string();
    let seed = Seed::crowd(30, 1);
    let desk = Desk::open(&SERVICE_ENV, seed, &[("ENTRA_MFA_RESET_OPTIONS", &options)]).unwrap();
    let users: Vec<String> = desk.tenant.state().users.into_iter().map(|user| user.user_principal_name).collect();
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let mut reports = lines(&desk.send(many(&desk, ""), &body).await.unwrap());
    let last = reports.pop().unwrap();
    assert_eq!((&last["status"], &last["code"]), (&json!(400), &json!("invalidInput")), "{last}");
    assert!(last["detail"].as_str().unwrap().contains("20"), "{last}");
    assert!(reports.len() == 20 && reports.iter().all(|report| report["outcome"] == "complete"), "{reports:?}");
    assert_eq!(reset(&desk), 20);

    // Without settings it is a hundred.
    let (desk, users) = crowd(110);
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let reports = lines(&desk.send(many(&desk, ""), &body).await.unwrap());
    assert_eq!((reports.len(), reset(&desk)), (101, 100));
    assert_eq!(reports.last().unwrap()["code"], "invalidInput");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_stalls_ends_its_run() {
    let (desk, users) = crowd(2);
    let (mut sender, body) = pieces();
    let text = format!("\"{}\"\n\"{}", users[0], users[1]);
    sender.send_data(text.into()).await.unwrap();
    let reports = lines(&whole(desk.begin(many(&desk, ""), body).await.unwrap()).await.unwrap());
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert_eq!(reports[0]["outcome"], "complete");
    assert_eq!((&reports[1]["status"], &reports[1]["code"]), (&json!(408), &json!("timeout")), "{reports:?}");
    assert_eq!(reset(&desk), 1, "a line that nothing ended names nobody");
    drop(sender);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_says_so() {
    use http_body_util::BodyExt;
    let (desk, users) = crowd(2);
    let (mut sender, body) = http_body_util::channel::Channel::<bytes::Bytes, wasmtime_wasi_http::Error>::new(1);
    sender.send_data(format!("\"{}\"\n\"{}\"", users[0], users[1]).into()).await.unwrap();
    let answered = desk.begin(many(&desk, ""), body.boxed_unsync()).await.unwrap();
    sender.abort(wasmtime_wasi_http::Error::ConnectionTerminated);
    let reports = lines(&whole(answered).await.unwrap());
    assert_eq!((reports.len(), &reports[1]["code"]), (2, &json!("invalidInput")), "{reports:?}");
    assert_eq!(reports[0]["outcome"], "complete");
    assert_eq!(reset(&desk), 1, "half a line may be half a name");
}

/// Whoever is under way is finished, and nobody else is begun.
#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_nothing_half_done() {
    let (desk, users) = narrow_crowd();
    let before = desk.tenant.state().users;
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let answered = desk.begin(many(&desk, ""), hosts::simulation::body_of(body.into())).await.unwrap();
    let (_, mut body) = answered.response.into_parts();
    piece(&mut body).await.unwrap().unwrap();
    drop(body);
    answered.instance.await.unwrap().unwrap();
    let begun = reset(&desk);
    assert!((1..90).contains(&begun), "{begun}");
    let exchange = desk.tenant.exchange().concat();
    assert_eq!(exchange.matches("revokeSignInSessions").count(), begun, "each to its end");
    let state = desk.tenant.state();
    let touched = state.users.iter().zip(&before).filter(|(user, before)| user.methods != before.methods);
    assert_eq!(touched.count(), begun);
    assert_eq!(state.violations, []);
}

/// A caller that does not read slows the run, and is taken for gone after a minute.
#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_read_slows_the_run() {
    let (desk, users) = narrow_crowd();
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let answered = desk.begin(many(&desk, ""), hosts::simulation::body_of(body.into())).await.unwrap();
    tokio::time::sleep(Duration::from_secs(50)).await;
    let then = desk.tenant.counts().calls;
    assert!(reset(&desk) < 90, "reports that nobody took count as under way");
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(desk.tenant.counts().calls, then, "it waits");
    answered.instance.await.unwrap().unwrap();
    assert!(reset(&desk) < 90);
}

/// What Graph alone can tell is told with a status, too, while nobody has a report.
#[tokio::test(start_paused = true)]
async fn a_token_that_graph_refuses_has_a_status() {
    let (desk, users) = crowd(30);
    let body: String = users.iter().map(|user| format!("\"{user}\"\n")).collect();
    let request = desk.anonymous("POST", "/v1/reset-many").header("authorization", "Bearer not-a-token");
    let said = desk.send(request.header("content-type", "application/x-ndjson"), &body).await.unwrap();
    assert_eq!((said.status, said.header("www-authenticate")), (401, Some("Bearer")), "{said:?}");
    assert_eq!(said.json().unwrap()["code"], "unauthenticated");
    assert_eq!(reset(&desk), 0);
    let (_sender, body) = pieces();
    let said = whole(desk.begin(many(&desk, ""), body).await.unwrap()).await.unwrap();
    assert_eq!((said.status, said.json().unwrap()["code"].clone()), (408, json!("timeout")), "nobody came");
    let said = desk.send(many(&desk, ""), "\n").await.unwrap();
    assert_eq!((said.status, said.body.as_str()), (200, ""), "nobody is nobody");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_begin_has_a_status() {
    let (desk, users) = crowd(1);
    let body = format!("\"{}\"\n", users[0]);
    for (query, status, code) in [
        ("?defaults=%7B%22allowPrivileged%22:true%7D", 400, "invalidInput"),
        ("?defaults=%7B%22user%22:%22a%22%7D", 400, "invalidInput"),
        ("?defaults=%7B", 400, "invalidInput"),
        ("?default=%7B%7D", 400, "invalidInput"),
        ("?allowPrivileged=true", 403, "forbidden"),
        ("?allowPrivileged=1", 400, "invalidInput"),
        ("?defaults=%7B%7D&defaults=%7B%7D", 400, "invalidInput"),
        ("?defaults=%ff", 400, "invalidInput"),
    ] {
        let said = desk.send(many(&desk, query), &body).await.unwrap();
        let problem = said.json().unwrap();
        assert_eq!((said.status, &problem["code"]), (status, &json!(code)), "{query}: {said:?}");
    }
    let said =
        desk.send(desk.request("POST", "/v1/reset-many").header("content-type", "application/json"), &body).await;
    assert_eq!(said.unwrap().status, 415);
    assert_eq!(reset(&desk), 0);
    assert_eq!(desk.tenant.exchange(), [""; 0]);
}
