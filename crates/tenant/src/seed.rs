use crate::app::{SeedApp, SeedManagedIdentity};
use crate::crowd::Crowd;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a tenant holds before the first call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    /// The directory id.
    pub tenant_id: String,
    /// How long every answer takes. Two writes of one user that overlap within it are parallel.
    pub latency_milliseconds: u64,
    /// How this tenant behaves where Graph's behaviour depends on policy, cloud or luck.
    pub settings: Settings,
    /// The users.
    pub users: Vec<SeedUser>,
    /// Users that are made instead of listed; they come after `users`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crowd: Option<Crowd>,
    /// Groups that hold members. They hold no roles; for a group that may, see [`SeedUser::groups`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<SeedMembers>,
    /// Administrative units with restricted management, as `/administrativeUnits/{id}`: whoever holds any role in one
    /// is out of an Authentication Administrator's reach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restricted_administrative_units: Vec<String>,
    /// Hardware OATH tokens that nobody has, as Graph's `hardwareOathTokenAuthenticationMethodDevice` entities. Those of
    /// the users' methods belong to the inventory, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hardware_oath_devices: Vec<Map<String, Value>>,
    /// Ids of the external methods that the policy configures, beside those that users have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_configurations: Vec<String>,
    /// The applications that the token endpoint knows.
    pub apps: Vec<SeedApp>,
    /// The identities that the platform's endpoints hand out tokens of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed_identities: Vec<SeedManagedIdentity>,
    /// What `X-IDENTITY-HEADER` must say; without it App Service's endpoint refuses everybody.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identity_header: String,
    /// Keep every request for [`crate::State::log`]. Without it memory stays flat; counts and violations are kept.
    pub keep_log: bool,
}

impl Default for Seed {
    fn default() -> Self {
        Seed {
            tenant_id: "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10".into(),
            latency_milliseconds: 0,
            settings: Settings::default(),
            users: Vec::new(),
            crowd: None,
            groups: Vec::new(),
            restricted_administrative_units: Vec::new(),
            hardware_oath_devices: Vec::new(),
            external_configurations: Vec::new(),
            apps: Vec::new(),
            managed_identities: Vec::new(),
            identity_header: String::new(),
            keep_log: true,
        }
    }
}

impl Seed {
    /// The tenant of the demo and the sandbox: contoso.com, with one user for each thing that makes a reset hard.
    pub fn sample() -> Seed {
        serde_json::from_str(include_str!("sample.json")).unwrap_or_default()
    }

    /// contoso.com with this many users that are made from a seed. They are not in [`Seed::users`], so that the seed
    /// of a whole tenant takes no space; [`Seed::listed`] puts them there.
    pub fn crowd(users: usize, seed: u64) -> Seed {
        Seed { crowd: Some(Crowd { users, seed }), ..Seed::default() }
    }

    /// The same tenant with the crowd's users and groups listed, for whoever wants to change some of them.
    pub fn listed(mut self) -> Seed {
        if let Some(crowd) = self.crowd.take() {
            let first = self.users.len();
            self.users.extend((0..crowd.users).map(|position| crowd.user(position)));
            self.groups.extend(crowd.groups(|position| self.users[first + position].id.clone()));
        }
        self
    }
}

/// One user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedUser {
    /// The object id; made from the user's position when empty.
    pub id: String,
    /// The name to sign in with.
    pub user_principal_name: String,
    /// The name to show.
    pub display_name: String,
    /// `Member` or `Guest`. A guest with `#EXT#` in the name is external.
    pub user_type: String,
    /// May sign in.
    pub account_enabled: bool,
    /// Member of a restricted management administrative unit.
    pub is_management_restricted: bool,
    /// A room or a shared device.
    pub is_resource_account: bool,
    /// Synchronised from an on-premises directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_premises_sync_enabled: Option<bool>,
    /// Sign-ins before this moment no longer count, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_sessions_valid_from_date_time: Option<String>,
    /// The legacy per-user state: `disabled`, `enabled` or `enforced`.
    pub per_user_mfa: String,
    /// The stored default method.
    pub sign_in_preferences: SignInPreferences,
    /// Graph entities, each with `@odata.type` and `id`. The password is added when it is missing.
    pub methods: Vec<Map<String, Value>>,
    /// Directory roles held directly.
    pub roles: Vec<SeedRole>,
    /// Directory roles that the user may activate.
    pub eligible_roles: Vec<SeedRole>,
    /// Groups that the user is in, or owns.
    pub groups: Vec<SeedGroup>,
    /// Groups that the user may make itself a member or an owner of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub eligible_groups: Vec<SeedGroup>,
}

impl Default for SeedUser {
    fn default() -> Self {
        SeedUser {
            id: String::new(),
            user_principal_name: String::new(),
            display_name: String::new(),
            user_type: "Member".into(),
            account_enabled: true,
            is_management_restricted: false,
            is_resource_account: false,
            on_premises_sync_enabled: None,
            sign_in_sessions_valid_from_date_time: None,
            per_user_mfa: "disabled".into(),
            sign_in_preferences: SignInPreferences::default(),
            methods: Vec::new(),
            roles: Vec::new(),
            eligible_roles: Vec::new(),
            groups: Vec::new(),
            eligible_groups: Vec::new(),
        }
    }
}

/// The stored default method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SignInPreferences {
    /// Entra picks the strongest method at sign-in. The stored default still blocks its own removal.
    pub is_system_preferred_authentication_method_enabled: bool,
    /// `push`, `oath`, `voiceMobile`, `voiceAlternateMobile`, `voiceOffice`, `sms` or `none`.
    pub user_preferred_method_for_secondary_authentication: String,
}

impl Default for SignInPreferences {
    fn default() -> Self {
        SignInPreferences {
            is_system_preferred_authentication_method_enabled: false,
            user_preferred_method_for_secondary_authentication: "none".into(),
        }
    }
}

/// One role of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedRole {
    /// The role's template id.
    pub role_definition_id: String,
    /// `/` for the whole directory, or an administrative unit.
    pub directory_scope_id: String,
    /// The role's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl Default for SeedRole {
    fn default() -> Self {
        SeedRole { role_definition_id: String::new(), directory_scope_id: "/".into(), display_name: None }
    }
}

/// One group of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedGroup {
    /// The group's object id.
    pub id: String,
    /// The group's name.
    pub display_name: String,
    /// May hold directory roles, which makes its members and owners privileged.
    pub is_assignable_to_role: bool,
    /// What the user is to it.
    pub relation: Relation,
}

/// What a user is to a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// In it, directly or through other groups.
    #[default]
    Member,
    /// Owns it.
    Owner,
}

/// A group and who is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedMembers {
    /// The group's object id.
    pub id: String,
    /// The group's name.
    pub display_name: String,
    /// Object ids of users, and of other groups in [`Seed::groups`]. An id that is neither is left out.
    pub members: Vec<String>,
    /// Members that are neither users nor groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_members: Vec<SeedObject>,
}

/// A directory object of which nothing matters but that it can be a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedObject {
    /// What it is.
    #[serde(rename = "type")]
    pub object_type: ObjectType,
    /// The object id.
    pub id: String,
    /// The name.
    pub display_name: String,
}

/// What a member of a group can be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ObjectType {
    /// A user.
    User,
    /// Another group.
    Group,
    /// A device.
    #[default]
    Device,
    /// A contact of the organisation.
    OrgContact,
    /// An application's service principal.
    ServicePrincipal,
}

impl ObjectType {
    pub(crate) fn odata_type(self) -> &'static str {
        match self {
            ObjectType::User => "#microsoft.graph.user",
            ObjectType::Group => "#microsoft.graph.group",
            ObjectType::Device => "#microsoft.graph.device",
            ObjectType::OrgContact => "#microsoft.graph.orgContact",
            ObjectType::ServicePrincipal => "#microsoft.graph.servicePrincipal",
        }
    }

    /// The type of a cast segment.
    pub(crate) fn of_cast(segment: &str) -> Option<ObjectType> {
        use ObjectType::{Device, Group, OrgContact, ServicePrincipal, User};
        let types = [User, Group, Device, OrgContact, ServicePrincipal];
        types.into_iter().find(|known| known.odata_type()[1..].eq_ignore_ascii_case(segment))
    }
}
