use super::answer;
use crate::event::{Caller, CallerKind};
use crate::methods::printable;
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
    /// An application's permissions.
    pub(crate) roles: Vec<String>,
    /// Template ids of the directory roles that the signed-in user holds for the whole tenant.
    pub(crate) wids: Option<Vec<String>>,
    pub(crate) aud: Option<String>,
    pub(crate) tid: Option<String>,
    /// The application's client id.
    pub(crate) app_id: Option<String>,
    /// When it expires, in seconds of Unix time.
    pub(crate) exp: Option<u64>,
}

impl Claims {
    /// The claims of a JWT; `None` for anything else, which Graph's tokens are free to be.
    pub(crate) fn of(token: &Secret) -> Option<Claims> {
        let payload = token.expose().split('.').nth(1)?;
        let bytes = Base64UrlUnpadded::decode_vec(payload.trim_end_matches('=')).ok()?;
        let Some(Value::Object(claims)) = answer::parse(&bytes) else { return None };
        let read = |name: &str| answer::text(&claims, name).map(str::to_owned);
        let list = |name: &str| {
            let items = claims.get(name)?.as_array()?;
            Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        };
        Some(Claims {
            oid: read("oid"),
            idtyp: read("idtyp"),
            scp: read("scp"),
            roles: list("roles").unwrap_or_default(),
            wids: list("wids"),
            aud: read("aud"),
            tid: read("tid"),
            app_id: read("appid").or_else(|| read("azp")),
            exp: claims.get("exp").and_then(Value::as_u64),
        })
    }

    /// Whether a signed-in user stands behind the token, so that Graph itself judges whom that user may act on.
    pub(crate) fn is_delegated(&self) -> bool {
        self.idtyp.as_deref() != Some("app") && self.scp.is_some()
    }

    /// Whether the token carries a permission of that name, of the kind that counts for it.
    pub(crate) fn has(&self, permission: &str) -> bool {
        if self.is_delegated() {
            self.scp.as_deref().unwrap_or_default().split(' ').any(|scope| scope.eq_ignore_ascii_case(permission))
        } else {
            self.roles.iter().any(|role| role.eq_ignore_ascii_case(permission))
        }
    }

    /// Who acts, for the events.
    pub(crate) fn caller(self) -> Caller {
        let kind = match (self.idtyp.as_deref(), &self.scp) {
            (Some("app"), _) => Some(CallerKind::Application),
            (Some("user"), _) | (None, Some(_)) => Some(CallerKind::User),
            _ => None,
        };
        let plain = |claim: Option<String>| claim.as_deref().map(printable);
        Caller { kind, id: plain(self.oid), app_id: plain(self.app_id), tenant_id: plain(self.tid) }
    }
}
