//! The simulated tenant for JavaScript: JSON strings in and out, no logic.
#![forbid(unsafe_code)]

use bytes::Bytes;
use entra_tenant::{Seed, Tenant, TokenClaims};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// One simulated tenant.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SandboxTenant(Tenant);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestInput {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseOutput {
    after_milliseconds: u64,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

#[wasm_bindgen]
impl SandboxTenant {
    /// A tenant that holds what the seed says; without a seed, contoso.com.
    ///
    /// # Errors
    /// Throws an `Error` that names what is wrong in the seed.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: Option<String>) -> Result<SandboxTenant, JsError> {
        let seed = match seed {
            Some(text) => parse(&text, "seed")?,
            None => Seed::sample(),
        };
        Ok(SandboxTenant(Tenant::new(seed)))
    }

    /// Answers `{ method, url, headers, body? }` with `{ afterMilliseconds, status, headers, body }`. `now` is Unix
    /// time in milliseconds.
    ///
    /// # Errors
    /// Throws an `Error` when the request is none.
    pub fn handle(&mut self, request: &str, now: f64) -> Result<String, JsError> {
        let input: RequestInput = parse(request, "request")?;
        let mut request = http::Request::builder().method(input.method.as_str()).uri(input.url);
        for (name, value) in &input.headers {
            request = request.header(name, value);
        }
        let (head, body) = self.0.handle(request.body(Bytes::from(input.body))?, now as u64).into_parts();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| Ok((name.as_str().to_owned(), value.to_str()?.to_owned())))
            .collect::<Result<_, http::header::ToStrError>>()?;
        let after_milliseconds = u64::try_from(self.0.latency().as_millis()).unwrap_or(u64::MAX);
        let body = String::from_utf8(body.into())?;
        Ok(serde_json::to_string(&ResponseOutput {
            after_milliseconds,
            status: head.status.as_u16(),
            headers,
            body,
        })?)
    }

    /// A token with these claims; an application's with every permission that a reset can use when absent.
    ///
    /// # Errors
    /// Throws an `Error` that names what is wrong in the claims.
    #[wasm_bindgen(js_name = accessToken)]
    pub fn access_token(&self, claims: Option<String>) -> Result<String, JsError> {
        let claims = match claims {
            Some(text) => parse(&text, "claims")?,
            None => TokenClaims::everything(),
        };
        Ok(self.0.access_token(&claims))
    }

    /// The tenant as it is now, as JSON.
    ///
    /// # Errors
    /// Throws an `Error` when the state cannot be written.
    pub fn state(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.0.state())?)
    }

    /// What was asked of it, as short lines without ids.
    pub fn exchange(&self) -> Vec<String> {
        self.0.exchange()
    }
}

fn parse<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&format!("The {what} is not valid: {error}.")))
}
