//! Which tenant, and as whom: from the environment alone, never from an argument that a list of processes shows.

use crate::bindings::{ClientOptions, ClientSecret, Cloud, Credential, ErrorCode, ErrorInfo, Limits, ManagedIdentity};
use crate::outgoing::Outgoing;
use anyhow::{Context, Result, bail};
use http::Uri;
use std::env::VarError;

const GRAPH: &str = "https://graph.microsoft.com";
const LOGIN: &str = "https://login.microsoftonline.com";
const HELP: &str = "Set ENTRA_ACCESS_TOKEN; or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or run where the platform sets \
                    IDENTITY_ENDPOINT and IDENTITY_HEADER.";

/// How to reach the tenant, and where requests may go for it.
///
/// # Errors
/// When the environment names no credential, or an address that is none.
pub fn connect(protect: Vec<String>, max_users: u32) -> Result<(ClientOptions, Outgoing)> {
    // Another cloud is another pair of origins; `cloud` then names it, too.
    let (graph, login) = (variable("GRAPH_URL")?, variable("AZURE_AUTHORITY_HOST")?);
    let credential = credential()?;
    let signs_in_at = match &credential {
        Credential::AccessToken(_) => None,
        Credential::ManagedIdentity(ManagedIdentity { endpoint, .. }) => endpoint.as_deref(),
        Credential::ClientSecret(_) | Credential::ClientAssertion(_) => Some(login.as_deref().unwrap_or(LOGIN)),
    };
    let addresses = [Some(graph.as_deref().unwrap_or(GRAPH)), signs_in_at].into_iter().flatten();
    let outgoing = Outgoing::only(addresses.map(address).collect::<Result<Vec<_>>>()?);
    let options = ClientOptions {
        cloud: Cloud::Global,
        graph_url: graph,
        authority_host: login,
        protect,
        limits: Some(Limits {
            request_seconds: None,
            verify_seconds: None,
            retries: None,
            retry_seconds: None,
            response_bytes: None,
            calls_per10s: None,
            concurrency: None,
            users: Some(max_users),
        }),
        credential,
        seed: None,
    };
    Ok((options, outgoing))
}

fn credential() -> Result<Credential> {
    if let Some(token) = variable("ENTRA_ACCESS_TOKEN")? {
        return Ok(Credential::AccessToken(token));
    }
    let client_id = variable("AZURE_CLIENT_ID")?;
    if let Some(client_secret) = variable("AZURE_CLIENT_SECRET")? {
        let (Some(tenant_id), Some(client_id)) = (variable("AZURE_TENANT_ID")?, client_id) else {
            return Err(
                unauthenticated("AZURE_CLIENT_SECRET is set, but AZURE_TENANT_ID or AZURE_CLIENT_ID is not").into()
            );
        };
        return Ok(Credential::ClientSecret(ClientSecret { tenant_id, client_id, client_secret }));
    }
    let (endpoint, header) = (variable("IDENTITY_ENDPOINT")?, variable("IDENTITY_HEADER")?);
    if endpoint.is_some() && header.is_some() {
        return Ok(Credential::ManagedIdentity(ManagedIdentity { client_id, endpoint, header }));
    }
    Err(unauthenticated("no credential is set").into())
}

fn unauthenticated(message: &str) -> ErrorInfo {
    let (message, help) = (message.to_owned(), HELP.to_owned());
    ErrorInfo { code: ErrorCode::Unauthenticated, message, help, retryable: false, graph: None }
}

/// What a variable says; an empty one says nothing.
fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("{name} is no text"),
    }
}

fn address(text: &str) -> Result<Uri> {
    text.parse().ok().filter(|uri: &Uri| uri.host().is_some()).with_context(|| format!("`{text}` is no address"))
}
