//! What the tenant does, rule by rule. Each rule stands for a fact about Microsoft Graph.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "assertions")]
mod assertions;
mod authorization;
mod batch;
mod clouds;
mod counts;
mod crowd;
mod default_rule;
mod delays;
mod directory;
mod errors;
mod examples;
mod faults;
mod groups;
mod login;
mod managed_identities;
mod methods;
mod passes;
mod phones;
mod policies;
mod registration;
mod requirements;
mod routing;
mod sample;
mod sessions;
mod state;
mod throttling;
mod users;
mod world;
