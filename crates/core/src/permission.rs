//! What each thing takes: the permission, least-privileged first, and for a signed-in user the directory role. The
//! preflight, the guard and every `forbidden` speak from this one table.

use crate::graph::{Call, Claims, Context};
use crate::kind::Kind;
use crate::options::Cloud;
use http::Method;
use serde::{Deserialize, Serialize};

/// Something that a run has to be allowed to do, or had better be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PreflightNeed {
    /// Look the user up.
    ReadUser,
    /// List the methods; of one kind, where the check names one.
    ReadMethods,
    /// See which method is the default.
    ReadDefault,
    /// See the legacy per-user MFA state.
    ReadPerUserMfa,
    /// See the tenant's policy for Temporary Access Passes.
    ReadPassPolicy,
    /// Guard: see whether the user is in a restricted management administrative unit.
    GuardRestriction,
    /// Guard: see the roles that the user holds.
    GuardRoles,
    /// Guard: see the roles that the user could activate.
    GuardEligibleRoles,
    /// Guard: see the groups that the user is a member of.
    GuardMemberships,
    /// Guard: see the groups that the user owns.
    GuardOwnedGroups,
    /// Guard: see the groups that the user could become a member or an owner of.
    GuardEligibleGroups,
    /// Issue a Temporary Access Pass.
    IssuePass,
    /// Set the legacy per-user MFA state.
    SetPerUserMfa,
    /// Move the default to another method.
    MoveDefault,
    /// Remove methods; of one kind, where the check names one.
    RemoveMethod,
    /// Register methods, as a restore does; of one kind, where the check names one.
    RegisterMethod,
    /// Deactivate hardware tokens.
    DeactivateMethod,
    /// Revoke the sessions.
    RevokeSessions,
    /// A signed-in user's role: see another user's methods.
    ReadRole,
    /// A signed-in user's role: change another user's methods.
    WriteRole,
    /// A signed-in user's role: change the methods of an administrator.
    AdministratorsRole,
    /// A signed-in user's role: see whole phone numbers.
    WholeNumbersRole,
    /// A signed-in user's role: set another user's per-user MFA state.
    PerUserMfaRole,
    /// A signed-in user's role: revoke another user's sessions.
    SessionsRole,
}

use PreflightNeed as Need;

const USER: &[&str] = &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const GROUP: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

const AUTHENTICATION: &str = "Authentication Administrator";
const PRIVILEGED: &str = "Privileged Authentication Administrator";
const GLOBAL: &str = "Global Administrator";

/// Template ids of the roles that this table names.
const ROLES: [(&str, &str); 8] = [
    (AUTHENTICATION, "c4e39bd9-1100-46d3-8c65-fb160da0071f"),
    (PRIVILEGED, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"),
    (GLOBAL, "62e90394-69f5-4237-9190-012177145e10"),
    ("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
    ("Authentication Policy Administrator", "0526716b-113d-4c15-b2c8-68e3c22b9f80"),
    ("Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8"),
    ("Password Administrator", "966707d0-3269-4727-9be2-8c3a10f19b9d"),
    ("User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
];

/// The middle of `UserAuthMethod-….ReadWrite.All`.
fn family(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Phone => "Phone",
        Kind::MicrosoftAuthenticator | Kind::PasswordlessMicrosoftAuthenticator => "MicrosoftAuthApp",
        Kind::SoftwareOath => "SoftwareOATH",
        Kind::HardwareOath => "HardwareOATH",
        Kind::Fido2 => "Passkey",
        Kind::WindowsHelloForBusiness => "WindowsHello",
        Kind::PlatformCredential => "PlatformCred",
        Kind::Email => "Email",
        Kind::TemporaryAccessPass => "TAP",
        Kind::QrCodePin => "QR",
        Kind::External => "External",
        Kind::ResourceAccountKey => "ResourceKey",
        Kind::Password => "Password",
        Kind::Unknown => return None,
    })
}

impl Need {
    /// Any one of these will do; the least-privileged comes first. Of a role need they are roles.
    fn fixed(self) -> &'static [&'static str] {
        match self {
            Need::ReadUser => &[
                "User.ReadBasic.All",
                "User.Read.All",
                "User.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Need::GuardRestriction => USER,
            Need::ReadPerUserMfa => &["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
            Need::SetPerUserMfa => &["Policy.ReadWrite.AuthenticationMethod"],
            Need::ReadPassPolicy => {
                &["Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"]
            }
            Need::GuardRoles => &[
                "RoleManagement.Read.Directory",
                "RoleManagement.Read.All",
                "RoleManagement.ReadWrite.Directory",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Need::GuardEligibleRoles => &[
                "RoleEligibilitySchedule.Read.Directory",
                "RoleEligibilitySchedule.ReadWrite.Directory",
                "RoleManagement.Read.Directory",
                "RoleManagement.Read.All",
                "RoleManagement.ReadWrite.Directory",
            ],
            Need::GuardMemberships | Need::GuardOwnedGroups => GROUP,
            Need::GuardEligibleGroups => &[
                "PrivilegedEligibilitySchedule.Read.AzureADGroup",
                "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
            ],
            Need::RevokeSessions => &["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            Need::ReadMethods | Need::ReadDefault => {
                &["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"]
            }
            Need::IssuePass
            | Need::MoveDefault
            | Need::RemoveMethod
            | Need::RegisterMethod
            | Need::DeactivateMethod => &["UserAuthenticationMethod.ReadWrite.All"],
            Need::ReadRole => &["Global Reader", AUTHENTICATION, PRIVILEGED, GLOBAL],
            Need::WriteRole => &[AUTHENTICATION, PRIVILEGED, GLOBAL],
            Need::AdministratorsRole | Need::WholeNumbersRole => &[PRIVILEGED, GLOBAL],
            Need::PerUserMfaRole => &["Authentication Policy Administrator", GLOBAL],
            Need::SessionsRole => &[
                AUTHENTICATION,
                "Helpdesk Administrator",
                "Password Administrator",
                "User Administrator",
                PRIVILEGED,
                GLOBAL,
            ],
        }
    }

    /// What is missing, or worse, where the need is not met.
    pub(crate) fn without(self) -> &'static str {
        match self {
            Need::ReadUser => "the user cannot be looked up, so nothing can be done",
            Need::ReadMethods => "such methods are not seen: they stay, and the report names the kind as hidden",
            Need::ReadDefault => {
                "which method is the default is not seen, so where it blocks a removal, the order is found by trying"
            }
            Need::ReadPerUserMfa => {
                "the state before is not told, nor whether the user may hold app passwords, which survive a reset"
            }
            Need::ReadPassPolicy => "that a policy forbids the pass is told by Graph's refusal, not before it is tried",
            Need::GuardRestriction => {
                "the guard does not see whether the user is in a restricted management administrative unit"
            }
            Need::GuardRoles => "the guard does not see which roles the user holds",
            Need::GuardEligibleRoles => "the guard does not see which roles the user could activate",
            Need::GuardMemberships => "the guard does not see which role-assignable groups the user is a member of",
            Need::GuardOwnedGroups => "the guard does not see which role-assignable groups the user owns",
            Need::GuardEligibleGroups => {
                "the guard does not see which role-assignable groups the user could become a member or an owner of"
            }
            Need::IssuePass => "no pass is issued, and so nothing is removed either",
            Need::SetPerUserMfa => "the per-user MFA state is not set",
            Need::MoveDefault => "the default is not moved; where it blocks its own removal, it stays",
            Need::RemoveMethod => "such methods are not removed",
            Need::RegisterMethod => "such methods are not put back",
            Need::DeactivateMethod => "hardware tokens are not deactivated",
            Need::RevokeSessions => "the sessions are not revoked",
            Need::ReadRole => "Graph shows no other user's methods",
            Need::WriteRole => "Graph lets nobody else's methods be changed",
            Need::AdministratorsRole => {
                "administrators, and members and owners of role-assignable groups, stay out of reach"
            }
            Need::WholeNumbersRole => "phone numbers are masked, so a backup cannot restore them",
            Need::PerUserMfaRole => "Graph lets nobody else's per-user MFA state be set",
            Need::SessionsRole => "Graph lets nobody else's sessions be revoked",
        }
    }

    /// The role that a signed-in user needs beside the permission.
    fn role(self) -> Option<Need> {
        match self {
            Need::ReadMethods | Need::ReadDefault => Some(Need::ReadRole),
            Need::IssuePass
            | Need::MoveDefault
            | Need::RemoveMethod
            | Need::RegisterMethod
            | Need::DeactivateMethod => Some(Need::WriteRole),
            Need::SetPerUserMfa => Some(Need::PerUserMfaRole),
            Need::RevokeSessions => Some(Need::SessionsRole),
            _ => None,
        }
    }

    pub(crate) fn is_role(self) -> bool {
        matches!(
            self,
            Need::ReadRole
                | Need::WriteRole
                | Need::AdministratorsRole
                | Need::WholeNumbersRole
                | Need::PerUserMfaRole
                | Need::SessionsRole
        )
    }

    /// The least-privileged name, for a need that no kind has a say in.
    pub(crate) fn least(self) -> &'static str {
        self.fixed()[0]
    }

    /// Every name that will do, the least-privileged first.
    pub(crate) fn names(self, kind: Option<Kind>) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(family) = self.kind(kind).and_then(family) {
            if self == Need::ReadMethods {
                names.push(format!("UserAuthMethod-{family}.Read.All"));
            }
            names.push(format!("UserAuthMethod-{family}.ReadWrite.All"));
        }
        names.extend(self.fixed().iter().map(|&name| name.to_owned()));
        names
    }

    /// The kind whose own permission will do. The preference belongs to no kind.
    fn kind(self, kind: Option<Kind>) -> Option<Kind> {
        match self {
            Need::IssuePass => Some(Kind::TemporaryAccessPass),
            Need::DeactivateMethod => Some(Kind::HardwareOath),
            Need::ReadMethods | Need::RemoveMethod | Need::RegisterMethod => kind,
            _ => None,
        }
    }

    /// Whether the token says that it allows it. `None`: it does not say.
    pub(crate) fn is_met(self, kind: Option<Kind>, claims: Option<&Claims>) -> Option<bool> {
        let claims = claims?;
        if self.is_role() {
            let held = claims.wids.as_ref()?;
            return Some(self.fixed().iter().any(|name| holds(held, name)));
        }
        if self.names(kind).iter().any(|name| claims.has(name)) {
            return Some(true);
        }
        // Not documented yet, and enough to delete.
        let family = kind.and_then(family).filter(|_| self == Need::RemoveMethod);
        let deletes = self == Need::RemoveMethod && claims.has("UserAuthenticationMethod.Delete.All")
            || family.is_some_and(|family| claims.has(&format!("UserAuthMethod-{family}.Delete.All")));
        Some(deletes)
    }

    /// What a call needs, and of which kind.
    fn of(call: &Call) -> (Need, Option<Kind>) {
        let segments = || call.path.as_str().split(['/', '?']);
        let kind = Kind::ALL.into_iter().find(|kind| kind.segment().is_some_and(|own| segments().any(|s| s == own)));
        let need = match call.context {
            Context::User => Need::ReadUser,
            Context::Methods => Need::ReadMethods,
            Context::Guard => Need::GuardRoles,
            Context::Group => Need::GuardMemberships,
            Context::Pass => Need::IssuePass,
            Context::PassPolicy => Need::ReadPassPolicy,
            Context::Preference => Need::MoveDefault,
            Context::Method if call.method != Method::DELETE && kind == Some(Kind::HardwareOath) => {
                Need::DeactivateMethod
            }
            Context::Method => Need::RemoveMethod,
            Context::Register => Need::RegisterMethod,
            Context::PerUserMfa => Need::SetPerUserMfa,
            Context::Sessions => Need::RevokeSessions,
        };
        (need, kind)
    }
}

fn holds(held: &[String], name: &str) -> bool {
    let id = ROLES.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
    id.is_some_and(|id| held.iter().any(|role| role.eq_ignore_ascii_case(id)))
}

/// What to do about a call that Graph forbids.
pub(crate) fn advice(call: &Call, claims: Option<&Claims>) -> String {
    let (need, kind) = Need::of(call);
    let permission = match need.kind(kind) {
        Some(_) => format!("{} (or {}, for every kind)", need.names(kind)[0], need.least()),
        None => need.least().to_owned(),
    };
    let role = need.role();
    let Some(claims) = claims else {
        let (beside, role) = role.map_or(("", ""), |role| (" and the role ", role.least()));
        return format!(
            "Grant {permission} to the application; a signed-in user needs the delegated permission of that \
             name{beside}{role}."
        );
    };
    let met = |need: Need| need.is_met(kind, Some(claims)) == Some(true);
    if !met(need) {
        return if claims.is_delegated() {
            format!("Consent to the delegated permission {permission}, then sign in again.")
        } else {
            format!(
                "Grant the application permission {permission} with an administrator's consent, then get a new token."
            )
        };
    }
    const UNIT: &str = "The token's rights suffice, so it is about this user, who may be in a restricted management \
                        administrative unit: let somebody act who holds a role at that unit's scope.";
    if !claims.is_delegated() {
        return UNIT.into();
    }
    let Some(role) = role else {
        return "The permission is there, so it is about what the signed-in user may see: let somebody act who has more \
                rights in the directory."
            .into();
    };
    let (least, of_methods) = (role.least(), role != Need::PerUserMfaRole);
    match (met(role), of_methods) {
        (true, true) if !met(Need::AdministratorsRole) => format!(
            "The signed-in user's role does not reach administrators, nor members and owners of role-assignable groups: \
             for this user it takes {PRIVILEGED}."
        ),
        (true, _) => UNIT.into(),
        (false, true) => {
            format!("The signed-in user needs the role {least}, and for administrators as targets {PRIVILEGED}.")
        }
        (false, false) => format!("The signed-in user needs the role {least}."),
    }
}

impl Kind {
    /// Whether a cloud has it.
    pub(crate) fn exists_in(self, cloud: Cloud) -> bool {
        match cloud {
            Cloud::Global => true,
            Cloud::UsGov | Cloud::UsGovDoD => {
                !matches!(self, Kind::External | Kind::HardwareOath | Kind::QrCodePin | Kind::ResourceAccountKey)
            }
            Cloud::China => matches!(self, Kind::MicrosoftAuthenticator | Kind::Phone | Kind::PlatformCredential),
        }
    }
}
