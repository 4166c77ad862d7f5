//! What holds a secret does not print it. That nothing else does is looked at wherever a run is played.

use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Effect, EffectId, Reply, Step, TokenRequest};
use entra_mfa_reset::{
    Backup, BackupPhone, Client, ClientOptions, Credential, PassOutcome, PassReport, PassValue, Secret,
};
use std::fmt::Debug;

const HIDDEN: &str = "c0ntos0-is-not-to-be-seen";
const NUMBER: &str = "+1 4255550100";

#[track_caller]
fn hides(value: impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains(HIDDEN) && !text.contains("4255550100"), "{text}");
    }
}

fn secret() -> Secret {
    Secret::new(HIDDEN)
}

#[test]
fn credentials_and_clients() {
    for credential in [
        Credential::AccessToken(secret()),
        Credential::ClientSecret {
            tenant_id: "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10".into(),
            client_id: "6731de76-14a6-49ae-97bc-6eba6914391e".into(),
            client_secret: secret(),
        },
        Credential::ManagedIdentity { client_id: None, endpoint: None, header: None },
        Credential::ManagedIdentity {
            client_id: None,
            endpoint: Some("http://127.0.0.1:41741/msi/token".into()),
            header: Some(secret()),
        },
    ] {
        hides(&credential);
        let client = Client::new(ClientOptions::default(), credential).expect("a client");
        hides(&client);
        hides(client.status("adele.vance@contoso.com"));
    }
}

#[test]
fn effects_and_replies() {
    let request = http::Request::post("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token")
        .header("authorization", format!("Bearer {HIDDEN}"))
        .header("x-identity-header", HIDDEN)
        .body(Bytes::from(format!("client_secret={HIDDEN}")))
        .expect("a request");
    let asked = TokenRequest { scope: "scope".into(), claims: None, refused: Some(secret()) };
    let effects = vec![(EffectId(1), Effect::Send(request)), (EffectId(2), Effect::Token(asked))];
    hides(Step::<()> { effects, cancelled: Vec::new(), outcome: None });
    let body = Bytes::from(format!(r#"{{"access_token":"{HIDDEN}"}}"#));
    hides(Reply::Response(http::Response::builder().header("x", HIDDEN).body(body).expect("a response")));
    hides(Reply::Assertion(Ok(secret())));
    hides(Reply::Token(Ok(AccessToken { token: secret(), expires_at: None })));
}

#[test]
fn passes_and_backups() {
    hides(PassReport {
        outcome: PassOutcome::Issued,
        pass: Some(PassValue(HIDDEN.into())),
        id: None,
        start_date_time: None,
        lifetime_in_minutes: None,
        is_usable_once: None,
        is_usable: None,
        method_usability_reason: None,
        error: None,
    });
    let phone = BackupPhone { phone_type: "mobile".into(), phone_number: NUMBER.into(), is_masked: false };
    hides(Backup { phones: vec![phone], emails: vec![format!("{HIDDEN}@contoso.com")], ..Backup::default() });
}
