use crate::answer::Answer;
use crate::tenant::Tenant;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
/// 2100-01-01: a token whose end is not given outlives every test.
const FAR: u64 = 4_102_444_800;
/// How the `uti` of a token begins that the token endpoint minted for a request without claims.
pub(crate) const UNANSWERED: char = 't';

/// The claims of an access token. What is absent is filled in so that Graph accepts the token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenClaims {
    /// The audience; the cloud's Graph when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The tenant; this one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<String>,
    /// Who calls: a user, or an application's service principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oid: Option<String>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<String>,
    /// `app` or `user`; by the presence of `scp` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idtyp: Option<String>,
    /// Application permissions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Delegated permissions, separated by blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scp: Option<String>,
    /// Template ids of the signed-in user's directory roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wids: Vec<String>,
    /// The end, in seconds of Unix time; far away when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// What makes one token differ from the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uti: Option<String>,
}

impl TokenClaims {
    /// An application's token with these permissions.
    pub fn application<'a>(roles: impl IntoIterator<Item = &'a str>) -> TokenClaims {
        TokenClaims { roles: roles.into_iter().map(str::to_owned).collect(), ..TokenClaims::default() }
    }

    /// A signed-in user's token: who, with which permissions, holding which directory roles (template ids).
    pub fn delegated<'a>(oid: &str, scp: &str, wids: impl IntoIterator<Item = &'a str>) -> TokenClaims {
        TokenClaims {
            oid: Some(oid.to_owned()),
            scp: Some(scp.to_owned()),
            wids: wids.into_iter().map(str::to_owned).collect(),
            ..TokenClaims::default()
        }
    }

    /// An application's token with everything that a reset may need.
    pub fn everything() -> TokenClaims {
        TokenClaims::application([
            "User.Read.All",
            "UserAuthenticationMethod.ReadWrite.All",
            "User.RevokeSessions.All",
            "Policy.ReadWrite.AuthenticationMethod",
            "GroupMember.Read.All",
            "RoleManagement.Read.Directory",
            "RoleEligibilitySchedule.Read.Directory",
            "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        ])
    }

    pub(crate) fn is_application(&self) -> bool {
        match self.idtyp.as_deref() {
            Some(kind) => kind == "app",
            None => self.scp.is_none(),
        }
    }

    pub(crate) fn grants(&self, permission: &str) -> bool {
        if self.is_application() {
            self.roles.iter().any(|role| role == permission)
        } else {
            self.scp.as_deref().unwrap_or_default().split(' ').any(|scope| scope == permission)
        }
    }

    pub(crate) fn grants_any(&self, permissions: &[&str]) -> bool {
        permissions.iter().any(|permission| self.grants(permission))
    }
}

/// FNV-1a: enough to tell a whole token from a garbled one.
pub(crate) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) fn base64url(text: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn read(token: &str) -> Option<TokenClaims> {
    let (signed, signature) = token.rsplit_once('.')?;
    if signature != base64url(&checksum(signed).to_be_bytes()) {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
    serde_json::from_str(std::str::from_utf8(&payload).ok()?).ok()
}

impl Tenant {
    /// A token with these claims, accepted by this tenant's Graph until it expires. It is not signed; it carries a
    /// checksum, so that a garbled one is refused.
    pub fn access_token(&self, claims: &TokenClaims) -> String {
        let tenant = claims.tid.as_deref().unwrap_or(&self.seed.tenant_id);
        let application = claims.is_application();
        let mut payload = json!({
            "aud": claims.aud.as_deref().unwrap_or(self.seed.settings.cloud.graph()),
            "iss": format!("https://sts.windows.net/{tenant}/"),
            "tid": tenant,
            "oid": claims.oid.as_deref().unwrap_or("d1f6b9a4-2c58-4b1f-8f0e-6a7b3f1e9c22"),
            "appid": claims.appid.as_deref().unwrap_or("6731de76-14a6-49ae-97bc-6eba6914391e"),
            "idtyp": claims.idtyp.as_deref().unwrap_or(if application { "app" } else { "user" }),
            "exp": claims.exp.unwrap_or(FAR),
            "ver": "1.0",
        });
        if let Value::Object(payload) = &mut payload {
            if !claims.roles.is_empty() {
                payload.insert("roles".into(), json!(claims.roles));
            }
            if let Some(scp) = &claims.scp {
                payload.insert("scp".into(), scp.as_str().into());
            }
            if !claims.wids.is_empty() {
                payload.insert("wids".into(), json!(claims.wids));
            }
            if let Some(uti) = &claims.uti {
                payload.insert("uti".into(), uti.as_str().into());
            }
        }
        let signed = format!(
            "{}.{}",
            base64url(br#"{"alg":"none","kid":"entra-tenant","typ":"JWT"}"#),
            base64url(payload.to_string().as_bytes())
        );
        let signature = base64url(&checksum(&signed).to_be_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of the request's bearer token, or the 401 that refuses it.
    pub(crate) fn authenticate(&mut self, header: Option<&http::HeaderValue>, now: u64) -> Result<TokenClaims, Answer> {
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(token) = header.strip_prefix("Bearer ").filter(|token| !token.is_empty()) else {
            self.violate("missingToken", "A call came without a bearer token.", now);
            return Err(self.unauthenticated("Access token is empty.", None));
        };
        let Some(claims) = read(token) else {
            return Err(self.unauthenticated("CompactToken parsing failed with error code: 80049217", None));
        };
        let graph = self.seed.settings.cloud.graph();
        let audience = claims.aud.as_deref().unwrap_or_default();
        if audience.trim_end_matches('/') != graph && audience != GRAPH_APP {
            self.violate("wrongAudience", "A token for another resource came to Graph.", now);
            return Err(self.unauthenticated("Access token validation failure. Invalid audience.", None));
        }
        if !claims.tid.as_deref().unwrap_or_default().eq_ignore_ascii_case(&self.seed.tenant_id) {
            return Err(self.unauthenticated("Access token is for another tenant.", None));
        }
        if claims.exp.unwrap_or(0) <= now / 1000 {
            return Err(
                self.unauthenticated("Lifetime validation failed, the token is expired.", Some("invalid_token"))
            );
        }
        let sum = checksum(token);
        if self.refused_tokens.contains(&sum) {
            return Err(
                self.unauthenticated("Lifetime validation failed, the token is expired.", Some("invalid_token"))
            );
        }
        if self.seed.settings.claims_challenge {
            let first = *self.challenged.get_or_insert(sum);
            if first == sum || claims.uti.as_deref().is_some_and(|uti| uti.starts_with(UNANSWERED)) {
                return Err(self.challenge(now));
            }
        }
        Ok(claims)
    }

    fn unauthenticated(&self, message: &str, error: Option<&str>) -> Answer {
        let login = self.seed.settings.cloud.login();
        let mut challenge = format!(
            "Bearer realm=\"\", authorization_uri=\"{login}/common/oauth2/authorize\", client_id=\"{GRAPH_APP}\""
        );
        if let Some(error) = error {
            challenge.push_str(&format!(", error=\"{error}\", error_description=\"{message}\""));
        }
        Answer::error(401, "InvalidAuthenticationToken", message).with("WWW-Authenticate", challenge)
    }

    fn challenge(&self, now: u64) -> Answer {
        let login = self.seed.settings.cloud.login();
        let claims = format!("{{\"access_token\":{{\"nbf\":{{\"essential\":true,\"value\":\"{}\"}}}}}}", now / 1000);
        let message = "Continuous access evaluation resulted in challenge with result: InteractionRequired \
                       and code: TokenIssuedBeforeRevocationTimestamp";
        Answer::error(401, "InvalidAuthenticationToken", message).with(
            "WWW-Authenticate",
            format!(
                "Bearer realm=\"\", authorization_uri=\"{login}/common/oauth2/authorize\", client_id=\"{GRAPH_APP}\", \
                 error=\"insufficient_claims\", claims=\"{}\"",
                STANDARD.encode(claims)
            ),
        )
    }

    /// The bearer token of this header is refused as expired from now on.
    pub(crate) fn refuse_token(&mut self, header: Option<&http::HeaderValue>) {
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if let Some(token) = header.strip_prefix("Bearer ") {
            self.refused_tokens.insert(checksum(token));
        }
    }
}
