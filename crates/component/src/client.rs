use crate::bindings::exports::entra::mfa_reset::reset as wit;
use crate::bulk_run::BulkRun;
use crate::convert::{Convert, from_wit, to_wit};
use entra_mfa_reset as core;
use entra_mfa_reset::run::Run;
use entra_mfa_reset_wasi::{self as shell, Lent, Shell};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The exported resource.
pub struct Client {
    options: core::ClientOptions,
    /// A constructor cannot refuse, so what is wrong with the options is kept for the first operation.
    core: RefCell<Result<core::Client, core::Error>>,
    seed: Cell<u64>,
    given: RefCell<Given>,
}

/// What of a credential stays on this side: an assertion, and for which application it speaks.
struct Given {
    application: Option<(String, String)>,
    assertion: Rc<RefCell<Option<core::Secret>>>,
}

impl Given {
    fn of(credential: &wit::Credential) -> Given {
        let wit::Credential::ClientAssertion(given) = credential else {
            return Given { application: None, assertion: Rc::default() };
        };
        Given {
            application: Some((given.tenant_id.clone(), given.client_id.clone())),
            assertion: Rc::new(RefCell::new(Some(core::Secret::new(given.assertion.as_str())))),
        }
    }
}

impl Client {
    fn lent(&self) -> Lent {
        let assertion = self.given.borrow().assertion.clone();
        Lent { body_limit: self.options.limits.response_bytes.into(), assertion }
    }

    fn perform<A: Convert<B>, B>(
        &self,
        begin: impl FnOnce(&core::Client) -> Run<Result<A, core::Error>>,
    ) -> Result<B, wit::ErrorInfo> {
        let seed = self.seed.get();
        self.seed.set(seed.wrapping_add(1));
        let run = self.core.borrow().as_ref().map(begin).map_err(|error| to_wit(error.clone()))?;
        shell::perform(run, seed, self.lent()).map(to_wit).map_err(to_wit)
    }

    fn many(&self, begin: impl FnOnce(&core::Client) -> Run<Result<(), core::Error>>) -> wit::BulkRun {
        let seed = self.seed.get();
        self.seed.set(seed.wrapping_add(1));
        let run = self.core.borrow().as_ref().map(begin).map_err(core::Error::clone);
        // WIT has no callbacks; what an event says stands in the report as well.
        let shell = run.and_then(|run| Shell::start(run.without_events(), seed, self.lent()));
        wit::BulkRun::new(BulkRun::new(shell, self.options.limits.users))
    }
}

impl wit::GuestClient for Client {
    fn new(options: wit::ClientOptions) -> Self {
        let wit::ClientOptions { cloud, graph_url, authority_host, protect, limits, credential, seed } = options;
        let limits: core::Limits = limits.map(from_wit).unwrap_or_default();
        let options = core::ClientOptions { cloud: from_wit(cloud), graph_url, authority_host, protect, limits };
        let given = RefCell::new(Given::of(&credential));
        let core = RefCell::new(core::Client::new(options.clone(), from_wit(credential)));
        Client { options, core, seed: Cell::new(seed.unwrap_or_else(shell::seed_from_clocks)), given }
    }

    fn preflight(&self, request: Option<wit::ResetOptions>) -> Result<wit::Preflight, wit::ErrorInfo> {
        self.perform(|client| client.preflight(request.map(from_wit).unwrap_or_default()))
    }

    fn status(&self, user: String) -> Result<wit::Status, wit::ErrorInfo> {
        self.perform(|client| client.status(&user))
    }

    fn plan(&self, request: wit::ResetRequest) -> Result<wit::Report, wit::ErrorInfo> {
        self.perform(|client| client.plan(from_wit(request)))
    }

    fn reset(&self, request: wit::ResetRequest) -> Result<wit::Report, wit::ErrorInfo> {
        self.perform(|client| client.reset(from_wit(request)))
    }

    fn revoke_sessions(
        &self,
        user: String,
        options: wit::RevokeSessionsOptions,
    ) -> Result<wit::Report, wit::ErrorInfo> {
        self.perform(|client| client.revoke_sessions(&user, from_wit(options)))
    }

    fn issue_temporary_access_pass(
        &self,
        user: String,
        options: wit::IssuePassOptions,
    ) -> Result<wit::Report, wit::ErrorInfo> {
        self.perform(|client| client.issue_temporary_access_pass(&user, from_wit(options)))
    }

    fn restore(&self, request: wit::RestoreRequest) -> Result<wit::Report, wit::ErrorInfo> {
        self.perform(|client| client.restore(from_wit(request)))
    }

    fn reset_many(&self, defaults: wit::ResetOptions) -> wit::BulkRun {
        self.many(|client| client.reset_many(from_wit(defaults)))
    }

    fn plan_many(&self, defaults: wit::ResetOptions) -> wit::BulkRun {
        self.many(|client| client.plan_many(from_wit(defaults)))
    }

    fn group_members(&self, group: String, next: Option<String>) -> Result<wit::MembersPage, wit::ErrorInfo> {
        self.perform(|client| client.group_members(&group, next.as_deref()))
    }

    fn set_credential(&self, credential: wit::Credential) -> Result<(), wit::ErrorInfo> {
        let given = Given::of(&credential);
        let client = core::Client::new(self.options.clone(), from_wit(credential)).map_err(to_wit)?;
        *self.core.borrow_mut() = Ok(client);
        let old = self.given.replace(given);
        let mut now = self.given.borrow_mut();
        if now.application.is_some() && now.application == old.application {
            old.assertion.replace(now.assertion.take());
            now.assertion = old.assertion;
        }
        Ok(())
    }
}
