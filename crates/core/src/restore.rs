//! Putting a backup back: what is asked, what no tenant could carry out, and what will be done. A pure function of the
//! backup and of what is registered.

use crate::backup::{Backup, BackupPhone, is_masked};
use crate::done::Done;
use crate::error::{Error, ErrorCode};
use crate::fields::{Fields, from_json};
use crate::graph::Object;
use crate::kind::Kind;
use crate::methods::{Method, Registered};
use crate::report::{MethodAction, MethodOutcome};
use crate::request::AllowPrivileged;
use serde::Serialize;
use serde_json::Value;

/// What [`Client::restore`](crate::Client::restore) puts back, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RestoreRequest {
    /// Object id or user principal name.
    pub user: String,
    /// A report's backup, or one written by hand.
    pub backup: Backup,
    /// As in [`ResetRequest`](crate::ResetRequest).
    #[serde(default, skip_serializing_if = "AllowPrivileged::is_default")]
    pub allow_privileged: AllowPrivileged,
    /// A restore that has not begun by then is refused. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// Read the live list until it shows what was registered. Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<bool>,
    /// Never call beta: hardware tokens, the default and the per-user state stay as they are, and the report says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stable_only: bool,
    /// Ticket or note, echoed into report and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

from_json!(RestoreRequest: "the request");

impl RestoreRequest {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let request = RestoreRequest {
            user: fields.text("user")?.ok_or_else(|| fields.missing("user"))?,
            backup: Backup::read(fields.take("backup").ok_or_else(|| fields.missing("backup"))?)?,
            allow_privileged: AllowPrivileged::read(&mut fields)?,
            not_after: fields.text("notAfter")?,
            verify: fields.flag("verify")?,
            stable_only: fields.flag("stableOnly")?.unwrap_or_default(),
            reason: fields.text("reason")?,
        };
        fields.end()?;
        Ok(request)
    }
}

/// Phones in the order that Graph takes: there is no alternate without a mobile.
const PHONES: [(&str, &str); 3] = [
    ("mobile", "3179e48a-750b-4051-897c-87b9720928f7"),
    ("alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41"),
    ("office", "e37fc753-ff3b-4958-9484-eaa9425c82bc"),
];
/// The values that Graph lets a default have.
const DEFAULTS: [&str; 6] = ["push", "oath", "voiceMobile", "voiceAlternateMobile", "voiceOffice", "sms"];
/// Its number is no tenant's of ours, so that a search for numbers that leaked does not find it.
const NUMBER_HELP: &str = "Write it as +1 2065550100, or +1 2065550100x123 with an extension: a plus, the country code, \
                           a blank, the number. Nothing was written.";

/// One method of a backup, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// As it is to be, and once Graph shows it, as it is.
    pub(crate) method: Method,
    /// What is sent to register it.
    pub(crate) body: String,
    pub(crate) action: MethodAction,
    pub(crate) done: Done,
    /// Whether what is there could be compared with what is wanted.
    pub(crate) certain: bool,
    /// Its answer was lost, and the list does not show it.
    pub(crate) in_doubt: bool,
}

/// Whether what is registered is what a backup has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    Same,
    /// One of the two is masked.
    Perhaps,
    Other,
}

/// What a backup asks for, in the order in which it is done.
///
/// # Errors
/// `invalidInput` for what no tenant could carry out; it names no number.
pub(crate) fn entries(backup: &Backup) -> Result<Vec<Entry>, Error> {
    if let Some(odd) = backup.phones.iter().find(|phone| PHONES.iter().all(|(name, _)| *name != phone.phone_type)) {
        let shown: String = odd.phone_type.chars().filter(|c| !c.is_control()).take(40).collect();
        let message = format!("the backup has a phone of the type `{shown}`");
        return Err(Error::invalid(message, "The types are mobile, alternateMobile and office."));
    }
    let mut entries = Vec::new();
    for (phone_type, id) in PHONES {
        let mut phones = backup.phones.iter().filter(|phone| phone.phone_type == phone_type);
        entries.extend(phones.next().map(|phone| phone_entry(phone, id)).transpose()?);
        if phones.next().is_some() {
            return Err(twice(phone_type));
        }
    }
    if backup.emails.len() > 1 {
        return Err(Error::invalid("the backup has more than one e-mail address", "Entra keeps one: leave one."));
    }
    for address in &backup.emails {
        let whole = address
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !domain.contains('@'));
        if !whole || address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '*') {
            return Err(Error::invalid(
                "the backup's e-mail address is none",
                "Write it as adele@contoso.com. Nothing was written.",
            ));
        }
        entries.push(entry(Kind::Email, "email", format!("{{\"emailAddress\":{}}}", quoted(address))));
    }
    for (at, external) in backup.externals.iter().enumerate() {
        let id = external.configuration_id.as_str();
        check_id(id, "configurationId", backup.externals[..at].iter().map(|other| other.configuration_id.as_str()))?;
        let body = format!("{{\"configurationId\":{},\"displayName\":{}}}", quoted(id), quoted(&external.display_name));
        entries.push(entry(Kind::External, id, body));
    }
    for (at, token) in backup.hardware_tokens.iter().enumerate() {
        let id = token.device_id.as_str();
        check_id(id, "deviceId", backup.hardware_tokens[..at].iter().map(|other| other.device_id.as_str()))?;
        let mut entry = entry(Kind::HardwareOath, id, format!("{{\"device\":{{\"id\":{}}}}}", quoted(id)));
        if let Some(label) = &token.label {
            entry.method.label = crate::methods::printable(label);
        }
        entries.push(entry);
    }
    if let Some(odd) = backup.default.as_deref().filter(|value| !DEFAULTS.contains(value)) {
        let shown: String = odd.chars().filter(|c| !c.is_control()).take(40).collect();
        let message = format!("the backup's default is `{shown}`, which Graph cannot set");
        return Err(Error::invalid(message, format!("It can be {}.", DEFAULTS.join(", "))));
    }
    if entries.is_empty() && backup.default.is_none() && backup.per_user_mfa.is_none() {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            "the backup holds nothing that can be put back",
            "Let the user register anew, with a Temporary Access Pass for example.",
        ));
    }
    Ok(entries)
}

fn twice(what: &str) -> Error {
    Error::invalid(format!("the backup has `{what}` twice"), "Leave the one that is meant.")
}

fn check_id<'a>(id: &str, name: &str, mut before: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    if id.is_empty() || id.len() > 128 || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        let help = "It is an id of Graph's, as a backup has it.";
        return Err(Error::invalid(format!("the backup's `{name}` is no id"), help));
    }
    if before.any(|other| other.eq_ignore_ascii_case(id)) { Err(twice(name)) } else { Ok(()) }
}

fn quoted(text: &str) -> String {
    // A string: nothing that serde_json could refuse.
    serde_json::to_string(text).unwrap_or_default()
}

fn phone_entry(phone: &BackupPhone, id: &'static str) -> Result<Entry, Error> {
    let masked = phone.is_masked || is_masked(&phone.phone_number);
    let number = match number(&phone.phone_number) {
        Some(number) if !masked => number,
        None if !masked => {
            let message = format!("the number of the backup's phone `{}` is not in Graph's format", phone.phone_type);
            return Err(Error::invalid(message, NUMBER_HELP));
        }
        _ => phone.phone_number.clone(),
    };
    let body = format!("{{\"phoneNumber\":{},\"phoneType\":\"{}\"}}", quoted(&number), phone.phone_type);
    let mut entry = entry(Kind::Phone, id, body);
    if masked {
        let error = Error::new(
            ErrorCode::Unsupported,
            "the backup holds a masked number, which cannot be registered",
            "Write the whole number into the backup, or take the backup with an application or as a Privileged \
             Authentication Administrator, who see whole numbers.",
        );
        entry.done = Done::unsupported(error);
    }
    Ok(entry)
}

/// What is sent reads as the method that it becomes.
fn entry(kind: Kind, id: &str, body: String) -> Entry {
    let entity = match serde_json::from_str(&body) {
        Ok(Value::Object(entity)) => entity,
        _ => Object::new(),
    };
    let method = Method { id: id.to_owned(), ..Method::read(&entity, Some(kind)) };
    let done = Done::of(MethodOutcome::Planned);
    Entry { method, body, action: MethodAction::Register, done, certain: true, in_doubt: false }
}

/// `+{country} {number}`, with or without `x{extension}`, without what people put between the digits. Where the country
/// code ends cannot be told without the blank. No brackets: a zero in them belongs to no number.
fn number(text: &str) -> Option<String> {
    let (country, rest) = text.trim().strip_prefix('+')?.split_once(' ')?;
    let (local, extension) = rest.split_once('x').map_or((rest, None), |(local, extension)| (local, Some(extension)));
    let local: String = local.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(country, 3) || !is_number(&local, 15) {
        return None;
    }
    match extension.map(str::trim) {
        None => Some(format!("+{country} {local}")),
        Some(extension) => is_number(extension, 15).then(|| format!("+{country} {local}x{extension}")),
    }
}

/// What Graph shows in the place that a wanted method would take.
pub(crate) fn occupant<'a>(wanted: &Method, shown: &'a [Method]) -> Option<(&'a Method, Likeness)> {
    let mut found = shown.iter().filter(|shown| shown.kind == wanted.kind);
    let same_id = |a: Option<&str>, b: Option<&str>| matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b));
    match wanted.kind {
        Kind::Phone => {
            let shown = found.find(|shown| shown.phone_type == wanted.phone_type)?;
            Some((shown, numbers(contact(wanted), contact(shown))))
        }
        Kind::Email => {
            let shown = found.next()?;
            let (wanted, address) = (contact(wanted), contact(shown));
            let likeness = match (wanted, address) {
                (_, "") => Likeness::Perhaps,
                (a, b) if a.eq_ignore_ascii_case(b) => Likeness::Same,
                (_, b) if b.contains('*') => Likeness::Perhaps,
                _ => Likeness::Other,
            };
            Some((shown, likeness))
        }
        _ => {
            let source = wanted.source.as_deref();
            let shown = found.find(|shown| {
                same_id(source, shown.source.as_deref())
                    || wanted.kind == Kind::HardwareOath && same_id(source, Some(&shown.id))
            })?;
            Some((shown, Likeness::Same))
        }
    }
}

fn contact(method: &Method) -> &str {
    method.contact.as_ref().map_or("", |contact| contact.expose())
}

fn numbers(a: &str, b: &str) -> Likeness {
    if a.is_empty() || b.is_empty() {
        return Likeness::Perhaps;
    }
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    if !is_masked(a) && !is_masked(b) {
        let same = match (number(a), number(b)) {
            (Some(a), Some(b)) => a == b,
            _ => digits(a) == digits(b),
        };
        return if same { Likeness::Same } else { Likeness::Other };
    }
    // An extension is masked in a way that nobody has written down.
    if a.contains('x') || b.contains('x') {
        return Likeness::Perhaps;
    }
    let end = |text: &str| digits(text.rsplit(['X', '*', '•']).next().unwrap_or_default());
    let (a, b) = (end(a), end(b));
    if a.ends_with(&b) || b.ends_with(&a) { Likeness::Perhaps } else { Likeness::Other }
}

/// Whether an alternate mobile phone can be registered: beside a mobile phone alone.
pub(crate) fn has_mobile(entries: &[Entry], registered: &[Method]) -> bool {
    let there = |entry: &Entry| {
        entry.method.is_phone("mobile")
            && matches!(entry.done.outcome, MethodOutcome::Planned | MethodOutcome::Done | MethodOutcome::Kept)
    };
    entries.iter().any(there) || registered.iter().any(|method| method.is_phone("mobile"))
}

pub(crate) fn no_mobile() -> Done {
    Done::failed(Error::new(
        ErrorCode::InvalidInput,
        "an alternate mobile phone needs a mobile phone, and there is none",
        "Put the mobile phone into the backup, too.",
    ))
}

/// Holds what is wanted against what is registered. What is there already is kept, and nothing is overwritten: the
/// number that the user has registered since is not replaced by one that somebody else may have by now.
pub(crate) fn plan(entries: &mut [Entry], registered: &Registered) {
    for entry in entries.iter_mut() {
        match occupant(&entry.method, &registered.methods) {
            Some((shown, likeness)) => meet(entry, shown.clone(), likeness),
            None if registered.hidden.contains(entry.method.kind) => {
                let error = Error::new(
                    ErrorCode::Unsupported,
                    "this token or API version cannot see this kind, so nothing of it is registered blindly",
                    "Grant the permission for the kind, or leave out stableOnly.",
                );
                entry.done = Done::unsupported(error);
            }
            None => {}
        }
    }
    if !has_mobile(entries, &registered.methods) {
        let alternate = |entry: &&mut Entry| {
            entry.method.is_phone("alternateMobile") && entry.done.outcome == MethodOutcome::Planned
        };
        entries.iter_mut().filter(alternate).for_each(|entry| entry.done = no_mobile());
    }
}

/// Something is registered in an entry's place.
pub(crate) fn meet(entry: &mut Entry, shown: Method, likeness: Likeness) {
    if likeness == Likeness::Other {
        entry.done = Done::failed(conflict());
        return;
    }
    entry.certain = likeness == Likeness::Same;
    entry.action = MethodAction::Keep;
    let reason = match likeness {
        _ if needs_activation(&shown) => NOT_ACTIVATED,
        Likeness::Perhaps => "a number is registered that may be this one; this token cannot compare them",
        _ => "it is registered already",
    };
    entry.done = Done { reason: Some(reason.to_owned()), ..Done::of(MethodOutcome::Kept) };
    entry.method = shown;
}

pub(crate) const NOT_ACTIVATED: &str = "assigned; it has to be activated with a code from the token";

pub(crate) fn needs_activation(method: &Method) -> bool {
    method.kind == Kind::HardwareOath && !method.is_active_token()
}

pub(crate) fn conflict() -> Error {
    Error::new(
        ErrorCode::Conflict,
        "another one is registered in its place, and is not overwritten",
        "Ask the user which one is right. If it is the backup's, remove the registered one first, then restore again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(backup: &str) -> Result<Vec<Entry>, Error> {
        let request = RestoreRequest::from_json(&format!(r#"{{"user":"a@contoso.com","backup":{backup}}}"#))?;
        entries(&request.backup)
    }

    #[test]
    fn numbers_are_taken_in_graphs_format_only() {
        for (text, sent) in [
            ("+1 4255550100", Some("+1 4255550100")),
            (" +1 425-555-0100 ", Some("+1 4255550100")),
            ("+44 20 7946.0100x12", Some("+44 2079460100x12")),
            ("+14255550100", None),
            ("4255550100", None),
            ("+44 (0)20 7946 0100", None),
            ("+1 4255550100x", None),
            ("+1 4255550100 ext 5", None),
            ("+1234 4255550100", None),
            ("+ 4255550100", None),
            ("", None),
        ] {
            assert_eq!(number(text).as_deref(), sent, "{text}");
        }
    }

    #[test]
    fn masked_numbers_are_told_apart_as_far_as_they_show() {
        assert_eq!(numbers("+1 4255550100", "+1 425 5550100"), Likeness::Same);
        assert_eq!(numbers("+1 4255550100", "+1 4255550101"), Likeness::Other);
        assert_eq!(numbers("+1 4255550100", "+1 XXXXXXXX00"), Likeness::Perhaps);
        assert_eq!(numbers("+1 4255550100", "+1 XXXXXXXX01"), Likeness::Other);
        assert_eq!(numbers("+1 XXXXXXXX00", "+1 XXXXXXXX00"), Likeness::Perhaps);
        assert_eq!(numbers("+1 4255550100x7", "+1 XXXXXXXX00"), Likeness::Perhaps);
    }

    #[test]
    fn what_no_tenant_could_carry_out_is_refused_and_names_no_number() {
        for (backup, code) in [
            (r#"{"phones":[{"phoneType":"mobile","phoneNumber":"+14255550177"}]}"#, ErrorCode::InvalidInput),
            (r#"{"phones":[{"phoneType":"home","phoneNumber":"+1 4255550177"}]}"#, ErrorCode::InvalidInput),
            (
                r#"{"phones":[{"phoneType":"office","phoneNumber":"+1 4255550177"},{"phoneType":"office","phoneNumber":"+1 4255550177"}]}"#,
                ErrorCode::InvalidInput,
            ),
            (r#"{"emails":["a@contoso.com","b@contoso.com"]}"#, ErrorCode::InvalidInput),
            (r#"{"emails":["4255550177"]}"#, ErrorCode::InvalidInput),
            (r#"{"default":"none"}"#, ErrorCode::InvalidInput),
            (r#"{"phone":[]}"#, ErrorCode::InvalidInput),
            (r#"{"hardwareTokens":[{"deviceId":"a b"}]}"#, ErrorCode::InvalidInput),
            (
                r#"{"externals":[{"configurationId":"c","displayName":"A"},{"configurationId":"C","displayName":"B"}]}"#,
                ErrorCode::InvalidInput,
            ),
            (r#"{}"#, ErrorCode::InvalidInput),
        ] {
            let error = read(backup).expect_err(backup);
            assert_eq!(error.code, code, "{backup}");
            assert!(!format!("{error:?}").contains("4255550177"), "{error:?}");
        }
    }

    #[test]
    fn the_order_is_graphs_whatever_the_backups() {
        let found = read(
            r#"{"hardwareTokens":[{"deviceId":"t"}],"externals":[{"configurationId":"c","displayName":"Adatum"}],"emails":["a@contoso.com"],
                "phones":[{"phoneType":"office","phoneNumber":"+1 4255550102"},
                          {"phoneType":"alternateMobile","phoneNumber":"+1 4255550101"},
                          {"phoneType":"mobile","phoneNumber":"+1 4255550100"}]}"#,
        )
        .expect("entries");
        let labels: Vec<&str> = found.iter().map(|entry| entry.method.label.as_str()).collect();
        let phones = ["mobile +1 XXXXXXXX00", "alternateMobile +1 XXXXXXXX01", "office +1 XXXXXXXX02"];
        assert_eq!(labels[..3], phones);
        assert_eq!(labels[3..], ["a***@contoso.com", "Adatum", "hardware token"]);
        assert_eq!(found[0].body, r#"{"phoneNumber":"+1 4255550100","phoneType":"mobile"}"#);
        assert_eq!(found[5].body, r#"{"device":{"id":"t"}}"#);
    }
}
