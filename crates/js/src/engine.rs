use crate::input::{self, Operation};
use crate::{reply, step};
use entra_mfa_reset::run::{EffectId, Reply, Run, Step, StepError};
use entra_mfa_reset::{ClientOptions, Error, MembersPage, Preflight, Report, Status};
use wasm_bindgen::prelude::*;

/// One tenant, seen through one credential.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client(entra_mfa_reset::Client);

#[wasm_bindgen]
impl Client {
    /// Options as in the contract; the credential is `"host"`, `{ accessToken }`,
    /// `{ clientSecret: { tenantId, clientId, clientSecret } }`, `{ clientAssertion: { tenantId, clientId } }` or
    /// `{ managedIdentity: { clientId?, endpoint?, header? } }`.
    ///
    /// # Errors
    /// Throws an `Error` whose message is the contract's error as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, credential: &str) -> Result<Client, JsError> {
        let options = ClientOptions::from_json(options).map_err(thrown)?;
        let credential = input::credential(credential).map_err(thrown)?;
        entra_mfa_reset::Client::new(options, credential).map(Client).map_err(thrown)
    }

    /// Prepares `preflight`, `status`, `plan`, `reset`, `revokeSessions`, `issueTemporaryAccessPass`, `restore`, `resetMany`,
    /// `planMany` or `groupMembers`. The input of `plan`, `reset` and `restore` is a request as JSON, of
    /// `preflight`, `resetMany` and `planMany` one without its user; that of `groupMembers` is the group, and of the
    /// others the user, with options as JSON.
    ///
    /// # Errors
    /// As the constructor.
    pub fn run(&self, operation: &str, input: &str, options: &str) -> Result<Engine, JsError> {
        let run = match input::operation(operation, input, options).map_err(thrown)? {
            Operation::Preflight(request) => AnyRun::Preflight(self.0.preflight(request)),
            Operation::Status { user } => AnyRun::Status(self.0.status(&user)),
            Operation::Plan(request) => AnyRun::Report(self.0.plan(request)),
            Operation::Reset(request) => AnyRun::Report(self.0.reset(request)),
            Operation::RevokeSessions { user, options } => AnyRun::Report(self.0.revoke_sessions(&user, options)),
            Operation::IssuePass { user, options } => {
                AnyRun::Report(self.0.issue_temporary_access_pass(&user, options))
            }
            Operation::Restore(request) => AnyRun::Report(self.0.restore(request)),
            Operation::ResetMany { defaults, events } => AnyRun::many(self.0.reset_many(defaults), events),
            Operation::PlanMany { defaults, events } => AnyRun::many(self.0.plan_many(defaults), events),
            Operation::GroupMembers { group, next } => AnyRun::Members(self.0.group_members(&group, next.as_deref())),
        };
        Ok(Engine(run))
    }
}

/// One operation under way. Every call returns a step, as JSON:
/// `{ effects: [...], cancelled: [id, ...], outcome?: { ok } | { error } }`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine(AnyRun);

#[derive(Debug)]
enum AnyRun {
    Preflight(Run<Result<Preflight, Error>>),
    Status(Run<Result<Status, Error>>),
    Report(Run<Result<Report, Error>>),
    Many(Run<Result<(), Error>>),
    Members(Run<Result<MembersPage, Error>>),
}

impl AnyRun {
    fn many(run: Run<Result<(), Error>>, events: bool) -> AnyRun {
        AnyRun::Many(if events { run } else { run.without_events() })
    }
}

#[wasm_bindgen]
impl Engine {
    /// Begins. `now` is Unix time in milliseconds; `seed` is a whole number below 2^53.
    ///
    /// # Errors
    /// As the client's constructor.
    pub fn start(&mut self, now: f64, seed: f64) -> Result<String, JsError> {
        let (now, seed) = (now as u64, seed as u64);
        match &mut self.0 {
            AnyRun::Preflight(run) => preflight_step(run.start(now, seed)),
            AnyRun::Status(run) => status_step(run.start(now, seed)),
            AnyRun::Report(run) => report_step(run.start(now, seed)),
            AnyRun::Many(run) => many_step(run.start(now, seed)),
            AnyRun::Members(run) => step::to_json(run.start(now, seed), MembersPage::to_json).map_err(thrown),
        }
    }

    /// Answers one effect with `{ failed: { reason, message } }`, `"slept"`, `{ token: { token, expiresAt? } }`,
    /// `{ tokenFailed: { message } }`, `{ assertion: { assertion } }`, `{ assertionFailed: { message } }`,
    /// `{ targets: { users, end } }`, `"taken"` or `{ notTaken: { message } }`.
    ///
    /// # Errors
    /// As the client's constructor.
    pub fn resume(&mut self, id: u32, reply: &str, now: f64) -> Result<String, JsError> {
        self.answer(id, reply::parse(reply).map_err(thrown)?, now)
    }

    /// Answers a request with its response: the headers as a JSON array of pairs, the body as it came.
    ///
    /// # Errors
    /// As the client's constructor.
    pub fn respond(&mut self, id: u32, status: u16, headers: &str, body: Vec<u8>, now: f64) -> Result<String, JsError> {
        self.answer(id, reply::response(status, headers, body), now)
    }

    /// Asks the operation to end soon; go on answering until there is an outcome.
    ///
    /// # Errors
    /// As the client's constructor.
    pub fn cancel(&mut self, now: f64) -> Result<String, JsError> {
        let now = now as u64;
        match &mut self.0 {
            AnyRun::Preflight(run) => preflight_step(run.cancel(now)),
            AnyRun::Status(run) => status_step(run.cancel(now)),
            AnyRun::Report(run) => report_step(run.cancel(now)),
            AnyRun::Many(run) => many_step(run.cancel(now)),
            AnyRun::Members(run) => step::to_json(run.cancel(now), MembersPage::to_json).map_err(thrown),
        }
    }
}

impl Engine {
    fn answer(&mut self, id: u32, reply: Reply, now: f64) -> Result<String, JsError> {
        let (id, now) = (EffectId(id), now as u64);
        match &mut self.0 {
            AnyRun::Preflight(run) => preflight_step(run.resume(id, reply, now)),
            AnyRun::Status(run) => status_step(run.resume(id, reply, now)),
            AnyRun::Report(run) => report_step(run.resume(id, reply, now)),
            AnyRun::Many(run) => many_step(run.resume(id, reply, now)),
            AnyRun::Members(run) => step::to_json(run.resume(id, reply, now), MembersPage::to_json).map_err(thrown),
        }
    }
}

fn preflight_step(step: Result<Step<Result<Preflight, Error>>, StepError>) -> Result<String, JsError> {
    step::to_json(step, Preflight::to_json).map_err(thrown)
}

fn status_step(step: Result<Step<Result<Status, Error>>, StepError>) -> Result<String, JsError> {
    step::to_json(step, Status::to_json).map_err(thrown)
}

fn report_step(step: Result<Step<Result<Report, Error>>, StepError>) -> Result<String, JsError> {
    step::to_json(step, Report::to_json).map_err(thrown)
}

/// Every user has a report of its own, so the end says nothing more.
fn many_step(step: Result<Step<Result<(), Error>>, StepError>) -> Result<String, JsError> {
    step::to_json(step, |()| "{}".to_owned()).map_err(thrown)
}

fn thrown(error: Error) -> JsError {
    JsError::new(&step::error_json(&error))
}
