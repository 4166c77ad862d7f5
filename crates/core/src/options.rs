use crate::error::Error;
use crate::fields::{Fields, from_json};
use crate::secret::Secret;
use serde::Serialize;

/// How a [`Client`](crate::Client) reaches Graph, and whom it must never touch.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClientOptions {
    /// Which national cloud.
    pub cloud: Cloud,
    /// Graph's origin, instead of the cloud's own; https, or http on loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_url: Option<String>,
    /// The sign-in service's origin, instead of the cloud's own; https, or http on loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_host: Option<String>,
    /// Object ids or user principal names that are always refused; no flag overrides this.
    pub protect: Vec<String>,
    /// Bounds on time, retries and sizes.
    pub limits: Limits,
}

from_json!(ClientOptions: "the client's options");

impl ClientOptions {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let options = ClientOptions {
            cloud: match fields.text("cloud")?.as_deref() {
                None | Some("global") => Cloud::Global,
                Some("usGov") => Cloud::UsGov,
                Some("usGovDoD") => Cloud::UsGovDoD,
                Some("china") => Cloud::China,
                Some(_) => return Err(fields.refuse("cloud", "`global`, `usGov`, `usGovDoD` or `china`")),
            },
            graph_url: fields.text("graphUrl")?,
            authority_host: fields.text("authorityHost")?,
            protect: fields.texts("protect")?.unwrap_or_default(),
            limits: match fields.take("limits") {
                Some(limits) => Limits::read(Fields::of(limits, "`limits`")?)?,
                None => Limits::default(),
            },
        };
        fields.end()?;
        Ok(options)
    }
}

impl Limits {
    fn read(mut fields: Fields) -> Result<Self, Error> {
        let default = Limits::default();
        let limits = Limits {
            request_seconds: fields.number("requestSeconds")?.unwrap_or(default.request_seconds),
            verify_seconds: fields.number("verifySeconds")?.unwrap_or(default.verify_seconds),
            retries: fields.number("retries")?.unwrap_or(default.retries),
            retry_seconds: fields.number("retrySeconds")?.unwrap_or(default.retry_seconds),
            response_bytes: fields.number("responseBytes")?.unwrap_or(default.response_bytes),
            calls_per_10s: fields.number("callsPer10s")?,
            concurrency: fields.number("concurrency")?.unwrap_or(default.concurrency),
            users: fields.number("users")?,
        };
        fields.end()?;
        Ok(limits)
    }
}

/// The national clouds that Microsoft Graph runs in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Cloud {
    /// Worldwide, and Microsoft 365 GCC.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (DoD).
    UsGovDoD,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    pub(crate) fn graph_url(self) -> &'static str {
        match self {
            Cloud::Global => "https://graph.microsoft.com",
            Cloud::UsGov => "https://graph.microsoft.us",
            Cloud::UsGovDoD => "https://dod-graph.microsoft.us",
            Cloud::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    pub(crate) fn authority_host(self) -> &'static str {
        match self {
            Cloud::Global => "https://login.microsoftonline.com",
            Cloud::UsGov | Cloud::UsGovDoD => "https://login.microsoftonline.us",
            Cloud::China => "https://login.chinacloudapi.cn",
        }
    }

    /// Whether this cloud uses an origin. `None` where no cloud is known to.
    pub(crate) fn uses(self, origin: &str) -> Option<bool> {
        let host = origin.strip_prefix("https://")?;
        let host = host.strip_suffix(":443").unwrap_or(host).trim_end_matches('.');
        let (_, clouds) = HOSTS.iter().find(|(known, _)| host.eq_ignore_ascii_case(known))?;
        Some(clouds.contains(&self))
    }
}

/// The hosts of Graph and of the sign-in service, and whose they are.
const HOSTS: [(&str, &[Cloud]); 10] = [
    ("graph.microsoft.com", &[Cloud::Global]),
    ("graph.microsoft.us", &[Cloud::UsGov]),
    ("dod-graph.microsoft.us", &[Cloud::UsGovDoD]),
    ("microsoftgraph.chinacloudapi.cn", &[Cloud::China]),
    ("login.microsoftonline.com", &[Cloud::Global]),
    ("login.microsoft.com", &[Cloud::Global]),
    ("login.windows.net", &[Cloud::Global]),
    ("login.microsoftonline.us", &[Cloud::UsGov, Cloud::UsGovDoD]),
    ("login.chinacloudapi.cn", &[Cloud::China]),
    ("login.partner.microsoftonline.cn", &[Cloud::China]),
];

/// Bounds on time, retries and sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Deadline of one HTTP request, in seconds. Default 100.
    pub request_seconds: u32,
    /// How long a removal may take to show on the live list, in seconds. Default 30.
    pub verify_seconds: u32,
    /// How often one call is tried again. Default 5.
    pub retries: u32,
    /// The longest wait before one retry, in seconds. A server that asks for more ends the call as `throttled`.
    /// Default 120.
    pub retry_seconds: u32,
    /// The largest response body, in bytes. Default 8388608.
    pub response_bytes: u32,
    /// Calls in ten seconds, each member of a batch counting as one; no budget when absent. Graph's limits are a
    /// tenant's, so this is what the tenant can spare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_10s: Option<u32>,
    /// HTTP requests in flight, when many users are reset at once. Default 8.
    pub concurrency: u32,
    /// Users of one run of many; no cap when absent. A run that is given more ends with `invalidInput` after those
    /// that it may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            request_seconds: 100,
            verify_seconds: 30,
            retries: 5,
            retry_seconds: 120,
            response_bytes: 8 << 20,
            calls_per_10s: None,
            concurrency: 8,
            users: None,
        }
    }
}

/// Where access tokens come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// The shell is asked each time, with [`Effect::Token`](crate::run::Effect::Token).
    Host,
    /// A token that the caller has. It cannot be renewed.
    AccessToken(Secret),
    /// An application's client secret.
    ClientSecret {
        /// Directory id or domain.
        tenant_id: String,
        /// Application id.
        client_id: String,
        /// The secret's value.
        client_secret: Secret,
    },
    /// An application's federated credential or certificate. The shell is asked for an assertion whenever a token is
    /// needed, with [`Effect::Assertion`](crate::run::Effect::Assertion).
    ClientAssertion {
        /// Directory id or domain.
        tenant_id: String,
        /// Application id.
        client_id: String,
    },
    /// The managed identity of the machine or service that the shell runs on.
    ManagedIdentity {
        /// Which one, where there are several: the client id of a user-assigned identity.
        client_id: Option<String>,
        /// With `header`, the URL that App Service, Functions and Container Apps give in `IDENTITY_ENDPOINT`. Without
        /// it the origin of the instance metadata service, where that is not `http://169.254.169.254`. https, or http
        /// on loopback or link-local.
        endpoint: Option<String>,
        /// What they give in `IDENTITY_HEADER`.
        header: Option<Secret>,
    },
}
