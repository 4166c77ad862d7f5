//! The component in wasmtime over real HTTP, against the tenant's server.

use entra_tenant::{Faults, Seed, Tenant, TokenClaims};
use hosts::host::{Clock, Network};
use hosts::simulation::Simulation;
use hosts::tenant::TenantServer;
use hosts::types::{
    AllowPrivileged, ClientOptions, ClientSecret, Cloud, Credential, ErrorCode, IssuePassOptions, Limits,
    MethodOutcome, Outcome, PassRequest, ResetRequest, RevokeSessionsOptions,
};
use hosts::{Session, convert};

/// 2026-11-21T09:00:00Z.
const NOW: u64 = 1_795_251_600_000;
const ADELE: &str = "adele.vance@contoso.com";

fn options(origin: &str, token: &str) -> ClientOptions {
    ClientOptions {
        cloud: Cloud::Global,
        graph_url: Some(origin.to_owned()),
        authority_host: Some(origin.to_owned()),
        protect: Vec::new(),
        limits: Some(Limits {
            request_seconds: Some(20),
            verify_seconds: Some(5),
            retries: Some(0),
            retry_seconds: Some(1),
            response_bytes: Some(1 << 20),
            calls_per10s: None,
            concurrency: None,
            users: None,
        }),
        credential: Credential::AccessToken(token.to_owned()),
        seed: None,
    }
}

fn request(user: &str) -> ResetRequest {
    convert::reset_request(entra_mfa_reset::ResetRequest::new(user))
}

async fn open(options: &ClientOptions) -> Session {
    Session::open(Network, None, options).await.unwrap()
}

fn kinds(server: &TenantServer, user: &str) -> Vec<String> {
    let state = server.state().unwrap();
    let user = state.users.iter().find(|found| found.user_principal_name == user).unwrap();
    let kind = |method: &serde_json::Map<String, serde_json::Value>| {
        method["@odata.type"].as_str().unwrap().replace("#microsoft.graph.", "")
    };
    let mut kinds: Vec<String> = user.methods.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn a_reset_is_done_at_the_tenant() {
    let server = TenantServer::start(Seed::sample()).unwrap();
    let token = server.access_token(&TokenClaims::everything());
    let mut session = open(&options(&server.origin(), &token)).await;
    let request = ResetRequest { temporary_access_pass: Some(PassRequest::Default), ..request(ADELE) };

    let plan = session.plan(&request).await.unwrap().unwrap();
    assert_eq!(plan.outcome, Outcome::Planned);
    assert!(server.exchange().unwrap().iter().all(|line| !line.contains("DELETE")), "a plan writes nothing");

    let report = session.reset(&request).await.unwrap().unwrap();
    assert_eq!(report.outcome, Outcome::Complete, "{report:?}");
    assert_eq!(report.methods.iter().filter(|method| method.outcome == MethodOutcome::Done).count(), 3);
    assert!(report.temporary_access_pass.unwrap().pass.is_some());
    let left = [
        "emailAuthenticationMethod",
        "fido2AuthenticationMethod",
        "passwordAuthenticationMethod",
        "temporaryAccessPassAuthenticationMethod",
        "windowsHelloForBusinessAuthenticationMethod",
    ];
    assert_eq!(kinds(&server, ADELE), left);
    assert_eq!(server.state().unwrap().violations, []);

    let status = session.status(ADELE).await.unwrap().unwrap();
    assert_eq!(status.methods.len(), left.len());
}

/// The names that break URLs: a guest's `#`, a quote, a leading dollar sign.
#[tokio::test]
async fn odd_names_reach_the_tenant_whole() {
    let server = TenantServer::start(Seed::sample()).unwrap();
    let token = server.access_token(&TokenClaims::everything());
    let mut session = open(&options(&server.origin(), &token)).await;
    for user in ["lidia.holloway_fabrikam.com#EXT#@contoso.com", "o'brien@contoso.com", "$ervice.desk@contoso.com"] {
        let status = session.status(user).await.unwrap().unwrap();
        assert_eq!(status.user.user_principal_name.as_deref(), Some(user));
        let outcome = session.reset(&request(user)).await.unwrap().unwrap().outcome;
        assert_eq!(outcome, Outcome::Complete, "{user}");
    }
    assert_eq!(server.state().unwrap().violations, []);
    assert_eq!(server.state().unwrap().users.len(), Seed::sample().users.len());
}

#[tokio::test]
async fn the_other_operations() {
    let server = TenantServer::start(Seed::sample()).unwrap();
    let token = server.access_token(&TokenClaims::everything());
    let mut session = open(&options(&server.origin(), &token)).await;
    let revoked = session.revoke_sessions(ADELE, &RevokeSessionsOptions { reason: None }).await.unwrap().unwrap();
    assert_eq!(revoked.outcome, Outcome::Complete, "{revoked:?}");
    assert!(server.exchange().unwrap().iter().any(|line| line.contains("revokeSignInSessions")));
    let pass = IssuePassOptions {
        lifetime_in_minutes: Some(90),
        is_usable_once: Some(true),
        start_date_time: None,
        allow_privileged: AllowPrivileged::No,
        reason: None,
    };
    let issued = session.issue_temporary_access_pass(ADELE, &pass).await.unwrap().unwrap();
    assert_eq!(issued.temporary_access_pass.unwrap().lifetime_in_minutes, Some(90));
    assert!(kinds(&server, ADELE).contains(&"temporaryAccessPassAuthenticationMethod".to_owned()));
    assert_eq!(server.state().unwrap().violations, []);
}

/// Against the cloud's own origins, so in simulation.
#[tokio::test(start_paused = true)]
async fn a_client_secret_gets_one_token() {
    let clock = Clock::at(NOW);
    let seed = Seed::sample();
    let app = seed.apps.first().unwrap();
    let secret = ClientSecret {
        tenant_id: seed.tenant_id.clone(),
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.clone(),
    };
    let wrong = ClientSecret { client_secret: "8Q~contoso-example".to_owned(), ..secret.clone() };
    let options = ClientOptions {
        graph_url: None,
        authority_host: None,
        credential: Credential::ClientSecret(wrong),
        ..options("", "")
    };
    let simulation = Simulation::new(Tenant::new(seed), Faults::none(), clock);
    let mut session = Session::open(simulation.clone(), Some(clock), &options).await.unwrap();
    let error = session.status(ADELE).await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated, "{error:?}");
    assert!(!format!("{error:?}").contains("8Q~"), "{error:?}");

    let empty = session.set_credential(&Credential::AccessToken(String::new())).await.unwrap().unwrap_err();
    assert_eq!(empty.code, ErrorCode::InvalidInput, "{empty:?}");
    session.set_credential(&Credential::ClientSecret(secret)).await.unwrap().unwrap();
    session.status(ADELE).await.unwrap().unwrap();
    let outcome = session.reset(&request(ADELE)).await.unwrap().unwrap().outcome;
    assert_eq!(outcome, Outcome::Complete);
    let tokens = simulation.exchange().iter().filter(|line| line.contains("/oauth2/v2.0/token")).count();
    assert_eq!(tokens, 2, "the wrong secret asks once, and the right one's token serves both operations");
    assert_eq!(simulation.origins(), ["https://graph.microsoft.com", "https://login.microsoftonline.com"]);
}

/// v1.0 and beta are asked side by side, so the second costs no time. In simulated time, so that a busy machine does
/// not matter.
#[tokio::test(start_paused = true)]
async fn requests_share_their_wait() {
    let clock = Clock::at(NOW);
    let seed = Seed { latency_milliseconds: 1000, ..Seed::sample() };
    let user = seed.users.first().unwrap().id.clone();
    let tenant = Tenant::new(seed);
    let token = tenant.access_token(&TokenClaims::everything());
    let options = ClientOptions { graph_url: None, authority_host: None, ..options("", &token) };
    let simulation = Simulation::new(tenant, Faults::none(), clock);
    let mut session = Session::open(simulation.clone(), Some(clock), &options).await.unwrap();
    session.status(&user).await.unwrap().unwrap();
    assert_eq!(simulation.exchange().len(), 2, "{:?}", simulation.exchange());
    assert_eq!(simulation.most_in_flight(), 2);
    assert_eq!(clock.elapsed(), 1000);
}

struct Refusal {
    user: &'static str,
    claims: TokenClaims,
    pass: bool,
    code: ErrorCode,
    says: &'static str,
    /// The tenant's last line and how many there are.
    exchange: (&'static str, usize),
}

#[tokio::test]
async fn what_graph_refuses_is_said_and_changes_nothing() {
    let mut seed = Seed::sample();
    seed.settings.temporary_access_pass.enabled = false;
    let everything = TokenClaims::everything;
    let guard_only = TokenClaims::application([
        "User.Read.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
    ]);
    let cases = [
        Refusal {
            user: "nobody@contoso.com",
            claims: everything(),
            pass: false,
            code: ErrorCode::UserNotFound,
            says: "there is no such user in this tenant",
            exchange: ("GET /v1.0/users/{id} 404", 1),
        },
        Refusal {
            user: ADELE,
            claims: TokenClaims { aud: Some("https://management.azure.com".to_owned()), ..everything() },
            pass: false,
            code: ErrorCode::Unauthenticated,
            says: "the access token is for https://management.azure.com, and not for Microsoft Graph in this cloud",
            exchange: ("", 0),
        },
        Refusal {
            user: ADELE,
            claims: TokenClaims { exp: Some(1_000_000_000), ..everything() },
            pass: false,
            code: ErrorCode::Unauthenticated,
            says: "the access token has expired",
            exchange: ("", 0),
        },
        Refusal {
            user: ADELE,
            claims: guard_only,
            pass: false,
            code: ErrorCode::Forbidden,
            says: "Graph does not allow this caller to do this to this user (listing the authentication methods)",
            exchange: ("POST /beta/$batch 200 [GET /users/{id}/authentication/passwordlessMicrosoft", 5),
        },
        Refusal {
            user: "pradeep.gupta@contoso.com",
            claims: everything(),
            pass: false,
            code: ErrorCode::ManagementRestricted,
            says: "the user is in a restricted management administrative unit",
            exchange: ("POST /beta/$batch 200 [GET /users/{id}/authentication/signInPreferences 200", 3),
        },
        Refusal {
            user: "admin@contoso.com",
            claims: everything(),
            pass: false,
            code: ErrorCode::ProtectedUser,
            says: "the user holds the role Global Administrator",
            exchange: ("POST /beta/$batch 200 [GET /users/{id}/authentication/signInPreferences 200", 3),
        },
        Refusal {
            user: ADELE,
            claims: everything(),
            pass: true,
            code: ErrorCode::PolicyRejected,
            says: "the tenant's policy allows no Temporary Access Passes",
            exchange: ("POST /beta/$batch 200 [GET /users/{id}/authentication/signInPreferences 200", 3),
        },
    ];
    for case in cases {
        let server = TenantServer::start(seed.clone()).unwrap();
        let before = server.state().unwrap().users;
        let token = server.access_token(&case.claims);
        let mut session = open(&options(&server.origin(), &token)).await;
        let pass = case.pass.then_some(PassRequest::Default);
        let asked = ResetRequest { temporary_access_pass: pass, ..request(case.user) };
        let error = session.reset(&asked).await.unwrap().unwrap_err();
        let found = format!("{error:?} after {:?}", server.exchange().unwrap());
        assert_eq!(error.code, case.code, "{found}");
        assert_eq!(error.message, case.says, "{found}");
        assert!(!error.help.is_empty() && !found.contains(&token), "{found}");
        let exchange = server.exchange().unwrap();
        // v1.0 and beta leave together, so which of the two arrives first is chance.
        let last = exchange.iter().rev().take(2).any(|line| line.starts_with(case.exchange.0));
        assert!(last || case.exchange.1 == 0, "{found}");
        assert_eq!(exchange.len(), case.exchange.1, "{found}");
        assert_eq!(server.state().unwrap().users, before, "{found}");
        assert_eq!(server.state().unwrap().violations, [], "{found}");
    }
}
