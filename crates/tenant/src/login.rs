use crate::answer::{Answer, object};
#[cfg(not(feature = "assertions"))]
use crate::app::SeedApp;
use crate::call::query;
use crate::clock;
use crate::state::{Caller, LogEntry};
use crate::tenant::{Tenant, ascii, origin, respond};
use crate::token::{TokenClaims, UNANSWERED};
use bytes::Bytes;
use http::Response;
use serde_json::Value;

/// The only type of client assertion that there is.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A refusal of the sign-in service: status, `error`, AADSTS code, text.
pub(crate) type Refusal = (u16, &'static str, u32, String);

impl Tenant {
    /// `POST /{tenant}/oauth2/v2.0/token` with a client secret or a client assertion.
    pub(crate) fn login(
        &mut self,
        parts: &http::request::Parts,
        mut entry: LogEntry,
        body: &Bytes,
        now: u64,
    ) -> Response<Bytes> {
        if parts.headers.contains_key(http::header::AUTHORIZATION) {
            self.violate("tokenSentToLogin", "A bearer token came to the token endpoint.", now);
        }
        let trace = self.new_id();
        let correlation = match ascii(&parts.headers, "client-request-id") {
            id if id.is_empty() => self.new_id(),
            id => id,
        };
        let tenant = entry.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        let answer = match self.mint(parts, &tenant, body, now) {
            Ok((caller, token)) => {
                entry.caller = Some(caller);
                Answer::ok(
                    object(&mut [
                        ("token_type", "Bearer".into()),
                        ("expires_in", self.seed.settings.token_lifetime_seconds.into()),
                        ("ext_expires_in", self.seed.settings.token_lifetime_seconds.into()),
                        ("access_token", token.into()),
                    ])
                    .into(),
                )
            }
            Err((status, error, code, text)) => {
                let when = clock::spaced(now);
                let description =
                    format!("AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {when}");
                let error = object(&mut [
                    ("error", error.into()),
                    ("error_description", description.into()),
                    ("error_codes", vec![code].into()),
                    ("timestamp", when.into()),
                    ("trace_id", trace.as_str().into()),
                    ("correlation_id", correlation.into()),
                    ("error_uri", format!("{}/error?code={code}", self.seed.settings.cloud.login()).into()),
                ]);
                Answer::json(status, error.into())
            }
        };
        entry.status = answer.status;
        self.record(entry);
        respond(answer.with("x-ms-request-id", trace).with("Date", clock::http_date(now)))
    }

    fn mint(
        &mut self,
        parts: &http::request::Parts,
        tenant: &str,
        body: &Bytes,
        now: u64,
    ) -> Result<(Caller, String), Refusal> {
        if parts.method != "POST" {
            return Err((400, "invalid_request", 900_561, "The endpoint only accepts POST requests.".into()));
        }
        let form = query(&String::from_utf8_lossy(body));
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        let is_form = ascii(&parts.headers, "content-type").starts_with("application/x-www-form-urlencoded");
        let grant = if is_form { field("grant_type") } else { "" };
        if grant.is_empty() {
            return Err(missing("grant_type"));
        }
        if !self.is_this_tenant(tenant) {
            return Err((
                400,
                "invalid_request",
                90_002,
                format!(
                    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
                ),
            ));
        }
        if grant != "client_credentials" {
            return Err((
                400,
                "unsupported_grant_type",
                70_003,
                format!("The app requested an unsupported grant type '{grant}'."),
            ));
        }
        for name in ["client_id", "scope"] {
            if field(name).is_empty() {
                return Err(missing(name));
            }
        }
        let client_id = field("client_id");
        let Some(app) = self.seed.apps.iter().find(|app| app.client_id.eq_ignore_ascii_case(client_id)) else {
            return Err((
                400,
                "unauthorized_client",
                700_016,
                format!("Application with identifier '{client_id}' was not found in the directory '{tenant}'."),
            ));
        };
        let (secret, assertion) = (field("client_secret"), field("client_assertion"));
        if !assertion.is_empty() {
            // Any other type is as good as none: which number Entra has for it is not known.
            if field("client_assertion_type") != JWT_BEARER {
                return Err(missing("client_assertion_type"));
            }
            let names = [tenant, &self.seed.tenant_id];
            check_assertion(app, assertion, &audiences(&origin(parts, self.seed.settings.cloud.login()), names), now)?;
        } else if secret.is_empty() {
            return Err((
                401,
                "invalid_client",
                7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".into(),
            ));
        } else if secret != app.client_secret {
            return Err((
                401,
                "invalid_client",
                7_000_215,
                format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
                ),
            ));
        }
        let twice = !assertion.is_empty() && !secret.is_empty();
        let scope = field("scope");
        let graph = self.seed.settings.cloud.graph();
        if !scope.ends_with("/.default") {
            return Err((
                400,
                "invalid_scope",
                1_002_012,
                format!(
                    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            ));
        }
        if scope.strip_suffix("/.default").map(|resource| resource.trim_end_matches('/')) != Some(graph) {
            return Err((
                400,
                "invalid_resource",
                500_011,
                format!("The resource principal named {scope} was not found in the tenant named {tenant}."),
            ));
        }
        let caller = Caller::application(&app.client_id);
        let claims = TokenClaims {
            appid: Some(app.client_id.clone()),
            roles: app.roles.clone(),
            exp: Some(now / 1000 + self.seed.settings.token_lifetime_seconds),
            ..TokenClaims::default()
        };
        let answers_challenge = serde_json::from_str::<Value>(field("claims")).is_ok_and(|claims| claims.is_object());
        // OAuth allows one means per request; what Entra does with two is not known.
        if twice {
            self.violate("secretAndAssertion", "A secret and an assertion came in one request.", now);
        }
        self.issued_tokens += 1;
        let uti = Some(format!("{}{}", if answers_challenge { 'c' } else { UNANSWERED }, self.issued_tokens));
        Ok((caller, self.access_token(&TokenClaims { uti, ..claims })))
    }

    /// The directory id, or a domain that its users sign in with.
    fn is_this_tenant(&self, name: &str) -> bool {
        let domain = |upn: &str| upn.rsplit('@').next().is_some_and(|domain| domain.eq_ignore_ascii_case(name));
        name.eq_ignore_ascii_case(&self.seed.tenant_id)
            || self.accounts.iter().any(|account| domain(&account.seed.user_principal_name))
    }
}

/// By which names an assertion may call the token endpoint of a tenant.
fn audiences(origin: &str, tenants: [&str; 2]) -> Vec<String> {
    let forms = ["oauth2/v2.0/token", "v2.0"];
    tenants.iter().flat_map(|tenant| forms.map(|form| format!("{origin}/{tenant}/{form}"))).collect()
}

#[cfg(feature = "assertions")]
use crate::assertion::check as check_assertion;

/// Nothing can be verified, so nothing is believed.
#[cfg(not(feature = "assertions"))]
fn check_assertion(_: &SeedApp, _: &str, _: &[String], _: u64) -> Result<(), Refusal> {
    let text = "Client assertion failed signature validation: this simulated tenant was built without the feature 'assertions'.";
    Err((401, "invalid_client", 700_027, text.into()))
}

fn missing(name: &str) -> Refusal {
    (400, "invalid_request", 900_144, format!("The request body must contain the following parameter: '{name}'."))
}
