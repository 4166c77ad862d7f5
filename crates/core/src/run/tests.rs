use super::*;
use std::time::Duration;

fn nap(host: &Host) -> impl Future<Output = ()> + use<> {
    let host = host.clone();
    async move { host.sleep(Duration::from_secs(1)).await }
}

fn ids<T>(step: &Step<T>) -> Vec<EffectId> {
    step.effects.iter().map(|(id, _)| *id).collect()
}

#[test]
fn answers_come_in_any_order() {
    let mut run = Run::new(|host| async move {
        futures_util::future::join3(nap(&host), nap(&host), nap(&host)).await;
        host.now()
    });
    let step = run.start(5, 1).expect("a step");
    let ids = ids(&step);
    assert_eq!(ids.len(), 3);
    assert!(run.resume(ids[2], Reply::Slept, 1006).expect("a step").outcome.is_none());
    assert!(run.resume(ids[0], Reply::Slept, 1004).expect("a step").outcome.is_none());
    // The clock stepped back once, and was held.
    assert_eq!(run.resume(ids[1], Reply::Slept, 1006).expect("a step").outcome, Some(1006));
    assert_eq!(run.resume(ids[1], Reply::Slept, 1006).expect_err("it has finished"), StepError::Finished);
}

#[test]
fn a_wait_is_over_after_it_whatever_the_clock_says() {
    let mut run = Run::new(|host| async move {
        nap(&host).await;
        nap(&host).await;
        host.now()
    });
    let first = ids(&run.start(50_000, 1).expect("a step"))[0];
    let second = ids(&run.resume(first, Reply::Slept, 7).expect("a step"))[0];
    assert_eq!(run.resume(second, Reply::Slept, 8).expect("a step").outcome, Some(52_000));
}

#[test]
fn mistakes_of_a_shell_are_errors() {
    let mut run = Run::new(|host| async move {
        nap(&host).await;
        nap(&host).await;
    });
    let first = ids(&run.start(0, 1).expect("a step"))[0];
    assert_eq!(run.start(9, 2).expect_err("it has begun"), StepError::Finished);
    assert_eq!(run.resume(EffectId(99), Reply::Slept, 0).expect_err("unknown"), StepError::NeverIssued);
    let lost = Reply::Failed(SendError::Lost(String::new()));
    assert_eq!(run.resume(first, lost, 0).expect_err("no send"), StepError::WrongReply);
    run.resume(first, Reply::Slept, 0).expect("the answer");
    assert_eq!(run.resume(first, Reply::Slept, 0).expect_err("twice"), StepError::AnsweredTwice);
}

#[test]
fn the_loser_of_a_race_is_cancelled_and_its_late_answer_ignored() {
    let mut run = Run::new(|host| async move {
        let _ = first(nap(&host), nap(&host)).await;
        nap(&host).await;
    });
    let racing = ids(&run.start(0, 1).expect("a step"));
    let step = run.resume(racing[0], Reply::Slept, 1).expect("a step");
    assert_eq!(step.cancelled, [racing[1]]);
    let last = ids(&step)[0];
    let late = run.resume(racing[1], Reply::Slept, 2).expect("a late answer is no error");
    assert!(late.effects.is_empty() && late.outcome.is_none());
    assert!(run.resume(last, Reply::Slept, 3).expect("a step").outcome.is_some());
}

#[test]
fn a_run_that_waits_for_nothing_has_stalled() {
    let mut run = Run::new(|_| std::future::pending::<()>());
    assert_eq!(run.start(0, 1).expect_err("nothing to wait for"), StepError::Stalled);
}

#[test]
fn a_future_that_wakes_itself_is_polled_again() {
    let mut run = Run::new(|_| async {
        let mut yields = 3;
        std::future::poll_fn(|context| {
            yields -= 1;
            if yields == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    });
    assert!(run.start(0, 1).expect("a step").outcome.is_some());
}

#[test]
fn cancelling_wakes_whoever_waits_for_it() {
    let mut run = Run::new(|host| async move { first(nap(&host), host.cancelled()).await.is_err() });
    let waiting = ids(&run.start(0, 1).expect("a step"));
    let step = run.cancel(7).expect("a step");
    assert_eq!((step.outcome, step.cancelled), (Some(true), waiting));
}

#[test]
fn nothing_secret_is_printed() {
    let request = http::Request::get("https://graph.microsoft.com/v1.0/me")
        .header("authorization", "Bearer hunter2")
        .body(bytes::Bytes::from_static(b"hunter2"))
        .expect("a request");
    let token = AccessToken { token: crate::Secret::new("hunter2"), expires_at: None };
    let refused = TokenRequest { scope: String::new(), claims: None, refused: Some(token.token.clone()) };
    let response = http::Response::new(bytes::Bytes::from_static(b"hunter2"));
    for text in [
        format!("{:?}", Effect::Send(request)),
        format!("{:?}", Effect::Token(refused)),
        format!("{:?}", Reply::Token(Ok(token))),
        format!("{:?}", Reply::Response(response)),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
