use crate::kind::Kind;
use crate::report::{GraphUsage, GuardReport, Residual, UserInfo};
use crate::request::PerUserMfaState;
use serde::{Deserialize, Serialize};

/// What is registered for a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Status {
    /// Who it is.
    pub user: UserInfo,
    /// Whether the account may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_enabled: Option<bool>,
    /// Every method, the password included.
    pub methods: Vec<MethodStatus>,
    /// Whether Entra picks the strongest method at sign-in, whatever the default is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_preferred: Option<bool>,
    /// Graph's `userPreferredMethodForSecondaryAuthentication`, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_method: Option<String>,
    /// The legacy per-user MFA state, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_mfa: Option<PerUserMfaState>,
    /// What the guard would find.
    pub guard: GuardReport,
    /// What could not be seen.
    pub residuals: Vec<Residual>,
    /// What it cost.
    pub graph: GraphUsage,
}

impl Status {
    /// The canonical bytes, the same on every host.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// One registered method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MethodStatus {
    /// Graph's id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Graph's type name, for a kind that this version does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_type: Option<String>,
    /// For people; phone numbers and addresses are masked.
    pub label: String,
    /// Whether the stored preference points at it; absent where the preference could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// When it was registered, as Graph says it. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
    /// When it was last used, as Graph says it. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_date_time: Option<String>,
    /// `mobile`, `alternateMobile` or `office`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_type: Option<String>,
    /// Model of a security key or of a hardware token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `deviceBound` or `synced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_type: Option<String>,
    /// State of a hardware token (`assigned`, `activated` …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether a pass or a key works now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_usable: Option<bool>,
    /// Why it works or does not, in Graph's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_usability_reason: Option<String>,
}
