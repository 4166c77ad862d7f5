//! What a report says, compared with what the tenant knows, which the engine cannot see.

use super::World;
use entra_mfa_reset::{
    Backup, Error, Kind, MethodAction, MethodOutcome, Outcome, PassOutcome, Report, ResetRequest, ResidualCode,
    SessionsOutcome, StepOutcome,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A user in the tenant, lag or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Graph's entities by id.
    pub methods: BTreeMap<String, Value>,
    /// From when sessions are valid.
    pub sessions_from: Option<String>,
    pub per_user_mfa: String,
    pub preference: String,
}

impl Account {
    pub fn of(world: &World, user: &str) -> Account {
        let state = world.tenant.state();
        let named = |id: &str, name: &str| id.eq_ignore_ascii_case(user) || name.eq_ignore_ascii_case(user);
        let found = state.users.into_iter().find(|found| named(&found.id, &found.user_principal_name));
        let found = found.expect("the user");
        let entry = |method: serde_json::Map<String, Value>| {
            (method["id"].as_str().unwrap_or_default().to_owned(), Value::Object(method))
        };
        Account {
            methods: found.methods.into_iter().map(entry).collect(),
            sessions_from: found.sign_in_sessions_valid_from_date_time,
            per_user_mfa: found.per_user_mfa,
            preference: found.sign_in_preferences.user_preferred_method_for_secondary_authentication,
        }
    }
}

pub fn kind_of(method: &Value) -> Kind {
    let name = method["@odata.type"].as_str().unwrap_or_default();
    let short = name.trim_start_matches("#microsoft.graph.").trim_end_matches("AuthenticationMethod");
    Kind::from_name(short).unwrap_or(Kind::Unknown)
}

fn is_active(method: &Value) -> bool {
    method["device"]["status"] == "activated"
}

/// Every sentence of a report that the tenant contradicts, and everything that was touched and must not be.
pub fn lies_of_a_reset(
    request: &ResetRequest,
    before: &Account,
    after: &Account,
    result: Result<&Report, &Error>,
) -> Vec<String> {
    let mut lies = Vec::new();
    let mut lie = |holds: bool, what: &str| {
        if !holds {
            lies.push(what.to_owned());
        }
    };
    for (id, method) in &before.methods {
        let kind = kind_of(method);
        let kept = request.keep.iter().any(|name| name == kind.name() || name == id);
        if kind == Kind::Password || kind == Kind::Unknown || (kept && kind != Kind::TemporaryAccessPass) {
            lie(after.methods.get(id) == Some(method), "a kept method was touched");
        }
    }
    let report = match result {
        Ok(report) if report.outcome != Outcome::Refused => report,
        Ok(report) => {
            lie(before == after, "refused, and something was written");
            lie(report.error.is_some(), "refused without a reason");
            return lies;
        }
        Err(error) => {
            lie(before == after, "an error, and something was written");
            lie(!error.message.is_empty() && !error.help.is_empty(), "an error without words");
            return lies;
        }
    };
    for method in &report.methods {
        let was = before.methods.get(&method.id);
        let is = after.methods.get(&method.id);
        match (method.action, method.outcome) {
            (MethodAction::Keep, _) => lie(was == is, "kept, and changed"),
            (MethodAction::Delete, MethodOutcome::Done | MethodOutcome::AlreadyGone) => {
                lie(is.is_none(), "told as gone, and is there");
            }
            (MethodAction::Deactivate, MethodOutcome::Done | MethodOutcome::AlreadyGone) => {
                lie(!is.is_some_and(is_active), "told as deactivated, and is active");
            }
            (_, MethodOutcome::Kept | MethodOutcome::Planned) => lie(was == is, "told as untouched, and changed"),
            (_, _) => lie(method.error.is_some(), "failed without a reason"),
        }
    }
    // A report of a user who could not be read has nothing to list.
    let hidden = report.residuals.iter().any(|residual| residual.code == ResidualCode::HiddenKinds);
    let unread = report.outcome == Outcome::Failed && report.methods.is_empty() && before == after;
    for id in before.methods.keys() {
        let named = report.methods.iter().any(|method| method.id == *id);
        lie(named || hidden || unread, "a method is not in the report");
    }
    if let Some(sessions) = &report.sessions {
        let moved = before.sessions_from != after.sessions_from;
        match sessions.outcome {
            SessionsOutcome::Revoked => lie(moved, "told as revoked"),
            SessionsOutcome::Skipped => lie(!moved, "told as skipped"),
            SessionsOutcome::Planned | SessionsOutcome::Failed => {}
        }
    }
    if let Some(state) = &report.per_user_mfa
        && state.outcome == StepOutcome::Done
    {
        let wanted = serde_json::to_value(state.after).expect("a word");
        lie(wanted == after.per_user_mfa, "the per-user state is told as set");
    }
    let pass = report.temporary_access_pass.as_ref();
    if pass.is_some_and(|pass| pass.outcome == PassOutcome::Issued) {
        let there = after.methods.values().any(|method| kind_of(method) == Kind::TemporaryAccessPass);
        lie(there, "a pass is told as issued");
    }
    if report.outcome == Outcome::Complete {
        for method in report.methods.iter().filter(|method| method.action != MethodAction::Keep) {
            let is = after.methods.get(&method.id);
            let gone = is.is_none() || (method.action == MethodAction::Deactivate && !is.is_some_and(is_active));
            lie(gone, "complete, and a method is there");
        }
        lie(report.error.is_none(), "complete, with an error");
        lie(
            request.temporary_access_pass.is_none() || pass.is_some_and(|pass| pass.pass.is_some()),
            "complete, without the pass",
        );
    }
    lies
}

/// What an administrator can register again.
pub fn is_restorable(method: &Value) -> bool {
    matches!(kind_of(method), Kind::Phone | Kind::Email | Kind::External | Kind::HardwareOath)
}

/// What makes two of a kind the same.
pub fn content(method: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (what, which) = match kind_of(method) {
        Kind::Phone => (text(&method["phoneType"]), text(&method["phoneNumber"])),
        Kind::Email => ("email".into(), text(&method["emailAddress"])),
        Kind::External => ("external".into(), text(&method["configurationId"])),
        Kind::HardwareOath => ("hardwareOath".into(), text(&method["device"]["id"])),
        kind => (kind.name().into(), text(&method["id"])),
    };
    format!("{what} {which}")
}

/// The same method in an account.
pub fn in_place_of<'a>(method: &Value, account: &'a Account) -> Option<&'a Value> {
    account.methods.values().find(|other| content(other) == content(method))
}

/// What a backup asks for, as [`content`] words it.
fn contents(backup: &Backup) -> Vec<String> {
    let phones = backup.phones.iter().map(|phone| format!("{} {}", phone.phone_type, phone.phone_number));
    let emails = backup.emails.iter().map(|address| format!("email {address}"));
    let externals = backup.externals.iter().map(|external| format!("external {}", external.configuration_id));
    let tokens = backup.hardware_tokens.iter().map(|token| format!("hardwareOath {}", token.device_id));
    phones.chain(emails).chain(externals).chain(tokens).collect()
}

/// As [`lies_of_a_reset`], of a restore.
pub fn lies_of_a_restore(
    backup: &Backup,
    before: &Account,
    after: &Account,
    result: Result<&Report, &Error>,
) -> Vec<String> {
    let mut lies = Vec::new();
    let mut lie = |holds: bool, what: &str| {
        if !holds {
            lies.push(what.to_owned());
        }
    };
    let wanted = contents(backup);
    let is = |what: &String| after.methods.values().filter(|method| content(method) == *what).count();
    let was = |what: &String| before.methods.values().filter(|method| content(method) == *what).count();
    for (id, method) in &before.methods {
        lie(after.methods.get(id) == Some(method), "what was there was touched");
    }
    for (id, method) in &after.methods {
        let new = !before.methods.contains_key(id);
        lie(!new || wanted.contains(&content(method)), "something was registered that the backup does not have");
    }
    lie(wanted.iter().all(|what| is(what) <= 1), "something was registered twice");
    lie(before.sessions_from == after.sessions_from, "the sessions were revoked");
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            lie(before == after, "an error, and something was written");
            lie(!error.message.is_empty() && !error.help.is_empty(), "an error without words");
            return lies;
        }
    };
    // Masked labels do not tell one phone number from another, so the order does: it is Graph's.
    let mut order = wanted.clone();
    order.sort_by_key(|what| {
        let kinds = ["mobile ", "alternateMobile ", "office ", "email ", "external ", "hardwareOath "];
        kinds.iter().position(|kind| what.starts_with(kind))
    });
    lie(report.methods.len() >= order.len(), "something of the backup is not in the report");
    for (what, method) in order.iter().zip(&report.methods) {
        let unknown = method.reason.as_deref().is_some_and(|reason| reason.contains("may or may not"));
        match method.outcome {
            MethodOutcome::Done => lie(is(what) == 1 && was(what) == 0, "told as registered, and is not"),
            MethodOutcome::Kept => lie(is(what) == 1 && was(what) == 1, "told as kept, and was not there"),
            MethodOutcome::Failed if unknown => lie(method.error.is_some(), "failed without a reason"),
            MethodOutcome::Planned => lie(is(what) == was(what), "told as not tried"),
            MethodOutcome::Failed | MethodOutcome::Unsupported => {
                lie(method.error.is_some(), "failed without a reason");
                lie(is(what) == was(what), "told as not registered, and is");
            }
            MethodOutcome::AlreadyGone => lie(false, "a restore removes nothing"),
        }
    }
    if let Some(default) = report.sign_in_preference.as_ref().filter(|default| default.outcome == StepOutcome::Done) {
        lie(default.after == after.preference, "the default is told as set");
    }
    if let Some(state) = report.per_user_mfa.as_ref().filter(|state| state.outcome == StepOutcome::Done) {
        lie(serde_json::to_value(state.after).expect("a word") == after.per_user_mfa, "the state is told as set");
    }
    if report.outcome == Outcome::Complete {
        lie(wanted.iter().all(|what| is(what) == 1), "complete, and something is not there");
        lie(
            backup.default.as_ref().is_none_or(|default| *default == after.preference),
            "complete, with another default",
        );
        let state = backup.per_user_mfa.map(|state| serde_json::to_value(state).expect("a word"));
        lie(state.is_none_or(|state| state == after.per_user_mfa), "complete, with another state");
        lie(report.error.is_none(), "complete, with an error");
    }
    lies
}
