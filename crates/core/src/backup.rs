//! What can be put back, for whoever asked to keep it.

use crate::kind::Kind;
use crate::methods::Registered;
use crate::report::AddedMethod;
use crate::request::PerUserMfaState;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What can be restored, and what never comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backup {
    /// Phones, with the numbers as Graph showed them.
    pub phones: Vec<BackupPhone>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Graph's `userPreferredMethodForSecondaryAuthentication`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The legacy per-user MFA state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_mfa: Option<PerUserMfaState>,
    /// What was there and can only be registered anew by the user.
    pub never_restored: Vec<AddedMethod>,
}

/// One phone of a backup.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupPhone {
    /// `mobile`, `alternateMobile` or `office`.
    pub phone_type: String,
    /// The whole number, or as much of it as the token may see.
    pub phone_number: String,
    /// The token sees masked numbers only: this phone cannot be restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_masked: bool,
}

impl fmt::Debug for BackupPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupPhone").field("phone_type", &self.phone_type).finish_non_exhaustive()
    }
}

pub(crate) fn of(registered: &Registered) -> Backup {
    let mut backup = Backup {
        default: registered.preference.as_ref().and_then(|preference| preference.target().map(str::to_owned)),
        per_user_mfa: registered.per_user_mfa,
        ..Backup::default()
    };
    for method in &registered.methods {
        let contact = method.contact.as_ref().map(|contact| contact.expose().to_owned());
        match (method.kind, contact) {
            (Kind::Phone, Some(number)) => backup.phones.push(BackupPhone {
                phone_type: method.phone_type.clone().unwrap_or_default(),
                // Entra masks with X or *, and a number has neither (an extension's x is lower case).
                is_masked: number.contains(['X', '*', '•']),
                phone_number: number,
            }),
            (Kind::Email, Some(address)) => backup.emails.push(address),
            (Kind::Password, _) => {}
            _ => backup.never_restored.push(method.added()),
        }
    }
    backup
}
