//! What went in and must not come out: nothing that is printed or told holds one of these.

use bytes::Bytes;
use entra_tenant::Tenant;
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;
use std::fmt::{Debug, Write};

/// Tokens, secrets, passes, whole numbers and addresses.
#[derive(Default)]
pub struct Secrets {
    texts: BTreeSet<String>,
    /// The digits of telephone numbers, with and without the country.
    numbers: BTreeSet<String>,
    /// What was printed or told and is still to be looked through.
    said: String,
}

impl Secrets {
    /// Of everybody's phones and e-mail addresses. An address that is a sign-in name is no secret.
    pub fn learn_users(&mut self, tenant: &Tenant) {
        let users = tenant.state().users;
        let names: BTreeSet<String> = users.iter().map(|user| user.user_principal_name.to_ascii_lowercase()).collect();
        for method in users.iter().flat_map(|user| &user.methods) {
            if let Some(number) = method.get("phoneNumber").and_then(|number| number.as_str()) {
                self.learn_number(number);
            }
            if let Some(address) = method.get("emailAddress").and_then(|address| address.as_str())
                && !names.contains(&address.to_ascii_lowercase())
            {
                self.learn(address);
            }
        }
    }

    pub fn learn_number(&mut self, number: &str) {
        let runs: Vec<String> =
            number.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect();
        self.numbers.insert(runs.concat());
        self.numbers.extend(runs.into_iter().filter(|run| run.len() > 6));
    }

    pub fn learn(&mut self, secret: &str) {
        // Shorter ones are found everywhere.
        if secret.len() >= 6 {
            self.texts.insert(secret.to_owned());
        }
    }

    pub fn learn_request(&mut self, request: &http::Request<Bytes>) {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(token) = header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
            self.learn(token);
        }
        if let Some(secret) = header("x-identity-header") {
            self.learn(secret);
        }
        let body = String::from_utf8_lossy(request.body());
        for found in values(&body, "phoneNumber") {
            self.learn_number(found);
        }
        for found in values(&body, "emailAddress") {
            self.learn(found);
        }
        for pair in body.split('&') {
            if let Some((name, value)) = pair.split_once('=')
                && matches!(name, "client_secret" | "client_assertion")
            {
                self.learn(&percent_decode_str(value).decode_utf8_lossy());
            }
        }
    }

    pub fn learn_response(&mut self, response: &http::Response<Bytes>) {
        let body = String::from_utf8_lossy(response.body());
        for name in ["temporaryAccessPass", "access_token"] {
            for found in values(&body, name) {
                self.learn(found);
            }
        }
    }

    /// Somebody could read this in a log.
    pub fn hear(&mut self, text: impl Debug) {
        let _ = writeln!(self.said, "{text:?}");
    }

    /// Panics where a secret was said. All at once: one search for each secret is what makes it cheap.
    pub fn check(&mut self) {
        let said = std::mem::take(&mut self.said);
        let line = |at: usize| {
            let start = said[..at].rfind('\n').map_or(0, |start| start + 1);
            said[start..].lines().next().unwrap_or_default()
        };
        for secret in &self.texts {
            if let Some(at) = said.find(secret.as_str()) {
                panic!("{secret} was said: {}", line(at));
            }
        }
        for (at, _) in said.match_indices(|c: char| c.is_ascii_digit()).filter(|(at, _)| is_start(&said, *at)) {
            let number = said[at..].split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            assert!(number.len() < 7 || !self.numbers.contains(number), "{number} was said: {}", line(at));
        }
    }
}

/// Whether a run of digits begins here.
fn is_start(text: &str, at: usize) -> bool {
    at == 0 || !text.as_bytes()[at - 1].is_ascii_digit()
}

/// What a field holds, wherever in the JSON it is.
fn values<'a>(json: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let mark = format!("\"{name}\":\"");
    let found: Vec<&str> = json.split(mark.as_str()).skip(1).collect();
    found.into_iter().filter_map(|rest| rest.split('"').next())
}
