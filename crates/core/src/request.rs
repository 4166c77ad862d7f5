use crate::error::Error;
use crate::fields::{Fields, from_json};
use crate::intent::PlannedMethod;
use crate::kind::Kind;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// What is asked for one user.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResetRequest {
    /// Object id or user principal name; guests (`#EXT#`) included.
    pub user: String,
    /// What goes: a preset, or the kinds by name. Default `reRegister`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods: Option<Methods>,
    /// Only these method ids, whatever their kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_ids: Option<Vec<String>>,
    /// What an earlier, interrupted run had planned: of the selection only these are removed, as far as they are still
    /// the same. What has been registered since is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Vec<PlannedMethod>>,
    /// Kinds or method ids that are never touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// Revoke the sessions after the deletes. Default true; false for `none` and `contactDetails`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_sessions: Option<bool>,
    /// Issue a Temporary Access Pass first: `true`, or its options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_access_pass: Option<PassRequest>,
    /// Set the legacy per-user MFA state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_mfa: Option<PerUserMfaState>,
    /// Waive the guard: `true` for a privileged user too, `ifUnreadable` only where the guard could not look. Default
    /// false.
    #[serde(default, skip_serializing_if = "AllowPrivileged::is_default")]
    pub allow_privileged: AllowPrivileged,
    /// A reset that has not begun by then is refused. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// Put what can be restored into the report; whole phone numbers included. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backup: bool,
    /// Read the live list until it confirms the removals. Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<bool>,
    /// Never call beta; what v1.0 hides is named as a residual. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stable_only: bool,
    /// Ticket or note, echoed into report and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ResetRequest {
    /// The default request for a user.
    pub fn new(user: impl Into<String>) -> Self {
        ResetRequest { user: user.into(), ..ResetRequest::default() }
    }

    /// What is absent comes from the defaults. What either of them keeps is kept, and a default of true stays.
    #[must_use]
    pub fn or(mut self, defaults: &ResetRequest) -> ResetRequest {
        self.methods = self.methods.or_else(|| defaults.methods.clone());
        self.method_ids = self.method_ids.or_else(|| defaults.method_ids.clone());
        self.planned = self.planned.or_else(|| defaults.planned.clone());
        self.keep.extend(defaults.keep.iter().cloned());
        self.revoke_sessions = self.revoke_sessions.or(defaults.revoke_sessions);
        self.temporary_access_pass = self.temporary_access_pass.or_else(|| defaults.temporary_access_pass.clone());
        self.per_user_mfa = self.per_user_mfa.or(defaults.per_user_mfa);
        if self.allow_privileged.is_default() {
            self.allow_privileged = defaults.allow_privileged;
        }
        self.not_after = self.not_after.or_else(|| defaults.not_after.clone());
        self.backup |= defaults.backup;
        self.verify = self.verify.or(defaults.verify);
        self.stable_only |= defaults.stable_only;
        self.reason = self.reason.or_else(|| defaults.reason.clone());
        self
    }
}

from_json!(ResetRequest: "the request", IssuePassOptions: "the pass", RevokeSessionsOptions: "the options");

impl ResetRequest {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let user = fields.text("user")?.ok_or_else(|| fields.missing("user"))?;
        let request = ResetRequest { user, ..ResetRequest::read_defaults(&mut fields)? };
        fields.end()?;
        Ok(request)
    }

    /// Reads a request without its user, as the defaults of many are given.
    ///
    /// # Errors
    /// `invalidInput`, naming the field.
    pub fn defaults_from_json(text: &str) -> Result<Self, Error> {
        let mut fields = Fields::parse(text, "the defaults")?;
        let defaults = ResetRequest::read_defaults(&mut fields)?;
        fields.end()?;
        Ok(defaults)
    }

    fn read_defaults(fields: &mut Fields) -> Result<Self, Error> {
        Ok(ResetRequest {
            user: String::new(),
            methods: Methods::read(fields)?,
            method_ids: fields.texts("methodIds")?,
            planned: match fields.list("planned")? {
                Some(items) => Some(items.into_iter().map(PlannedMethod::read).collect::<Result<_, _>>()?),
                None => None,
            },
            keep: fields.texts("keep")?.unwrap_or_default(),
            revoke_sessions: fields.flag("revokeSessions")?,
            temporary_access_pass: PassRequest::read(fields)?,
            per_user_mfa: PerUserMfaState::read(fields)?,
            allow_privileged: AllowPrivileged::read(fields)?,
            not_after: fields.text("notAfter")?,
            backup: fields.flag("backup")?.unwrap_or_default(),
            verify: fields.flag("verify")?,
            stable_only: fields.flag("stableOnly")?.unwrap_or_default(),
            reason: fields.text("reason")?,
        })
    }
}

impl PassOptions {
    fn read(fields: &mut Fields) -> Result<Self, Error> {
        Ok(PassOptions {
            lifetime_in_minutes: fields.number("lifetimeInMinutes")?,
            is_usable_once: fields.flag("isUsableOnce")?,
            start_date_time: fields.text("startDateTime")?,
        })
    }
}

impl IssuePassOptions {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let PassOptions { lifetime_in_minutes, is_usable_once, start_date_time } = PassOptions::read(&mut fields)?;
        let allow_privileged = AllowPrivileged::read(&mut fields)?;
        let reason = fields.text("reason")?;
        fields.end()?;
        Ok(IssuePassOptions { lifetime_in_minutes, is_usable_once, start_date_time, allow_privileged, reason })
    }
}

impl RevokeSessionsOptions {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let reason = fields.text("reason")?;
        fields.end()?;
        Ok(RevokeSessionsOptions { reason })
    }
}

impl Methods {
    fn read(fields: &mut Fields) -> Result<Option<Self>, Error> {
        const EXPECTED: &str = "`reRegister`, `contactDetails`, `all`, `none` or a list of kinds";
        match fields.take("methods") {
            None => Ok(None),
            Some(Value::String(name)) => match Preset::from_name(&name) {
                Some(preset) => Ok(Some(Methods::Preset(preset))),
                None => Err(fields.refuse_word("methods", &name, EXPECTED)),
            },
            Some(Value::Array(names)) => {
                let mut kinds = Vec::with_capacity(names.len());
                for name in &names {
                    let name = name.as_str().unwrap_or_default();
                    match Kind::from_name(name) {
                        Some(kind) => kinds.push(kind),
                        None => return Err(fields.refuse_word("methods", name, "a kind")),
                    }
                }
                Ok(Some(Methods::Kinds(kinds)))
            }
            Some(_) => Err(fields.refuse("methods", EXPECTED)),
        }
    }
}

impl AllowPrivileged {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self, Error> {
        match fields.take("allowPrivileged") {
            None | Some(Value::Bool(false)) => Ok(AllowPrivileged::No),
            Some(Value::Bool(true)) => Ok(AllowPrivileged::Yes),
            Some(Value::String(text)) if text == "ifUnreadable" => Ok(AllowPrivileged::IfUnreadable),
            Some(other) => {
                let word = other.as_str().unwrap_or_default();
                Err(fields.refuse_word("allowPrivileged", word, "true, false or `ifUnreadable`"))
            }
        }
    }
}

impl PassRequest {
    fn read(fields: &mut Fields) -> Result<Option<Self>, Error> {
        match fields.take("temporaryAccessPass") {
            None => Ok(None),
            Some(Value::Bool(true)) => Ok(Some(PassRequest::Default)),
            Some(options @ Value::Object(_)) => {
                let mut options = Fields::of(options, "`temporaryAccessPass`")?;
                let pass = PassOptions::read(&mut options)?;
                options.end()?;
                Ok(Some(PassRequest::Options(pass)))
            }
            Some(_) => Err(fields.refuse(
                "temporaryAccessPass",
                "true, or an object with lifetimeInMinutes, isUsableOnce and startDateTime",
            )),
        }
    }
}

impl PerUserMfaState {
    pub(crate) fn read(fields: &mut Fields) -> Result<Option<Self>, Error> {
        let Some(name) = fields.text("perUserMfa")? else { return Ok(None) };
        match PerUserMfaState::from_name(&name) {
            Some(state) => Ok(Some(state)),
            None => Err(fields.refuse_word("perUserMfa", &name, "`disabled`, `enabled` or `enforced`")),
        }
    }

    /// As Graph names it, too.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "disabled" => Some(PerUserMfaState::Disabled),
            "enabled" => Some(PerUserMfaState::Enabled),
            "enforced" => Some(PerUserMfaState::Enforced),
            _ => None,
        }
    }
}

/// What a reset removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Methods {
    /// A named selection.
    Preset(Preset),
    /// Exactly these kinds.
    Kinds(Vec<Kind>),
}

/// Named selections of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Preset {
    /// What the portal's button "Require re-register multifactor authentication" does.
    ReRegister,
    /// Phone and e-mail.
    ContactDetails,
    /// Everything deletable but the key of a resource account, which only its own name takes.
    All,
    /// Nothing.
    None,
}

impl Preset {
    fn from_name(name: &str) -> Option<Preset> {
        match name {
            "reRegister" => Some(Preset::ReRegister),
            "contactDetails" => Some(Preset::ContactDetails),
            "all" => Some(Preset::All),
            "none" => Some(Preset::None),
            _ => None,
        }
    }
}

impl Serialize for Methods {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Methods::Preset(preset) => preset.serialize(serializer),
            Methods::Kinds(kinds) => kinds.serialize(serializer),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Methods {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Methods".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let preset = generator.subschema_for::<Preset>();
        let kinds = generator.subschema_for::<Vec<Kind>>();
        schemars::json_schema!({ "description": "What a reset removes: a preset, or exactly these kinds.", "anyOf": [preset, kinds] })
    }
}

/// How the guard's refusal may be waived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AllowPrivileged {
    /// Not at all.
    #[default]
    No,
    /// Where the guard may not look.
    IfUnreadable,
    /// For a user that is known to be privileged, too.
    Yes,
}

impl AllowPrivileged {
    pub(crate) fn is_default(&self) -> bool {
        *self == AllowPrivileged::No
    }
}

impl Serialize for AllowPrivileged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AllowPrivileged::No => serializer.serialize_bool(false),
            AllowPrivileged::Yes => serializer.serialize_bool(true),
            AllowPrivileged::IfUnreadable => serializer.serialize_str("ifUnreadable"),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AllowPrivileged {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AllowPrivileged".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How the guard's refusal may be waived.",
            "anyOf": [{ "type": "boolean" }, { "const": "ifUnreadable" }]
        })
    }
}

/// A Temporary Access Pass: `true` for the tenant's defaults, or its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassRequest {
    /// With the tenant's defaults.
    Default,
    /// With these options.
    Options(PassOptions),
}

impl PassRequest {
    /// The options to send.
    pub fn options(&self) -> PassOptions {
        match self {
            PassRequest::Default => PassOptions::default(),
            PassRequest::Options(options) => options.clone(),
        }
    }
}

/// Options of a Temporary Access Pass; what is absent is the tenant's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PassOptions {
    /// Minutes: 10 to 43200, and within the tenant's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_in_minutes: Option<u32>,
    /// Whether it works once only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_usable_once: Option<bool>,
    /// From when it works. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
}

/// What [`Client::issue_temporary_access_pass`](crate::Client::issue_temporary_access_pass) takes beside the user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuePassOptions {
    /// Minutes: 10 to 43200, and within the tenant's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_in_minutes: Option<u32>,
    /// Whether it works once only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_usable_once: Option<bool>,
    /// From when it works. RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// As in [`ResetRequest`].
    #[serde(skip_serializing_if = "AllowPrivileged::is_default")]
    pub allow_privileged: AllowPrivileged,
    /// Ticket or note, echoed into report and events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What [`Client::revoke_sessions`](crate::Client::revoke_sessions) takes beside the user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokeSessionsOptions {
    /// Ticket or note, echoed into report and events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Serialize for PassRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PassRequest::Default => serializer.serialize_bool(true),
            PassRequest::Options(options) => options.serialize(serializer),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PassRequest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PassRequest".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let options = generator.subschema_for::<PassOptions>();
        schemars::json_schema!({
            "description": "A Temporary Access Pass: `true` for the tenant's defaults, or its options.",
            "anyOf": [{ "const": true }, options]
        })
    }
}

/// The legacy per-user MFA state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PerUserMfaState {
    /// Conditional Access decides; the modern way.
    Disabled,
    /// Asked to register at the next sign-in.
    Enabled,
    /// Asked for a second factor at every sign-in; may hold app passwords.
    Enforced,
}
