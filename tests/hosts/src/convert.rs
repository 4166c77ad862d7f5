//! The contract's Rust types, as tests and golden cases have them, to what the component takes; and its errors back.

use crate::types as wit;
use entra_mfa_reset as core;

/// Options that say nothing but who calls.
pub const fn signed_in(credential: wit::Credential) -> wit::ClientOptions {
    wit::ClientOptions {
        cloud: wit::Cloud::Global,
        graph_url: None,
        authority_host: None,
        protect: Vec::new(),
        limits: None,
        credential,
        seed: None,
    }
}

/// Options for the component.
pub fn client_options(options: core::ClientOptions, credential: wit::Credential, seed: u64) -> wit::ClientOptions {
    let limits = options.limits;
    wit::ClientOptions {
        cloud: match options.cloud {
            core::Cloud::Global => wit::Cloud::Global,
            core::Cloud::UsGov => wit::Cloud::UsGov,
            core::Cloud::UsGovDoD => wit::Cloud::UsGovDoD,
            core::Cloud::China => wit::Cloud::China,
        },
        graph_url: options.graph_url,
        authority_host: options.authority_host,
        protect: options.protect,
        limits: Some(wit::Limits {
            request_seconds: Some(limits.request_seconds),
            verify_seconds: Some(limits.verify_seconds),
            retries: Some(limits.retries),
            retry_seconds: Some(limits.retry_seconds),
            response_bytes: Some(limits.response_bytes),
            calls_per10s: limits.calls_per_10s,
            concurrency: Some(limits.concurrency),
            users: limits.users,
        }),
        credential,
        seed: Some(seed),
    }
}

/// The request.
pub fn reset_request(request: core::ResetRequest) -> wit::ResetRequest {
    let user = request.user.clone();
    let wit::ResetOptions {
        methods,
        method_ids,
        planned,
        keep,
        revoke_sessions,
        temporary_access_pass,
        per_user_mfa,
        allow_privileged,
        not_after,
        backup,
        verify,
        stable_only,
        reason,
    } = reset_options(request);
    wit::ResetRequest {
        user,
        methods,
        method_ids,
        planned,
        keep,
        revoke_sessions,
        temporary_access_pass,
        per_user_mfa,
        allow_privileged,
        not_after,
        backup,
        verify,
        stable_only,
        reason,
    }
}

/// The request without its user.
pub fn reset_options(request: core::ResetRequest) -> wit::ResetOptions {
    wit::ResetOptions {
        methods: request.methods.map(|methods| match methods {
            core::Methods::Preset(core::Preset::ReRegister) => wit::Methods::Preset(wit::Preset::ReRegister),
            core::Methods::Preset(core::Preset::ContactDetails) => wit::Methods::Preset(wit::Preset::ContactDetails),
            core::Methods::Preset(core::Preset::All) => wit::Methods::Preset(wit::Preset::All),
            core::Methods::Preset(core::Preset::None) => wit::Methods::Preset(wit::Preset::None),
            core::Methods::Kinds(kinds) => wit::Methods::Kinds(kinds.into_iter().map(kind).collect()),
        }),
        method_ids: request.method_ids,
        planned: request.planned.map(|planned| planned.into_iter().map(planned_method).collect()),
        keep: request.keep,
        revoke_sessions: request.revoke_sessions,
        temporary_access_pass: request.temporary_access_pass.map(|pass| match pass {
            core::PassRequest::Default => wit::PassRequest::Default,
            core::PassRequest::Options(options) => wit::PassRequest::Options(wit::PassOptions {
                lifetime_in_minutes: options.lifetime_in_minutes,
                is_usable_once: options.is_usable_once,
                start_date_time: options.start_date_time,
            }),
        }),
        per_user_mfa: request.per_user_mfa.map(per_user_mfa),
        allow_privileged: allow_privileged(request.allow_privileged),
        not_after: request.not_after,
        backup: request.backup,
        verify: request.verify,
        stable_only: request.stable_only,
        reason: request.reason,
    }
}

/// The pass.
pub fn issue_pass_options(options: core::IssuePassOptions) -> wit::IssuePassOptions {
    wit::IssuePassOptions {
        lifetime_in_minutes: options.lifetime_in_minutes,
        is_usable_once: options.is_usable_once,
        start_date_time: options.start_date_time,
        allow_privileged: allow_privileged(options.allow_privileged),
        reason: options.reason,
    }
}

/// The options.
pub fn revoke_sessions_options(options: core::RevokeSessionsOptions) -> wit::RevokeSessionsOptions {
    wit::RevokeSessionsOptions { reason: options.reason }
}

/// What is to be put back.
pub fn restore_request(request: core::RestoreRequest) -> wit::RestoreRequest {
    wit::RestoreRequest {
        user: request.user,
        backup: backup(request.backup),
        allow_privileged: allow_privileged(request.allow_privileged),
        not_after: request.not_after,
        verify: request.verify,
        stable_only: request.stable_only,
        reason: request.reason,
    }
}

fn backup(backup: core::Backup) -> wit::Backup {
    wit::Backup {
        phones: backup.phones.into_iter().map(backup_phone).collect(),
        emails: backup.emails,
        externals: backup.externals.into_iter().map(backup_external).collect(),
        hardware_tokens: backup.hardware_tokens.into_iter().map(backup_token).collect(),
        default: backup.default,
        per_user_mfa: backup.per_user_mfa.map(per_user_mfa),
        never_restored: backup.never_restored.into_iter().map(added_method).collect(),
        hidden_kinds: backup.hidden_kinds.into_iter().map(kind).collect(),
    }
}

fn backup_phone(phone: core::BackupPhone) -> wit::BackupPhone {
    wit::BackupPhone { phone_type: phone.phone_type, phone_number: phone.phone_number, is_masked: phone.is_masked }
}

fn backup_external(external: core::BackupExternal) -> wit::BackupExternal {
    wit::BackupExternal { configuration_id: external.configuration_id, display_name: external.display_name }
}

fn backup_token(token: core::BackupToken) -> wit::BackupToken {
    wit::BackupToken { device_id: token.device_id, label: token.label }
}

fn added_method(method: core::AddedMethod) -> wit::AddedMethod {
    wit::AddedMethod { id: method.id, kind: kind(method.kind), label: method.label }
}

/// The component's error as the contract's, so that it can be compared as JSON.
pub fn error(error: wit::ErrorInfo) -> core::Error {
    core::Error {
        code: error_code(error.code),
        message: error.message,
        help: error.help,
        retryable: error.retryable,
        graph: error.graph.map(|graph| core::GraphError {
            status: graph.status,
            code: graph.code,
            request_id: graph.request_id,
            date: graph.date,
            retry_after_seconds: graph.retry_after_seconds,
            claims: graph.claims,
        }),
    }
}

fn planned_method(planned: core::PlannedMethod) -> wit::PlannedMethod {
    wit::PlannedMethod {
        id: planned.id,
        kind: kind(planned.kind),
        label: planned.label,
        action: match planned.action {
            core::MethodAction::Delete => wit::MethodAction::Delete,
            core::MethodAction::Deactivate => wit::MethodAction::Deactivate,
            core::MethodAction::Keep => wit::MethodAction::Keep,
            core::MethodAction::Register => wit::MethodAction::Register,
        },
        created_date_time: planned.created_date_time,
    }
}

fn per_user_mfa(state: core::PerUserMfaState) -> wit::PerUserMfaState {
    match state {
        core::PerUserMfaState::Disabled => wit::PerUserMfaState::Disabled,
        core::PerUserMfaState::Enabled => wit::PerUserMfaState::Enabled,
        core::PerUserMfaState::Enforced => wit::PerUserMfaState::Enforced,
    }
}

fn allow_privileged(waiver: core::AllowPrivileged) -> wit::AllowPrivileged {
    match waiver {
        core::AllowPrivileged::No => wit::AllowPrivileged::No,
        core::AllowPrivileged::IfUnreadable => wit::AllowPrivileged::IfUnreadable,
        core::AllowPrivileged::Yes => wit::AllowPrivileged::Yes,
    }
}

fn kind(kind: core::Kind) -> wit::Kind {
    match kind {
        core::Kind::Phone => wit::Kind::Phone,
        core::Kind::MicrosoftAuthenticator => wit::Kind::MicrosoftAuthenticator,
        core::Kind::PasswordlessMicrosoftAuthenticator => wit::Kind::PasswordlessMicrosoftAuthenticator,
        core::Kind::SoftwareOath => wit::Kind::SoftwareOath,
        core::Kind::HardwareOath => wit::Kind::HardwareOath,
        core::Kind::Fido2 => wit::Kind::Fido2,
        core::Kind::WindowsHelloForBusiness => wit::Kind::WindowsHelloForBusiness,
        core::Kind::PlatformCredential => wit::Kind::PlatformCredential,
        core::Kind::Email => wit::Kind::Email,
        core::Kind::TemporaryAccessPass => wit::Kind::TemporaryAccessPass,
        core::Kind::QrCodePin => wit::Kind::QrCodePin,
        core::Kind::External => wit::Kind::External,
        core::Kind::ResourceAccountKey => wit::Kind::ResourceAccountKey,
        core::Kind::Password => wit::Kind::Password,
        core::Kind::Unknown => wit::Kind::Unknown,
    }
}

fn error_code(code: wit::ErrorCode) -> core::ErrorCode {
    match code {
        wit::ErrorCode::InvalidInput => core::ErrorCode::InvalidInput,
        wit::ErrorCode::Unauthenticated => core::ErrorCode::Unauthenticated,
        wit::ErrorCode::Forbidden => core::ErrorCode::Forbidden,
        wit::ErrorCode::UserNotFound => core::ErrorCode::UserNotFound,
        wit::ErrorCode::ProtectedUser => core::ErrorCode::ProtectedUser,
        wit::ErrorCode::ManagementRestricted => core::ErrorCode::ManagementRestricted,
        wit::ErrorCode::Throttled => core::ErrorCode::Throttled,
        wit::ErrorCode::Timeout => core::ErrorCode::Timeout,
        wit::ErrorCode::Unreachable => core::ErrorCode::Unreachable,
        wit::ErrorCode::UnexpectedResponse => core::ErrorCode::UnexpectedResponse,
        wit::ErrorCode::DefaultMethodBlocked => core::ErrorCode::DefaultMethodBlocked,
        wit::ErrorCode::PolicyRejected => core::ErrorCode::PolicyRejected,
        wit::ErrorCode::Unsupported => core::ErrorCode::Unsupported,
        wit::ErrorCode::Conflict => core::ErrorCode::Conflict,
        wit::ErrorCode::DuplicateUser => core::ErrorCode::DuplicateUser,
        wit::ErrorCode::Expired => core::ErrorCode::Expired,
        wit::ErrorCode::Cancelled => core::ErrorCode::Cancelled,
        wit::ErrorCode::Internal => core::ErrorCode::Internal,
    }
}
