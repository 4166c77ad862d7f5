use crate::settings::Cloud;

/// The kinds of authentication method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Password,
    Phone,
    Email,
    Fido2,
    MicrosoftAuthenticator,
    Passwordless,
    SoftwareOath,
    HardwareOath,
    WindowsHello,
    PlatformCredential,
    Pass,
    QrCodePin,
    External,
    ResourceAccountKey,
    Unknown,
}

/// What is said of one kind: the type's name, the path segment, the `X` of `UserAuthMethod-X`, beta only.
const TABLE: [(Kind, &str, &str, &str, bool); 14] = [
    (Kind::Password, "passwordAuthenticationMethod", "passwordMethods", "Password", false),
    (Kind::Phone, "phoneAuthenticationMethod", "phoneMethods", "Phone", false),
    (Kind::Email, "emailAuthenticationMethod", "emailMethods", "Email", false),
    (Kind::Fido2, "fido2AuthenticationMethod", "fido2Methods", "Passkey", false),
    (
        Kind::MicrosoftAuthenticator,
        "microsoftAuthenticatorAuthenticationMethod",
        "microsoftAuthenticatorMethods",
        "MicrosoftAuthApp",
        false,
    ),
    (
        Kind::Passwordless,
        "passwordlessMicrosoftAuthenticatorAuthenticationMethod",
        "passwordlessMicrosoftAuthenticatorMethods",
        "MicrosoftAuthApp",
        true,
    ),
    (Kind::SoftwareOath, "softwareOathAuthenticationMethod", "softwareOathMethods", "SoftwareOATH", false),
    (Kind::HardwareOath, "hardwareOathAuthenticationMethod", "hardwareOathMethods", "HardwareOATH", true),
    (
        Kind::WindowsHello,
        "windowsHelloForBusinessAuthenticationMethod",
        "windowsHelloForBusinessMethods",
        "WindowsHello",
        false,
    ),
    (
        Kind::PlatformCredential,
        "platformCredentialAuthenticationMethod",
        "platformCredentialMethods",
        "PlatformCred",
        false,
    ),
    (Kind::Pass, "temporaryAccessPassAuthenticationMethod", "temporaryAccessPassMethods", "TAP", false),
    (Kind::QrCodePin, "qrCodePinAuthenticationMethod", "qrCodePinMethod", "QR", true),
    (Kind::External, "externalAuthenticationMethod", "externalAuthenticationMethods", "External", false),
    (
        Kind::ResourceAccountKey,
        "resourceAccountKeyAuthenticationMethod",
        "resourceAccountKeyAuthenticationMethods",
        "ResourceKey",
        true,
    ),
];

impl Kind {
    fn row(self) -> Option<&'static (Kind, &'static str, &'static str, &'static str, bool)> {
        TABLE.iter().find(|row| row.0 == self)
    }

    /// The kind of an `@odata.type`, with or without its prefix.
    pub(crate) fn of_type(odata_type: &str) -> Kind {
        let name = odata_type.rsplit('.').next().unwrap_or_default();
        TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name)).map_or(Kind::Unknown, |row| row.0)
    }

    /// The kind of a path segment, in any case.
    pub(crate) fn of_segment(segment: &str) -> Option<Kind> {
        TABLE.iter().find(|row| row.2.eq_ignore_ascii_case(segment)).map(|row| row.0)
    }

    pub(crate) fn segment(self) -> &'static str {
        self.row().map_or("methods", |row| row.2)
    }

    /// The `X` of `UserAuthMethod-X.ReadWrite.All`.
    pub(crate) fn permission(self) -> Option<&'static str> {
        self.row().map(|row| row.3)
    }

    /// v1.0 neither lists nor routes it. A kind that nobody knows is shown by beta alone, too.
    pub(crate) fn is_beta_only(self) -> bool {
        self.row().is_none_or(|row| row.4)
    }

    pub(crate) fn exists_in(self, cloud: Cloud) -> bool {
        match cloud {
            Cloud::Global => true,
            Cloud::UsGov | Cloud::UsGovDoD => {
                !matches!(self, Kind::External | Kind::HardwareOath | Kind::QrCodePin | Kind::ResourceAccountKey)
            }
            Cloud::China => matches!(self, Kind::MicrosoftAuthenticator | Kind::Phone | Kind::PlatformCredential),
        }
    }
}
