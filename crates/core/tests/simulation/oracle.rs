//! What a report says, compared with what the tenant knows, which the engine cannot see.

use super::World;
use entra_mfa_reset::{
    Error, Kind, MethodAction, MethodOutcome, Outcome, PassOutcome, Report, ResetRequest, ResidualCode,
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
