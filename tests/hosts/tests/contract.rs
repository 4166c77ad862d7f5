//! Values across the border, without a request.

use entra_mfa_reset::{Report, Status};
use hosts::host::Network;
use hosts::types as wit;
use hosts::{Session, convert};

fn options() -> wit::ClientOptions {
    convert::signed_in(wit::Credential::AccessToken("not.a.token".to_owned()))
}

async fn session() -> Session {
    Session::open(Network, None, &options()).await.unwrap()
}

fn error() -> wit::ErrorInfo {
    wit::ErrorInfo {
        code: wit::ErrorCode::DefaultMethodBlocked,
        message: "m".to_owned(),
        help: "h".to_owned(),
        retryable: true,
        graph: Some(wit::GraphError {
            status: 400,
            code: Some("badRequest".to_owned()),
            request_id: Some("r".to_owned()),
            date: Some("d".to_owned()),
            retry_after_seconds: Some(7),
            claims: Some("c".to_owned()),
        }),
    }
}

fn guard() -> wit::GuardReport {
    wit::GuardReport {
        is_protected: true,
        roles: vec![wit::GuardRole {
            id: "role".to_owned(),
            display_name: Some("Global Administrator".to_owned()),
            scope: Some("/".to_owned()),
            via: wit::GuardRoleVia::Eligibility,
        }],
        groups: vec![wit::GuardGroup {
            id: "group".to_owned(),
            display_name: None,
            relation: wit::GuardGroupRelation::Owner,
        }],
        is_management_restricted: false,
        is_caller: true,
        is_listed: false,
        unreadable: vec![wit::GuardBlindSpot { what: "ownedGroups".to_owned(), permission: "p".to_owned() }],
    }
}

fn usage() -> wit::GraphUsage {
    wit::GraphUsage { http_requests: 1, calls: 2, throttled: 3, retried: 4, client_request_ids: vec!["c".to_owned()] }
}

/// Every field set, so that one which gets lost or swapped on its way shows.
#[tokio::test]
async fn a_full_report_has_the_canonical_bytes() {
    let added = wit::AddedMethod { id: "a".to_owned(), kind: wit::Kind::Fido2, label: "key".to_owned() };
    let report = wit::Report {
        user: wit::UserInfo {
            id: Some("id".to_owned()),
            user_principal_name: Some("adele.vance@contoso.com".to_owned()),
            display_name: Some("Adele \"A\" Vance".to_owned()),
            user_type: Some("Member".to_owned()),
        },
        outcome: wit::Outcome::Unverified,
        methods: vec![wit::MethodReport {
            id: "m".to_owned(),
            kind: wit::Kind::QrCodePin,
            label: "label".to_owned(),
            action: wit::MethodAction::Deactivate,
            outcome: wit::MethodOutcome::AlreadyGone,
            is_default: Some(false),
            created_date_time: Some("2026-11-21T09:00:00Z".to_owned()),
            reason: Some("why".to_owned()),
            error: Some(error()),
        }],
        sign_in_preference: Some(wit::SignInPreferenceReport {
            before: Some("sms".to_owned()),
            after: "push".to_owned(),
            live: Some("oath".to_owned()),
            outcome: wit::StepOutcome::Done,
            error: None,
        }),
        sessions: Some(wit::SessionsReport {
            outcome: wit::SessionsOutcome::Skipped,
            valid_from: Some("v".to_owned()),
            reason: Some("s".to_owned()),
            error: None,
        }),
        temporary_access_pass: Some(wit::PassReport {
            outcome: wit::PassOutcome::Issued,
            pass: Some("pass".to_owned()),
            id: Some("p".to_owned()),
            start_date_time: Some("t".to_owned()),
            lifetime_in_minutes: Some(60),
            is_usable_once: Some(true),
            is_usable: Some(false),
            method_usability_reason: Some("NotYetValid".to_owned()),
            error: None,
        }),
        per_user_mfa: Some(wit::PerUserMfaReport {
            before: Some(wit::PerUserMfaState::Enforced),
            after: wit::PerUserMfaState::Disabled,
            live: Some(wit::PerUserMfaState::Enabled),
            outcome: wit::StepOutcome::Failed,
            error: None,
        }),
        verification: Some(wit::VerificationReport {
            outcome: wit::VerificationOutcome::Pending,
            remaining: vec!["x".to_owned()],
            missing: vec!["y".to_owned()],
            added: vec![added.clone()],
            error: None,
        }),
        guard: Some(guard()),
        residuals: vec![wit::Residual {
            code: wit::ResidualCode::SignInWithoutMfaUntilRegistered,
            message: "r".to_owned(),
        }],
        backup: Some(wit::Backup {
            phones: vec![wit::BackupPhone {
                phone_type: "mobile".to_owned(),
                phone_number: "+1 4255550100".to_owned(),
                is_masked: true,
            }],
            emails: vec!["adele@contoso.com".to_owned()],
            externals: vec![wit::BackupExternal {
                configuration_id: "e".to_owned(),
                display_name: "Adatum".to_owned(),
            }],
            hardware_tokens: vec![wit::BackupToken { device_id: "d".to_owned(), label: Some("token".to_owned()) }],
            default: Some("sms".to_owned()),
            per_user_mfa: Some(wit::PerUserMfaState::Enabled),
            never_restored: vec![added],
            hidden_kinds: vec![wit::Kind::External],
        }),
        error: Some(error()),
        graph: usage(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        finished_at: "2026-01-01T00:00:01Z".to_owned(),
        reason: Some("INC0012345".to_owned()),
    };
    let error = r#"{"code":"defaultMethodBlocked","message":"m","help":"h","retryable":true,"graph":{"status":400,"code":"badRequest","requestId":"r","date":"d","retryAfterSeconds":7,"claims":"c"}}"#;
    let guard = r#"{"isProtected":true,"roles":[{"id":"role","displayName":"Global Administrator","scope":"/","via":"eligibility"}],"groups":[{"id":"group","relation":"owner"}],"isManagementRestricted":false,"isCaller":true,"isListed":false,"unreadable":[{"what":"ownedGroups","permission":"p"}]}"#;
    let expected = [
        r#"{"user":{"id":"id","userPrincipalName":"adele.vance@contoso.com","displayName":"Adele \"A\" Vance","userType":"Member"},"#,
        r#""outcome":"unverified","methods":[{"id":"m","kind":"qrCodePin","label":"label","action":"deactivate","#,
        r#""outcome":"alreadyGone","isDefault":false,"createdDateTime":"2026-11-21T09:00:00Z","reason":"why","error":"#,
        error,
        r#"}],"signInPreference":{"before":"sms","after":"push","live":"oath","outcome":"done"},"#,
        r#""sessions":{"outcome":"skipped","validFrom":"v","reason":"s"},"#,
        r#""temporaryAccessPass":{"outcome":"issued","pass":"pass","id":"p","startDateTime":"t","lifetimeInMinutes":60,"#,
        r#""isUsableOnce":true,"isUsable":false,"methodUsabilityReason":"NotYetValid"},"#,
        r#""perUserMfa":{"before":"enforced","after":"disabled","live":"enabled","outcome":"failed"},"#,
        r#""verification":{"outcome":"pending","remaining":["x"],"missing":["y"],"#,
        r#""added":[{"id":"a","kind":"fido2","label":"key"}]},"#,
        r#""guard":"#,
        guard,
        r#","residuals":[{"code":"signInWithoutMfaUntilRegistered","message":"r"}],"#,
        r#""backup":{"phones":[{"phoneType":"mobile","phoneNumber":"+1 4255550100","isMasked":true}],"#,
        r#""emails":["adele@contoso.com"],"externals":[{"configurationId":"e","displayName":"Adatum"}],"#,
        r#""hardwareTokens":[{"deviceId":"d","label":"token"}],"default":"sms","perUserMfa":"enabled","#,
        r#""neverRestored":[{"id":"a","kind":"fido2","label":"key"}],"hiddenKinds":["external"]},"error":"#,
        error,
        r#","graph":{"httpRequests":1,"calls":2,"throttled":3,"retried":4,"clientRequestIds":["c"]},"#,
        r#""startedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:00:01Z","reason":"INC0012345"}"#,
    ]
    .concat();
    let bytes = session().await.to_json(&report).await.unwrap();
    assert_eq!(bytes, expected);
    assert_eq!(serde_json::from_str::<Report>(&bytes).unwrap().to_json(), expected);
}

#[tokio::test]
async fn a_full_status_has_the_canonical_bytes() {
    let text = |text: &str| Some(text.to_owned());
    let status = wit::Status {
        user: wit::UserInfo { id: text("id"), user_principal_name: None, display_name: None, user_type: text("Guest") },
        account_enabled: Some(true),
        methods: vec![wit::MethodStatus {
            id: "m".to_owned(),
            kind: wit::Kind::HardwareOath,
            graph_type: text("g"),
            label: "l".to_owned(),
            is_default: Some(true),
            created_date_time: text("c"),
            last_used_date_time: text("u"),
            phone_type: text("mobile"),
            model: text("token"),
            passkey_type: text("synced"),
            status: text("activated"),
            is_usable: Some(true),
            method_usability_reason: text("r"),
        }],
        system_preferred: Some(false),
        default_method: text("oath"),
        per_user_mfa: Some(wit::PerUserMfaState::Enabled),
        guard: guard(),
        residuals: vec![wit::Residual { code: wit::ResidualCode::HiddenKinds, message: "h".to_owned() }],
        graph: usage(),
    };
    let bytes = session().await.status_to_json(&status).await.unwrap();
    let expected = [
        r#"{"user":{"id":"id","userType":"Guest"},"accountEnabled":true,"methods":[{"id":"m","kind":"hardwareOath","#,
        r#""graphType":"g","label":"l","isDefault":true,"createdDateTime":"c","lastUsedDateTime":"u","#,
        r#""phoneType":"mobile","model":"token","passkeyType":"synced","status":"activated","isUsable":true,"#,
        r#""methodUsabilityReason":"r"}],"systemPreferred":false,"defaultMethod":"oath","perUserMfa":"enabled","#,
        r#""guard":{"isProtected":true,"roles":[{"id":"role","displayName":"Global Administrator","scope":"/","#,
        r#""via":"eligibility"}],"groups":[{"id":"group","relation":"owner"}],"isManagementRestricted":false,"#,
        r#""isCaller":true,"isListed":false,"unreadable":[{"what":"ownedGroups","permission":"p"}]},"#,
        r#""residuals":[{"code":"hiddenKinds","message":"h"}],"#,
        r#""graph":{"httpRequests":1,"calls":2,"throttled":3,"retried":4,"clientRequestIds":["c"]}}"#,
    ]
    .concat();
    assert_eq!(bytes, expected);
    assert_eq!(serde_json::from_str::<Status>(&bytes).unwrap().to_json(), expected);
}

/// A bad option is an answer, not a trap.
#[tokio::test]
async fn a_plain_origin_is_refused_where_it_is_given() {
    for origin in ["http://graph.example", "ftp://127.0.0.1", "no origin", ""] {
        let options = wit::ClientOptions { graph_url: Some(origin.to_owned()), ..options() };
        let mut session = Session::open(Network, None, &options).await.unwrap();
        let Err(error) = session.status("adele.vance@contoso.com").await.unwrap() else {
            panic!("{origin} is accepted")
        };
        assert_eq!(error.code, wit::ErrorCode::InvalidInput, "{origin}: {}", error.message);
    }
}
