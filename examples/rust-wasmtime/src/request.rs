//! What is asked for.

use crate::bindings::{AllowPrivileged, PassRequest, PlannedMethod, ResetOptions, ResetRequest};

/// One of many users, with the defaults of the run; `planned` is what an interrupted run had planned.
pub fn target(user: String, planned: Option<Vec<PlannedMethod>>) -> ResetRequest {
    ResetRequest {
        user,
        methods: None,
        method_ids: None,
        planned,
        keep: Vec::new(),
        revoke_sessions: None,
        temporary_access_pass: None,
        per_user_mfa: None,
        allow_privileged: AllowPrivileged::No,
        not_after: None,
        backup: false,
        verify: None,
        stable_only: false,
        reason: None,
    }
}

/// What holds for all users of a run.
pub fn defaults(pass: bool, reason: Option<String>) -> ResetOptions {
    ResetOptions {
        methods: None,
        method_ids: None,
        planned: None,
        keep: Vec::new(),
        revoke_sessions: None,
        temporary_access_pass: pass.then_some(PassRequest::Default),
        per_user_mfa: None,
        allow_privileged: AllowPrivileged::No,
        not_after: None,
        backup: false,
        verify: None,
        stable_only: false,
        reason,
    }
}
