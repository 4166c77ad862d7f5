use crate::account::{Account, Registered, text};
use crate::answer::Answer;
use crate::entity::Entity;
use crate::kind::Kind;
use crate::settings::{DefaultRuleText, Settings};
use serde_json::Value;

/// Does this method carry that default? `oath` is carried by software and hardware tokens and by the Authenticator's
/// own codes.
pub(crate) fn carries(method: &Registered, preference: &str) -> bool {
    match (preference, method.kind) {
        ("push", Kind::MicrosoftAuthenticator) => true,
        ("oath", Kind::SoftwareOath | Kind::MicrosoftAuthenticator) => true,
        ("oath", Kind::HardwareOath) => is_activated(&method.entity),
        ("sms" | "voiceMobile", Kind::Phone) => method.phone_type == "mobile",
        ("voiceAlternateMobile", Kind::Phone) => method.phone_type == "alternateMobile",
        ("voiceOffice", Kind::Phone) => method.phone_type == "office",
        _ => false,
    }
}

fn is_activated(token: &Entity) -> bool {
    let token = token.parsed();
    let status = token.get("device").and_then(Value::as_object).map(|device| text(device, "status"));
    status.is_none_or(|status| status == "activated")
}

fn could_be_default(method: &Registered, settings: &Settings, now: u64) -> bool {
    match method.kind {
        Kind::Phone | Kind::MicrosoftAuthenticator | Kind::SoftwareOath => true,
        Kind::HardwareOath => settings.hidden_methods_block_default && is_activated(method.shown(now)),
        Kind::Passwordless => settings.hidden_methods_block_default,
        Kind::Pass => settings.pass_blocks_default,
        _ => false,
    }
}

/// What the default rule says to the removal of one method.
pub(crate) enum Verdict {
    /// It is not the default.
    Free,
    /// It is the default and the last that could be: the preference goes with it.
    Last,
    /// It is the default, and others could be.
    Refused(Answer),
}

/// Judges the removal of the method at `place`. The default is what is stored; what blocks it is everything that
/// still shows, removed or not.
pub(crate) fn judge(account: &Account, place: usize, settings: &Settings, now: u64) -> Verdict {
    let method = &account.methods[place];
    let preference = account.preference_at(now);
    if !carries(method, preference) {
        return Verdict::Free;
    }
    let mut others = account.methods.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
    if settings.default_is_one_method {
        let first = account.methods.iter().position(|other| other.exists() && carries(other, preference));
        if first != Some(place) {
            return Verdict::Free;
        }
    } else if others.clone().any(|other| other.exists() && carries(other, preference)) {
        return Verdict::Free;
    }
    let blocked = others.any(|other| (other.exists() || other.shows(now)) && could_be_default(other, settings, now));
    if blocked { Verdict::Refused(refusal(&method.id, settings)) } else { Verdict::Last }
}

fn refusal(id: &str, settings: &Settings) -> Answer {
    Answer::bad_request(match settings.default_rule_text {
        DefaultRuleText::OtherMethodsConfigured => {
            "Cannot delete default method with other methods configured. Please change default method before deletion."
                .to_owned()
        }
        DefaultRuleText::MatchesCurrentDefault => format!(
            "The requested authentication method id of [{id}] matches the user's current default authentication method, \
             and cannot be deleted until the default authentication method is changed"
        ),
    })
}
