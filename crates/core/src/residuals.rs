//! What a reset cannot reach, said in the report.

use crate::backup::Backup;
use crate::directory::User;
use crate::kind::{Kind, KindSet};
use crate::methods::{Method, Registered};
use crate::plan::{Plan, PlannedSessions};
use crate::report::{AddedMethod, MethodOutcome, Residual, ResidualCode, SessionsOutcome};
use crate::request::PerUserMfaState;
use crate::restore::{Entry, needs_activation};

fn residual(code: ResidualCode, message: impl AsRef<str>) -> Residual {
    Residual { code, message: message.as_ref().to_owned() }
}

fn names(kinds: impl Iterator<Item = Kind>) -> String {
    kinds.collect::<KindSet>().names()
}

/// What can be said of what was read, before anything is done.
pub(crate) fn of_reading(user: &User, registered: &Registered, guard_blind: bool) -> Vec<Residual> {
    let mut found = Vec::new();
    if !registered.hidden.is_empty() {
        let kinds = registered.hidden.names();
        let message = format!("this token or API version cannot see these kinds, so they were not looked at: {kinds}");
        found.push(residual(ResidualCode::HiddenKinds, message));
    }
    let mut unknown: Vec<&str> = Vec::new();
    for method in registered.methods.iter().filter(|method| method.kind == Kind::Unknown) {
        if !unknown.contains(&method.graph_type.as_str()) {
            unknown.push(&method.graph_type);
        }
    }
    if !unknown.is_empty() {
        let types = unknown.join(", ");
        let message = format!("methods of kinds that this version does not know are registered, and stay: {types}");
        found.push(residual(ResidualCode::UnknownKinds, message));
    }
    let holds_key = registered.methods.iter().any(|method| method.kind == Kind::ResourceAccountKey);
    if holds_key || user.is_resource_account() {
        let message = "the account belongs to a device or a room, which signs in without a person";
        found.push(residual(ResidualCode::ResourceAccount, message));
    }
    if guard_blind {
        let message = "the guard could not look at everything that makes an account privileged; the report names what";
        found.push(residual(ResidualCode::GuardUnreadable, message));
    }
    found
}

fn of_added(added: &[AddedMethod]) -> Option<Residual> {
    if added.is_empty() {
        return None;
    }
    let kinds = names(added.iter().map(|method| method.kind));
    let message = format!("methods appeared meanwhile, and were left alone: {kinds}");
    Some(residual(ResidualCode::MethodsAdded, message))
}

/// What can be said of a plan or of a run. `gone`: whether each method went, or would go.
pub(crate) fn of_plan(
    user: &User,
    registered: &Registered,
    plan: &Plan,
    gone: &[bool],
    sessions: Option<SessionsOutcome>,
    added: &[AddedMethod],
) -> Vec<Residual> {
    let mut found = Vec::new();
    let left: Vec<&Method> =
        registered.methods.iter().zip(gone).filter(|(_, gone)| !**gone).map(|(method, _)| method).collect();
    if plan.selects {
        match plan.per_user_mfa.or(registered.per_user_mfa) {
            Some(PerUserMfaState::Disabled | PerUserMfaState::Enabled) => {}
            Some(PerUserMfaState::Enforced) => found.push(residual(
                ResidualCode::AppPasswords,
                "per-user MFA is enforced, so the account may hold app passwords; no API removes them, the portal does",
            )),
            None => found.push(residual(
                ResidualCode::AppPasswords,
                "the per-user MFA state could not be read; if it is enforced, app passwords survive and only the portal \
                 removes them",
            )),
        }
        let signing: Vec<&&Method> = left.iter().filter(|method| signs_in(method)).collect();
        if !signing.is_empty() {
            let kinds = names(signing.iter().map(|method| method.kind));
            let message = format!("these stay and can still sign in or reset the password: {kinds}");
            found.push(residual(ResidualCode::KeptSignInMethods, message));
        }
    }
    if matches!(sessions, Some(SessionsOutcome::Revoked | SessionsOutcome::Planned)) {
        found.push(residual(
            ResidualCode::AccessTokensLive,
            "access tokens that were issued before stay valid for about an hour, or until continuous access evaluation \
             ends them; cookies of applications are theirs to end",
        ));
    }
    if user.is_external() && plan.sessions != PlannedSessions::NotAsked {
        let message =
            "the user is a guest: sessions and a password live in the home tenant, which nothing here reaches";
        found.push(residual(ResidualCode::GuestHomeSessions, message));
    }
    found.extend(of_added(added));
    let removes = gone.contains(&true);
    if removes && !left.iter().any(|method| is_second_factor(method)) && !user.is_resource_account() {
        let seen = if registered.hidden.is_empty() { "" } else { "as far as this token can see, " };
        found.push(residual(
            ResidualCode::SignInWithoutMfaUntilRegistered,
            format!(
                "{seen}until the user registers again, the password alone signs in wherever no policy demands a second \
                 factor"
            ),
        ));
        if plan.pass.is_none() {
            found.push(residual(
                ResidualCode::RegistrationMayBeBlocked,
                format!(
                    "{seen}neither a pass nor a strong method is left: a Conditional Access policy on registering \
                     security info would lock the user out; issue a Temporary Access Pass"
                ),
            ));
        }
    }
    found
}

/// What a backup does not hold.
pub(crate) fn of_backup(backup: &Backup, registered: &Registered, stable_only: bool) -> Option<Residual> {
    let lacks = backup.lacks(registered, stable_only)?;
    let message = format!("a restore from this backup would not bring everything back: it lacks {lacks}");
    Some(residual(ResidualCode::BackupIncomplete, message))
}

/// What a restore leaves to the user.
pub(crate) fn of_restore(backup: &Backup, entries: &[Entry], added: &[AddedMethod]) -> Vec<Residual> {
    let mut found = Vec::new();
    if !backup.never_restored.is_empty() {
        let kinds = names(backup.never_restored.iter().map(|method| method.kind));
        let message = format!("no restore brings these back; the user has to register them anew: {kinds}");
        found.push(residual(ResidualCode::NotRestored, message));
    }
    let waits = |entry: &Entry| {
        needs_activation(&entry.method) && matches!(entry.done.outcome, MethodOutcome::Done | MethodOutcome::Kept)
    };
    if entries.iter().any(waits) {
        let message = "a hardware token is assigned and does not work yet: activating it takes a code that only its \
                       holder can read";
        found.push(residual(ResidualCode::TokenNotActivated, message));
    }
    found.extend(of_added(added));
    found
}

/// Whether a method can sign in by itself, be the second factor, or reset the password.
fn signs_in(method: &Method) -> bool {
    match method.kind {
        Kind::Password | Kind::Unknown => false,
        Kind::HardwareOath => method.is_active_token(),
        Kind::TemporaryAccessPass => method.is_usable != Some(false),
        _ => true,
    }
}

/// Whether a method satisfies a demand for multifactor authentication.
fn is_second_factor(method: &Method) -> bool {
    !matches!(method.kind, Kind::Email | Kind::QrCodePin | Kind::ResourceAccountKey) && signs_in(method)
}
