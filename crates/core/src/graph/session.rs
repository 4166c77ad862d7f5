use super::credential;
use super::url::{UserName, origin};
use crate::error::Error;
use crate::kind::KindSet;
use crate::options::{ClientOptions, Cloud, Credential, Limits};
use crate::secret::Secret;
use std::cell::{Cell, RefCell};
use std::rc::Weak;

/// A token that serves, for as long as it is not refused.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) token: Secret,
    /// In milliseconds of Unix time.
    pub(crate) expires_at: Option<u64>,
    /// From when another one is asked for.
    pub(crate) renew_at: Option<u64>,
}

/// What the runs of one client share: where to, as whom, and what the token turned out not to allow.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cloud: Cloud,
    pub(crate) graph_url: String,
    pub(crate) authority_host: String,
    pub(crate) limits: Limits,
    pub(crate) protect: Vec<String>,
    pub(crate) credential: Credential,
    pub(crate) token: RefCell<Option<Kept>>,
    /// Alive while one of the runs is getting a token.
    pub(crate) renewal: RefCell<Weak<()>>,
    /// The mixed list of methods was refused to this token, so the lists per kind are asked at once.
    pub(crate) no_mixed_list: Cell<bool>,
    /// This cloud or token has no beta.
    pub(crate) no_beta: Cell<bool>,
    /// Kinds whose lists were refused to an application.
    pub(crate) forbidden_kinds: Cell<KindSet>,
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
        // A list with a slip in it would protect nobody.
        if let Some(error) = protect.iter().find_map(|name| UserName::parse(name).err()) {
            return Err(Error::invalid(format!("`protect`: {}", error.message), error.help));
        }
        for (name, origin) in [("graphUrl", &graph_url), ("authorityHost", &authority_host)] {
            if cloud.uses(origin) == Some(false) {
                return Err(Error::invalid(
                    format!("{name} belongs to another cloud than the one that `cloud` names"),
                    "Let `cloud` name the cloud that is meant: it chooses both by itself, and neither has to be given.",
                ));
            }
        }
        credential::check(&credential)?;
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
            renewal: RefCell::default(),
            no_mixed_list: Cell::new(false),
            no_beta: Cell::new(false),
            forbidden_kinds: Cell::default(),
            no_eligible_groups: Cell::new(false),
            external_plain: Cell::new(false),
        })
    }

    /// The scope that every token is asked for: the cloud's Graph, also where something stands before it.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.cloud.graph_url())
    }
}
