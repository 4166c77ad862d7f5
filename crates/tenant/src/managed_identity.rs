//! The platform's endpoints, at which a program asks for its own identity's token without any secret.
//!
//! | endpoint | request | header |
//! |---|---|---|
//! | App Service | `GET …/msi/token?api-version=2019-08-01&resource=…[&client_id=…]` | `X-IDENTITY-HEADER` |
//! | IMDS | `GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=…[…]` | `Metadata: true` |
//!
//! The shapes of the answers are those of the SDKs that read them. The texts of refusals are those of published logs
//! where such are known; App Service's 401, and that IMDS says 400 to a forwarded request, are general knowledge.

use crate::account::text;
use crate::answer::{Answer, object};
use crate::app::SeedManagedIdentity;
use crate::call::query;
use crate::state::{Caller, LogEntry};
use crate::tenant::{Tenant, ascii, respond};
use crate::token::TokenClaims;
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::{Map, Value};

/// A cached token that ends sooner than this is not handed out any more. How early the platform renews is not known.
const ENDS_SOON: u64 = 300;

/// What a caller may send; anything else is kept out of the log.
const OPTIONS: [&str; 3] = ["api-version", "resource", "client_id"];
/// Other names of an identity, of which this tenant knows none.
const OTHER_NAMES: [&str; 4] = ["object_id", "principal_id", "mi_res_id", "msi_res_id"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    AppService,
    Imds,
}

/// A token that the platform keeps: whose, which, and until when in seconds of Unix time.
#[derive(Debug, Clone)]
pub(crate) struct KeptToken {
    client_id: String,
    token: String,
    from: u64,
    until: u64,
}

/// A refusal: status, `error` where the endpoint has such, text.
type Refusal = (u16, &'static str, String);

fn endpoint(path: &str) -> Option<Endpoint> {
    let path = path.to_ascii_lowercase();
    match path.as_str() {
        "/metadata/identity/oauth2/token" => Some(Endpoint::Imds),
        _ if path.ends_with("/msi/token") => Some(Endpoint::AppService),
        _ => None,
    }
}

/// Is this path, without its query, one of the two endpoints?
pub(crate) fn is_identity_endpoint(path: &str) -> bool {
    endpoint(path).is_some()
}

/// Path and query without what nobody should have sent.
pub(crate) fn loggable(path: &str) -> String {
    let (path, options) = path.split_once('?').unwrap_or((path, ""));
    let known = |pair: &&str| OPTIONS.contains(&pair.split('=').next().unwrap_or_default());
    let options: Vec<&str> = options.split('&').filter(known).collect();
    if options.is_empty() { path.to_owned() } else { format!("{path}?{}", options.join("&")) }
}

impl Tenant {
    pub(crate) fn managed_identity(
        &mut self,
        parts: &http::request::Parts,
        mut entry: LogEntry,
        body: &Bytes,
        now: u64,
    ) -> Response<Bytes> {
        let endpoint = endpoint(parts.uri.path()).unwrap_or(Endpoint::Imds);
        if parts.headers.contains_key(http::header::AUTHORIZATION) {
            self.violate("tokenSentToIdentity", "A bearer token came to a managed identity endpoint.", now);
        }
        let options = query(parts.uri.query().unwrap_or_default());
        let form = query(&String::from_utf8_lossy(body));
        let is_secret = |(name, _): &(String, String)| name == "client_secret" || name == "client_assertion";
        if options.iter().chain(&form).any(is_secret) {
            self.violate("secretSentToIdentity", "A secret came to a managed identity endpoint.", now);
        }
        let answer = match self.identity_token(endpoint, parts, &options, now) {
            Ok(token) => {
                entry.caller = Some(Caller::application(text(&token, "client_id")));
                Answer::ok(token.into())
            }
            Err(refusal) => self.identity_refusal(endpoint, refusal),
        };
        entry.status = answer.status;
        self.record(entry);
        respond(answer)
    }

    fn identity_token(
        &mut self,
        endpoint: Endpoint,
        parts: &http::request::Parts,
        options: &[(String, String)],
        now: u64,
    ) -> Result<Map<String, Value>, Refusal> {
        let option = |name: &str| options.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        if parts.method != "GET" {
            return Err((405, "method_not_allowed", "Method not allowed.".into()));
        }
        self.authorise(endpoint, &parts.headers)?;
        if let Some(status) = self.identity_failures.pop() {
            return Err((status, "temporarily_unavailable", "The endpoint is not ready. Try again.".into()));
        }
        let versions: &[&str] = match endpoint {
            Endpoint::AppService => &["2019-08-01"],
            Endpoint::Imds => &["2018-02-01", "2019-08-01"],
        };
        for name in ["api-version", "resource"] {
            if option(name).is_empty() {
                return Err((400, "invalid_request", format!("Required query variable '{name}' is missing")));
            }
        }
        if !versions.contains(&option("api-version")) {
            return Err((400, "invalid_request", "The api-version is not supported.".into()));
        }
        let resource = option("resource");
        let graph = self.seed.settings.cloud.graph();
        if resource.trim_end_matches('/') != graph {
            let tenant = &self.seed.tenant_id;
            return Err((
                400,
                "invalid_resource",
                format!(
                    "AADSTS500011: The resource principal named {resource} was not found in the tenant named {tenant}."
                ),
            ));
        }
        if OTHER_NAMES.iter().any(|name| !option(name).is_empty()) {
            return Err(not_found(endpoint));
        }
        let identity = self.identity(endpoint, option("client_id"))?.clone();
        let kept = self.kept_token(&identity, resource, now / 1000);
        let epoch = |seconds: u64| Value::from(seconds.to_string());
        let mut answer = object(&mut [
            ("access_token", kept.token.into()),
            ("expires_on", epoch(kept.until)),
            ("resource", resource.into()),
            ("token_type", "Bearer".into()),
            ("client_id", identity.client_id.into()),
        ]);
        if endpoint == Endpoint::Imds {
            let left = kept.until.saturating_sub(now / 1000);
            answer.insert("expires_in".into(), epoch(left));
            answer.insert("ext_expires_in".into(), epoch(left));
            answer.insert("not_before".into(), epoch(kept.from));
        }
        Ok(answer)
    }

    /// The header that keeps a forged request of somebody else's out.
    fn authorise(&self, endpoint: Endpoint, headers: &HeaderMap) -> Result<(), Refusal> {
        match endpoint {
            Endpoint::Imds if ascii(headers, "metadata") != "true" => {
                Err((400, "invalid_request", "Required metadata header not specified".into()))
            }
            Endpoint::Imds if headers.contains_key("x-forwarded-for") => {
                Err((400, "invalid_request", "A forwarded request is not answered.".into()))
            }
            Endpoint::AppService => {
                let secret = &self.seed.identity_header;
                let given = ascii(headers, "x-identity-header");
                if !secret.is_empty() && given == *secret { Ok(()) } else { Err((401, "", "Unauthorized".into())) }
            }
            Endpoint::Imds => Ok(()),
        }
    }

    /// The one that was asked for, or else the machine's own. IMDS also takes the only one there is.
    fn identity(&self, endpoint: Endpoint, client_id: &str) -> Result<&SeedManagedIdentity, Refusal> {
        let all = &self.seed.managed_identities;
        if !client_id.is_empty() {
            let found = all.iter().find(|identity| identity.client_id.eq_ignore_ascii_case(client_id));
            return found.ok_or_else(|| not_found(endpoint));
        }
        match (all.iter().find(|identity| identity.system_assigned), all.as_slice()) {
            (Some(own), _) => Ok(own),
            (None, [only]) if endpoint == Endpoint::Imds => Ok(only),
            (None, [_, _, ..]) if endpoint == Endpoint::Imds => Err((
                400,
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"
                    .into(),
            )),
            _ => Err(not_found(endpoint)),
        }
    }

    /// The platform hands out one token until it is about to end.
    fn kept_token(&mut self, identity: &SeedManagedIdentity, resource: &str, now: u64) -> KeptToken {
        let settings = &self.seed.settings;
        let current = |kept: &&KeptToken| kept.client_id == identity.client_id && kept.until > now + ENDS_SOON;
        if let Some(kept) = self.kept_tokens.iter().find(current).filter(|_| settings.identity_token_cache) {
            return kept.clone();
        }
        let until = now + settings.identity_token_lifetime_seconds;
        self.issued_tokens += 1;
        let token = self.access_token(&TokenClaims {
            aud: Some(resource.to_owned()),
            appid: Some(identity.client_id.clone()),
            roles: identity.roles.clone(),
            exp: Some(until),
            uti: Some(format!("m{}", self.issued_tokens)),
            ..TokenClaims::default()
        });
        let fresh = KeptToken { client_id: identity.client_id.clone(), token, from: now, until };
        self.kept_tokens.retain(|kept| kept.client_id != identity.client_id);
        self.kept_tokens.push(fresh.clone());
        fresh
    }

    fn identity_refusal(&mut self, endpoint: Endpoint, (status, error, text): Refusal) -> Answer {
        let body = match endpoint {
            Endpoint::Imds => object(&mut [("error", error.into()), ("error_description", text.into())]),
            Endpoint::AppService => object(&mut [
                ("statusCode", status.into()),
                ("message", text.into()),
                ("correlationId", self.new_id().into()),
            ]),
        };
        Answer::json(status, body.into())
    }
}

fn not_found(endpoint: Endpoint) -> Refusal {
    let text = match endpoint {
        Endpoint::Imds => "Identity not found",
        Endpoint::AppService => {
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
        }
    };
    (400, "invalid_request", text.into())
}
