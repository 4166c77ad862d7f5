use crate::public_key::PublicKey;
use serde::{Deserialize, Serialize};

/// One application that may ask for tokens, with a secret, a certificate or another issuer's token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedApp {
    /// The application id.
    pub client_id: String,
    /// Its secret. An application without one has no secret.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_secret: String,
    /// Its certificates. Of a key without a certificate the thumbprint is that of its `SubjectPublicKeyInfo`, which
    /// Entra does not know, but which every platform can make.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<PublicKey>,
    /// The issuers whose tokens stand for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub federated_credentials: Vec<SeedFederatedCredential>,
    /// The application permissions that an administrator consented to.
    pub roles: Vec<String>,
}

/// An issuer whose tokens stand for an application: a federated identity credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedFederatedCredential {
    /// The token's `iss`, compared to the letter.
    pub issuer: String,
    /// The token's `sub`, compared to the letter.
    pub subject: String,
    /// The token's `aud`, compared to the letter.
    #[serde(default = "exchange")]
    pub audience: String,
    /// The key that the issuer signs with, which Entra reads from the issuer's discovery document.
    pub public_key: PublicKey,
}

/// The audience that Entra recommends.
fn exchange() -> String {
    "api://AzureADTokenExchange".to_owned()
}

/// An identity that the platform holds for the machine or the function that the tenant's caller runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedManagedIdentity {
    /// The application id.
    pub client_id: String,
    /// It belongs to the machine, which has at most one such. Any other is asked for by its id.
    pub system_assigned: bool,
    /// The application permissions that it was given.
    pub roles: Vec<String>,
}
