//! Whether the token allows what a request needs, as far as its claims say so. Nothing is sent to Graph.

use crate::error::{Error, ErrorCode};
use crate::event::Caller;
use crate::graph::{Claims, Graph, Version};
use crate::kind::Kind;
use crate::options::Cloud;
use crate::permission::PreflightNeed as Need;
use crate::request::{AllowPrivileged, Preset, ResetRequest};
use crate::time::timestamp;
use serde::{Deserialize, Serialize};

/// What the token allows of what a request needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Preflight {
    /// Whether everything that is required is granted. A policy, a license or the user can still stand against it.
    pub ready: bool,
    /// Who acts; absent where there is no token, or none that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// When the token expires, where it says so. RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Everything that the request needs, or had better have.
    pub checks: Vec<PreflightCheck>,
    /// Why there is no token, why Graph would not take it, or that it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

impl Preflight {
    /// The canonical bytes, the same on every host.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// One thing that has to be allowed, or had better be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PreflightCheck {
    /// What it is about.
    pub need: PreflightNeed,
    /// The kind of method that it is about; absent where it is about all of them, or about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether the token has it.
    pub outcome: PreflightOutcome,
    /// Whether the request cannot be done as it stands without it.
    pub required: bool,
    /// The least-privileged permission that grants it, or of a role need the role.
    pub permission: String,
    /// What else would do.
    pub or: Vec<String>,
    /// What is missing, or worse, without it.
    pub without: String,
}

pub use crate::permission::PreflightNeed;

/// Whether the token has what a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PreflightOutcome {
    /// It has.
    Granted,
    /// It has not. A role that a user holds in an administrative unit only does not show in a token.
    Missing,
    /// The token does not say.
    Unknown,
    /// No permission helps: the cloud does not have it, or `stableOnly` forbids it.
    Unsupported,
}

/// # Errors
/// `invalidInput` for a request that contradicts itself, and trouble on the way to a token that may pass.
pub(crate) async fn preflight(graph: &Graph, request: &ResetRequest) -> Result<Preflight, Error> {
    request.check()?;
    let (claims, mut error) = match graph.caller().await {
        Ok(claims) => (claims, None),
        Err(error) if error.code == ErrorCode::Unauthenticated => (None, Some(error)),
        Err(error) => return Err(error),
    };
    if claims.is_none() && error.is_none() {
        error = Some(Error::new(
            ErrorCode::Unsupported,
            "the access token cannot be read, so what it allows is not known",
            "Compare the list of what is needed with what has been granted, or run `plan` on a user.",
        ));
    }
    let checks = checks(request, graph.session.cloud, claims.as_ref());
    let granted = checks.iter().all(|check| !check.required || check.outcome == PreflightOutcome::Granted);
    let expires_at = claims.as_ref().and_then(|claims| claims.exp).map(|end| timestamp(end.saturating_mul(1000)));
    Ok(Preflight { ready: granted && error.is_none(), caller: claims.map(Claims::caller), expires_at, checks, error })
}

/// The checks so far.
struct Checks<'a> {
    claims: Option<&'a Claims>,
    all: Vec<PreflightCheck>,
}

impl Checks<'_> {
    fn is_met(&self, need: Need, kind: Option<Kind>) -> PreflightOutcome {
        match need.is_met(kind, self.claims) {
            Some(true) => PreflightOutcome::Granted,
            Some(false) => PreflightOutcome::Missing,
            None => PreflightOutcome::Unknown,
        }
    }

    fn add(&mut self, need: Need, required: bool) {
        self.push(need, None, required, self.is_met(need, None));
    }

    fn push(&mut self, need: Need, kind: Option<Kind>, required: bool, outcome: PreflightOutcome) {
        let mut names = need.names(kind).into_iter();
        self.all.push(PreflightCheck {
            need,
            kind,
            outcome,
            required,
            permission: names.next().unwrap_or_default(),
            or: names.collect(),
            without: need.without().to_owned(),
        });
    }

    /// One check for all kinds where one permission serves them or the token does not say, else one for each of them.
    fn add_kinds(&mut self, need: Need, kinds: &[Kind]) {
        if kinds.is_empty() {
            return;
        }
        if self.is_met(need, None) != PreflightOutcome::Missing {
            return self.add(need, true);
        }
        for &kind in kinds {
            self.push(need, Some(kind), true, self.is_met(need, Some(kind)));
        }
    }
}

fn checks(request: &ResetRequest, cloud: Cloud, claims: Option<&Claims>) -> Vec<PreflightCheck> {
    let beta = !request.stable_only;
    let there = |kind: &Kind| kind.exists_in(cloud) && (beta || kind.version() == Version::V1);
    let kept = |kind: &Kind| request.keep.iter().any(|name| name == kind.name());
    let (kinds, absent): (Vec<Kind>, Vec<Kind>) =
        request.kinds().into_iter().filter(|kind| !kept(kind)).partition(there);
    let by_id = request.method_ids.is_some();
    let (pass, revokes) = (request.temporary_access_pass.is_some(), request.revokes());
    let changes = by_id || !kinds.is_empty();
    let writes = changes || pass || revokes || request.per_user_mfa.is_some();
    let mut list = Checks { claims, all: Vec::new() };

    list.add(Need::ReadUser, true);
    list.add_kinds(Need::ReadMethods, &kinds);
    let sees = |kind: &Kind| list.is_met(Need::ReadMethods, Some(*kind)) == PreflightOutcome::Granted;
    let others: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| there(kind) && !kinds.contains(kind)).collect();
    let (seen, unseen) = (others.iter().any(sees), !others.iter().all(sees));
    if kinds.is_empty() || unseen && list.is_met(Need::ReadMethods, None) == PreflightOutcome::Missing {
        list.add(Need::ReadMethods, kinds.is_empty() && !seen);
    }
    if beta {
        list.add(Need::ReadDefault, false);
        list.add(Need::ReadPerUserMfa, false);
    }
    if pass {
        list.add(Need::ReadPassPolicy, false);
    }

    let delegated = claims.is_some_and(Claims::is_delegated);
    let guard = writes && !delegated && request.allow_privileged == AllowPrivileged::No;
    for need in [
        Need::GuardRestriction,
        Need::GuardRoles,
        Need::GuardEligibleRoles,
        Need::GuardMemberships,
        Need::GuardOwnedGroups,
    ] {
        list.add(need, guard);
    }
    list.add(Need::GuardEligibleGroups, false);

    if pass {
        let outcome = match Kind::TemporaryAccessPass.exists_in(cloud) {
            true => list.is_met(Need::IssuePass, None),
            false => PreflightOutcome::Unsupported,
        };
        list.push(Need::IssuePass, None, true, outcome);
    }
    if request.per_user_mfa.is_some() {
        list.add(Need::SetPerUserMfa, true);
    }
    if changes && beta {
        list.add(Need::MoveDefault, false);
    }
    let deactivates = |kind: &Kind| *kind == Kind::HardwareOath && request.is_preset(Preset::ReRegister);
    let (deactivated, removed): (Vec<Kind>, Vec<Kind>) = kinds.iter().partition(|kind| deactivates(kind));
    list.add_kinds(Need::RemoveMethod, &removed);
    list.add_kinds(Need::DeactivateMethod, &deactivated);
    for kind in absent {
        list.push(Need::RemoveMethod, Some(kind), false, PreflightOutcome::Unsupported);
    }
    if by_id {
        // Which kinds the ids have shows when they are read.
        let some = Kind::ALL.into_iter().any(|kind| Need::RemoveMethod.is_met(Some(kind), claims) == Some(true));
        let outcome = match list.is_met(Need::RemoveMethod, None) {
            PreflightOutcome::Missing if some => PreflightOutcome::Unknown,
            outcome => outcome,
        };
        list.push(Need::RemoveMethod, None, true, outcome);
    }
    if revokes {
        list.add(Need::RevokeSessions, true);
    }

    if delegated {
        if changes || pass {
            list.add(Need::WriteRole, true);
            list.add(Need::AdministratorsRole, request.allow_privileged == AllowPrivileged::Yes);
        } else {
            list.add(Need::ReadRole, true);
        }
        if request.per_user_mfa.is_some() {
            list.add(Need::PerUserMfaRole, true);
        }
        if revokes {
            list.add(Need::SessionsRole, true);
        }
        if request.backup {
            list.add(Need::WholeNumbersRole, false);
        }
    }
    list.all
}
