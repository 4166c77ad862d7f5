//! Who the user is, and whether the guard lets anybody touch them.

use crate::error::{Error, ErrorCode};
use crate::graph::{
    Answer, Call, Claims, Context, Failure, Graph, Object, Path, UserName, Version, flag, is_object_id, object,
    same_name, text,
};
use crate::methods::printable;
use crate::permission::PreflightNeed as Need;
use crate::report::{GuardBlindSpot, GuardGroup, GuardGroupRelation, GuardReport, GuardRole, GuardRoleVia, UserInfo};
use crate::request::AllowPrivileged;
use serde_json::Value;

const SELECT: &str = "id,userPrincipalName,displayName,userType,accountEnabled,creationType,isManagementRestricted,\
                      isResourceAccount,signInSessionsValidFromDateTime";

/// The roles whose holders an Authentication Administrator may act on, if they hold them for the whole tenant. Every
/// other role, built-in or custom, counts.
const ORDINARY_ROLES: [&str; 8] = [
    "c4e39bd9-1100-46d3-8c65-fb160da0071f", // Authentication Administrator
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", // Directory Readers
    "95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", // Message Center Reader
    "966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
    "4a5d8f65-41da-4de4-8968-e035b65339cf", // Reports Reader
    "27460883-1df1-4691-b032-3b79643e5e63", // User Experience Success Manager
    "75934031-6c7e-415a-99d7-48dbd49e875e", // Usage Summary Reports Reader
];

/// The user, as Graph shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) user_principal_name: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) user_type: Option<String>,
    pub(crate) account_enabled: Option<bool>,
    creation_type: Option<String>,
    /// Absent where the token may not see it; `null` is a user whom nothing restricts.
    is_management_restricted: Option<bool>,
    is_resource_account: bool,
    pub(crate) sessions_valid_from: Option<String>,
}

impl User {
    pub(crate) fn read(entity: &Object) -> User {
        let read = |name: &str| text(entity, name).map(str::to_owned);
        User {
            id: read("id").unwrap_or_default(),
            user_principal_name: read("userPrincipalName"),
            display_name: read("displayName"),
            user_type: read("userType"),
            account_enabled: flag(entity, "accountEnabled"),
            creation_type: read("creationType"),
            is_management_restricted: entity.get("isManagementRestricted").map(|value| *value == Value::Bool(true)),
            is_resource_account: flag(entity, "isResourceAccount") == Some(true),
            sessions_valid_from: read("signInSessionsValidFromDateTime"),
        }
    }

    pub(crate) fn info(&self) -> UserInfo {
        UserInfo {
            id: Some(self.id.clone()),
            user_principal_name: self.user_principal_name.as_deref().map(printable),
            display_name: self.display_name.as_deref().map(printable),
            user_type: self.user_type.as_deref().map(printable),
        }
    }

    /// Signs in with another tenant's or provider's account, so that its sessions are not this tenant's.
    pub(crate) fn is_external(&self) -> bool {
        let marked =
            self.user_principal_name.as_deref().is_some_and(|name| name.to_ascii_uppercase().contains("#EXT#"));
        marked || self.creation_type.as_deref() == Some("Invitation")
    }

    pub(crate) fn is_resource_account(&self) -> bool {
        self.is_resource_account
    }

    /// Whether this is the account that was asked for.
    fn is(&self, name: &UserName) -> bool {
        match name {
            UserName::Id(_) => name.is(&self.id),
            UserName::PrincipalName(_) => self.user_principal_name.as_deref().is_none_or(|found| name.is(found)),
        }
    }
}

pub(crate) fn user_call(name: &UserName) -> Call {
    Call::get(Version::V1, name.path().query("$select", SELECT), Context::User)
}

/// The user that an answer shows. Anything but the user that was asked for is refused: everything that follows goes
/// by the id in it.
pub(crate) fn read_user(outcome: Result<Answer, Failure>, name: &UserName) -> Result<User, Error> {
    let answer = outcome.map_err(Failure::into_error)?;
    if !answer.is_success() {
        return Err(answer.to_error(Context::User));
    }
    match answer.entity().map(User::read) {
        Some(user) if is_object_id(&user.id) && user.is(name) => Ok(user),
        _ => Err(answer.garbled(Context::User)),
    }
}

/// What few tokens may read: it needs a permission of its own, and a license. It is looked at where it can be, and named
/// where it cannot; nobody is refused for it.
const ELIGIBLE_GROUPS: &str = "eligibleGroups";

/// The calls that the guard needs.
pub(crate) fn guard_calls(graph: &Graph, user_id: &str) -> Vec<Call> {
    let get = |path: Path| Call::get(Version::V1, path, Context::Guard);
    let principal = format!("principalId eq '{user_id}'");
    let role = |collection: &'static str| {
        get(Path::root("roleManagement/directory/")
            .literal(collection)
            .query("$filter", &principal)
            .query("$expand", "roleDefinition"))
    };
    let objects = |navigation: &'static str| {
        get(Path::user(user_id)
            .literal(navigation)
            .query("$select", "id,displayName,isAssignableToRole,roleTemplateId")
            .query("$top", "999"))
    };
    let mut calls = vec![
        role("roleAssignments"),
        role("roleEligibilityScheduleInstances"),
        objects("/transitiveMemberOf"),
        objects("/ownedObjects"),
    ];
    if !graph.session.no_eligible_groups.get() {
        let path = Path::root("identityGovernance/privilegedAccess/group/eligibilityScheduleInstances");
        calls.push(get(path.query("$filter", &principal).query("$expand", "group")));
    }
    calls
}

/// What one of the guard's reads came to; `None` when it may not be read.
async fn items(graph: &Graph, outcome: Result<Answer, Failure>) -> Result<Option<Vec<Value>>, Error> {
    let answer = outcome.map_err(Failure::into_error)?;
    match answer.status.as_u16() {
        200..=299 => graph.collect(answer, Context::Guard).await.map(Some).map_err(Failure::into_error),
        _ if is_unlicensed(&answer) => Ok(Some(Vec::new())),
        400 | 403 | 404 | 405 => Ok(None),
        _ => Err(answer.to_error(Context::Guard)),
    }
}

/// Without a premium licence nobody can be eligible for anything.
fn is_unlicensed(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 400 | 403)
        && answer.error_code().is_some_and(|code| {
            let code = code.to_ascii_lowercase();
            code.contains("license") || code.contains("premium")
        })
}

/// Puts together what the guard's reads say. A premise that cannot be read is named with the permission it takes.
pub(crate) async fn read_guard(
    graph: &Graph,
    user: &User,
    outcomes: Vec<Result<Answer, Failure>>,
    caller: Option<&Claims>,
) -> Result<GuardReport, Error> {
    let mut guard = GuardReport {
        is_management_restricted: user.is_management_restricted == Some(true),
        is_caller: caller.and_then(|claims| claims.oid.as_deref()).is_some_and(|oid| same_name(oid, &user.id)),
        is_listed: is_listed(&graph.session.protect, user),
        ..GuardReport::default()
    };
    if user.is_management_restricted.is_none() {
        guard.blind("managementRestriction", Need::GuardRestriction);
    }
    let mut outcomes = outcomes.into_iter();
    let mut next =
        || outcomes.next().unwrap_or_else(|| Err(Failure::NotRun(Error::internal("a guard read is missing"))));
    for (via, what, need) in [
        (GuardRoleVia::Assignment, "roleAssignments", Need::GuardRoles),
        (GuardRoleVia::Eligibility, "eligibleRoles", Need::GuardEligibleRoles),
    ] {
        match items(graph, next()).await? {
            Some(held) => {
                guard.roles.extend(held.iter().filter_map(Value::as_object).filter_map(|role| counts(role, via)));
            }
            None => guard.blind(what, need),
        }
    }
    for (relation, what, need) in [
        (GuardGroupRelation::Member, "memberships", Need::GuardMemberships),
        (GuardGroupRelation::Owner, "ownedGroups", Need::GuardOwnedGroups),
    ] {
        let objects = items(graph, next()).await?;
        let mut clear = objects.is_some();
        for object in objects.iter().flatten() {
            clear &= object.as_object().is_some_and(|object| guard.look_at(object, relation));
        }
        if !clear {
            guard.blind(what, need);
        }
    }
    read_eligible_groups(graph, &mut guard, outcomes.next()).await?;
    guard.is_protected = guard.is_listed
        || guard.is_caller
        || guard.is_management_restricted
        || !guard.roles.is_empty()
        || !guard.groups.is_empty();
    Ok(guard)
}

async fn read_eligible_groups(
    graph: &Graph,
    guard: &mut GuardReport,
    outcome: Option<Result<Answer, Failure>>,
) -> Result<(), Error> {
    let instances = match outcome {
        None => None,
        Some(Ok(answer)) if !answer.is_success() && !is_unlicensed(&answer) => {
            graph.session.no_eligible_groups.set(answer.status.as_u16() == 403);
            None
        }
        Some(outcome) => items(graph, outcome).await?,
    };
    let mut clear = instances.is_some();
    for instance in instances.iter().flatten().filter_map(Value::as_object) {
        let relation = match text(instance, "accessId") {
            Some("owner") => GuardGroupRelation::EligibleOwner,
            _ => GuardGroupRelation::EligibleMember,
        };
        clear &= object(instance, "group").is_some_and(|group| guard.look_at_group(group, relation));
    }
    if !clear {
        guard.blind(ELIGIBLE_GROUPS, Need::GuardEligibleGroups);
    }
    Ok(())
}

fn counts(held: &Object, via: GuardRoleVia) -> Option<GuardRole> {
    let id = text(held, "roleDefinitionId").unwrap_or_default();
    let definition = object(held, "roleDefinition");
    let of_definition = |name: &str| definition.and_then(|definition| text(definition, name));
    let ordinary = |id: &str| ORDINARY_ROLES.iter().any(|role| role.eq_ignore_ascii_case(id));
    let scope = text(held, "directoryScopeId");
    // Whoever holds any role in a unit with restricted management is out of an Authentication Administrator's reach, and
    // which units those are is not known here.
    if scope.is_none_or(|scope| scope == "/") && (ordinary(id) || of_definition("templateId").is_some_and(ordinary)) {
        return None;
    }
    Some(GuardRole {
        id: printable(id),
        display_name: of_definition("displayName").map(printable),
        scope: scope.map(printable),
        via,
    })
}

impl GuardReport {
    fn blind(&mut self, what: &str, need: Need) {
        self.unreadable.push(GuardBlindSpot { what: what.into(), permission: need.least().into() });
    }

    /// Whether an application is kept from a user of whom nothing else is known.
    pub(crate) fn is_blind(&self) -> bool {
        self.unreadable.iter().any(|spot| spot.what != ELIGIBLE_GROUPS)
    }

    /// As `look_at`, of what is known to be a group.
    fn look_at_group(&mut self, group: &Object, relation: GuardGroupRelation) -> bool {
        match group.get("isAssignableToRole") {
            None => false,
            Some(Value::Bool(true)) => {
                let id = printable(text(group, "id").unwrap_or_default());
                let display_name = text(group, "displayName").map(printable);
                self.groups.push(GuardGroup { id, display_name, relation });
                true
            }
            Some(_) => true,
        }
    }

    /// Looks at one object that the user belongs to or owns. False when it shows too little to judge it: to a caller
    /// without the right, Graph shows type and id and leaves the rest out.
    fn look_at(&mut self, object: &Object, relation: GuardGroupRelation) -> bool {
        match text(object, "@odata.type").unwrap_or_default() {
            "#microsoft.graph.group" => self.look_at_group(object, relation),
            "#microsoft.graph.directoryRole" => {
                let Some(template) = text(object, "roleTemplateId") else { return false };
                let known = self.roles.iter().any(|role| role.id.eq_ignore_ascii_case(template));
                if !known && !ORDINARY_ROLES.iter().any(|role| role.eq_ignore_ascii_case(template)) {
                    let via = GuardRoleVia::Membership;
                    let display_name = text(object, "displayName").map(printable);
                    self.roles.push(GuardRole { id: printable(template), display_name, scope: None, via });
                }
                true
            }
            "" => false,
            // Administrative units, devices, applications: no privilege over accounts comes with them.
            _ => true,
        }
    }
}

/// A user whose principal name Graph does not show could be any of those that are listed by theirs.
pub(crate) fn is_listed(protect: &[String], user: &User) -> bool {
    let is_named = |name: &str| match user.user_principal_name.as_deref() {
        Some(found) => same_name(name, found),
        None => !is_object_id(name.trim()),
    };
    protect.iter().any(|name| same_name(name, &user.id) || is_named(name))
}

/// Whether the guard lets the run go on. `Ok(true)`: it does, though it could not look everywhere.
pub(crate) fn judge(guard: &GuardReport, allow: AllowPrivileged, caller: Option<&Claims>) -> Result<bool, Error> {
    if guard.is_listed {
        return Err(listed());
    }
    if allow == AllowPrivileged::Yes {
        return Ok(guard.is_blind());
    }
    let waive = "If this is meant, repeat it with allowPrivileged, and have somebody check it who may.";
    if guard.is_management_restricted {
        return Err(Error::new(
            ErrorCode::ManagementRestricted,
            "the user is in a restricted management administrative unit",
            "Only a role at that unit's scope may change the user; application permissions do not reach it.",
        ));
    }
    if let Some(role) = guard.roles.first() {
        let name = role.display_name.as_deref().unwrap_or(&role.id);
        let how = match role.via {
            GuardRoleVia::Assignment => "holds",
            GuardRoleVia::Membership => "holds, through a group,",
            GuardRoleVia::Eligibility => "is eligible for",
        };
        let message = format!("the user {how} the role {name}");
        return Err(Error::new(ErrorCode::ProtectedUser, message, waive));
    }
    if let Some(group) = guard.groups.first() {
        let name = group.display_name.as_deref().unwrap_or(&group.id);
        let how = match group.relation {
            GuardGroupRelation::Member => "is a member",
            GuardGroupRelation::Owner => "is an owner",
            GuardGroupRelation::EligibleMember => "could become a member",
            GuardGroupRelation::EligibleOwner => "could become an owner",
        };
        let message = format!("the user {how} of the role-assignable group {name}");
        return Err(Error::new(ErrorCode::ProtectedUser, message, waive));
    }
    if guard.is_caller {
        return Err(Error::new(
            ErrorCode::ProtectedUser,
            "the user is the caller itself",
            "Let another administrator do it, or use the portal's own page for your security info.",
        ));
    }
    if !guard.is_blind() {
        return Ok(false);
    }
    let delegated = caller.is_some_and(Claims::is_delegated);
    if delegated || allow == AllowPrivileged::IfUnreadable {
        return Ok(true);
    }
    let mut missing: Vec<&str> = Vec::new();
    for spot in guard.unreadable.iter().filter(|spot| spot.what != ELIGIBLE_GROUPS) {
        if !missing.contains(&spot.permission.as_str()) {
            missing.push(&spot.permission);
        }
    }
    Err(Error::new(
        ErrorCode::ProtectedUser,
        "the guard may not read whether the user is privileged, and an application could reset any administrator",
        format!(
            "Grant {} to the application, or repeat it with allowPrivileged set to ifUnreadable.",
            missing.join(" and ")
        ),
    ))
}

pub(crate) fn listed() -> Error {
    Error::new(
        ErrorCode::ProtectedUser,
        "the user is on the `protect` list, which no flag overrides",
        "Take the user off the list first, if that is meant.",
    )
}
