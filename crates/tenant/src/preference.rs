use crate::account::text;
use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::default_rule::carries;
use crate::tenant::Tenant;
use serde_json::{Value, json};

const PREFERENCES: [&str; 6] = ["push", "oath", "voiceMobile", "voiceAlternateMobile", "voiceOffice", "sms"];
const STATES: [&str; 3] = ["disabled", "enabled", "enforced"];
const SYSTEM: &str = "isSystemPreferredAuthenticationMethodEnabled";
const STORED: &str = "userPreferredMethodForSecondaryAuthentication";

impl Tenant {
    /// `signInPreferences`: the stored default. Once the last method that could be it is removed, it is `none`.
    pub(crate) fn preferences(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, None)?;
        if call.method == "GET" {
            call.only_options(&[])?;
            let account = &self.accounts[user];
            let mut body = json!({
                "@odata.context": call.context(
                    self.seed.settings.cloud.graph(),
                    &format!("users('{}')/authentication/signInPreferences", account.seed.id),
                ),
            });
            body[SYSTEM] = account.seed.sign_in_preferences.is_system_preferred_authentication_method_enabled.into();
            body[STORED] = account.preference_at(call.now).into();
            return Ok(Answer::ok(body));
        }
        call.expect("PATCH")?;
        let body = call.object_of(&[SYSTEM, STORED])?;
        let preference = body.contains_key(STORED).then(|| text(body, STORED).to_owned());
        let system = body.get(SYSTEM).map(Value::as_bool);
        if system == Some(None) {
            return Err(Answer::bad_request(format!("{SYSTEM} is not a Boolean.")));
        }
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let late_until = call.now + self.seed.settings.preference_lag_milliseconds;
        let account = &mut self.accounts[user];
        if let Some(preference) = preference {
            if !PREFERENCES.contains(&preference.as_str()) {
                return Err(Answer::bad_request(format!("'{preference}' is not a method that can be preferred.")));
            }
            if !account.methods.iter().any(|method| method.exists() && carries(method, &preference)) {
                return Err(Answer::bad_request(format!("The user has no method registered for '{preference}'.")));
            }
            account.prefer(&preference, late_until);
        }
        if let Some(Some(system)) = system {
            account.seed.sign_in_preferences.is_system_preferred_authentication_method_enabled = system;
        }
        Ok(Answer::no_content())
    }

    /// `requirements`: the legacy per-user state.
    pub(crate) fn requirements(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_requirements(call, user)?;
        if call.method == "GET" {
            call.only_options(&[])?;
            let seed = &self.accounts[user].seed;
            return Ok(Answer::ok(json!({
                "@odata.context": call.context(
                    self.seed.settings.cloud.graph(),
                    &format!("users('{}')/authentication/requirements", seed.id),
                ),
                "perUserMfaState": seed.per_user_mfa,
            })));
        }
        call.expect("PATCH")?;
        let state = text(call.object_of(&["perUserMfaState"])?, "perUserMfaState").to_owned();
        if !STATES.contains(&state.as_str()) {
            return Err(Answer::bad_request("perUserMfaState must be disabled, enabled or enforced."));
        }
        if !self.begin_write(call, user) {
            self.accounts[user].seed.per_user_mfa = state;
        }
        Ok(Answer::no_content())
    }
}
