use serde::{Deserialize, Serialize};

/// How the tenant behaves where Graph's behaviour depends on policy, cloud, age of the backend or luck.
///
/// The defaults are the documented behaviour; where the documentation is silent, the stricter reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// The national cloud: which kinds exist, and which audience a token needs.
    pub cloud: Cloud,
    /// Whether `/beta` answers at all.
    pub beta_available: bool,
    /// The status of every `/beta` call where it does not.
    pub beta_refusal_status: u16,
    /// How long a removed method still shows (and counts for the default rule), and how long a new one does not yet.
    pub list_lag_milliseconds: u64,
    /// How long a changed default still counts as the old one.
    pub preference_lag_milliseconds: u64,
    /// Which of the two known texts refuses the removal of the default.
    pub default_rule_text: DefaultRuleText,
    /// Methods that v1.0 hides (hardware OATH, passwordless phone sign-in) keep the default from being removed.
    pub hidden_methods_block_default: bool,
    /// A usable Temporary Access Pass keeps the default from being removed.
    pub pass_blocks_default: bool,
    /// Deactivating and deleting a hardware OATH token obeys the default rule.
    pub hardware_oath_obeys_default_rule: bool,
    /// The default is one method, not one kind: of two Authenticator apps, the first in the list.
    pub default_is_one_method: bool,
    /// Which form of the external method's DELETE is routed.
    pub external_delete: ExternalDelete,
    /// The status of the other form: 404 (unrouted), 405 or 400.
    pub external_delete_refusal_status: u16,
    /// The code that every hardware OATH token shows, for its activation.
    pub hardware_oath_code: String,
    /// The mixed list carries a hardware OATH token's `device`; the list of its own kind always does.
    pub device_in_mixed_list: bool,
    /// Single methods come wrapped, `{"value": {…}}`, as older documentation shows them.
    pub wrap_items: bool,
    /// What revokeSignInSessions answers.
    pub revoke_answer: RevokeAnswer,
    /// The Temporary Access Pass policy.
    pub temporary_access_pass: PassPolicy,
    /// Licensed for Privileged Identity Management.
    pub premium: bool,
    /// The status of a read of eligible roles without that licence.
    pub premium_refusal_status: u16,
    /// Objects on one page of a directory list without `$top`. Less than 100 bounds `$top`, too.
    pub page_size: usize,
    /// The token bucket's size and refill, each batch member counting as one call; unlimited when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_10s: Option<u32>,
    /// A second bucket for the calls below `/users/{id}/authentication`; unlimited when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_calls_per_10s: Option<u32>,
    /// A bucket for HTTP requests, a batch being one. What it refuses is refused as a whole; unlimited when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches_per_10s: Option<u32>,
    /// What is refused is taken out of its buckets, too, until a bucket owes as much as it holds.
    pub throttled_calls_count: bool,
    /// How a throttled call says when to come back.
    pub retry_after: RetryAfter,
    /// The first token that comes is refused with a claims challenge, as continuous access evaluation does.
    pub claims_challenge: bool,
    /// How long the token endpoint's tokens live.
    pub token_lifetime_seconds: u64,
    /// How long a managed identity's tokens live.
    pub identity_token_lifetime_seconds: u64,
    /// The platform hands out the same token until it is about to end, refused by Graph or not.
    pub identity_token_cache: bool,
    /// The statuses that a managed identity's endpoint answers first, one a request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identity_failures: Vec<u16>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            cloud: Cloud::Global,
            beta_available: true,
            beta_refusal_status: 404,
            list_lag_milliseconds: 0,
            preference_lag_milliseconds: 0,
            default_rule_text: DefaultRuleText::OtherMethodsConfigured,
            hidden_methods_block_default: true,
            pass_blocks_default: false,
            hardware_oath_obeys_default_rule: true,
            default_is_one_method: false,
            external_delete: ExternalDelete::Reference,
            external_delete_refusal_status: 404,
            hardware_oath_code: "588651".into(),
            device_in_mixed_list: false,
            wrap_items: false,
            revoke_answer: RevokeAnswer::Value,
            temporary_access_pass: PassPolicy::default(),
            premium: true,
            premium_refusal_status: 400,
            page_size: 100,
            calls_per_10s: None,
            method_calls_per_10s: None,
            batches_per_10s: None,
            throttled_calls_count: false,
            retry_after: RetryAfter::Seconds,
            claims_challenge: false,
            token_lifetime_seconds: 3599,
            identity_token_lifetime_seconds: 86_400,
            identity_token_cache: true,
            identity_failures: Vec::new(),
        }
    }
}

/// The national clouds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cloud {
    /// Worldwide.
    #[default]
    Global,
    /// US Government L4: no external, hardware OATH, QR code or resource account methods.
    UsGov,
    /// US Government L5: as L4.
    UsGovDoD,
    /// China: Authenticator, phone and platform credential only, no mixed list, no pass.
    China,
}

impl Cloud {
    /// Graph's origin, which is also a token's audience.
    pub fn graph(self) -> &'static str {
        match self {
            Cloud::Global => "https://graph.microsoft.com",
            Cloud::UsGov => "https://graph.microsoft.us",
            Cloud::UsGovDoD => "https://dod-graph.microsoft.us",
            Cloud::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    pub(crate) fn login(self) -> &'static str {
        match self {
            Cloud::Global => "https://login.microsoftonline.com",
            Cloud::UsGov | Cloud::UsGovDoD => "https://login.microsoftonline.us",
            Cloud::China => "https://login.chinacloudapi.cn",
        }
    }
}

/// The two known texts of the default rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DefaultRuleText {
    /// "Cannot delete default method with other methods configured. …", seen since 2021.
    #[default]
    OtherMethodsConfigured,
    /// "The requested authentication method id of […] matches the user's current default …", seen since 2022.
    MatchesCurrentDefault,
}

/// The forms of the external method's DELETE.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExternalDelete {
    /// `…/{id}/$ref`, as documented.
    #[default]
    Reference,
    /// `…/{id}`, as the SDKs send it.
    Plain,
    /// Both.
    Either,
}

/// The known answers of revokeSignInSessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevokeAnswer {
    /// 200 with `{"value": true}`.
    #[default]
    Value,
    /// 204.
    NoContent,
}

/// The known forms of `Retry-After`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// `10`.
    #[default]
    Seconds,
    /// `2.128`.
    Fraction,
    /// An HTTP date.
    Date,
    /// No header.
    Absent,
}

/// The Temporary Access Pass policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PassPolicy {
    /// Whether passes can be issued at all.
    pub enabled: bool,
    /// The shortest lifetime that may be asked for.
    pub minimum_lifetime_in_minutes: u64,
    /// The longest.
    pub maximum_lifetime_in_minutes: u64,
    /// The lifetime when none is asked for.
    pub default_lifetime_in_minutes: u64,
    /// Every pass serves one sign-in only.
    pub is_usable_once: bool,
    /// Characters of a pass.
    pub default_length: usize,
    /// Object ids of those who can sign in with a pass; everybody when this and the groups are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_users: Option<Vec<String>>,
    /// Object ids of groups whose members can; everybody when this and the users are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_groups: Option<Vec<String>>,
    /// Object ids of groups whose members cannot, whatever else includes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_groups: Vec<String>,
}

impl Default for PassPolicy {
    fn default() -> Self {
        PassPolicy {
            enabled: true,
            minimum_lifetime_in_minutes: 60,
            maximum_lifetime_in_minutes: 480,
            default_lifetime_in_minutes: 60,
            is_usable_once: false,
            default_length: 8,
            include_users: None,
            include_groups: None,
            exclude_groups: Vec::new(),
        }
    }
}
