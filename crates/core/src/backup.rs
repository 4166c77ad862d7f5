//! What can be put back, for whoever asked to keep it.

use crate::kind::Kind;
use crate::methods::Registered;
use crate::report::{Backup, BackupPhone};

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
