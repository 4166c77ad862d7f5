use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::settings::PassPolicy;
use crate::tenant::Tenant;
use serde_json::{Value, json};

impl Tenant {
    /// `/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass`, `name` being the
    /// configuration's.
    pub(crate) fn method_configuration(&mut self, call: &Call, name: &str) -> Reply {
        if !name.eq_ignore_ascii_case("temporaryAccessPass") {
            self.unrouted_write(call);
            return Err(Answer::no_segment(name));
        }
        if call.is_write() {
            self.unrouted_write(call);
            return Err(Answer::not_allowed());
        }
        self.permit_policy(call)?;
        call.only_options(&["$select"])?;
        let graph = self.seed.settings.cloud.graph();
        let policy = &self.seed.settings.temporary_access_pass;
        let mut body = object(&mut [
            ("@odata.context", call.context(graph, "authenticationMethodConfigurations/$entity")),
            ("@odata.type", "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration".into()),
            ("id", "TemporaryAccessPass".into()),
            ("state", if policy.enabled { "enabled" } else { "disabled" }.into()),
            ("defaultLifetimeInMinutes", policy.default_lifetime_in_minutes.into()),
            ("defaultLength", policy.default_length.into()),
            ("minimumLifetimeInMinutes", policy.minimum_lifetime_in_minutes.into()),
            ("maximumLifetimeInMinutes", policy.maximum_lifetime_in_minutes.into()),
            ("isUsableOnce", policy.is_usable_once.into()),
            ("includeTargets", included(policy)),
            ("excludeTargets", policy.exclude_groups.iter().map(|id| target("group", id)).collect()),
        ]);
        if let Some(select) = call.option("$select") {
            let asked = |name: &String| select.split(',').any(|asked| asked.trim() == *name);
            body.retain(|name, _| name.starts_with('@') || asked(name));
        }
        Ok(Answer::ok(body.into()))
    }

    /// Does the policy let this user sign in with a pass?
    pub(crate) fn includes_in_passes(&self, user: usize) -> bool {
        let policy = &self.seed.settings.temporary_access_pass;
        let id = &self.accounts[user].seed.id;
        let is_user = |users: &Vec<String>| users.iter().any(|known| known.eq_ignore_ascii_case(id));
        let in_one = |groups: &Vec<String>| groups.iter().any(|group| self.is_member(user, group));
        let included = match (&policy.include_users, &policy.include_groups) {
            (None, None) => true,
            (users, groups) => users.as_ref().is_some_and(is_user) || groups.as_ref().is_some_and(in_one),
        };
        policy.enabled && included && !in_one(&policy.exclude_groups)
    }
}

fn target(kind: &str, id: &str) -> Value {
    json!({"targetType": kind, "id": id})
}

fn included(policy: &PassPolicy) -> Value {
    let all = (policy.include_users.is_none() && policy.include_groups.is_none()).then(|| target("group", "all_users"));
    let groups = policy.include_groups.iter().flatten().map(|id| target("group", id));
    let users = policy.include_users.iter().flatten().map(|id| target("user", id));
    all.into_iter()
        .chain(groups)
        .chain(users)
        .map(|mut target| {
            target["isRegistrationRequired"] = false.into();
            target
        })
        .collect()
}
