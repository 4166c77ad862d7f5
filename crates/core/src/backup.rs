//! What can be put back, for whoever asked to keep it.

use crate::error::Error;
use crate::fields::Fields;
use crate::kind::Kind;
use crate::methods::{Method, Registered};
use crate::report::AddedMethod;
use crate::request::PerUserMfaState;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What can be restored, and what never comes back. A report has one where the request asked for it, and
/// [`Client::restore`](crate::Client::restore) takes one; it may be written by hand, too.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backup {
    /// Phones, with the numbers as Graph showed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<BackupPhone>,
    /// E-mail addresses. Entra keeps one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// Methods of external providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub externals: Vec<BackupExternal>,
    /// Hardware tokens. They are assigned again; to work, each needs a code that only its holder can read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hardware_tokens: Vec<BackupToken>,
    /// Graph's `userPreferredMethodForSecondaryAuthentication`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The legacy per-user MFA state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_mfa: Option<PerUserMfaState>,
    /// What was there and can only be registered anew by the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_restored: Vec<AddedMethod>,
    /// Kinds that could not be read, so that nothing is known of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden_kinds: Vec<Kind>,
}

/// Numbers and addresses are for whoever restores them, and for no log.
impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup").field("phones", &self.phones).finish_non_exhaustive()
    }
}

/// One phone of a backup.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupPhone {
    /// `mobile`, `alternateMobile` or `office`.
    pub phone_type: String,
    /// The whole number, or as much of it as the token may see. As `+1 4255550100`, or `+1 4255550100x123` with an
    /// extension.
    pub phone_number: String,
    /// The token sees masked numbers only: this phone cannot be restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_masked: bool,
}

/// One external method of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupExternal {
    /// Which of the tenant's external methods it is.
    pub configuration_id: String,
    /// Its name, which Graph wants to have.
    pub display_name: String,
}

/// One hardware token of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupToken {
    /// Graph's id of the device, which stays in the tenant's inventory.
    pub device_id: String,
    /// For people; the serial number is masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl fmt::Debug for BackupPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupPhone").field("phone_type", &self.phone_type).finish_non_exhaustive()
    }
}

/// Entra masks with X or *, and a number has neither (an extension's x is lower case).
pub(crate) fn is_masked(number: &str) -> bool {
    number.contains(['X', '*', '•'])
}

pub(crate) fn of(registered: &Registered) -> Backup {
    let hidden = Kind::ALL.into_iter().filter(|kind| registered.hidden.contains(*kind));
    let mut backup = Backup {
        default: registered.preference.as_ref().and_then(|preference| preference.target().map(str::to_owned)),
        per_user_mfa: registered.per_user_mfa,
        hidden_kinds: hidden.collect(),
        ..Backup::default()
    };
    for method in &registered.methods {
        backup.add(method);
    }
    backup
}

impl Backup {
    fn add(&mut self, method: &Method) {
        let contact = method.contact.as_ref().map(|contact| contact.expose().to_owned());
        match (method.kind, contact, method.source.clone()) {
            (Kind::Phone, Some(number), _) => self.phones.push(BackupPhone {
                phone_type: method.phone_type.clone().unwrap_or_default(),
                is_masked: is_masked(&number),
                phone_number: number,
            }),
            (Kind::Email, Some(address), _) => self.emails.push(address),
            (Kind::External, _, Some(configuration_id)) => {
                let display_name = method.label.clone();
                self.externals.push(BackupExternal { configuration_id, display_name });
            }
            (Kind::HardwareOath, _, Some(device_id)) => {
                self.hardware_tokens.push(BackupToken { device_id, label: Some(method.label.clone()) });
            }
            (Kind::Password, _, _) => {}
            _ => self.never_restored.push(method.added()),
        }
    }

    /// What a restore would need and the backup does not have, in words. `None`: it has everything.
    pub(crate) fn lacks(&self, registered: &Registered, stable_only: bool) -> Option<String> {
        let mut lacks = Vec::new();
        if self.phones.iter().any(|phone| phone.is_masked) {
            lacks.push("the whole phone numbers, of which this token sees a part");
        }
        if !stable_only && registered.preference.is_none() {
            lacks.push("the default method");
        }
        if !stable_only && registered.per_user_mfa.is_none() {
            lacks.push("the per-user MFA state");
        }
        if !registered.hidden.is_empty() {
            lacks.push("the kinds that could not be seen");
        }
        (!lacks.is_empty()).then(|| lacks.join(", "))
    }

    pub(crate) fn read(value: Value) -> Result<Backup, Error> {
        let mut fields = Fields::of(value, "the backup")?;
        let backup = Backup {
            phones: each(&mut fields, "phones", BackupPhone::read)?,
            emails: fields.texts("emails")?.unwrap_or_default(),
            externals: each(&mut fields, "externals", BackupExternal::read)?,
            hardware_tokens: each(&mut fields, "hardwareTokens", BackupToken::read)?,
            default: fields.text("default")?,
            per_user_mfa: PerUserMfaState::read(&mut fields)?,
            never_restored: each(&mut fields, "neverRestored", AddedMethod::read)?,
            hidden_kinds: read_kinds(&mut fields)?,
        };
        fields.end()?;
        Ok(backup)
    }
}

fn each<T>(fields: &mut Fields, name: &str, read: fn(Value) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    fields.list(name)?.into_iter().flatten().map(read).collect()
}

fn read_kinds(fields: &mut Fields) -> Result<Vec<Kind>, Error> {
    let mut kinds = Vec::new();
    for name in fields.texts("hiddenKinds")?.into_iter().flatten() {
        match Kind::from_name(&name) {
            Some(kind) => kinds.push(kind),
            None => return Err(fields.refuse_word("hiddenKinds", &name, "a kind")),
        }
    }
    Ok(kinds)
}

impl BackupPhone {
    fn read(value: Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "a phone of the backup")?;
        let phone_type = fields.text("phoneType")?.ok_or_else(|| fields.missing("phoneType"))?;
        let phone_number = fields.text("phoneNumber")?.ok_or_else(|| fields.missing("phoneNumber"))?;
        let is_masked = fields.flag("isMasked")?.unwrap_or_default();
        fields.end()?;
        Ok(BackupPhone { phone_type, phone_number, is_masked })
    }
}

impl BackupExternal {
    fn read(value: Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "an external method of the backup")?;
        let configuration_id = fields.text("configurationId")?.ok_or_else(|| fields.missing("configurationId"))?;
        let display_name = fields.text("displayName")?.ok_or_else(|| fields.missing("displayName"))?;
        fields.end()?;
        Ok(BackupExternal { configuration_id, display_name })
    }
}

impl BackupToken {
    fn read(value: Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "a hardware token of the backup")?;
        let device_id = fields.text("deviceId")?.ok_or_else(|| fields.missing("deviceId"))?;
        let label = fields.text("label")?;
        fields.end()?;
        Ok(BackupToken { device_id, label })
    }
}

impl AddedMethod {
    fn read(value: Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "a method of `neverRestored`")?;
        let id = fields.text("id")?.ok_or_else(|| fields.missing("id"))?;
        let kind = fields.text("kind")?.and_then(|name| Kind::from_name(&name));
        let kind = kind.ok_or_else(|| fields.refuse("kind", "a kind"))?;
        let label = fields.text("label")?.ok_or_else(|| fields.missing("label"))?;
        fields.end()?;
        Ok(AddedMethod { id, kind, label })
    }
}
