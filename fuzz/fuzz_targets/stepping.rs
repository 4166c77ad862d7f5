//! A shell that makes every mistake: answers out of order, twice, to ids that were never issued, of the wrong kind and
//! too late; a cancel at any moment; a clock that jumps. What it does wrong is an error and changes nothing.
#![no_main]

use arbitrary::Arbitrary;
use entra_mfa_reset::run::{EffectId, Reply, Run, SendError, StepError};
use entra_mfa_reset::{Client, ClientOptions, Credential, Limits, Secret};
use entra_mfa_reset_fuzz::{NOW, Operation, Player, Script, World};
use libfuzzer_sys::fuzz_target;

const USERS: [&str; 3] = [
    r#"{"user":"0a000001-5c1e-4f3a-9b7d-000000000001","temporaryAccessPass":true}"#,
    r#"{"user":"diego.siciliani@contoso.com","methods":"all"}"#,
    r#"{"user":"adele.vance@contoso.com"}"#,
];

#[derive(Debug, Arbitrary)]
struct Case {
    operation: Operation,
    first: u8,
    of_host: bool,
    seed: u64,
    actions: Vec<Action>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Action {
    /// The nth of those that wait.
    Answer(u8),
    /// The same, without its good news.
    Fail(u8),
    WrongKind(u8, u8),
    Again(u8, u8),
    Unknown(u32, u8),
    TooLate(u8, u8),
    Cancel,
    StartAgain,
    /// Seconds, to and fro.
    Clock(i16),
}

struct Clumsy {
    actions: Vec<Action>,
    seed: u64,
}

/// Each kind of reply once.
fn reply(kind: u8) -> Reply {
    match kind % 6 {
        0 => Reply::Response(http::Response::new(Default::default())),
        1 => Reply::Failed(SendError::Lost(String::new())),
        2 => Reply::Slept,
        3 => Reply::Token(Err(String::new())),
        4 => Reply::Targets { targets: Vec::new(), end: true },
        _ => Reply::Taken(Ok(())),
    }
}

fn pick<T: Copy>(from: &[T], at: u8) -> Option<T> {
    (!from.is_empty()).then(|| from[usize::from(at) % from.len()])
}

impl Player for Clumsy {
    fn play<T>(&mut self, world: &mut World, run: &mut Run<T>) -> T {
        let step = run.start(world.now, self.seed).expect("a run begins");
        let mut outcome = world.observe(step);
        for action in std::mem::take(&mut self.actions) {
            if outcome.is_some() {
                break;
            }
            outcome = self.act(action, world, run);
        }
        // From here on it is fair.
        while outcome.is_none() {
            let next = (0..world.waiting.len()).min_by_key(|at| (world.waiting[*at].due, world.waiting[*at].id));
            let waiting = world.waiting.remove(next.expect("a run that goes on waits for something"));
            world.now = world.now.max(waiting.due);
            outcome = world.resume(run, waiting);
        }
        assert_eq!(run.cancel(world.now).err(), Some(StepError::Finished));
        assert_eq!(run.resume(EffectId(1), Reply::Slept, world.now).err(), Some(StepError::Finished));
        outcome.expect("the loop ended with it")
    }
}

impl Clumsy {
    fn act<T>(&mut self, action: Action, world: &mut World, run: &mut Run<T>) -> Option<T> {
        let now = world.now;
        match action {
            Action::Answer(at) | Action::Fail(at) => {
                let at = usize::from(at) % world.waiting.len().max(1);
                if at < world.waiting.len() {
                    let mut waiting = world.waiting.remove(at);
                    if matches!(action, Action::Fail(_)) && waiting.request.is_some() {
                        waiting.reply = Reply::Failed(SendError::NeverSent(String::new()));
                    }
                    return world.resume(run, waiting);
                }
            }
            Action::WrongKind(at, kind) => {
                let at = pick(&(0..world.waiting.len()).collect::<Vec<_>>(), at)?;
                let (waiting, wrong) = (&world.waiting[at], reply(kind));
                if !same_kind(&waiting.reply, &wrong) {
                    assert_eq!(run.resume(waiting.id, wrong, now).err(), Some(StepError::WrongReply));
                }
            }
            Action::Again(at, kind) => {
                if let Some(id) = pick(&world.answered, at) {
                    let result = run.resume(id, reply(kind), now);
                    assert_eq!(result.err(), Some(StepError::AnsweredTwice));
                }
            }
            Action::Unknown(id, kind) => {
                if id == 0 || id > 1 << 20 {
                    let result = run.resume(EffectId(id), reply(kind), now);
                    assert_eq!(result.err(), Some(StepError::NeverIssued));
                }
            }
            Action::TooLate(at, kind) => {
                if !world.cancelled.is_empty() {
                    let id = world.cancelled.swap_remove(usize::from(at) % world.cancelled.len());
                    // It says nothing but what time it is, which may be time for something else.
                    let step = run.resume(id, reply(kind), now).expect("a late answer is no error");
                    world.answered.push(id);
                    return world.observe(step);
                }
            }
            Action::Cancel => return world.cancel(run),
            Action::StartAgain => assert_eq!(run.start(now, self.seed).err(), Some(StepError::Finished)),
            Action::Clock(seconds) => {
                // Not before the run began: the world judges durations by that.
                world.now = now.saturating_add_signed(i64::from(seconds) * 1000).clamp(NOW / 2, NOW + 3_600_000);
            }
        }
        None
    }
}

fn same_kind(a: &Reply, b: &Reply) -> bool {
    let is_send = |reply: &Reply| matches!(reply, Reply::Response(_) | Reply::Failed(_));
    std::mem::discriminant(a) == std::mem::discriminant(b) || is_send(a) && is_send(b)
}

fuzz_target!(|case: Case| {
    let mut requests = USERS;
    requests.rotate_left(usize::from(case.first) % USERS.len());
    let mut world = World::new(&[], Script::of("").into_network());
    let credential = if case.of_host { Credential::Host } else { Credential::AccessToken(Secret::new(world.token())) };
    let limits = Limits { retries: 1, ..Limits::default() };
    let client = Client::new(ClientOptions { limits, ..ClientOptions::default() }, credential).expect("a client");
    let mut player = Clumsy { actions: case.actions, seed: case.seed };
    case.operation.perform(&client, &requests, &mut world, &mut player);
});
