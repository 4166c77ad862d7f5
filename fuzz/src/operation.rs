//! What is asked of the engine.

use crate::check::{self, Writes};
use crate::world::{ADELE, World};
use entra_mfa_reset::run::Run;
use entra_mfa_reset::{
    Client, Error, IssuePassOptions, Report, ResetRequest, RestoreRequest, RevokeSessionsOptions, Target,
};

/// What is put back where an input has no backup of its own.
const BACKUP: &str = r#"{
    "user": "0a000009-5c1e-4f3a-9b7d-000000000009",
    "backup": {
        "phones": [
            { "phoneType": "alternateMobile", "phoneNumber": "+1 4255550199" },
            { "phoneType": "mobile", "phoneNumber": "+1 4255550198" }
        ],
        "emails": ["nestor@fabrikam.com"],
        "default": "sms",
        "perUserMfa": "disabled"
    }
}"#;

/// What is asked of the engine.
#[derive(Debug, Clone, Copy, arbitrary::Arbitrary)]
pub enum Operation {
    /// One user's methods.
    Status,
    /// A dry run.
    Plan,
    /// The real one.
    Reset,
    /// The sessions alone.
    Revoke,
    /// A pass alone.
    Pass,
    /// A backup put back.
    Restore,
    /// What the token allows.
    Preflight,
    /// A group's members.
    Members,
    /// Several users.
    ResetMany,
    /// Several users, dry.
    PlanMany,
}

/// Brings a run to its end.
pub trait Player {
    /// Plays it.
    fn play<T>(&mut self, world: &mut World, run: &mut Run<T>) -> T;
}

/// Answers each effect once, at its time.
pub struct Fair {
    /// Cancels the run after so many milliseconds.
    pub cancel: Option<u64>,
}

impl Player for Fair {
    fn play<T>(&mut self, world: &mut World, run: &mut Run<T>) -> T {
        world.play(run, self.cancel)
    }
}

impl Operation {
    /// By its name; a reset for any other word.
    pub fn named(name: &str) -> Operation {
        match name {
            "status" => Operation::Status,
            "plan" => Operation::Plan,
            "revoke" => Operation::Revoke,
            "pass" => Operation::Pass,
            "restore" => Operation::Restore,
            "preflight" => Operation::Preflight,
            "members" => Operation::Members,
            "resetMany" => Operation::ResetMany,
            "planMany" => Operation::PlanMany,
            _ => Operation::Reset,
        }
    }

    fn writes(self) -> Writes {
        match self {
            Operation::Reset | Operation::ResetMany => Writes::Reset,
            Operation::Revoke => Writes::Revocation,
            Operation::Pass => Writes::Pass,
            Operation::Restore => Writes::Restore,
            Operation::Status | Operation::Plan | Operation::Preflight | Operation::Members | Operation::PlanMany => {
                Writes::Nothing
            }
        }
    }

    /// Does it, with one request as JSON a line, and checks what comes of it. What is no request is a reset of a user
    /// with many methods.
    pub fn perform(self, client: &Client, requests: &[&str], world: &mut World, player: &mut impl Player) {
        let read = |text: &&str| ResetRequest::from_json(text).unwrap_or_else(|_| ResetRequest::new(ADELE));
        let request = requests.first().map_or_else(|| ResetRequest::new(ADELE), read);
        world.writes = self.writes();
        let reason = request.reason.clone();
        match self {
            Operation::Status => {
                let outcome = player.play(world, &mut client.status(&request.user));
                let status = outcome.map(|status| serde_json::to_string(&status).expect("a status is JSON"));
                match status {
                    Ok(text) => world.secrets.check(&text, "a status"),
                    Err(error) => check::error(world, &error),
                }
            }
            Operation::Preflight => {
                let outcome = player.play(world, &mut client.preflight(request));
                match outcome {
                    Ok(preflight) => {
                        world.secrets.check(&serde_json::to_string(&preflight).expect("it is JSON"), "a preflight");
                    }
                    Err(error) => check::error(world, &error),
                }
            }
            Operation::Restore => {
                let text = requests.first().copied().unwrap_or_default();
                let backup = || RestoreRequest::from_json(BACKUP).expect("a backup");
                let request = RestoreRequest::from_json(text).unwrap_or_else(|_| backup());
                let outcome = player.play(world, &mut client.restore(request));
                settle(world, outcome);
            }
            Operation::Members => {
                let outcome = player.play(world, &mut client.group_members(&request.user, reason.as_deref()));
                if let Err(error) = outcome {
                    check::error(world, &error);
                }
            }
            Operation::Plan => {
                let outcome = player.play(world, &mut client.plan(request));
                settle(world, outcome);
            }
            Operation::Reset => {
                let outcome = player.play(world, &mut client.reset(request));
                settle(world, outcome);
            }
            Operation::Revoke => {
                let options = RevokeSessionsOptions { reason };
                let outcome = player.play(world, &mut client.revoke_sessions(&request.user, options));
                settle(world, outcome);
            }
            Operation::Pass => {
                let allow_privileged = request.allow_privileged;
                let options = IssuePassOptions { allow_privileged, reason, ..IssuePassOptions::default() };
                let outcome = player.play(world, &mut client.issue_temporary_access_pass(&request.user, options));
                settle(world, outcome);
            }
            Operation::ResetMany | Operation::PlanMany => {
                world.crowd = requests.iter().map(|text| Target::from_json("someone@contoso.com", text)).collect();
                let all = world.crowd.len();
                let defaults = ResetRequest::default();
                let mut run = if self.writes() == Writes::Nothing {
                    client.plan_many(defaults)
                } else {
                    client.reset_many(defaults)
                };
                let outcome = player.play(world, &mut run);
                // Whom the cap left out has been handed over, too.
                assert!(world.reports.len() <= world.handed, "somebody has two reports");
                if outcome.is_ok() {
                    assert_eq!(world.reports.len(), all, "not everybody has a report");
                }
            }
        }
    }
}

fn settle(world: &World, outcome: Result<Report, Error>) {
    match outcome {
        Ok(report) => check::report(world, &report),
        Err(error) => check::error(world, &error),
    }
}
