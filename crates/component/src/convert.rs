//! The contract of the core and the same contract in WIT, each into the other.
//!
//! Records are taken apart by all their fields and enums by all their cases, so that one which is missing on either
//! side does not compile.

use crate::bindings::exports::entra::mfa_reset::{reset, types as wit};
use entra_mfa_reset as core;

/// The same value on the other side.
pub trait Convert<T> {
    fn convert(self) -> T;
}

/// From the core to the host.
pub fn to_wit<A: Convert<B>, B>(value: A) -> B {
    value.convert()
}

/// From the host to the core.
pub fn from_wit<A: Convert<B>, B>(value: A) -> B {
    value.convert()
}

macro_rules! same {
    ($($type:ty),*) => {$(
        impl Convert<$type> for $type {
            fn convert(self) -> $type {
                self
            }
        }
    )*};
}

same!(bool, u16, u32, String);

impl<A: Convert<B>, B> Convert<Option<B>> for Option<A> {
    fn convert(self) -> Option<B> {
        self.map(A::convert)
    }
}

impl<A: Convert<B>, B> Convert<Vec<B>> for Vec<A> {
    fn convert(self) -> Vec<B> {
        self.into_iter().map(A::convert).collect()
    }
}

macro_rules! record {
    ($from:path => $to:path { $($field:ident),* $(,)? }) => {
        impl Convert<$to> for $from {
            fn convert(self) -> $to {
                let $from { $($field),* } = self;
                $to { $($field: $field.convert()),* }
            }
        }
    };
    ($core:path = $wit:path { $($field:ident),* $(,)? }) => {
        record!($core => $wit { $($field),* });
        record!($wit => $core { $($field),* });
    };
}

macro_rules! choice {
    ($from:path => $to:path { $($case:ident),* $(,)? } $(else $other:ident)?) => {
        impl Convert<$to> for $from {
            fn convert(self) -> $to {
                use $from as From;
                use $to as To;
                match self {
                    $(From::$case => To::$case,)*
                    $(_ => To::$other,)?
                }
            }
        }
    };
    ($core:path = $wit:path { $($case:ident),* $(,)? } $(else $other:ident)?) => {
        choice!($core => $wit { $($case),* } $(else $other)?);
        choice!($wit => $core { $($case),* });
    };
}

choice!(
    core::Kind = wit::Kind {
        Phone,
        MicrosoftAuthenticator,
        PasswordlessMicrosoftAuthenticator,
        SoftwareOath,
        HardwareOath,
        Fido2,
        WindowsHelloForBusiness,
        PlatformCredential,
        Email,
        TemporaryAccessPass,
        QrCodePin,
        External,
        ResourceAccountKey,
        Password,
        Unknown,
    }
);

// `else`: these two may grow in the core. The build compares their cases with the WIT, so it is never taken.
choice!(core::ErrorCode = wit::ErrorCode {
    InvalidInput,
    Unauthenticated,
    Forbidden,
    UserNotFound,
    ProtectedUser,
    ManagementRestricted,
    Throttled,
    Timeout,
    Unreachable,
    UnexpectedResponse,
    DefaultMethodBlocked,
    PolicyRejected,
    Unsupported,
    Conflict,
    DuplicateUser,
    Expired,
    Cancelled,
    Internal,
} else Internal);

choice!(core::ResidualCode = wit::ResidualCode {
    AppPasswords,
    AccessTokensLive,
    GuestHomeSessions,
    HiddenKinds,
    UnknownKinds,
    KeptSignInMethods,
    MethodsAdded,
    SignInWithoutMfaUntilRegistered,
    RegistrationMayBeBlocked,
    ResourceAccount,
    GuardUnreadable,
    BackupIncomplete,
    NotRestored,
    TokenNotActivated,
} else HiddenKinds);

choice!(wit::Cloud => core::Cloud { Global, UsGov, UsGovDoD, China });
choice!(wit::Preset => core::Preset { ReRegister, ContactDetails, All, None });
choice!(wit::AllowPrivileged => core::AllowPrivileged { No, IfUnreadable, Yes });
choice!(core::PerUserMfaState = wit::PerUserMfaState { Disabled, Enabled, Enforced });
choice!(core::Outcome = wit::Outcome { Planned, Complete, Unverified, Partial, Failed, Refused });
choice!(core::MethodAction = wit::MethodAction { Delete, Deactivate, Keep, Register });
choice!(core::MethodOutcome = wit::MethodOutcome { Planned, Done, AlreadyGone, Kept, Failed, Unsupported });
choice!(core::StepOutcome = wit::StepOutcome { Planned, Done, Failed });
choice!(core::SessionsOutcome = wit::SessionsOutcome { Planned, Revoked, Skipped, Failed });
choice!(core::PassOutcome = wit::PassOutcome { Planned, Issued, Failed });
choice!(core::VerificationOutcome = wit::VerificationOutcome { Confirmed, Pending, Skipped, Failed });
choice!(core::CallerKind = wit::CallerKind { Application, User });
choice!(core::PreflightOutcome = wit::PreflightOutcome { Granted, Missing, Unknown, Unsupported });
choice!(
    core::PreflightNeed = wit::PreflightNeed {
        ReadUser,
        ReadMethods,
        ReadDefault,
        ReadPerUserMfa,
        ReadPassPolicy,
        GuardRestriction,
        GuardRoles,
        GuardEligibleRoles,
        GuardMemberships,
        GuardOwnedGroups,
        GuardEligibleGroups,
        IssuePass,
        SetPerUserMfa,
        MoveDefault,
        RemoveMethod,
        RegisterMethod,
        DeactivateMethod,
        RevokeSessions,
        ReadRole,
        WriteRole,
        AdministratorsRole,
        WholeNumbersRole,
        PerUserMfaRole,
        SessionsRole
    }
);
choice!(core::GuardRoleVia = wit::GuardRoleVia { Assignment, Membership, Eligibility });
choice!(core::GuardGroupRelation = wit::GuardGroupRelation { Member, Owner, EligibleMember, EligibleOwner });

record!(core::Error = wit::ErrorInfo { code, message, help, retryable, graph });
record!(core::GraphError = wit::GraphError { status, code, request_id, date, retry_after_seconds, claims });
record!(core::UserInfo = wit::UserInfo { id, user_principal_name, display_name, user_type });
record!(
    core::Report = wit::Report {
        user,
        outcome,
        methods,
        sign_in_preference,
        sessions,
        temporary_access_pass,
        per_user_mfa,
        verification,
        guard,
        residuals,
        backup,
        error,
        graph,
        started_at,
        finished_at,
        reason,
    }
);
record!(
    core::MethodReport =
        wit::MethodReport { id, kind, label, action, outcome, is_default, created_date_time, reason, error }
);
record!(core::MembersPage => reset::MembersPage { users, skipped, next });
record!(core::Intent = wit::Intent { user, user_id, user_principal_name, planned, at });
record!(core::PlannedMethod = wit::PlannedMethod { id, kind, label, action, created_date_time });
record!(core::SignInPreferenceReport = wit::SignInPreferenceReport { before, after, live, outcome, error });
record!(core::SessionsReport = wit::SessionsReport { outcome, valid_from, reason, error });
record!(
    core::PassReport = wit::PassReport {
        outcome,
        pass,
        id,
        start_date_time,
        lifetime_in_minutes,
        is_usable_once,
        is_usable,
        method_usability_reason,
        error,
    }
);
record!(core::PerUserMfaReport = wit::PerUserMfaReport { before, after, live, outcome, error });
record!(core::VerificationReport = wit::VerificationReport { outcome, remaining, missing, added, error });
record!(core::AddedMethod = wit::AddedMethod { id, kind, label });
record!(
    core::GuardReport =
        wit::GuardReport { is_protected, roles, groups, is_management_restricted, is_caller, is_listed, unreadable }
);
record!(core::GuardRole = wit::GuardRole { id, display_name, scope, via });
record!(core::GuardGroup = wit::GuardGroup { id, display_name, relation });
record!(core::GuardBlindSpot = wit::GuardBlindSpot { what, permission });
record!(core::Residual = wit::Residual { code, message });
record!(
    core::Backup =
        wit::Backup { phones, emails, externals, hardware_tokens, default, per_user_mfa, never_restored, hidden_kinds }
);
record!(core::BackupExternal = wit::BackupExternal { configuration_id, display_name });
record!(core::BackupToken = wit::BackupToken { device_id, label });
record!(wit::RestoreRequest => core::RestoreRequest {
    user,
    backup,
    allow_privileged,
    not_after,
    verify,
    stable_only,
    reason,
});
record!(core::BackupPhone = wit::BackupPhone { phone_type, phone_number, is_masked });
record!(core::GraphUsage = wit::GraphUsage { http_requests, calls, throttled, retried, client_request_ids });
record!(
    core::Status = wit::Status {
        user,
        account_enabled,
        methods,
        system_preferred,
        default_method,
        per_user_mfa,
        guard,
        residuals,
        graph,
    }
);
record!(
    core::MethodStatus = wit::MethodStatus {
        id,
        kind,
        graph_type,
        label,
        is_default,
        created_date_time,
        last_used_date_time,
        phone_type,
        model,
        passkey_type,
        status,
        is_usable,
        method_usability_reason,
    }
);

record!(core::Preflight = wit::Preflight { ready, caller, expires_at, checks, error });
record!(core::Caller = wit::Caller { kind, id, app_id, tenant_id });
record!(core::PreflightCheck = wit::PreflightCheck { need, kind, outcome, required, permission, or, without });

record!(wit::ResetRequest => core::ResetRequest {
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
});
record!(wit::PassOptions => core::PassOptions { lifetime_in_minutes, is_usable_once, start_date_time });
record!(wit::IssuePassOptions => core::IssuePassOptions {
    lifetime_in_minutes,
    is_usable_once,
    start_date_time,
    allow_privileged,
    reason,
});
record!(wit::RevokeSessionsOptions => core::RevokeSessionsOptions { reason });

impl Convert<core::ResetRequest> for wit::ResetOptions {
    fn convert(self) -> core::ResetRequest {
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
        } = self;
        wit::ResetRequest {
            user: String::new(),
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
        .convert()
    }
}

impl Convert<String> for core::PassValue {
    fn convert(self) -> String {
        self.0
    }
}

impl Convert<core::PassValue> for String {
    fn convert(self) -> core::PassValue {
        core::PassValue(self)
    }
}

impl Convert<core::Methods> for wit::Methods {
    fn convert(self) -> core::Methods {
        match self {
            wit::Methods::Preset(preset) => core::Methods::Preset(preset.convert()),
            wit::Methods::Kinds(kinds) => core::Methods::Kinds(kinds.convert()),
        }
    }
}

impl Convert<core::PassRequest> for wit::PassRequest {
    fn convert(self) -> core::PassRequest {
        match self {
            wit::PassRequest::Default => core::PassRequest::Default,
            wit::PassRequest::Options(options) => core::PassRequest::Options(options.convert()),
        }
    }
}

impl Convert<core::Credential> for wit::Credential {
    fn convert(self) -> core::Credential {
        match self {
            wit::Credential::AccessToken(token) => core::Credential::AccessToken(core::Secret::new(token)),
            wit::Credential::ClientSecret(wit::ClientSecret { tenant_id, client_id, client_secret }) => {
                core::Credential::ClientSecret { tenant_id, client_id, client_secret: core::Secret::new(client_secret) }
            }
            // The assertion itself stays with the shell, which is asked for it.
            wit::Credential::ClientAssertion(wit::ClientAssertion { tenant_id, client_id, assertion: _ }) => {
                core::Credential::ClientAssertion { tenant_id, client_id }
            }
            wit::Credential::ManagedIdentity(wit::ManagedIdentity { client_id, endpoint, header }) => {
                core::Credential::ManagedIdentity { client_id, endpoint, header: header.map(core::Secret::new) }
            }
        }
    }
}

impl Convert<core::Limits> for wit::Limits {
    fn convert(self) -> core::Limits {
        let default = core::Limits::default();
        let wit::Limits {
            request_seconds,
            verify_seconds,
            retries,
            retry_seconds,
            response_bytes,
            calls_per10s,
            concurrency,
            users,
        } = self;
        core::Limits {
            request_seconds: request_seconds.unwrap_or(default.request_seconds),
            verify_seconds: verify_seconds.unwrap_or(default.verify_seconds),
            retries: retries.unwrap_or(default.retries),
            retry_seconds: retry_seconds.unwrap_or(default.retry_seconds),
            response_bytes: response_bytes.unwrap_or(default.response_bytes),
            calls_per_10s: calls_per10s,
            concurrency: concurrency.unwrap_or(default.concurrency),
            users,
        }
    }
}
