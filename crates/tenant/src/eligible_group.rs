//! Privileged Identity Management for groups: who may make themselves a member or an owner.

use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::directory::{premium, principal, unsupported};
use crate::group::group;
use crate::permission::{GROUP_READ, PIM_GROUP_READ};
use crate::seed::{Relation, SeedGroup};
use crate::tenant::Tenant;
use serde_json::{Map, Value};

const CONTEXT: &str = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances";

impl Tenant {
    /// `/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances`, which Graph answers only for one
    /// principal or one group; here for a principal. Whether an expanded group is shown to a caller who may not read
    /// groups is not known; here it is not.
    pub(crate) fn eligible_groups(&mut self, call: &Call) -> Reply {
        if call.is_write() {
            self.unrouted_write(call);
            return Err(Answer::not_allowed());
        }
        self.permit_any(call, &[PIM_GROUP_READ])?;
        call.only_options(&["$filter", "$expand", "$select", "$skiptoken"])?;
        premium(&self.seed.settings)?;
        let Some(filter) = call.option("$filter") else {
            return Err(Answer::error(400, "InvalidFilter", "A filter by principalId or groupId is required."));
        };
        let id = principal(filter)?;
        let expand = match call.option("$expand") {
            None => false,
            Some("group") => call.claims.grants_any(GROUP_READ),
            Some(_) => return Err(unsupported("Only group can be expanded.")),
        };
        let select = call.option("$select");
        let shown = |name: &str| select.is_none_or(|select| select.split(',').any(|asked| asked.trim() == name));
        let seed = self.find(id).map(|user| &self.accounts[user].seed);
        let groups = seed.iter().flat_map(|seed| seed.eligible_groups.iter().map(|group| (&seed.id, group)));
        let found: Vec<Value> = groups
            .map(|(id, eligible)| {
                let mut instance = instance(id, eligible);
                instance.retain(|name, _| shown(name));
                if expand {
                    let entity = group(&eligible.id, &eligible.display_name, eligible.is_assignable_to_role);
                    instance.insert("group".into(), entity.into());
                }
                instance.into()
            })
            .collect();
        self.page(call, CONTEXT, &found, Value::clone)
    }
}

fn instance(user: &str, group: &SeedGroup) -> Map<String, Value> {
    let access = if group.relation == Relation::Owner { "owner" } else { "member" };
    object(&mut [
        ("id", format!("{}_{access}_{user}", group.id).into()),
        ("startDateTime", "2026-01-01T00:00:00Z".into()),
        ("endDateTime", Value::Null),
        ("accessId", access.into()),
        ("principalId", user.into()),
        ("groupId", group.id.as_str().into()),
        ("memberType", "Direct".into()),
    ])
}
