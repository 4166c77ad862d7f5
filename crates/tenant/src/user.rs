use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::clock;
use crate::permission::USER_READ;
use crate::settings::RevokeAnswer;
use crate::tenant::Tenant;
use serde_json::{Map, Value, json};

/// What a read without `$select` shows.
pub(crate) const DEFAULTS: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];
/// What comes only when it is selected.
pub(crate) const SELECTED: [&str; 12] = [
    "accountEnabled",
    "createdDateTime",
    "creationType",
    "department",
    "externalUserState",
    "isManagementRestricted",
    "isResourceAccount",
    "mailNickname",
    "onPremisesSyncEnabled",
    "signInSessionsValidFromDateTime",
    "usageLocation",
    "userType",
];
/// What `User.ReadBasic.All` shows.
pub(crate) const BASIC: [&str; 6] = ["displayName", "givenName", "mail", "surname", "userPrincipalName", "id"];

impl Tenant {
    pub(crate) fn user(&mut self, call: &Call, user: usize) -> Reply {
        if call.method != "GET" {
            self.violate("unroutedWrite", "A write came to a path that the tenant does not serve.", call.now);
            return Err(Answer::insufficient());
        }
        self.permit_any(call, &[USER_READ, &["User.ReadBasic.All"]])?;
        call.only_options(&["$select"])?;
        let names = selected(call)?;
        let selection = call.option("$select").map(|select| format!("({select})")).unwrap_or_default();
        let context = call.context(self.seed.settings.cloud.graph(), &format!("users{selection}/$entity"));
        let mut body = Map::from_iter([("@odata.context".to_owned(), context)]);
        body.extend(self.properties(call, user, &names));
        Ok(Answer::ok(Value::Object(body)))
    }

    /// Of these properties those that the caller may see.
    pub(crate) fn properties(&self, call: &Call, user: usize, names: &[&'static str]) -> Map<String, Value> {
        let basic = !call.claims.grants_any(USER_READ);
        let visible = names.iter().filter(|name| !basic || BASIC.contains(name));
        visible.map(|name| ((*name).to_owned(), self.property(user, name))).collect()
    }

    pub(crate) fn property(&self, user: usize, name: &str) -> Value {
        let account = &self.accounts[user];
        let seed = &account.seed;
        match name {
            "id" => seed.id.as_str().into(),
            "userPrincipalName" => seed.user_principal_name.as_str().into(),
            "displayName" => seed.display_name.as_str().into(),
            "givenName" => seed.display_name.split_once(' ').map_or(Value::Null, |(given, _)| given.into()),
            "surname" => seed.display_name.split_once(' ').map_or(Value::Null, |(_, surname)| surname.into()),
            "userType" => seed.user_type.as_str().into(),
            "accountEnabled" => seed.account_enabled.into(),
            "isManagementRestricted" => {
                if seed.is_management_restricted {
                    true.into()
                } else {
                    Value::Null
                }
            }
            "isResourceAccount" => {
                if seed.is_resource_account {
                    true.into()
                } else {
                    Value::Null
                }
            }
            "onPremisesSyncEnabled" => seed.on_premises_sync_enabled.into(),
            "signInSessionsValidFromDateTime" => seed.sign_in_sessions_valid_from_date_time.clone().into(),
            "externalUserState" if account.is_external() => "Accepted".into(),
            "creationType" if account.is_external() => "Invitation".into(),
            "businessPhones" => json!([]),
            _ => Value::Null,
        }
    }

    /// revokeSignInSessions. For an external guest it says yes and does nothing: those sessions live elsewhere.
    pub(crate) fn revoke(&mut self, call: &Call, user: usize) -> Reply {
        call.expect("POST")?;
        self.permit_revoke(call, user)?;
        let account = &mut self.accounts[user];
        if !account.is_external() {
            account.seed.sign_in_sessions_valid_from_date_time = Some(clock::rfc3339(call.now / 1000 * 1000));
        }
        let legacy = call.path.to_ascii_lowercase().ends_with("/invalidateallrefreshtokens");
        if legacy || self.seed.settings.revoke_answer == RevokeAnswer::NoContent {
            return Ok(Answer::no_content());
        }
        let context = call.context(self.seed.settings.cloud.graph(), "Edm.Boolean");
        Ok(Answer::ok(json!({"@odata.context": context, "value": true})))
    }
}

/// The properties that are asked for.
pub(crate) fn selected(call: &Call) -> Result<Vec<&'static str>, Answer> {
    let Some(select) = call.option("$select") else {
        return Ok(DEFAULTS.to_vec());
    };
    let names = select.split(',').map(str::trim).filter(|name| !name.is_empty());
    let known = |name: &str| {
        let known = DEFAULTS.iter().chain(&SELECTED).find(|known| known.eq_ignore_ascii_case(name)).copied();
        known.ok_or_else(|| {
            Answer::error(
                400,
                "BadRequest",
                format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.user'."
                ),
            )
        })
    };
    names.map(known).collect()
}
