use crate::backup::Backup;
use crate::error::Error;
use crate::kind::Kind;
use crate::request::PerUserMfaState;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was found, what was done, and what the live list says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Whom it is about.
    pub user: UserInfo,
    /// The one word for all of it.
    pub outcome: Outcome,
    /// Every method that was found, in the order in which it is handled.
    pub methods: Vec<MethodReport>,
    /// The default sign-in method, where the run had to move it, or to put it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_preference: Option<SignInPreferenceReport>,
    /// The sessions, where they were to be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsReport>,
    /// The pass, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_access_pass: Option<PassReport>,
    /// The legacy per-user MFA state, where it was to be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user_mfa: Option<PerUserMfaReport>,
    /// What the live list said after the last write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationReport>,
    /// What the guard saw and could not see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardReport>,
    /// What a reset cannot reach and the caller should know.
    pub residuals: Vec<Residual>,
    /// What can be restored, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// The first thing that went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What it cost.
    pub graph: GraphUsage,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC.
    pub finished_at: String,
    /// The request's `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Report {
    /// The canonical bytes, the same on every host.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists only: nothing that serde_json could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Who the user is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserInfo {
    /// Object id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// User principal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `Member` or `Guest`, as Graph says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
}

/// The one word for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// A plan: nothing was written.
    Planned,
    /// Every step done, and the live list confirms it.
    Complete,
    /// Every step done; the live list does not confirm it yet, or was not asked.
    Unverified,
    /// Some of what was planned was not done.
    Partial,
    /// Nothing of what was planned is known to be done.
    Failed,
    /// Refused before anything was written.
    Refused,
}

/// One method, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MethodReport {
    /// Graph's id; of what a restore could not register, what the backup has in its place.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// For people; phone numbers and addresses are masked.
    pub label: String,
    /// What the plan does with it.
    pub action: MethodAction,
    /// What became of it.
    pub outcome: MethodOutcome,
    /// Whether the stored preference points at it; absent where the preference could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// When it was registered, where Graph says so. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
    /// Why it is kept, or what is special about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// What the plan does with a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MethodAction {
    /// Remove it.
    Delete,
    /// Make it unusable, but leave it assigned (hardware OATH).
    Deactivate,
    /// Leave it.
    Keep,
    /// Register it, as a restore does.
    Register,
}

/// What became of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MethodOutcome {
    /// Not tried (yet).
    Planned,
    /// Graph confirmed it.
    Done,
    /// Graph did not have it any more.
    AlreadyGone,
    /// Left as it was.
    Kept,
    /// Not known to be done; `error` says why, and `reason` where the answer was lost.
    Failed,
    /// This cloud or API version cannot do it.
    Unsupported,
}

/// The default sign-in method, where the run had to move it, or to put it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignInPreferenceReport {
    /// Graph's `userPreferredMethodForSecondaryAuthentication` as it was found, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What the run set, or would set.
    pub after: String,
    /// What Graph showed after the last write, where a restore could read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<String>,
    /// How it went.
    pub outcome: StepOutcome,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// How a step that is no method went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum StepOutcome {
    /// Not tried (yet).
    Planned,
    /// Graph confirmed it.
    Done,
    /// Not known to be done; `error` says why.
    Failed,
}

/// What became of the sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsReport {
    /// How it went.
    pub outcome: SessionsOutcome,
    /// Graph's `signInSessionsValidFromDateTime`, read after the revocation. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Why they were skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// What became of the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SessionsOutcome {
    /// Not tried (yet).
    Planned,
    /// Graph accepted it. Access tokens live on until they expire.
    Revoked,
    /// Not tried, because it would do nothing or break more than it mends.
    Skipped,
    /// Not known to be done; `error` says why.
    Failed,
}

/// The value of a Temporary Access Pass. It serialises, because the report is where the caller gets it, but it does
/// not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(inline))]
pub struct PassValue(pub String);

impl fmt::Debug for PassValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassValue")
    }
}

/// The pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PassReport {
    /// How it went.
    pub outcome: PassOutcome,
    /// The pass itself, readable here and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<PassValue>,
    /// Graph's id of the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// From when it works. RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// How long it works, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_in_minutes: Option<u32>,
    /// Whether it works once only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_usable_once: Option<bool>,
    /// Whether it works now, in Graph's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_usable: Option<bool>,
    /// Why it works or does not, in Graph's words (`EnabledByPolicy`, `NotYetValid` …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_usability_reason: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// How issuing the pass went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PassOutcome {
    /// Not tried (yet).
    Planned,
    /// Graph issued it; an older one is replaced.
    Issued,
    /// Not issued, or issued but not usable.
    Failed,
}

/// The legacy per-user MFA state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PerUserMfaReport {
    /// As it was found, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<PerUserMfaState>,
    /// As it was asked for.
    pub after: PerUserMfaState,
    /// What Graph showed after the last write, where that was to be verified and could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<PerUserMfaState>,
    /// How it went.
    pub outcome: StepOutcome,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// What the live list said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerificationReport {
    /// What it comes to.
    pub outcome: VerificationOutcome,
    /// Ids that should be gone and still show.
    pub remaining: Vec<String>,
    /// Of a restore: ids that should be there and do not show; the backup's own where Graph gave none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Methods that appeared meanwhile.
    pub added: Vec<AddedMethod>,
    /// Why the list could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// A method that appeared during the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddedMethod {
    /// Graph's id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Masked.
    pub label: String,
}

/// What the live list comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum VerificationOutcome {
    /// The list is as it should be, and every kind that was asked for was readable.
    Confirmed,
    /// Something that should be gone still shows, something that should be there does not, or a kind could not be read.
    Pending,
    /// Not asked for.
    Skipped,
    /// The list could not be read.
    Failed,
}

/// What the guard saw and could not see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardReport {
    /// Whether the user is privileged, restricted, protected or the caller.
    pub is_protected: bool,
    /// Directory roles that count.
    pub roles: Vec<GuardRole>,
    /// Role-assignable groups that the user is a member or an owner of.
    pub groups: Vec<GuardGroup>,
    /// In a restricted management administrative unit.
    pub is_management_restricted: bool,
    /// The user is the caller.
    pub is_caller: bool,
    /// Named by `protect`.
    pub is_listed: bool,
    /// What could not be read, with the permission that would allow it.
    pub unreadable: Vec<GuardBlindSpot>,
}

/// A role that makes a user privileged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardRole {
    /// The role's definition or template id.
    pub id: String,
    /// Its name, where Graph gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `/` for the whole tenant, `/administrativeUnits/{id}` for a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How the user has it.
    pub via: GuardRoleVia,
}

/// How a user has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum GuardRoleVia {
    /// Assigned.
    Assignment,
    /// Through a membership.
    Membership,
    /// Eligible in Privileged Identity Management.
    Eligibility,
}

/// A role-assignable group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardGroup {
    /// Object id.
    pub id: String,
    /// Display name, where Graph gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Member or owner.
    pub relation: GuardGroupRelation,
}

/// How a user belongs to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum GuardGroupRelation {
    /// Direct or nested.
    Member,
    /// Owner.
    Owner,
    /// Could become a member, in Privileged Identity Management.
    EligibleMember,
    /// Could become an owner, in Privileged Identity Management.
    EligibleOwner,
}

/// What the guard may not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardBlindSpot {
    /// `managementRestriction`, `roleAssignments`, `eligibleRoles`, `memberships` or `ownedGroups`, without which an
    /// application is refused; or `eligibleGroups`, which few may read and nobody is refused for.
    pub what: String,
    /// The least-privileged permission that would allow it.
    pub permission: String,
}

/// Something that a reset cannot reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Residual {
    /// The stable name.
    pub code: ResidualCode,
    /// One plain sentence.
    pub message: String,
}

/// Stable names of residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum ResidualCode {
    /// App passwords survive; no API removes them.
    AppPasswords,
    /// Access tokens that were issued before live on.
    AccessTokensLive,
    /// A guest's sessions belong to the home tenant.
    GuestHomeSessions,
    /// Kinds that this token or API version cannot see.
    HiddenKinds,
    /// Methods of a kind that this version does not know.
    UnknownKinds,
    /// Methods that stay and can still sign in or reset the password.
    KeptSignInMethods,
    /// Methods that appeared during the run.
    MethodsAdded,
    /// Until the user registers again, the password alone signs in wherever no second factor is demanded.
    SignInWithoutMfaUntilRegistered,
    /// A Conditional Access policy may demand a second factor to register one.
    RegistrationMayBeBlocked,
    /// The account signs a device in by itself.
    ResourceAccount,
    /// The guard could not look at everything.
    GuardUnreadable,
    /// The backup does not hold everything that a restore would need.
    BackupIncomplete,
    /// Of the backup: what no restore brings back, and the user has to register anew.
    NotRestored,
    /// A hardware token is assigned, and does not work before it is activated with a code from it.
    TokenNotActivated,
}

/// What a run cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphUsage {
    /// HTTP requests to Graph, retries included; token requests are not. Of many users: those that carried a call of
    /// this one, which others share, so that reports cannot be summed up.
    pub http_requests: u32,
    /// Graph calls, a batch's members counting one each.
    pub calls: u32,
    /// Calls that Graph throttled.
    pub throttled: u32,
    /// Calls that were tried again.
    pub retried: u32,
    /// The `client-request-id` of each HTTP request, for Microsoft's support.
    pub client_request_ids: Vec<String>,
}
