use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::group::group;
use crate::permission::{ELIGIBILITY_READ, GROUP_READ, ROLE_READ, USER_READ};
use crate::seed::{Relation, SeedRole};
use crate::settings::Settings;
use crate::tenant::Tenant;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

const GROUP: &str = "microsoft.graph.group";
/// Graph's own page size; with a smaller one, a test asks for pages that are shorter than `$top`.
const USUAL_PAGE: usize = 100;
const ROLE: &str = "microsoft.graph.directoryRole";

impl Tenant {
    /// `memberOf`, `transitiveMemberOf` and `ownedObjects`, `rest` being a cast or nothing.
    pub(crate) fn relations(&mut self, call: &Call, user: usize, name: &str, rest: &[&str]) -> Reply {
        call.expect("GET")?;
        self.permit_any(call, &[GROUP_READ, USER_READ])?;
        call.only_options(&["$select", "$top", "$count", "$skiptoken"])?;
        if call.option("$count") == Some("true") && !call.eventual {
            return Err(unsupported("$count needs the ConsistencyLevel:eventual header."));
        }
        let cast = match rest {
            [] => None,
            [cast] if cast.eq_ignore_ascii_case(GROUP) => Some(GROUP),
            [cast] if cast.eq_ignore_ascii_case(ROLE) => Some(ROLE),
            [unknown, ..] => return Err(Answer::no_segment(unknown)),
        };
        let owned = name.eq_ignore_ascii_case("ownedObjects");
        let relation = if owned { Relation::Owner } else { Relation::Member };
        let seed = &self.accounts[user].seed;
        let sees_groups = call.claims.grants_any(GROUP_READ);
        let sees_roles = call.claims.grants_any(ROLE_READ);
        let mut found = Vec::new();
        if !owned && cast != Some(GROUP) {
            for role in seed.roles.iter().filter(|role| role.directory_scope_id == "/") {
                found.push(limited(
                    sees_roles,
                    call,
                    object(&mut [
                        ("@odata.type", format!("#{ROLE}").into()),
                        ("id", instance(&role.role_definition_id).into()),
                        ("deletedDateTime", Value::Null),
                        ("displayName", role.display_name.clone().into()),
                        ("roleTemplateId", role.role_definition_id.as_str().into()),
                    ]),
                ));
            }
        }
        if cast != Some(ROLE) {
            for held in seed.groups.iter().filter(|group| group.relation == relation) {
                let mut entity = group(&held.id, &held.display_name, held.is_assignable_to_role);
                entity.insert("@odata.type".into(), format!("#{GROUP}").into());
                found.push(limited(sees_groups, call, entity));
            }
            let direct_only = name.eq_ignore_ascii_case("memberOf");
            let member_of = if owned { &[][..] } else { &self.accounts[user].member_of };
            for (group, direct) in member_of {
                if *direct || !direct_only {
                    found.push(limited(sees_groups, call, self.groups.all[*group].entity()));
                }
            }
        }
        self.page(call, "directoryObjects", &found, Value::clone)
    }

    /// `/roleManagement/directory/…`.
    pub(crate) fn role_management(&mut self, call: &Call, collection: &str) -> Reply {
        let eligible = collection.eq_ignore_ascii_case("roleEligibilityScheduleInstances");
        if !eligible && !collection.eq_ignore_ascii_case("roleAssignments") {
            return Err(Answer::no_segment(collection));
        }
        call.expect("GET")?;
        self.permit_any(call, &[if eligible { ELIGIBILITY_READ } else { ROLE_READ }])?;
        call.only_options(&["$filter", "$expand", "$select", "$top", "$skiptoken"])?;
        if eligible {
            premium(&self.seed.settings)?;
        }
        let principal = call.option("$filter").map(principal).transpose()?;
        let expand = match call.option("$expand") {
            None => false,
            Some(names) if names.eq_ignore_ascii_case("roleDefinition") => true,
            Some(_) => return Err(unsupported("Only roleDefinition can be expanded.")),
        };
        let accounts = match principal {
            None => &self.accounts[..],
            Some(id) => self.find(id).map_or(&[][..], |user| std::slice::from_ref(&self.accounts[user])),
        };
        let mut found = Vec::new();
        for account in accounts {
            let roles = if eligible { &account.seed.eligible_roles } else { &account.seed.roles };
            for (place, role) in roles.iter().enumerate() {
                found.push(Value::Object(assignment(&account.seed.id, place, role, eligible, expand)));
            }
        }
        self.page(call, &format!("roleManagement/directory/{collection}"), &found, Value::clone)
    }

    /// One page, with an absolute link to the next on the caller's own origin.
    pub(crate) fn page<T>(&self, call: &Call, context: &str, found: &[T], show: impl Fn(&T) -> Value) -> Reply {
        let page_size = self.seed.settings.page_size;
        let top = match call.option("$top") {
            None => page_size,
            Some(top) => match top.parse::<usize>() {
                Ok(top @ 1..=999) if page_size < USUAL_PAGE => top.min(page_size),
                Ok(top @ 1..=999) => top,
                _ => return Err(Answer::error(400, "Request_BadRequest", "Invalid page size specified.")),
            },
        }
        .max(1);
        let start = match call.option("$skiptoken") {
            None => 0,
            Some(token) => {
                token.strip_prefix("RFNwdAoAAQ").and_then(|place| place.parse::<usize>().ok()).ok_or_else(|| {
                    Answer::error(400, "Directory_ExpiredPageToken", "The specified page token is invalid.")
                })?
            }
        };
        let mut body = object(&mut [("@odata.context", call.context(self.seed.settings.cloud.graph(), context))]);
        if start == 0 && call.option("$count") == Some("true") {
            body.insert("@odata.count".into(), found.len().into());
        }
        if start + top < found.len() {
            let mut link = format!("{}/{}{}?", call.origin, call.version.name(), call.path);
            for (name, value) in call.query.iter().filter(|(name, _)| name != "$skiptoken") {
                link.push_str(&format!("{name}={}&", utf8_percent_encode(value, NON_ALPHANUMERIC)));
            }
            link.push_str(&format!("$skiptoken=RFNwdAoAAQ{}", start + top));
            body.insert("@odata.nextLink".into(), link.into());
        }
        let value: Vec<Value> = found.iter().skip(start).take(top).map(show).collect();
        body.insert("value".into(), value.into());
        Ok(Answer::ok(Value::Object(body)))
    }
}

/// Without the right to read that kind of object, type and id remain.
pub(crate) fn limited(sees: bool, call: &Call, mut entity: Map<String, Value>) -> Value {
    if !sees {
        entity.retain(|name, _| name == "@odata.type" || name == "id");
    } else if let Some(select) = call.option("$select") {
        entity.retain(|name, _| {
            name == "@odata.type" || name == "id" || select.split(',').any(|asked| asked.trim() == name)
        });
    }
    Value::Object(entity)
}

fn assignment(user: &str, place: usize, role: &SeedRole, eligible: bool, expand: bool) -> Map<String, Value> {
    let mut entity = object(&mut [
        ("id", format!("{}-{user}-{place}", role.role_definition_id).into()),
        ("principalId", user.into()),
        ("roleDefinitionId", role.role_definition_id.as_str().into()),
        ("directoryScopeId", role.directory_scope_id.as_str().into()),
    ]);
    if eligible {
        entity.insert("appScopeId".into(), Value::Null);
        entity.insert("memberType".into(), "Direct".into());
        entity.insert("startDateTime".into(), "2026-01-01T00:00:00Z".into());
        entity.insert("endDateTime".into(), Value::Null);
        entity.insert("roleEligibilityScheduleId".into(), format!("{user}-{place}").into());
    }
    if expand {
        entity.insert(
            "roleDefinition".into(),
            json!({
                "id": role.role_definition_id,
                "templateId": role.role_definition_id,
                "displayName": role.display_name,
                "isBuiltIn": true
            }),
        );
    }
    entity
}

/// An activated role has an id of its own, which is not the template's.
fn instance(template: &str) -> String {
    let digits: Vec<char> = template.chars().filter(|c| *c != '-').rev().collect();
    let mut digits = digits.into_iter();
    template.chars().map(|c| if c == '-' { c } else { digits.next().unwrap_or('0') }).collect()
}

/// Whether the tenant is licensed for Privileged Identity Management.
pub(crate) fn premium(settings: &Settings) -> Result<(), Answer> {
    if settings.premium {
        return Ok(());
    }
    Err(Answer::error(
        settings.premium_refusal_status,
        "AadPremiumLicenseRequired",
        "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
    ))
}

pub(crate) fn principal(filter: &str) -> Result<&str, Answer> {
    let id = filter
        .strip_prefix("principalId eq '")
        .and_then(|rest| rest.strip_suffix('\''))
        .ok_or_else(|| unsupported("Only principalId eq '…' can be filtered by."))?;
    let is_id = id.len() == 36
        && id
            .char_indices()
            .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() });
    if is_id { Ok(id) } else { Err(Answer::error(400, "Request_BadRequest", "Invalid object identifier.")) }
}

pub(crate) fn unsupported(message: &str) -> Answer {
    Answer::error(400, "Request_UnsupportedQuery", message)
}
