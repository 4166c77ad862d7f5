//! Any tokens, claims and challenges, and any answers of the sign-in service. The input is a script, see
//! `src/script.rs`; its first word says where tokens come from (`given`, `host`, `secret`, `assertion`, `identity`), and
//! each answer is to the next request, whoever it is for, or to the next need of a token. A token in braces is made a
//! JWT of.
#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use bytes::Bytes;
use entra_mfa_reset::run::{AccessToken, Reply, TokenRequest};
use entra_mfa_reset::{Client, ClientOptions, Credential, Limits, Secret};
use entra_mfa_reset_fuzz::{ASSERTION, Fair, Network, Operation, Script, World, bend};
use libfuzzer_sys::fuzz_target;

const CLIENT_SECRET: &str = "a client secret that nobody sees";

struct Issuer {
    text: String,
    used: usize,
}

impl Issuer {
    /// The next answer of the input.
    fn next<T>(&mut self, take: impl FnOnce(&entra_mfa_reset_fuzz::Line<'_>) -> T) -> T {
        let mut script = Script::of(&self.text);
        let line = script.answers.drain(..).nth(self.used).unwrap_or_default();
        self.used += 1;
        take(&line)
    }
}

impl Network for Issuer {
    fn answer(
        &mut self,
        request: &http::Request<Bytes>,
        truth: &mut dyn FnMut() -> http::Response<Bytes>,
    ) -> (u64, Reply) {
        let is_login = request.uri().path().ends_with("/token");
        self.next(|line| {
            let granted = || {
                let token = jwt(line.words().last().copied().unwrap_or("{}"), "granted");
                http::Response::new(Bytes::from(format!(r#"{{"access_token":"{token}","expires_in":3599}}"#)))
            };
            if is_login { bend(line, &mut || granted()) } else { bend(line, truth) }
        })
    }

    fn token(&mut self, _: &TokenRequest, truth: &str) -> Result<AccessToken, String> {
        self.next(|line| match line.words() {
            [] => Ok(AccessToken { token: Secret::new(truth), expires_at: None }),
            ["no", ..] => Err("nobody is signed in".into()),
            words => Ok(AccessToken {
                token: Secret::new(words.last().map_or_else(String::new, |word| jwt(word, "given"))),
                expires_at: line.number("expires").map(|seconds| u64::from(seconds) * 1000),
            }),
        })
    }
}

/// A JWT with these claims, or the text as it is. A mark at its end tells it from what the input could say elsewhere.
fn jwt(text: &str, mark: &str) -> String {
    if text.starts_with('{') {
        format!("e30.{}.signature-{mark}", Base64UrlUnpadded::encode_string(text.as_bytes()))
    } else {
        format!("{text}~signature-{mark}")
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let script = Script::of(&text);
    let words = script.head.words();
    let credential = match words.first().copied().unwrap_or_default() {
        "host" => Credential::Host,
        "secret" => Credential::ClientSecret {
            tenant_id: "contoso.com".into(),
            client_id: words.last().copied().unwrap_or_default().into(),
            client_secret: Secret::new(CLIENT_SECRET),
        },
        "assertion" => Credential::ClientAssertion {
            tenant_id: "contoso.com".into(),
            client_id: words.last().copied().unwrap_or_default().into(),
        },
        "identity" => Credential::ManagedIdentity {
            client_id: words.last().copied().map(str::to_owned),
            endpoint: None,
            header: None,
        },
        _ => Credential::AccessToken(Secret::new(jwt(words.last().copied().unwrap_or("{}"), "given"))),
    };
    let limits = Limits { retries: 2, ..Limits::default() };
    let Ok(client) = Client::new(ClientOptions { limits, ..ClientOptions::default() }, credential) else { return };
    let operation = Operation::named(words.get(1).copied().unwrap_or_default());
    let cancel = script.head.number("cancel").map(u64::from);
    let mut world = World::new(data, Box::new(Issuer { text: text.clone(), used: 0 }));
    world.secrets.add(CLIENT_SECRET);
    world.secrets.add(ASSERTION);
    operation.perform(&client, &script.head.lines(), &mut world, &mut Fair { cancel });
});
