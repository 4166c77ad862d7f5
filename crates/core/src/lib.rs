//! Resets the multifactor authentication of Microsoft Entra ID users.
//!
//! The crate touches nothing: no clock, no socket, no environment, no randomness. An operation of [`Client`] is a
//! [`Run`](run::Run) that yields [`Effect`](run::Effect)s and takes [`Reply`](run::Reply)s, so that any host can
//! perform it and any test can play it.
#![forbid(unsafe_code)]

mod backup;
mod bulk;
mod client;
mod directory;
mod done;
mod error;
mod event;
mod execute;
mod fields;
mod graph;
mod intent;
mod kind;
mod lookup;
mod members;
mod methods;
mod options;
mod outcome;
mod pass;
mod patience;
mod per_user_mfa;
mod permission;
mod plan;
mod policy;
mod preference;
mod preflight;
#[cfg(test)]
mod published;
mod registration;
mod removal;
mod report;
mod request;
mod reset;
mod residuals;
mod restoration;
mod restore;
pub mod run;
mod secret;
mod seen;
mod sessions;
mod status;
mod target;
mod time;
mod verify;

pub use backup::{Backup, BackupExternal, BackupPhone, BackupToken};
pub use client::Client;
pub use error::{Error, ErrorCode, GraphError};
pub use event::{Caller, CallerKind, Event, EventMethod, EventOperation, EventOutcome, EventStep};
pub use intent::{Intent, PlannedMethod};
pub use kind::Kind;
pub use members::MembersPage;
pub use options::{ClientOptions, Cloud, Credential, Limits};
pub use preflight::*;
pub use report::*;
pub use request::{
    AllowPrivileged, IssuePassOptions, Methods, PassOptions, PassRequest, PerUserMfaState, Preset, ResetRequest,
    RevokeSessionsOptions,
};
pub use restore::RestoreRequest;
pub use secret::Secret;
pub use status::{MethodStatus, Status};
pub use target::Target;
