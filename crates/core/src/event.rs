use crate::error::ErrorCode;
use crate::kind::Kind;
use crate::report::MethodAction;
use crate::time::timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One step of a run, as it happens. It never holds a pass, a token or a whole phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Which step.
    pub step: EventStep,
    /// How it stands.
    pub outcome: EventOutcome,
    /// The user's object id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The method that the step is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<EventMethod>,
    /// The length of a wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_milliseconds: Option<u64>,
    /// Why a step failed or a wait is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCode>,
    /// Graph's `request-id` of a failed step, or the client's of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The request's `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Event {
    pub(crate) fn new(now: u64, step: EventStep, outcome: EventOutcome) -> Event {
        Event {
            at: timestamp(now),
            step,
            outcome,
            user_id: None,
            method: None,
            wait_milliseconds: None,
            error: None,
            request_id: None,
            reason: None,
        }
    }

    pub(crate) fn of_wait(mut self, duration: Duration, why: Option<ErrorCode>) -> Event {
        self.wait_milliseconds = u64::try_from(duration.as_millis()).ok();
        self.error = why;
        self
    }
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
    /// The user, the guard's findings and the methods have been read.
    Read,
    /// The plan stands.
    Plan,
    /// The Temporary Access Pass.
    TemporaryAccessPass,
    /// The default method was moved.
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
