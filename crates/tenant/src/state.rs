use crate::call::segments;
use crate::counts::Counts;
use crate::kind::Kind;
use crate::managed_identity::{is_identity_endpoint, loggable};
use crate::pass;
use crate::seed::SeedUser;
use crate::tenant::Tenant;
use crate::token::TokenClaims;
use serde::{Deserialize, Serialize};

/// What a tenant holds, and what has come to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// The users as they are now, whatever late lists still show.
    pub users: Vec<SeedUser>,
    /// What Graph would have punished or lost.
    pub violations: Vec<Violation>,
    /// Every request that arrived. It holds no token and no pass.
    pub log: Vec<LogEntry>,
    /// The same in numbers.
    pub counts: Counts,
}

/// A mistake of a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Violation {
    /// Stable name.
    pub code: String,
    /// How often.
    pub count: u32,
    /// When first, RFC 3339.
    pub at: String,
    /// What happened.
    pub detail: String,
}

/// Who sent a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Caller {
    /// The application's id.
    pub app: String,
    /// The object id of the user who is signed in to it. Without one the application acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

impl Caller {
    /// An application that acts for itself.
    pub(crate) fn application(id: &str) -> Caller {
        Caller { app: id.to_owned(), user: None }
    }

    pub(crate) fn of(claims: &TokenClaims) -> Caller {
        let user = if claims.is_application() { None } else { claims.oid.clone() };
        Caller { app: claims.appid.clone().unwrap_or_default(), user }
    }
}

impl State {
    /// Every call to Graph that asked for a change, alone or in a batch, in the order in which they came, whatever came
    /// of them. Of a tenant that keeps no log there is none; see [`Counts::writes`].
    pub fn writes(&self) -> Vec<LogMember> {
        let calls = self.log.iter().filter(|entry| entry.is_graph()).flat_map(|entry| {
            let alone = LogMember { method: entry.method.clone(), path: entry.path.clone(), status: entry.status };
            let alone = (entry.path != "/$batch").then_some(alone);
            alone.into_iter().chain(entry.members.iter().cloned())
        });
        calls.filter(|call| call.method != "GET").collect()
    }
}

/// One request that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogEntry {
    /// When, RFC 3339.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query without the version.
    pub path: String,
    /// `v1.0`, `beta`, `login` for the token endpoint, or `identity` for a managed identity's.
    pub version: String,
    /// The answer's status.
    pub status: u16,
    /// Who asked, where the request says so and is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// Of a batch: its members, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<LogMember>,
}

impl LogEntry {
    /// An entry without status of a path that still has its version.
    pub(crate) fn of(method: &str, path: &str, at: String) -> LogEntry {
        let trimmed = path.trim_start_matches('/');
        let bare = path.split('?').next().unwrap_or_default();
        let (version, path) = match trimmed.split_once('/') {
            _ if is_token_endpoint(bare) => ("login", path.to_owned()),
            _ if is_identity_endpoint(bare) => ("identity", loggable(path)),
            Some((version, rest)) => (version, format!("/{rest}")),
            None => (trimmed, "/".to_owned()),
        };
        LogEntry { at, method: method.to_owned(), path, version: version.to_owned(), ..LogEntry::default() }
    }
}

impl LogEntry {
    /// Went to Graph, and not to a place that hands out tokens.
    pub(crate) fn is_graph(&self) -> bool {
        self.version != "login" && self.version != "identity"
    }
}

/// A place that hands out tokens.
pub(crate) fn is_sign_in(path: &str) -> bool {
    is_token_endpoint(path) || is_identity_endpoint(path)
}

/// `/{tenant}/oauth2/v2.0/token`.
fn is_token_endpoint(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with("/oauth2/v2.0/token")
}

/// One member of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogMember {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The member's status.
    pub status: u16,
}

impl Tenant {
    /// Everything, for a test to look at.
    pub fn state(&self) -> State {
        let users = self
            .accounts
            .iter()
            .map(|account| {
                let mut user = account.seed.clone();
                user.methods = account
                    .methods
                    .iter()
                    .filter(|method| method.exists())
                    .map(|method| {
                        let mut entity = method.entity.parsed();
                        if method.kind == Kind::Pass {
                            pass::hide(&mut entity);
                        }
                        entity
                    })
                    .collect();
                user
            })
            .collect();
        State { users, violations: self.violations.clone(), log: self.log.clone(), counts: self.counts() }
    }

    /// Every request so far.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// The log as short lines, ids left out:
    /// `POST /v1.0/$batch 200 [DELETE /users/{id}/authentication/phoneMethods/{id} 204]`.
    pub fn exchange(&self) -> Vec<String> {
        self.log
            .iter()
            .map(|entry| {
                let version = if entry.is_graph() { format!("/{}", entry.version) } else { String::new() };
                let line = format!("{} {version}{} {}", entry.method, template(&entry.path), entry.status);
                if entry.members.is_empty() {
                    return line;
                }
                let members: Vec<String> = entry
                    .members
                    .iter()
                    .map(|member| format!("{} {} {}", member.method, template(&member.path), member.status))
                    .collect();
                format!("{line} [{}]", members.join(", "))
            })
            .collect()
    }
}

/// A path without query and ids.
fn template(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let Ok(parts) = segments(path) else {
        return path.to_owned();
    };
    let mut line = String::new();
    let mut after_collection = false;
    for (place, part) in parts.iter().enumerate() {
        let token_endpoint = place == 0 && parts.len() == 4 && parts[1].eq_ignore_ascii_case("oauth2");
        line.push('/');
        if token_endpoint {
            line.push_str("{tenant}");
        } else if after_collection && !part.contains('(') && !part.starts_with('$') || after_collection && place == 1 {
            line.push_str("{id}");
        } else {
            line.push_str(part);
        }
        after_collection = !after_collection && is_collection(part, place);
    }
    line
}

fn is_collection(part: &str, place: usize) -> bool {
    (place == 0 && (part.eq_ignore_ascii_case("users") || part.eq_ignore_ascii_case("groups")))
        || part.eq_ignore_ascii_case("methods")
        || Kind::of_segment(part).is_some_and(|kind| kind != Kind::QrCodePin)
}
