use crate::error::Error;
use crate::intent::PlannedMethod;
use crate::kind::Kind;
use crate::options::ClientOptions;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What is asked for one user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Waive the guard: `true` for a privileged user too, `ifUnreadable` only where the guard could not look.
    #[serde(default, skip_serializing_if = "AllowPrivileged::is_default")]
    pub allow_privileged: AllowPrivileged,
    /// A reset that has not begun by then is refused. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// Put what can be restored into the report; whole phone numbers included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backup: bool,
    /// Read the live list until it confirms the removals. Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<bool>,
    /// Never call beta; what v1.0 hides is named as a residual.
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

/// Reads a JSON input; whatever is wrong with it is the caller's to mend.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let mut sentence = error.to_string();
        if let Some(at) = sentence.rfind(" at line ") {
            sentence.truncate(at);
        }
        Error::invalid(
            format!("{what} is not valid: {sentence}"),
            "Correct the field that the message names; the README lists every field with its values.",
        )
    })
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// By hand, because an untagged enum says only that no variant matched.
impl<'de> Deserialize<'de> for Methods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Methods;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`reRegister`, `contactDetails`, `all`, `none` or a list of kinds")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Methods, E> {
                Preset::from_name(name)
                    .map(Methods::Preset)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(name), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Methods, A::Error> {
                let mut kinds = Vec::new();
                while let Some(kind) = names.next_element()? {
                    kinds.push(kind);
                }
                Ok(Methods::Kinds(kinds))
            }
        }

        deserializer.deserialize_any(Names)
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
    fn is_default(&self) -> bool {
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

impl<'de> Deserialize<'de> for AllowPrivileged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Waiver;

        impl Visitor<'_> for Waiver {
            type Value = AllowPrivileged;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or `ifUnreadable`")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<AllowPrivileged, E> {
                Ok(if value { AllowPrivileged::Yes } else { AllowPrivileged::No })
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<AllowPrivileged, E> {
                match value {
                    "ifUnreadable" => Ok(AllowPrivileged::IfUnreadable),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Waiver)
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PassOptions {
    /// 10 to 43200, and within the tenant's policy.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IssuePassOptions {
    /// 10 to 43200, and within the tenant's policy.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokeSessionsOptions {
    /// Ticket or note, echoed into report and events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// JSON in, from a shell.
macro_rules! from_json {
    ($($type:ty: $what:literal),*) => {$(
        impl $type {
            /// Reads it from JSON.
            ///
            /// # Errors
            /// `invalidInput`, naming the field.
            pub fn from_json(text: &str) -> Result<Self, Error> {
                parse(text, $what)
            }
        }
    )*};
}

from_json!(ResetRequest: "the request", IssuePassOptions: "the pass", RevokeSessionsOptions: "the options", ClientOptions: "the client's options");

impl Serialize for PassRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PassRequest::Default => serializer.serialize_bool(true),
            PassRequest::Options(options) => options.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PassRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TrueOrOptions;

        impl<'de> Visitor<'de> for TrueOrOptions {
            type Value = PassRequest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, or an object with lifetimeInMinutes, isUsableOnce and startDateTime")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<PassRequest, E> {
                if value { Ok(PassRequest::Default) } else { Err(E::invalid_value(de::Unexpected::Bool(false), &self)) }
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PassRequest, A::Error> {
                PassOptions::deserialize(de::value::MapAccessDeserializer::new(map)).map(PassRequest::Options)
            }
        }

        deserializer.deserialize_any(TrueOrOptions)
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
