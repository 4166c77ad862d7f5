//! Any text as what callers pass in.
#![no_main]

use entra_mfa_reset::run::response_header;
use entra_mfa_reset::{
    Client, ClientOptions, Credential, Error, ErrorCode, IssuePassOptions, ResetRequest, RestoreRequest,
    RevokeSessionsOptions, Secret, Target,
};
use entra_mfa_reset_fuzz::{Fair, Operation, Script, World};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    read(text, ResetRequest::from_json);
    read(text, ResetRequest::defaults_from_json);
    read(text, IssuePassOptions::from_json);
    read(text, RevokeSessionsOptions::from_json);
    read(text, RestoreRequest::from_json);
    let options = read(text, ClientOptions::from_json);
    if let Target::Invalid { error, .. } = Target::from_json(text, text) {
        refused(&error);
    }
    let _ = response_header(text);
    if let Some(options) = options {
        play(data, options, "{}");
    } else {
        // As a name, and as a whole request.
        let user = serde_json::json!({ "user": text, "reason": text }).to_string();
        play(data, ClientOptions::default(), &user);
        play(data, ClientOptions::default(), text);
    }
    let credential = |tenant: &str, id: &str, secret: &str| Credential::ClientSecret {
        tenant_id: tenant.into(),
        client_id: id.into(),
        client_secret: Secret::new(secret),
    };
    for credential in [
        credential(text, "an application", "a secret"),
        credential("contoso.com", text, text),
        Credential::AccessToken(Secret::new(text)),
    ] {
        match Client::new(ClientOptions::default(), credential) {
            Err(error) => refused(&error),
            Ok(client) => Operation::Status.perform(&client, &[], &mut world(data), &mut Fair { cancel: None }),
        }
    }
});

fn world(data: &[u8]) -> World {
    World::new(data, Script::of("").into_network())
}

/// What can be read is the same after it has been written and read once more.
fn read<T: Serialize + PartialEq + std::fmt::Debug>(text: &str, from: fn(&str) -> Result<T, Error>) -> Option<T> {
    match from(text) {
        Ok(value) => {
            let written = serde_json::to_string(&value).expect("input is JSON");
            // The defaults of many have no user, so an empty one is written.
            if let Ok(again) = from(&written) {
                assert_eq!(again, value, "read, written and read again");
            } else {
                assert!(written.starts_with(r#"{"user":"""#), "what was read cannot be read again: {written}");
            }
            Some(value)
        }
        Err(error) => {
            refused(&error);
            None
        }
    }
}

fn refused(error: &Error) {
    assert_eq!(error.code, ErrorCode::InvalidInput, "{error:?}");
    assert!(!error.message.chars().any(char::is_control) && error.message.len() < 1000, "{error:?}");
}

fn play(data: &[u8], options: ClientOptions, request: &str) {
    let (graph, login) = (options.graph_url.clone(), options.authority_host.clone());
    for operation in [Operation::Plan, Operation::Status, Operation::Members, Operation::Preflight] {
        let mut world = world(data).with_origins(graph.as_deref(), login.as_deref());
        let credential = Credential::AccessToken(Secret::new(world.token()));
        match Client::new(options.clone(), credential) {
            Err(error) => refused(&error),
            Ok(client) => operation.perform(&client, &[request], &mut world, &mut Fair { cancel: None }),
        }
    }
}
