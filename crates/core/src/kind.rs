use serde::{Deserialize, Serialize};

/// The kinds of authentication method, named after Graph's own types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Kind {
    /// `phoneAuthenticationMethod`: mobile, alternate mobile or office.
    Phone,
    /// `microsoftAuthenticatorAuthenticationMethod`.
    MicrosoftAuthenticator,
    /// `passwordlessMicrosoftAuthenticatorAuthenticationMethod` (beta, deprecated).
    PasswordlessMicrosoftAuthenticator,
    /// `softwareOathAuthenticationMethod`.
    SoftwareOath,
    /// `hardwareOathAuthenticationMethod` (beta).
    HardwareOath,
    /// `fido2AuthenticationMethod`: security keys and passkeys.
    Fido2,
    /// `windowsHelloForBusinessAuthenticationMethod`.
    WindowsHelloForBusiness,
    /// `platformCredentialAuthenticationMethod` (macOS Platform SSO).
    PlatformCredential,
    /// `emailAuthenticationMethod`: resets the password, is no second factor.
    Email,
    /// `temporaryAccessPassAuthenticationMethod`.
    TemporaryAccessPass,
    /// `qrCodePinAuthenticationMethod` (beta).
    QrCodePin,
    /// `externalAuthenticationMethod`.
    External,
    /// `resourceAccountKeyAuthenticationMethod` (beta): signs a Teams room or phone in.
    ResourceAccountKey,
    /// `passwordAuthenticationMethod`: never deleted.
    Password,
    /// A kind that this version does not know; reported, never touched.
    Unknown,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Kind; 15] = [
        Kind::Phone,
        Kind::MicrosoftAuthenticator,
        Kind::PasswordlessMicrosoftAuthenticator,
        Kind::SoftwareOath,
        Kind::HardwareOath,
        Kind::Fido2,
        Kind::WindowsHelloForBusiness,
        Kind::PlatformCredential,
        Kind::Email,
        Kind::TemporaryAccessPass,
        Kind::QrCodePin,
        Kind::External,
        Kind::ResourceAccountKey,
        Kind::Password,
        Kind::Unknown,
    ];

    /// The name in the contract, `microsoftAuthenticator` for example.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Phone => "phone",
            Kind::MicrosoftAuthenticator => "microsoftAuthenticator",
            Kind::PasswordlessMicrosoftAuthenticator => "passwordlessMicrosoftAuthenticator",
            Kind::SoftwareOath => "softwareOath",
            Kind::HardwareOath => "hardwareOath",
            Kind::Fido2 => "fido2",
            Kind::WindowsHelloForBusiness => "windowsHelloForBusiness",
            Kind::PlatformCredential => "platformCredential",
            Kind::Email => "email",
            Kind::TemporaryAccessPass => "temporaryAccessPass",
            Kind::QrCodePin => "qrCodePin",
            Kind::External => "external",
            Kind::ResourceAccountKey => "resourceAccountKey",
            Kind::Password => "password",
            Kind::Unknown => "unknown",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A set of kinds, in the order of [`Kind::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u16);

impl KindSet {
    pub(crate) fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u16;
    }

    pub(crate) fn extend(&mut self, other: KindSet) {
        self.0 |= other.0;
    }

    pub(crate) fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names, for people.
    pub(crate) fn names(self) -> String {
        let mut names = String::new();
        for kind in Kind::ALL.into_iter().filter(|kind| self.contains(*kind)) {
            if !names.is_empty() {
                names.push_str(", ");
            }
            names.push_str(kind.name());
        }
        names
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Self {
        let mut set = KindSet::default();
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}
