use crate::kind::Kind;
use crate::report::MethodAction;
use serde::{Deserialize, Serialize};

/// What a run is about to do to one user, told before the first write. Whoever has it on disk can go on after a crash
/// without touching what the user has registered since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Intent {
    /// The user as it was asked for.
    pub user: String,
    /// Its object id.
    pub user_id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// What will be removed: for [`ResetRequest::planned`](crate::ResetRequest).
    pub planned: Vec<PlannedMethod>,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// One method that an earlier run had planned to remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedMethod {
    /// Graph's id. Some are the same for every user, so it does not tell an old phone from a new one.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Masked, as in the report.
    pub label: String,
    /// `delete` or `deactivate`; what says `keep` is not touched.
    pub action: MethodAction,
    /// When it was registered, where Graph says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
}
