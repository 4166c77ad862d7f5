//! What can be said of a credential before it is used.

use super::url::identity_endpoint;
use crate::error::Error;
use crate::options::Credential;
use crate::secret::Secret;

/// Where a machine asks for its identity's token, unless the credential says otherwise.
const METADATA_SERVICE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Refuses a credential that cannot work.
pub(super) fn check(credential: &Credential) -> Result<(), Error> {
    match credential {
        Credential::Host => Ok(()),
        Credential::AccessToken(token) if token.expose().is_empty() => Err(empty("access token")),
        Credential::AccessToken(token) if is_plain(token) => Ok(()),
        Credential::AccessToken(_) => Err(Error::invalid(
            "the access token holds characters that no token has",
            "Pass the token alone, without `Bearer`, quotes or line breaks.",
        )),
        Credential::ClientSecret { client_secret, .. } if client_secret.expose().is_empty() => {
            Err(empty("client secret"))
        }
        Credential::ClientSecret { tenant_id, client_id, .. }
        | Credential::ClientAssertion { tenant_id, client_id } => application(tenant_id, client_id),
        Credential::ManagedIdentity { client_id, endpoint, header } => {
            if client_id.as_ref().is_some_and(String::is_empty) {
                return Err(empty("client id"));
            }
            if header.as_ref().is_some_and(|header| header.expose().is_empty()) {
                return Err(empty("header"));
            }
            if header.as_ref().is_some_and(|header| !is_plain(header)) {
                return Err(Error::invalid(
                    "the managed identity's header holds characters that no header has",
                    "Pass what IDENTITY_HEADER holds, and nothing else.",
                ));
            }
            identity_url(endpoint.as_deref(), header.is_some()).map(|_| ())
        }
    }
}

/// Visible ASCII, which every header takes.
pub(super) fn is_plain(secret: &Secret) -> bool {
    secret.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// Where a managed identity's token is asked for.
pub(super) fn identity_url(endpoint: Option<&str>, has_header: bool) -> Result<String, Error> {
    let Some(endpoint) = endpoint else {
        if has_header {
            return Err(Error::invalid(
                "the managed identity has a header and no endpoint",
                "Give both, as IDENTITY_ENDPOINT and IDENTITY_HEADER hold them, or neither.",
            ));
        }
        return Ok(METADATA_SERVICE.to_owned());
    };
    let (origin, path) = identity_endpoint(endpoint)?;
    if has_header {
        return Ok(format!("{origin}{path}"));
    }
    if path == "/" {
        return Ok(format!("{origin}/metadata/identity/oauth2/token"));
    }
    Err(Error::invalid(
        "the managed identity has an endpoint with a path and no header",
        "App Service, Functions and Container Apps give both, in IDENTITY_ENDPOINT and IDENTITY_HEADER; a virtual \
         machine needs neither. Azure Arc is not supported.",
    ))
}

fn empty(field: &str) -> Error {
    Error::invalid(
        format!("the credential's {field} is empty"),
        "Give an access token; tenant id and client id with a secret, a certificate or an assertion; or a managed \
         identity.",
    )
}

fn application(tenant_id: &str, client_id: &str) -> Result<(), Error> {
    if client_id.is_empty() {
        return Err(empty("client id"));
    }
    let single = !matches!(tenant_id, "common" | "organizations" | "consumers");
    let plain = tenant_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if single && plain && tenant_id.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Error::invalid(
        "the credential's tenant id is neither a directory id nor a domain",
        "An application signs in to one tenant: give its directory id or one of its domains.",
    ))
}
