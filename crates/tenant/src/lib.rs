//! A simulated Microsoft Entra tenant: Graph's v1.0 and beta, `$batch`, and the token endpoint, as a pure function of
//! a request and a moment.
//!
//! ```
//! use bytes::Bytes;
//! use entra_tenant::{Seed, Tenant, TokenClaims};
//!
//! let mut tenant = Tenant::new(Seed::sample());
//! let token = tenant.access_token(&TokenClaims::everything());
//! let request = http::Request::get("https://graph.microsoft.com/v1.0/users/adele.vance%40contoso.com")
//!     .header("Authorization", format!("Bearer {token}"))
//!     .body(Bytes::new())?;
//! let response = tenant.handle(request, 1_795_251_600_000);
//! assert_eq!(response.status(), 200);
//! assert_eq!(tenant.exchange(), ["GET /v1.0/users/{id} 200"]);
//! # Ok::<(), http::Error>(())
//! ```
//!
//! It is as strict as Graph is known to be, and where Graph's behaviour is not known, the stricter reading is a
//! setting. It reads no clock and no random source: the same seed, requests and moments give the same answers.
//! [`Seed::crowd`] fills it with as many users as one likes, at 3 kB each. [`Faults`] puts a network with faults, or
//! somebody hostile, in front of it. The feature `server` adds a server on a socket. The feature `assertions`, on by
//! default, verifies client assertions; a tenant without it refuses them all.
//!
//! # What always holds
//!
//! - `GET authentication/methods` shows only what the called version knows: v1.0 hides hardware OATH, passwordless
//!   phone sign-in, QR code and resource account keys. A beta path on v1.0 answers 400, within a batch 405.
//! - There is no generic delete: `DELETE authentication/methods/{id}` answers a 404 that is not a Graph error.
//!   A password cannot be deleted. A QR code is a singleton. No resource account keys is a 404, not an empty list.
//! - The default goes last: while another method remains that could be the default, the last method that carries the
//!   stored default answers 400 `badRequest`. The software and hardware tokens and the Authenticator carry `oath`.
//!   Once the last one is gone, the preference is `none`.
//! - The alternate mobile goes before the mobile, and comes after it.
//! - An administrator can register a phone, an e-mail address, a hardware token of the inventory that nobody has, and
//!   an external method that the tenant is configured for. A hardware token that was removed is back in the inventory.
//! - Two writes to one user's methods that overlap, in time or as unchained members of one batch, are parallel: the
//!   later DELETE, PATCH, activate or deactivate answers 204 and does nothing. Any other POST runs.
//! - Lists of one kind and single methods carry no `@odata.type`; the mixed list does. Only hardware OATH and
//!   resource account key lists know query options.
//! - `$batch` takes 20 members with unique ids, in one version, not nested, with relative URLs; a POST or PATCH member
//!   needs a body and a `Content-Type`; what stands behind a failed member answers 424; answers come in any order.
//! - Each call is authorised from the token: broad and granular permissions, the mixed list only for the broad ones;
//!   delegated callers also need a directory role that reaches the user. Nobody writes to a user in a restricted
//!   management administrative unit.
//! - The token endpoint takes a secret, a JWT signed with a registered certificate (PS256 with `x5t#S256`, or RS256
//!   with either thumbprint), or a JWT of an issuer that the application trusts (RS256). Signatures are verified, claims and
//!   lifetimes checked, and refusals carry Entra's AADSTS numbers.
//! - A managed identity's token comes from App Service's endpoint (`…/msi/token`) or from IMDS
//!   (`/metadata/identity/oauth2/token`), each with its own header and its own shapes. The platform hands out one token
//!   until it is about to end.
//! - An external guest gets no Temporary Access Pass and keeps the sessions. A pass is shown once.
//! - `/users` lists the users whose names begin with something, `startswith` joined by `or`.
//! - `/groups/{id}/members` and `transitiveMembers` hold users, groups, devices, contacts and service principals; of
//!   what the caller may not read they show type and id. `$count` needs `ConsistencyLevel: eventual`.
//! - `memberOf` misses eligible roles, eligible groups and roles scoped to an administrative unit; `roleAssignments`
//!   shows the latter, and what somebody is eligible for has lists of its own, which need a licence.
//! - A signed-in user may not, for itself, change a phone, register or change an e-mail address, register or remove an
//!   external method, or issue a pass.
//!
//! # What each setting stands for
//!
//! | [`Settings`] | the fact about Graph |
//! |---|---|
//! | `cloud` | The kinds and the token's audience differ per national cloud; China has no mixed list and no pass |
//! | `beta_available`, `beta_refusal_status` | Beta can be withdrawn or blocked |
//! | `list_lag_milliseconds` | Deletion is eventually consistent: lists, and the default rule, follow late |
//! | `preference_lag_milliseconds` | The same may hold for a moved default |
//! | `default_rule_text` | Two texts of the same refusal have been seen, under one generic code |
//! | `hidden_methods_block_default` | The method that blocks may be one that v1.0 does not list |
//! | `pass_blocks_default` | Unknown: whether a pass counts among the other methods |
//! | `hardware_oath_obeys_default_rule` | Unknown: whether hardware tokens obey the rule |
//! | `default_is_one_method` | One text speaks of one method's id: of two apps only one may be the default |
//! | `external_delete`, `external_delete_refusal_status` | The documentation says `/$ref`, the SDKs send it plain |
//! | `hardware_oath_code` | A token is activated with the code that it shows |
//! | `device_in_mixed_list` | `device` is a navigation property; the documented list of its own kind carries it |
//! | `wrap_items` | The documentation wraps single methods in `value`, the service does not |
//! | `revoke_answer` | revokeSignInSessions is documented with 200 and `true`, and with 204 |
//! | `temporary_access_pass` | The tenant's policy bounds passes; outside its targets a pass is issued and not usable |
//! | `premium`, `premium_refusal_status` | Eligible roles need a P2 licence |
//! | `page_size` | Directory lists come in pages, with absolute links |
//! | `calls_per_10s` | Limits count calls in a token bucket, each batch member for itself |
//! | `method_calls_per_10s` | Unknown: whether 5 calls in 10 seconds bound the calls below `authentication`, too |
//! | `batches_per_10s` | A gateway counts HTTP requests, and refuses a batch as a whole |
//! | `throttled_calls_count` | Retries are said to count against the quota |
//! | `retry_after` | Seconds, fractions and no header at all have been seen; HTTP allows a date |
//! | `claims_challenge` | Continuous access evaluation refuses a token until it is renewed with the claims |
//! | `token_lifetime_seconds` | An app-only token lives for about an hour |
//! | `identity_token_lifetime_seconds`, `identity_token_cache` | A managed identity's token is kept for about a day |
//! | `identity_failures` | IMDS answers 404, 410, 429 and 5xx now and then, and expects to be asked again |
//!
//! # Violations
//!
//! [`State::violations`] counts what Graph would punish or lose silently: `missingToken`, `wrongAudience`,
//! `tokenSentToLogin`, `secretAndAssertion`, `tokenSentToIdentity`, `secretSentToIdentity`,
//! `identityHeaderSentElsewhere`, `deleteUser`, `dotSegment`, `unroutedWrite`, `genericDelete`, `passwordDelete`, `parallelDeletes`, `batchTooLarge`,
//! `batchDuplicateId`, `batchAbsoluteUrl`, `batchNested`, `batchBodyWithoutContentType` and `foreignOrigin`.

mod account;
mod answer;
mod app;
#[cfg(feature = "assertions")]
mod assertion;
mod batch;
mod call;
mod clock;
mod counts;
mod crowd;
mod default_rule;
mod directory;
mod eligible_group;
mod entity;
mod external;
mod fault;
mod fault_rates;
mod group;
mod hardware_oath;
mod hostile;
mod kind;
mod login;
mod managed_identity;
mod methods;
mod pass;
mod permission;
mod phone;
mod policy;
mod preference;
mod public_key;
mod search;
mod seed;
#[cfg(feature = "server")]
pub mod server;
mod settings;
mod state;
mod tenant;
mod throttle;
mod token;
mod user;

pub use app::{SeedApp, SeedFederatedCredential, SeedManagedIdentity};
pub use counts::Counts;
pub use crowd::Crowd;
pub use fault::{Delivery, DeliveryError, Faults, Pace};
pub use fault_rates::FaultRates;
pub use public_key::PublicKey;
pub use seed::{ObjectType, Relation, Seed, SeedGroup, SeedMembers, SeedObject, SeedRole, SeedUser, SignInPreferences};
pub use settings::{Cloud, DefaultRuleText, ExternalDelete, PassPolicy, RetryAfter, RevokeAnswer, Settings};
pub use state::{Caller, LogEntry, LogMember, State, Violation};
pub use tenant::Tenant;
pub use token::TokenClaims;
