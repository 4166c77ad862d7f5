use super::url::{UserName, origin};
use crate::error::Error;
use crate::options::{ClientOptions, Cloud, Credential, Limits};
use crate::run::AccessToken;
use std::cell::{Cell, RefCell};

/// What the runs of one client share: where to, as whom, and what the token turned out not to allow.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cloud: Cloud,
    pub(crate) graph_url: String,
    pub(crate) authority_host: String,
    pub(crate) limits: Limits,
    pub(crate) protect: Vec<String>,
    pub(crate) credential: Credential,
    pub(crate) token: RefCell<Option<AccessToken>>,
    /// The mixed list of methods was refused to this token, so the lists per kind are asked at once.
    pub(crate) no_mixed_list: Cell<bool>,
    /// This cloud or token has no beta.
    pub(crate) no_beta: Cell<bool>,
    /// Who could become a member of a group was refused to this token.
    pub(crate) no_eligible_groups: Cell<bool>,
    /// External methods are removed without `/$ref` here.
    pub(crate) external_plain: Cell<bool>,
}

impl Session {
    pub(crate) fn new(options: ClientOptions, credential: Credential) -> Result<Session, Error> {
        let ClientOptions { cloud, graph_url, authority_host, protect, limits } = options;
        let graph_url = origin(graph_url.as_deref().unwrap_or(cloud.graph_url()), "graphUrl")?;
        let authority_host = origin(authority_host.as_deref().unwrap_or(cloud.authority_host()), "authorityHost")?;
        check(&credential)?;
        // A list with a slip in it would protect nobody.
        if let Some(error) = protect.iter().find_map(|name| UserName::parse(name).err()) {
            return Err(Error::invalid(format!("`protect`: {}", error.message), error.help));
        }
        let Limits { request_seconds, response_bytes, concurrency, calls_per_10s, .. } = limits;
        if request_seconds == 0 || response_bytes == 0 || concurrency == 0 || calls_per_10s == Some(0) {
            return Err(Error::invalid(
                "limits.requestSeconds, responseBytes, concurrency and callsPer10s must be at least 1",
                "Leave them out for the defaults.",
            ));
        }
        Ok(Session {
            cloud,
            graph_url,
            authority_host,
            limits,
            protect,
            credential,
            token: RefCell::new(None),
            no_mixed_list: Cell::new(false),
            no_beta: Cell::new(false),
            no_eligible_groups: Cell::new(false),
            external_plain: Cell::new(false),
        })
    }

    /// The scope that every token is asked for: the cloud's Graph, also where something stands before it.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.cloud.graph_url())
    }
}

fn check(credential: &Credential) -> Result<(), Error> {
    let empty = |field: &str| {
        Err(Error::invalid(
            format!("the credential's {field} is empty"),
            "Give an access token, or tenant id, client id and client secret.",
        ))
    };
    match credential {
        Credential::Host => Ok(()),
        Credential::AccessToken(token) => {
            let token = token.expose();
            if token.is_empty() {
                return empty("access token");
            }
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::invalid(
                    "the access token holds characters that no token has",
                    "Pass the token alone, without `Bearer`, quotes or line breaks.",
                ));
            }
            Ok(())
        }
        Credential::ClientSecret { tenant_id, client_id, client_secret } => {
            if client_id.is_empty() {
                return empty("client id");
            }
            if client_secret.expose().is_empty() {
                return empty("client secret");
            }
            let single = !matches!(tenant_id.as_str(), "common" | "organizations" | "consumers");
            let plain = tenant_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
            if single && plain && tenant_id.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
                return Ok(());
            }
            Err(Error::invalid(
                "the credential's tenant id is neither a directory id nor a domain",
                "An application signs in to one tenant: give its directory id or one of its domains.",
            ))
        }
    }
}
