use crate::bindings::exports::entra::mfa_reset::reset as wit;
use crate::convert::{Convert, from_wit, to_wit};
use crate::http::Bounds;
use crate::shell;
use entra_mfa_reset as core;
use entra_mfa_reset::run::Run;
use std::cell::{Cell, RefCell};

/// The exported resource.
pub struct Client {
    core: RefCell<core::Client>,
    bounds: Bounds,
    seed: Cell<u64>,
}

impl Client {
    fn perform<A: Convert<B>, B>(&self, run: Run<Result<A, core::Error>>) -> Result<B, wit::ErrorInfo> {
        let seed = self.seed.get();
        self.seed.set(seed.wrapping_add(1));
        shell::perform(run, seed, self.bounds).map(to_wit).map_err(to_wit)
    }
}

impl wit::GuestClient for Client {
    fn create(options: wit::ClientOptions) -> Result<wit::Client, wit::ErrorInfo> {
        let wit::ClientOptions { cloud, graph_url, authority_host, protect, limits, credential, seed } = options;
        let limits: core::Limits = limits.map(from_wit).unwrap_or_default();
        let bounds = Bounds::new(&limits);
        let options = core::ClientOptions { cloud: from_wit(cloud), graph_url, authority_host, protect, limits };
        let core = core::Client::new(options, from_wit(credential)).map_err(to_wit)?;
        let seed = Cell::new(seed.unwrap_or_else(shell::seed_from_clocks));
        Ok(wit::Client::new(Client { core: RefCell::new(core), bounds, seed }))
    }

    fn status(&self, user: String) -> Result<wit::Status, wit::ErrorInfo> {
        let run = self.core.borrow().status(&user);
        self.perform(run)
    }

    fn plan(&self, request: wit::ResetRequest) -> Result<wit::Report, wit::ErrorInfo> {
        let run = self.core.borrow().plan(from_wit(request));
        self.perform(run)
    }

    fn reset(&self, request: wit::ResetRequest) -> Result<wit::Report, wit::ErrorInfo> {
        let run = self.core.borrow().reset(from_wit(request));
        self.perform(run)
    }

    fn revoke_sessions(
        &self,
        user: String,
        options: wit::RevokeSessionsOptions,
    ) -> Result<wit::Report, wit::ErrorInfo> {
        let run = self.core.borrow().revoke_sessions(&user, from_wit(options));
        self.perform(run)
    }

    fn issue_temporary_access_pass(
        &self,
        user: String,
        options: wit::IssuePassOptions,
    ) -> Result<wit::Report, wit::ErrorInfo> {
        let run = self.core.borrow().issue_temporary_access_pass(&user, from_wit(options));
        self.perform(run)
    }

    fn set_credential(&self, credential: wit::Credential) -> Result<(), wit::ErrorInfo> {
        self.core.borrow_mut().set_credential(from_wit(credential)).map_err(to_wit)
    }
}
