//! External methods: another provider's MFA, by a configuration of the tenant's policy.

use crate::account::text;
use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::clock;
use crate::kind::Kind;
use crate::settings::ExternalDelete;
use crate::tenant::Tenant;

impl Tenant {
    pub(crate) fn add_external(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, Some(Kind::External))?;
        let body = call.object_of(&["configurationId", "displayName"])?;
        let (configuration, name) = (text(body, "configurationId").to_owned(), text(body, "displayName").to_owned());
        if name.is_empty() {
            return Err(Answer::bad_request("displayName is missing."));
        }
        if !self.is_configured(&configuration) {
            return Err(Answer::bad_request("The external authentication method configuration does not exist."));
        }
        self.begin_write(call, user);
        if self.has_external(user, &configuration) {
            return Err(Answer::bad_request("The external authentication method is registered already."));
        }
        let entity = object(&mut [
            ("@odata.type", "#microsoft.graph.externalAuthenticationMethod".into()),
            ("createdDateTime", clock::rfc3339(call.now).into()),
            ("configurationId", configuration.into()),
            ("displayName", name.into()),
        ]);
        Ok(Answer::json(201, self.register(call, user, entity).into()))
    }

    /// The tenant's configurations are those that the seed names, and those that any user has had a method of.
    fn is_configured(&self, configuration: &str) -> bool {
        let named = &self.seed.external_configurations;
        named.iter().any(|known| known.eq_ignore_ascii_case(configuration))
            || self.accounts.iter().flat_map(|account| &account.methods).any(|method| {
                method.kind == Kind::External
                    && text(&method.entity.parsed(), "configurationId").eq_ignore_ascii_case(configuration)
            })
    }

    fn has_external(&self, user: usize, configuration: &str) -> bool {
        self.accounts[user].methods.iter().any(|method| {
            method.kind == Kind::External
                && method.exists()
                && text(&method.entity.parsed(), "configurationId").eq_ignore_ascii_case(configuration)
        })
    }

    /// Only one of the two forms of DELETE is routed.
    pub(crate) fn external_form(&self, call: &Call) -> Result<(), Answer> {
        let reference = call.segments.last().is_some_and(|last| last == "$ref");
        let routed = match self.seed.settings.external_delete {
            ExternalDelete::Reference => reference,
            ExternalDelete::Plain => !reference,
            ExternalDelete::Either => true,
        };
        if routed {
            return Ok(());
        }
        Err(match self.seed.settings.external_delete_refusal_status {
            405 => Answer::not_allowed(),
            400 => Answer::no_segment(call.segments.last().map_or("", String::as_str)),
            _ => Answer::unrouted(&call.path),
        })
    }
}
