use crate::error::{Error, ErrorCode};
use crate::kind::Kind;
use crate::report::{MethodAction, Outcome};
use crate::time::timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One step of a run, as it happens: who, whom, what, and how it went. It never holds a pass, a token or a whole phone
/// number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What was asked for.
    pub operation: EventOperation,
    /// Which step.
    pub step: EventStep,
    /// How it stands.
    pub outcome: EventOutcome,
    /// Who acts, as far as the access token can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// The user's object id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The user's principal name: as it was asked for, and as Graph has it once it has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// The method that the step is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<EventMethod>,
    /// What a step sets: the sign-in preference, or the per-user MFA state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The length of a wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_milliseconds: Option<u64>,
    /// Why a step failed or a wait is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCode>,
    /// Of the end of a run: what it came to, as a report's `outcome` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Outcome>,
    /// Graph's own `request-id` of the answer that tells how the step went. Absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The `client-request-id` of the request that the step sent last. Graph's and Entra's logs have it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// The request's `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Event {
    pub(crate) fn new(now: u64, operation: EventOperation, step: EventStep, outcome: EventOutcome) -> Event {
        Event {
            at: timestamp(now),
            operation,
            step,
            outcome,
            caller: None,
            user_id: None,
            user_principal_name: None,
            method: None,
            value: None,
            wait_milliseconds: None,
            error: None,
            result: None,
            request_id: None,
            client_request_id: None,
            reason: None,
        }
    }

    /// Names what went wrong, and the answer that said so.
    pub(crate) fn blame(&mut self, error: Option<&Error>) {
        self.error = error.map(|error| error.code);
        self.request_id = error.and_then(|error| error.graph.as_ref()?.request_id.clone());
    }

    pub(crate) fn of_wait(mut self, duration: Duration, why: Option<ErrorCode>) -> Event {
        self.wait_milliseconds = u64::try_from(duration.as_millis()).ok();
        self.error = why;
        self
    }
}

/// Who acts: what the access token says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Caller {
    /// An application on its own, or a user through one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CallerKind>,
    /// The object id of the user, or of the application's service principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The application's client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The directory id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

/// What kind of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CallerKind {
    /// Nobody has signed in: an application with permissions of its own.
    Application,
    /// A user has signed in.
    User,
}

/// The operations that tell events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum EventOperation {
    /// Saying what the token allows.
    Preflight,
    /// Listing what is registered.
    Status,
    /// Saying what a reset would do, of one user or of many.
    Plan,
    /// A reset, of one user or of many.
    Reset,
    /// Revoking the sessions alone.
    RevokeSessions,
    /// Issuing a pass alone.
    IssueTemporaryAccessPass,
    /// Putting back what a backup has.
    Restore,
    /// Listing the members of a group.
    GroupMembers,
}

/// The method that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventMethod {
    /// Graph's id of the method.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Masked, as in the report.
    pub label: String,
    /// What the plan does with it.
    pub action: MethodAction,
}

/// The steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum EventStep {
    /// The user, what the guard needs, and the methods.
    Read,
    /// The guard's verdict; `failed` is a refusal.
    Guard,
    /// The plan stands.
    Plan,
    /// The Temporary Access Pass.
    TemporaryAccessPass,
    /// The default method is moved.
    SignInPreference,
    /// One method.
    Method,
    /// The per-user MFA state.
    PerUserMfa,
    /// The sessions.
    Sessions,
    /// The live list.
    Verification,
    /// A wait: throttling, a retry, or a list that is late.
    Wait,
    /// The end of the run for this user, whatever it came to: `done` for a report that is complete or planned,
    /// `inDoubt` for one that is unverified, else `failed`.
    Finished,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum EventOutcome {
    /// It begins.
    Started,
    /// Graph confirmed it.
    Done,
    /// It was gone already.
    AlreadyGone,
    /// It failed; `error` says why.
    Failed,
    /// Its answer is unknown; the live list will tell.
    InDoubt,
    /// It was not needed.
    Skipped,
}
