use crate::answer::Answer;
use crate::call::Call;
use crate::kind::Kind;
use crate::seed::SeedRole;
use crate::tenant::Tenant;

pub(crate) const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
const AUTHENTICATION_ADMINISTRATOR: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const AUTHENTICATION_POLICY_ADMINISTRATOR: &str = "0526716b-113d-4c15-b2c8-68e3c22b9f80";
const GLOBAL_READER: &str = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";
const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const GROUPS_ADMINISTRATOR: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
const PASSWORD_ADMINISTRATOR: &str = "966707d0-3269-4727-9be2-8c3a10f19b9d";

/// Holders of only these, and holders of none, are within reach of the limited administrators.
const HARMLESS: [&str; 7] = [
    PASSWORD_ADMINISTRATOR,
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", // Directory Readers
    "95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", // Message Center Reader
    "4a5d8f65-41da-4de4-8968-e035b65339cf", // Reports Reader
    "27460883-1df1-4691-b032-3b79643e5e63", // User Experience Success Manager
    "75934031-6c7e-415a-99d7-48dbd49e875e", // Usage Summary Reports Reader
];
/// Whose sessions each of them may revoke besides: role, and roles.
const REACH: [(&str, &[&str]); 3] = [
    (AUTHENTICATION_ADMINISTRATOR, &[AUTHENTICATION_ADMINISTRATOR]),
    (HELPDESK_ADMINISTRATOR, &[HELPDESK_ADMINISTRATOR]),
    (USER_ADMINISTRATOR, &[HELPDESK_ADMINISTRATOR, USER_ADMINISTRATOR, GROUPS_ADMINISTRATOR]),
];
/// The Password Administrator's own reach is smaller than the others'.
const PASSWORD_REACH: [&str; 3] = [
    PASSWORD_ADMINISTRATOR,
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", // Directory Readers
    "95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
];
/// What nobody can do to the own account by these APIs, with whatever role.
const NOT_FOR_ONESELF: [(Kind, &str); 6] = [
    (Kind::Phone, "PATCH"),
    (Kind::Email, "POST"),
    (Kind::Email, "PATCH"),
    (Kind::External, "POST"),
    (Kind::External, "DELETE"),
    (Kind::Pass, "POST"),
];

pub(crate) const USER_READ: &[&str] =
    &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
pub(crate) const GROUP_READ: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(crate) const ROLE_READ: &[&str] = &[
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(crate) const ELIGIBILITY_READ: &[&str] = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.ReadWrite.Directory",
];
const POLICY_READ: &[&str] =
    &["Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"];
pub(crate) const PIM_GROUP_READ: &[&str] =
    &["PrivilegedEligibilitySchedule.Read.AzureADGroup", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"];
pub(crate) const DEVICE_READ: &[&str] =
    &["Device.Read.All", "Device.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
pub(crate) const CONTACT_READ: &[&str] = &["OrgContact.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];
pub(crate) const PRINCIPAL_READ: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const REVOKE: &[&str] = &["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];

impl Tenant {
    /// May the caller read or change this user's methods of one kind, or of all kinds where none is given?
    pub(crate) fn permit_methods(&self, call: &Call, user: usize, kind: Option<Kind>) -> Result<(), Answer> {
        let family = match kind {
            Some(kind) => kind.permission().map(|name| format!("UserAuthMethod-{name}")),
            None => None,
        };
        let mut access = vec!["ReadWrite"];
        if call.is_write() {
            access.push(if call.method == "DELETE" { "Delete" } else { "ReadWrite" });
        } else {
            access.push("Read");
        }
        let of_self = self.is_self(call, user);
        let granted = access.iter().any(|access| {
            ["UserAuthenticationMethod"].into_iter().chain(family.as_deref()).any(|family| {
                call.claims.grants(&format!("{family}.{access}.All"))
                    || (of_self && call.claims.grants(&format!("{family}.{access}")))
            })
        });
        let forbidden = of_self && kind.is_some_and(|kind| NOT_FOR_ONESELF.contains(&(kind, call.method.as_str())));
        if !granted || forbidden {
            return Err(Answer::access_denied());
        }
        self.permit_target(call, user)
    }

    /// Delegated callers need a directory role that reaches this user; restricted users are out of reach for all.
    fn permit_target(&self, call: &Call, user: usize) -> Result<(), Answer> {
        self.permit_unrestricted(call, user)?;
        if call.claims.is_application() || self.is_self(call, user) {
            return Ok(());
        }
        let reaches = self.holds(call, &[GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR])
            || (self.holds(call, &[AUTHENTICATION_ADMINISTRATOR])
                && self.has_only(user, &[&HARMLESS, &[AUTHENTICATION_ADMINISTRATOR]]))
            || (!call.is_write() && self.holds(call, &[GLOBAL_READER]));
        if reaches { Ok(()) } else { Err(Answer::access_denied()) }
    }

    fn permit_unrestricted(&self, call: &Call, user: usize) -> Result<(), Answer> {
        if call.is_write() && self.accounts[user].seed.is_management_restricted {
            return Err(Answer::insufficient());
        }
        Ok(())
    }

    pub(crate) fn permit_requirements(&self, call: &Call, user: usize) -> Result<(), Answer> {
        let granted = call.claims.grants("Policy.ReadWrite.AuthenticationMethod")
            || (!call.is_write() && call.claims.grants("Policy.Read.All"));
        if !granted {
            return Err(Answer::access_denied());
        }
        self.permit_unrestricted(call, user)?;
        let reaches = call.claims.is_application()
            || self.holds(call, &[GLOBAL_ADMINISTRATOR, AUTHENTICATION_POLICY_ADMINISTRATOR])
            || (!call.is_write() && self.holds(call, &[GLOBAL_READER]));
        if reaches { Ok(()) } else { Err(Answer::access_denied()) }
    }

    /// Reading the authentication methods policy, which an Authentication Administrator may not.
    pub(crate) fn permit_policy(&self, call: &Call) -> Result<(), Answer> {
        let reaches = call.claims.is_application()
            || self.holds(call, &[GLOBAL_ADMINISTRATOR, AUTHENTICATION_POLICY_ADMINISTRATOR, GLOBAL_READER]);
        if reaches && call.claims.grants_any(POLICY_READ) { Ok(()) } else { Err(Answer::access_denied()) }
    }

    pub(crate) fn permit_revoke(&self, call: &Call, user: usize) -> Result<(), Answer> {
        if !call.claims.grants_any(REVOKE) {
            return Err(Answer::insufficient());
        }
        self.permit_unrestricted(call, user)?;
        let reaches = call.claims.is_application()
            || self.is_self(call, user)
            || self.holds(call, &[GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR])
            || REACH.iter().any(|(role, more)| self.holds(call, &[role]) && self.has_only(user, &[&HARMLESS, more]))
            || (self.holds(call, &[PASSWORD_ADMINISTRATOR]) && self.has_only(user, &[&PASSWORD_REACH]));
        if reaches { Ok(()) } else { Err(Answer::insufficient()) }
    }

    pub(crate) fn permit_any(&self, call: &Call, permissions: &[&[&str]]) -> Result<(), Answer> {
        if permissions.iter().any(|names| call.claims.grants_any(names)) { Ok(()) } else { Err(Answer::insufficient()) }
    }

    /// An Authentication Administrator sees no whole phone number.
    pub(crate) fn masks_phones(&self, call: &Call) -> bool {
        !call.claims.is_application()
            && self.holds(call, &[AUTHENTICATION_ADMINISTRATOR])
            && !self.holds(call, &[GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR])
    }

    pub(crate) fn is_self(&self, call: &Call, user: usize) -> bool {
        !call.claims.is_application()
            && call.claims.oid.as_deref().is_some_and(|oid| oid.eq_ignore_ascii_case(&self.accounts[user].seed.id))
    }

    /// The caller's roles are those of the token, and those that the tenant knows of the caller.
    fn holds(&self, call: &Call, roles: &[&str]) -> bool {
        let known =
            call.claims.oid.as_deref().and_then(|oid| self.find(oid)).map(|user| &self.accounts[user].seed.roles);
        call.claims.wids.iter().any(|role| roles.contains(&role.as_str()))
            || known.is_some_and(|held| {
                held.iter()
                    .any(|role| role.directory_scope_id == "/" && roles.contains(&role.role_definition_id.as_str()))
            })
    }

    /// Does the user hold no role but these, and is not in a role-assignable group, nor owns one?
    fn has_only(&self, user: usize, roles: &[&[&str]]) -> bool {
        let seed = &self.accounts[user].seed;
        let restricted = &self.seed.restricted_administrative_units;
        let harmless = |role: &SeedRole| {
            roles.iter().any(|roles| roles.contains(&role.role_definition_id.as_str()))
                && !restricted.iter().any(|unit| unit.eq_ignore_ascii_case(&role.directory_scope_id))
        };
        seed.roles.iter().all(harmless) && !seed.groups.iter().any(|group| group.is_assignable_to_role)
    }
}
