use crate::error::Error;
use crate::fields::Fields;
use crate::kind::Kind;
use crate::report::MethodAction;
use serde::Serialize;
use serde_json::Value;

/// What a run is about to do to one user, told before the first write. Whoever has it on disk can go on after a crash
/// without touching what the user has registered since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// When it was registered, where Graph says so. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
}

impl PlannedMethod {
    pub(crate) fn read(value: Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "a method of `planned`")?;
        let id = fields.text("id")?.ok_or_else(|| fields.missing("id"))?;
        let kind = fields.text("kind")?.and_then(|name| Kind::from_name(&name));
        let kind = kind.ok_or_else(|| fields.refuse("kind", "a kind"))?;
        let action = match fields.text("action")?.as_deref() {
            Some("delete") => MethodAction::Delete,
            Some("deactivate") => MethodAction::Deactivate,
            Some("keep") => MethodAction::Keep,
            _ => return Err(fields.refuse("action", "`delete`, `deactivate` or `keep`")),
        };
        let label = fields.text("label")?.ok_or_else(|| fields.missing("label"))?;
        let created_date_time = fields.text("createdDateTime")?;
        fields.end()?;
        Ok(PlannedMethod { id, kind, label, action, created_date_time })
    }
}
