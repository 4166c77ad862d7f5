use bytes::Bytes;
use entra_tenant::{Seed, Tenant, TokenClaims};
use http::{Request, Response};
use serde_json::{Value, json};

pub const NOW: u64 = 1_795_251_600_000;
pub const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";
pub const GUEST: &str = "0a000002-5c1e-4f3a-9b7d-000000000002";
pub const ADMIN: &str = "0a000003-5c1e-4f3a-9b7d-000000000003";
pub const JONI: &str = "0a000004-5c1e-4f3a-9b7d-000000000004";
pub const DIEGO: &str = "0a000005-5c1e-4f3a-9b7d-000000000005";
pub const ROOM: &str = "0a000006-5c1e-4f3a-9b7d-000000000006";
pub const RESTRICTED: &str = "0a000007-5c1e-4f3a-9b7d-000000000007";
pub const OBRIEN: &str = "0a000008-5c1e-4f3a-9b7d-000000000008";
pub const BARE: &str = "0a000009-5c1e-4f3a-9b7d-000000000009";
pub const ALEX: &str = "0a000010-5c1e-4f3a-9b7d-000000000010";
pub const ELIGIBLE: &str = "0a000011-5c1e-4f3a-9b7d-000000000011";
pub const OWNER: &str = "0a000012-5c1e-4f3a-9b7d-000000000012";

pub const MOBILE: &str = "phoneMethods/3179e48a-750b-4051-897c-87b9720928f7";
pub const ALTERNATE: &str = "phoneMethods/b6332ec1-7057-4abe-9331-3d72feddfe41";
pub const ADELE_APP: &str = "microsoftAuthenticatorMethods/4f1d2c3b-1a2b-4c3d-8e9f-0a1b2c3d4e5f";
pub const ADELE_OATH: &str = "softwareOathMethods/b172893e-893e-4172-9e89-72b13e8972b1";
pub const DIEGO_TOKEN: &str = "hardwareOathMethods/aad49556-3d2f-4e7a-8d41-5b0c9f3e7a11";

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn of(response: &Response<Bytes>) -> Answer {
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(response.body()).unwrap_or(Value::Null),
        }
    }

    pub fn code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn values(&self) -> &[Value] {
        self.body["value"].as_array().unwrap_or_else(|| panic!("no list: {self:?}"))
    }

    /// The types of a mixed list, without prefix and suffix.
    pub fn kinds(&self) -> Vec<&str> {
        self.values()
            .iter()
            .map(|value| value["@odata.type"].as_str().unwrap())
            .map(|name| name.strip_prefix("#microsoft.graph.").unwrap())
            .map(|name| name.strip_suffix("AuthenticationMethod").unwrap())
            .collect()
    }

    /// The member of a batch's answer.
    pub fn member(&self, id: &str) -> &Value {
        let members = self.body["responses"].as_array().unwrap_or_else(|| panic!("no batch: {self:?}"));
        members.iter().find(|member| member["id"] == id).unwrap_or_else(|| panic!("no member {id}"))
    }

    pub fn statuses(&self, ids: &[&str]) -> Vec<u64> {
        ids.iter().map(|id| self.member(id)["status"].as_u64().unwrap()).collect()
    }
}

/// A tenant with a caller and a clock.
pub struct World {
    pub tenant: Tenant,
    pub claims: TokenClaims,
    pub now: u64,
}

impl World {
    pub fn new(seed: Seed) -> World {
        World { tenant: Tenant::new(seed), claims: TokenClaims::everything(), now: NOW }
    }

    /// The sample tenant, answering at once.
    pub fn sample() -> World {
        World::with(|_| {})
    }

    /// The sample tenant, changed.
    pub fn with(change: impl FnOnce(&mut Seed)) -> World {
        let mut seed = Seed { latency_milliseconds: 0, ..Seed::sample() };
        change(&mut seed);
        World::new(seed)
    }

    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Request<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://graph.example{path}"))
            .header("Authorization", format!("Bearer {}", self.tenant.access_token(&self.claims)));
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        request.body(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default()).unwrap()
    }

    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path, body);
        Answer::of(&self.tenant.handle(request, self.now))
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub fn delete(&mut self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    pub fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&body))
    }

    pub fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(&body))
    }

    pub fn batch(&mut self, version: &str, requests: Value) -> Answer {
        self.post(&format!("/{version}/$batch"), json!({"requests": requests}))
    }

    /// Deletes one method of a user in v1.0 and tells the status.
    pub fn remove(&mut self, user: &str, method: &str) -> u16 {
        self.delete(&format!("/v1.0/users/{user}/authentication/{method}")).status
    }

    pub fn preference(&mut self, user: &str) -> String {
        let answer = self.get(&format!("/beta/users/{user}/authentication/signInPreferences"));
        answer.body["userPreferredMethodForSecondaryAuthentication"].as_str().unwrap().to_owned()
    }

    pub fn violations(&self) -> Vec<(String, u32)> {
        self.tenant.state().violations.into_iter().map(|violation| (violation.code, violation.count)).collect()
    }

    pub fn violated(&self, code: &str) -> u32 {
        self.violations().into_iter().find(|(found, _)| found == code).map_or(0, |(_, count)| count)
    }
}

/// A member of a batch that deletes one method.
pub fn deletion(id: &str, user: &str, method: &str) -> Value {
    json!({"id": id, "method": "DELETE", "url": format!("/users/{user}/authentication/{method}")})
}
