//! A simulated Microsoft Entra tenant.

mod account;
mod answer;
mod batch;
mod call;
mod clock;
mod default_rule;
mod directory;
mod fault;
mod kind;
mod login;
mod methods;
mod pass;
mod permission;
mod phone;
mod preference;
mod seed;
#[cfg(feature = "server")]
pub mod server;
mod settings;
mod state;
mod tenant;
mod throttle;
mod token;
mod user;

pub use fault::{Delivery, DeliveryError, FaultRates, Faults};
pub use seed::{Relation, Seed, SeedApp, SeedGroup, SeedRole, SeedUser, SignInPreferences};
pub use settings::{Cloud, DefaultRuleText, ExternalDelete, PassPolicy, RetryAfter, RevokeAnswer, Settings};
pub use state::{LogEntry, LogMember, State, Violation};
pub use tenant::Tenant;
pub use token::TokenClaims;
