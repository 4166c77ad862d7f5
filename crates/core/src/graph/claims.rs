use super::answer;
use crate::secret::Secret;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

/// What an access token says of itself. It is read without checking the signature, which is Graph's to check: the
/// claims decide nothing but what this software refuses to try.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) oid: Option<String>,
    pub(crate) idtyp: Option<String>,
    pub(crate) scp: Option<String>,
}

impl Claims {
    /// The claims of a JWT; `None` for anything else, which Graph's tokens are free to be.
    pub(crate) fn of(token: &Secret) -> Option<Claims> {
        let payload = token.expose().split('.').nth(1)?;
        let bytes = Base64UrlUnpadded::decode_vec(payload.trim_end_matches('=')).ok()?;
        let Some(Value::Object(claims)) = answer::parse(&bytes) else { return None };
        let read = |name: &str| answer::text(&claims, name).map(str::to_owned);
        Some(Claims { oid: read("oid"), idtyp: read("idtyp"), scp: read("scp") })
    }

    /// Whether a signed-in user stands behind the token, so that Graph itself judges whom that user may act on.
    pub(crate) fn is_delegated(&self) -> bool {
        self.idtyp.as_deref() != Some("app") && self.scp.is_some()
    }
}
