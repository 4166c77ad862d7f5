//! What the operator decided: how the engine is set up, and what callers may ask of it.

use crate::problem::error;
use crate::request::Request;
use entra_mfa_reset::{AllowPrivileged, Client, ClientOptions, Credential, Error, ErrorCode};

/// Users of one run of many, until an operator says otherwise.
pub const USERS: u32 = 100;
/// How long one user's operation may take, until an operator says otherwise: less than what gateways wait.
pub const SECONDS: u32 = 110;

/// The variables that are read, and what each is for.
pub const VARIABLES: [(&str, &str); 5] = [
    ("ENTRA_MFA_RESET_OPTIONS", "the client's options as JSON: cloud, graphUrl, protect, limits"),
    ("ENTRA_MFA_RESET_ALLOW_PRIVILEGED", "the most that a caller may waive of the guard: `ifUnreadable` or `true`"),
    ("ENTRA_MFA_RESET_CORS_ORIGINS", "the origins whose pages may call, divided by blanks"),
    ("ENTRA_MFA_RESET_EVENTS", "where the audit trail goes: `stderr`"),
    ("ENTRA_MFA_RESET_MAX_SECONDS", "how long one user's operation may take"),
];

/// The settings of a service.
#[derive(Debug, PartialEq)]
pub struct Settings {
    /// How the engine is set up.
    pub client: ClientOptions,
    /// The most that a caller may waive.
    pub waiver: AllowPrivileged,
    /// Whose pages may call.
    pub origins: Vec<String>,
    /// Whether each event becomes a line on standard error.
    pub events: bool,
    /// How long one user's operation may take.
    pub seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let mut client = ClientOptions::default();
        client.limits.users = Some(USERS);
        Settings { client, waiver: AllowPrivileged::No, origins: Vec::new(), events: false, seconds: SECONDS }
    }
}

impl Settings {
    /// From the environment, in the build that may see it.
    #[cfg(feature = "environment")]
    pub(crate) fn read() -> Result<Self, Error> {
        Settings::of_variables(wasi::cli::environment::get_environment())
    }

    /// The defaults: this build sees no environment.
    #[cfg(not(feature = "environment"))]
    pub(crate) fn read() -> Result<Self, Error> {
        Ok(Settings::default())
    }

    /// Reads the variables.
    ///
    /// # Errors
    /// A variable of ours that is not known, or whose value is not valid. A misspelt `protect` must not leave an account
    /// open, so nothing is served then.
    pub fn of_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut settings = Settings::default();
        for (name, value) in variables {
            let value = value.trim();
            match name.as_str() {
                "ENTRA_MFA_RESET_OPTIONS" => {
                    let options = ClientOptions::from_json(value).and_then(|options| {
                        Client::new(options.clone(), Credential::Host)?;
                        Ok(options)
                    });
                    settings.client = options.map_err(|error| wrong(&name, &error.message))?;
                    settings.client.limits.users.get_or_insert(USERS);
                }
                "ENTRA_MFA_RESET_ALLOW_PRIVILEGED" => {
                    settings.waiver = waiver(value).ok_or_else(|| wrong(&name, "it is `ifUnreadable` or `true`"))?;
                }
                "ENTRA_MFA_RESET_CORS_ORIGINS" => {
                    settings.origins = value.split_ascii_whitespace().map(str::to_owned).collect();
                    if !settings.origins.iter().all(|origin| is_origin(origin)) {
                        return Err(wrong(&name, "an origin is written as https://desk.contoso.com, without a path"));
                    }
                }
                "ENTRA_MFA_RESET_EVENTS" => {
                    settings.events = value == "stderr";
                    if !settings.events {
                        return Err(wrong(&name, "it is `stderr`; without the variable there is no trail"));
                    }
                }
                "ENTRA_MFA_RESET_MAX_SECONDS" => {
                    let seconds = value.parse().ok().filter(|seconds| (1..=3600).contains(seconds));
                    settings.seconds = seconds.ok_or_else(|| wrong(&name, "it is a number of 1 to 3600"))?;
                }
                other if other.starts_with("ENTRA_MFA_RESET_") => {
                    return Err(wrong(&name, "there is no such variable"));
                }
                _ => {}
            }
        }
        Ok(settings)
    }

    /// The request's origin, where its pages may call.
    pub(crate) fn allowed_origin(&self, request: &Request) -> Option<String> {
        let origin = request.header("origin")?;
        self.origins.iter().find(|allowed| *allowed == origin).cloned()
    }

    /// What a caller waives, if it may.
    pub(crate) fn permit(&self, asked: AllowPrivileged) -> Result<AllowPrivileged, Error> {
        let rank = |waiver| match waiver {
            AllowPrivileged::No => 0,
            AllowPrivileged::IfUnreadable => 1,
            AllowPrivileged::Yes => 2,
        };
        if rank(asked) <= rank(self.waiver) {
            return Ok(asked);
        }
        Err(error(
            ErrorCode::Forbidden,
            "this service does not let its callers waive the guard",
            "Reset this user otherwise, or let the service's operator set ENTRA_MFA_RESET_ALLOW_PRIVILEGED.",
        ))
    }
}

/// `false`, `ifUnreadable` or `true`.
pub(crate) fn waiver(text: &str) -> Option<AllowPrivileged> {
    match text {
        "false" => Some(AllowPrivileged::No),
        "ifUnreadable" => Some(AllowPrivileged::IfUnreadable),
        "true" => Some(AllowPrivileged::Yes),
        _ => None,
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@*".contains(&b)))
}

fn wrong(name: &str, why: &str) -> Error {
    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    error(
        ErrorCode::Internal,
        &format!("the service is not set up rightly: {name}: {why}"),
        "Its operator corrects the variable, and starts it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Result<Settings, Error> {
        Settings::of_variables([("PATH".to_owned(), "/bin".to_owned()), (name.to_owned(), value.to_owned())])
    }

    #[test]
    fn every_variable_is_read() {
        let options = of("ENTRA_MFA_RESET_OPTIONS", r#"{"cloud":"usGov","protect":["a@contoso.com"]}"#).unwrap();
        assert_eq!(options.client.protect, ["a@contoso.com"]);
        assert_eq!(options.client.limits.users, Some(USERS));
        let many = of("ENTRA_MFA_RESET_OPTIONS", r#"{"limits":{"users":5000}}"#).unwrap();
        assert_eq!(many.client.limits.users, Some(5000));
        assert_eq!(of("ENTRA_MFA_RESET_ALLOW_PRIVILEGED", "true").unwrap().waiver, AllowPrivileged::Yes);
        let origins =
            of("ENTRA_MFA_RESET_CORS_ORIGINS", "https://a.contoso.com  http://localhost:8080").unwrap().origins;
        assert_eq!(origins, ["https://a.contoso.com", "http://localhost:8080"]);
        assert!(of("ENTRA_MFA_RESET_EVENTS", "stderr").unwrap().events);
        assert_eq!(of("ENTRA_MFA_RESET_MAX_SECONDS", " 60 ").unwrap().seconds, 60);
        assert_eq!(of("HOME", "/").unwrap(), Settings::default());
    }

    #[test]
    fn what_is_wrong_or_misspelt_is_no_default() {
        for (name, value) in [
            ("ENTRA_MFA_RESET_PROTECT", "a@contoso.com"),
            ("ENTRA_MFA_RESET_OPTIONS", r#"{"protected":["a@contoso.com"]}"#),
            ("ENTRA_MFA_RESET_OPTIONS", r#"{"graphUrl":"http://graph.contoso.com"}"#),
            ("ENTRA_MFA_RESET_OPTIONS", ""),
            ("ENTRA_MFA_RESET_ALLOW_PRIVILEGED", "yes"),
            ("ENTRA_MFA_RESET_CORS_ORIGINS", "*"),
            ("ENTRA_MFA_RESET_CORS_ORIGINS", "https://a.contoso.com/"),
            ("ENTRA_MFA_RESET_EVENTS", "/var/log/events.ndjson"),
            ("ENTRA_MFA_RESET_EVENTS", ""),
            ("ENTRA_MFA_RESET_MAX_SECONDS", "0"),
            ("ENTRA_MFA_RESET_MAX_SECONDS", "2m"),
        ] {
            let error = of(name, value).unwrap_err();
            assert!(error.code == ErrorCode::Internal && error.message.contains(name), "{name}={value}: {error:?}");
        }
    }

    #[test]
    fn a_caller_waives_no_more_than_it_may() {
        use AllowPrivileged::{IfUnreadable, No, Yes};
        let permitted = |most, asked| Settings { waiver: most, ..Settings::default() }.permit(asked).is_ok();
        let all = [No, IfUnreadable, Yes];
        assert_eq!(all.map(|asked| permitted(No, asked)), [true, false, false]);
        assert_eq!(all.map(|asked| permitted(IfUnreadable, asked)), [true, true, false]);
        assert_eq!(all.map(|asked| permitted(Yes, asked)), [true, true, true]);
    }
}
