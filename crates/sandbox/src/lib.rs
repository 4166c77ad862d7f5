//! The simulated tenant for JavaScript: JSON strings in and out, no logic.
#![forbid(unsafe_code)]

use bytes::Bytes;
use entra_tenant::{DeliveryError, FaultRates, Faults, Seed, Tenant, TokenClaims};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// One simulated tenant, and the network to it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SandboxTenant {
    tenant: Tenant,
    faults: Faults,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsInput {
    #[serde(default)]
    seed: u64,
    rates: FaultRates,
}

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
struct AnswerOutput {
    after_milliseconds: u64,
    #[serde(flatten)]
    result: ResultOutput,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum ResultOutput {
    Response { status: u16, headers: Vec<(String, String)>, body: String },
    Failed(&'static str),
}

#[wasm_bindgen]
impl SandboxTenant {
    /// A tenant that holds what the seed says; without a seed, contoso.com. Faults are `{ seed?, rates }`; without
    /// them the network is perfect.
    ///
    /// # Errors
    /// Throws an `Error` that names what is wrong in the seed or the faults.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: Option<String>, faults: Option<String>) -> Result<SandboxTenant, JsError> {
        let seed = match seed {
            Some(text) => parse(&text, "seed")?,
            None => Seed::sample(),
        };
        let faults = match faults {
            Some(text) => {
                let FaultsInput { seed, rates } = parse(&text, "faults")?;
                Faults::new(seed, rates)
            }
            None => Faults::none(),
        };
        Ok(SandboxTenant { tenant: Tenant::new(seed), faults })
    }

    /// Answers `{ method, url, headers, body? }` with `{ afterMilliseconds, response: { status, headers, body } }`, or
    /// `{ afterMilliseconds, failed: "neverSent" | "lost" }`. `now` is Unix time in milliseconds.
    ///
    /// # Errors
    /// Throws an `Error` when the request is none.
    pub fn handle(&mut self, request: &str, now: f64) -> Result<String, JsError> {
        let input: RequestInput = parse(request, "request")?;
        let mut request = http::Request::builder().method(input.method.as_str()).uri(input.url);
        for (name, value) in &input.headers {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from(input.body))?;
        let delivery = self.faults.deliver(&mut self.tenant, request, now as u64);
        let result = match delivery.result {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let headers = head
                    .headers
                    .iter()
                    .map(|(name, value)| Ok((name.as_str().to_owned(), value.to_str()?.to_owned())))
                    .collect::<Result<_, http::header::ToStrError>>()?;
                // A truncated body may end within a character.
                let body = String::from_utf8_lossy(&body).into_owned();
                ResultOutput::Response { status: head.status.as_u16(), headers, body }
            }
            Err(DeliveryError::NeverSent) => ResultOutput::Failed("neverSent"),
            Err(DeliveryError::Lost) => ResultOutput::Failed("lost"),
        };
        Ok(serde_json::to_string(&AnswerOutput { after_milliseconds: delivery.after_ms, result })?)
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
        Ok(self.tenant.access_token(&claims))
    }

    /// The tenant as it is now, as JSON.
    ///
    /// # Errors
    /// Throws an `Error` when the state cannot be written.
    pub fn state(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.tenant.state())?)
    }

    /// What was asked of it, as short lines without ids.
    pub fn exchange(&self) -> Vec<String> {
        self.tenant.exchange()
    }
}

fn parse<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&format!("The {what} is not valid: {error}.")))
}
