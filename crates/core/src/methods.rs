//! What is registered for a user: reading it, in the one list or kind by kind, and making it readable for people.

use crate::error::{Error, ErrorCode};
use crate::event::EventMethod;
use crate::graph::{Answer, Call, Context, Failure, Graph, Object, Path, Version, flag, object, text, unexpected_body};
use crate::kind::{Kind, KindSet};
use crate::report::{AddedMethod, MethodAction};
use crate::request::PerUserMfaState;
use crate::secret::Secret;
use crate::status::MethodStatus;
use serde_json::Value;

/// Where Graph keeps a kind.
struct Shelf {
    kind: Kind,
    graph_type: &'static str,
    segment: &'static str,
    /// The lowest version that shows and removes it.
    version: Version,
}

const fn shelf(kind: Kind, graph_type: &'static str, segment: &'static str, version: Version) -> Shelf {
    Shelf { kind, graph_type, segment, version }
}

/// Written out, since no rule leads from the type's name to the segment for all of them. There is no generic delete.
const SHELVES: [Shelf; 14] = [
    shelf(Kind::Phone, "phoneAuthenticationMethod", "phoneMethods", Version::V1),
    shelf(
        Kind::MicrosoftAuthenticator,
        "microsoftAuthenticatorAuthenticationMethod",
        "microsoftAuthenticatorMethods",
        Version::V1,
    ),
    shelf(
        Kind::PasswordlessMicrosoftAuthenticator,
        "passwordlessMicrosoftAuthenticatorAuthenticationMethod",
        "passwordlessMicrosoftAuthenticatorMethods",
        Version::Beta,
    ),
    shelf(Kind::SoftwareOath, "softwareOathAuthenticationMethod", "softwareOathMethods", Version::V1),
    shelf(Kind::HardwareOath, "hardwareOathAuthenticationMethod", "hardwareOathMethods", Version::Beta),
    shelf(Kind::Fido2, "fido2AuthenticationMethod", "fido2Methods", Version::V1),
    shelf(
        Kind::WindowsHelloForBusiness,
        "windowsHelloForBusinessAuthenticationMethod",
        "windowsHelloForBusinessMethods",
        Version::V1,
    ),
    shelf(Kind::PlatformCredential, "platformCredentialAuthenticationMethod", "platformCredentialMethods", Version::V1),
    shelf(Kind::Email, "emailAuthenticationMethod", "emailMethods", Version::V1),
    shelf(
        Kind::TemporaryAccessPass,
        "temporaryAccessPassAuthenticationMethod",
        "temporaryAccessPassMethods",
        Version::V1,
    ),
    shelf(Kind::QrCodePin, "qrCodePinAuthenticationMethod", "qrCodePinMethod", Version::Beta),
    shelf(Kind::External, "externalAuthenticationMethod", "externalAuthenticationMethods", Version::V1),
    shelf(
        Kind::ResourceAccountKey,
        "resourceAccountKeyAuthenticationMethod",
        "resourceAccountKeyAuthenticationMethods",
        Version::Beta,
    ),
    shelf(Kind::Password, "passwordAuthenticationMethod", "passwordMethods", Version::V1),
];

fn shelf_of(kind: Kind) -> Option<&'static Shelf> {
    SHELVES.iter().find(|shelf| shelf.kind == kind)
}

impl Kind {
    /// Graph's segment below `/users/{id}/authentication/`.
    pub(crate) fn segment(self) -> Option<&'static str> {
        shelf_of(self).map(|shelf| shelf.segment)
    }

    /// The lowest version that removes it.
    pub(crate) fn version(self) -> Version {
        shelf_of(self).map_or(Version::Beta, |shelf| shelf.version)
    }

    fn from_graph_type(name: &str) -> Kind {
        let bare = name.trim_start_matches('#').rsplit('.').next().unwrap_or_default();
        SHELVES.iter().find(|shelf| shelf.graph_type == bare).map_or(Kind::Unknown, |shelf| shelf.kind)
    }
}

/// One registered method.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) graph_type: String,
    pub(crate) created: Option<String>,
    pub(crate) last_used: Option<String>,
    pub(crate) phone_type: Option<String>,
    /// The phone number or the address, as Graph shows it.
    pub(crate) contact: Option<Secret>,
    /// What it is made of: a token's device, or the tenant's configuration of an external method.
    pub(crate) source: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) passkey_type: Option<String>,
    /// A hardware token's state.
    pub(crate) status: Option<String>,
    pub(crate) is_usable: Option<bool>,
    pub(crate) usability_reason: Option<String>,
}

impl Method {
    pub(crate) fn read(entity: &Object, listed_as: Option<Kind>) -> Method {
        let text = |name: &str| text(entity, name);
        let shown = |name: &str| text(name).map(printable);
        let graph_type = text("@odata.type").or_else(|| text("odata.type")).unwrap_or_default();
        let kind = match listed_as {
            Some(kind) if graph_type.is_empty() => kind,
            _ => Kind::from_graph_type(graph_type),
        };
        let device = object(entity, "device");
        let of_device = |name: &str| device.and_then(|device| crate::graph::text(device, name));
        let contact = match kind {
            Kind::Phone => text("phoneNumber"),
            Kind::Email => text("emailAddress"),
            _ => None,
        };
        let mut method = Method {
            // Of the QR code there is one, which needs no id.
            id: text("id").or(kind.segment().filter(|_| kind == Kind::QrCodePin)).unwrap_or_default().to_owned(),
            kind,
            label: String::new(),
            graph_type: printable(graph_type.trim_start_matches('#')),
            created: shown("createdDateTime").or_else(|| shown("creationDateTime")),
            last_used: shown("lastUsedDateTime"),
            phone_type: shown("phoneType"),
            contact: contact.map(Secret::new),
            source: match kind {
                Kind::External => shown("configurationId"),
                Kind::HardwareOath => of_device("id").map(printable),
                _ => None,
            },
            model: shown("model").or_else(|| of_device("model").map(printable)),
            passkey_type: shown("passkeyType"),
            status: match kind {
                Kind::HardwareOath => of_device("status").map(printable),
                _ => None,
            },
            is_usable: flag(entity, "isUsable"),
            usability_reason: shown("methodUsabilityReason"),
        };
        let name = shown("displayName").or_else(|| of_device("displayName").map(printable));
        method.label = label(&method, name, of_device("serialNumber"));
        method
    }

    /// Graph's `userPreferredMethodForSecondaryAuthentication` values that can point at this method.
    pub(crate) fn preferences(&self) -> &'static [&'static str] {
        match (self.kind, self.phone_type.as_deref()) {
            (Kind::MicrosoftAuthenticator, _) => &["push", "oath"],
            (Kind::SoftwareOath, _) => &["oath"],
            (Kind::HardwareOath, _) if self.is_active_token() => &["oath"],
            (Kind::Phone, Some("mobile")) => &["sms", "voiceMobile"],
            (Kind::Phone, Some("alternateMobile")) => &["voiceAlternateMobile"],
            (Kind::Phone, Some("office")) => &["voiceOffice"],
            _ => &[],
        }
    }

    /// A hardware token that works. One whose state is not shown counts as working.
    pub(crate) fn is_active_token(&self) -> bool {
        self.kind == Kind::HardwareOath && self.status.as_deref().is_none_or(|status| status == "activated")
    }

    pub(crate) fn is_phone(&self, phone_type: &str) -> bool {
        self.kind == Kind::Phone && self.phone_type.as_deref() == Some(phone_type)
    }

    /// For an event.
    pub(crate) fn told(&self, action: MethodAction) -> EventMethod {
        EventMethod { id: self.id.clone(), kind: self.kind, label: self.label.clone(), action }
    }

    pub(crate) fn added(&self) -> AddedMethod {
        AddedMethod { id: self.id.clone(), kind: self.kind, label: self.label.clone() }
    }

    pub(crate) fn to_status(&self, is_default: Option<bool>) -> MethodStatus {
        MethodStatus {
            id: self.id.clone(),
            kind: self.kind,
            graph_type: (self.kind == Kind::Unknown).then(|| self.graph_type.clone()),
            label: self.label.clone(),
            is_default,
            created_date_time: self.created.clone(),
            last_used_date_time: self.last_used.clone(),
            phone_type: self.phone_type.clone(),
            model: self.model.clone(),
            passkey_type: self.passkey_type.clone(),
            status: self.status.clone(),
            is_usable: self.is_usable,
            method_usability_reason: self.usability_reason.clone(),
        }
    }
}

/// Foreign text that is shown: without control characters, and short.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn label(method: &Method, name: Option<String>, serial: Option<&str>) -> String {
    match method.kind {
        Kind::Phone => {
            let phone_type = method.phone_type.as_deref().unwrap_or("phone");
            match &method.contact {
                Some(number) => format!("{phone_type} {}", masked_number(number.expose())),
                None => phone_type.to_owned(),
            }
        }
        Kind::Email => method.contact.as_ref().map_or_else(|| "e-mail".into(), |mail| masked_address(mail.expose())),
        Kind::HardwareOath => {
            let token = name.unwrap_or_else(|| "hardware token".into());
            match serial {
                Some(serial) => format!("{token}, serial …{}", last(serial, 4)),
                None => token,
            }
        }
        Kind::Fido2 => match (name, &method.model) {
            (Some(name), Some(model)) => format!("{name} ({model})"),
            (name, model) => name.or_else(|| model.clone()).unwrap_or_else(|| "passkey".into()),
        },
        Kind::SoftwareOath => name.unwrap_or_else(|| "authenticator app code".into()),
        Kind::TemporaryAccessPass => "Temporary Access Pass".into(),
        Kind::QrCodePin => "QR code and PIN".into(),
        Kind::Password => "password".into(),
        Kind::Unknown if method.graph_type.is_empty() => "unknown method".into(),
        Kind::Unknown => method.graph_type.clone(),
        kind => name.unwrap_or_else(|| kind.name().into()),
    }
}

/// The country code and the last two digits, which is what Entra itself shows to people who may not see the number.
fn masked_number(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let country = match number.trim().split_once(' ') {
        Some((country, _)) if country.starts_with('+') && country.len() <= 4 => format!("{} ", printable(country)),
        _ => String::new(),
    };
    // A number of so few digits has nothing to show.
    let shown = if digits.len() > 6 { last(&digits, 2) } else { String::new() };
    format!("{country}XXXXXXXX{shown}")
}

fn masked_address(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, domain)) => {
            format!("{}***@{}", printable(&name.chars().take(1).collect::<String>()), printable(domain))
        }
        None => "***".into(),
    }
}

fn last(text: &str, count: usize) -> String {
    let skip = text.chars().count().saturating_sub(count);
    printable(&text.chars().skip(skip).collect::<String>())
}

/// The stored sign-in preference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Preference {
    pub(crate) system_preferred: Option<bool>,
    pub(crate) value: Option<String>,
}

impl Preference {
    pub(crate) fn read(entity: &Object) -> Preference {
        Preference {
            system_preferred: flag(entity, "isSystemPreferredAuthenticationMethodEnabled"),
            value: text(entity, "userPreferredMethodForSecondaryAuthentication").map(str::to_owned),
        }
    }

    /// The value, where it points at something.
    pub(crate) fn target(&self) -> Option<&str> {
        self.value.as_deref().filter(|value| !matches!(*value, "" | "none" | "unknownFutureValue"))
    }
}

/// Which methods a preference points at. `oath` means a token where there is one, and else the code that every
/// Authenticator shows.
pub(crate) fn preferred(methods: &[Method], value: &str) -> Vec<usize> {
    let fits = |kinds: &[Kind]| -> Vec<usize> {
        let matches = |method: &Method| kinds.contains(&method.kind) && method.preferences().contains(&value);
        methods.iter().enumerate().filter(|(_, method)| matches(method)).map(|(at, _)| at).collect()
    };
    let tokens = fits(&[Kind::SoftwareOath, Kind::HardwareOath]);
    if tokens.is_empty() { fits(&[Kind::MicrosoftAuthenticator, Kind::Phone]) } else { tokens }
}

/// Everything that is registered, as far as it can be seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registered {
    pub(crate) methods: Vec<Method>,
    /// Absent where it could not be read.
    pub(crate) preference: Option<Preference>,
    /// Absent where it could not be read.
    pub(crate) per_user_mfa: Option<PerUserMfaState>,
    /// Kinds that exist but could not be seen.
    pub(crate) hidden: KindSet,
}

impl Registered {
    /// Whether a method is the default; unknown where the preference could not be read.
    pub(crate) fn is_default(&self, at: usize) -> Option<bool> {
        let preference = self.preference.as_ref()?;
        Some(preference.target().is_some_and(|value| preferred(&self.methods, value).contains(&at)))
    }
}

pub(crate) fn read_state(entity: &Object) -> Option<PerUserMfaState> {
    PerUserMfaState::from_name(text(entity, "perUserMfaState")?)
}

fn authentication(user_id: &str, rest: &'static str) -> Path {
    Path::user(user_id).literal("/authentication/").literal(rest)
}

/// Reads the methods, the preference and the per-user state: one batch where the mixed list serves.
pub(crate) async fn read(graph: &Graph, user_id: &str, stable_only: bool) -> Result<Registered, Error> {
    let mut registered = Registered::default();
    let beta = !stable_only && !graph.session.no_beta.get();
    if !beta {
        registered.methods = list(graph, user_id, stable_only, &mut registered.hidden).await?;
        return Ok(registered);
    }
    let get = |rest| Call::get(Version::Beta, authentication(user_id, rest), Context::Methods);
    let mut calls = vec![get("signInPreferences"), get("requirements")];
    if !graph.session.no_mixed_list.get() {
        calls.push(get("methods"));
    }
    let mut answers = graph.all(&calls).await;
    let mixed = if graph.session.no_mixed_list.get() { None } else { answers.pop() };
    let mut settings = answers.into_iter();
    registered.preference = optional(settings.next())?.and_then(|answer| answer.entity().map(Preference::read));
    registered.per_user_mfa = optional(settings.next())?.and_then(|answer| answer.entity().and_then(read_state));
    registered.methods = match mixed {
        Some(mixed) => from_mixed(graph, user_id, stable_only, mixed, &mut registered.hidden).await?,
        None => kind_by_kind(graph, user_id, stable_only, &mut registered.hidden).await?,
    };
    Ok(registered)
}

/// Reads the methods alone, as verification does.
pub(crate) async fn list(
    graph: &Graph,
    user_id: &str,
    stable_only: bool,
    hidden: &mut KindSet,
) -> Result<Vec<Method>, Error> {
    if graph.session.no_mixed_list.get() {
        return kind_by_kind(graph, user_id, stable_only, hidden).await;
    }
    let version = if stable_only || graph.session.no_beta.get() { Version::V1 } else { Version::Beta };
    let mixed = graph.call(&list_call(user_id, version)).await;
    from_mixed(graph, user_id, stable_only, mixed, hidden).await
}

pub(crate) fn list_call(user_id: &str, version: Version) -> Call {
    Call::get(version, authentication(user_id, "methods"), Context::Methods)
}

/// Something that is good to know and no reason to stop: absent when it may not be read or does not exist. Trouble
/// with the connection is a reason.
fn optional(outcome: Option<Result<Answer, Failure>>) -> Result<Option<Answer>, Error> {
    match outcome {
        Some(Ok(answer)) if answer.is_success() => Ok(Some(answer)),
        Some(Ok(answer)) if answer.status.as_u16() == 401 => Err(answer.to_error(Context::Methods)),
        Some(Ok(_)) | None => Ok(None),
        Some(Err(failure)) => Err(failure.into_error()),
    }
}

/// The methods of a collection.
async fn collect(graph: &Graph, answer: Answer, listed_as: Option<Kind>) -> Result<Vec<Method>, Error> {
    let entities = graph.collect(answer, Context::Methods).await.map_err(Failure::into_error)?;
    let methods: Vec<Method> =
        entities.iter().filter_map(Value::as_object).map(|entity| Method::read(entity, listed_as)).collect();
    // Without an id nobody can tell it from a method that went.
    let named = |method: &Method| method.kind == Kind::QrCodePin || !method.id.is_empty();
    if methods.iter().all(named) { Ok(methods) } else { Err(unexpected_body(Context::Methods)) }
}

pub(crate) async fn from_mixed(
    graph: &Graph,
    user_id: &str,
    stable_only: bool,
    mixed: Result<Answer, Failure>,
    hidden: &mut KindSet,
) -> Result<Vec<Method>, Error> {
    let answer = mixed.map_err(Failure::into_error)?;
    let refused = matches!(answer.status.as_u16(), 400 | 403 | 404 | 405 | 501);
    if !answer.is_success() && !refused {
        return Err(answer.to_error(Context::Methods));
    }
    let beta = !stable_only && !graph.session.no_beta.get();
    if answer.is_success() {
        if !beta {
            let beta_only = SHELVES.iter().filter(|shelf| shelf.version == Version::Beta);
            beta_only.for_each(|shelf| hidden.insert(shelf.kind));
        }
        let methods = collect(graph, answer, None).await?;
        return with_tokens(graph, user_id, beta, methods).await;
    }
    if answer.status.as_u16() == 404 && !answer.is_unrouted() {
        return Err(answer.to_error(Context::User));
    }
    if beta && answer.is_unrouted() {
        // No beta here, perhaps: v1.0 knows the list everywhere but in China.
        let stable = graph.call(&list_call(user_id, Version::V1)).await.map_err(Failure::into_error)?;
        if stable.is_success() {
            graph.session.no_beta.set(true);
            return Box::pin(from_mixed(graph, user_id, stable_only, Ok(stable), hidden)).await;
        }
    }
    let methods = kind_by_kind(graph, user_id, stable_only, hidden).await?;
    graph.session.no_mixed_list.set(true);
    Ok(methods)
}

/// A hardware token's state, where the mixed list left it out.
async fn with_tokens(graph: &Graph, user_id: &str, beta: bool, mut methods: Vec<Method>) -> Result<Vec<Method>, Error> {
    let unclear = methods.iter().any(|method| method.kind == Kind::HardwareOath && method.status.is_none());
    if !unclear || !beta {
        return Ok(methods);
    }
    let call = Call::get(Version::Beta, authentication(user_id, "hardwareOathMethods"), Context::Methods);
    let answer = graph.call(&call).await.map_err(Failure::into_error)?;
    if !answer.is_success() {
        return Ok(methods);
    }
    for token in collect(graph, answer, Some(Kind::HardwareOath)).await? {
        if let Some(method) = methods.iter_mut().find(|method| method.id == token.id) {
            *method = token;
        }
    }
    Ok(methods)
}

/// The lists per kind: for a token with granular permissions, and for clouds without the mixed list.
async fn kind_by_kind(
    graph: &Graph,
    user_id: &str,
    stable_only: bool,
    hidden: &mut KindSet,
) -> Result<Vec<Method>, Error> {
    let beta = !stable_only && !graph.session.no_beta.get();
    let mut methods = Vec::new();
    let mut readable = false;
    let mut refusal = None;
    let mut forbidden = graph.session.forbidden_kinds.get();
    hidden.extend(forbidden);
    for version in [Version::V1, Version::Beta] {
        let shelves = SHELVES.iter().filter(|shelf| shelf.version == version && !forbidden.contains(shelf.kind));
        let shelves: Vec<&Shelf> = shelves.collect();
        if version == Version::Beta && !beta {
            shelves.iter().for_each(|shelf| hidden.insert(shelf.kind));
            continue;
        }
        let call = |shelf: &&Shelf| Call::get(version, authentication(user_id, shelf.segment), Context::Methods);
        let calls: Vec<Call> = shelves.iter().map(call).collect();
        let answers = graph.all(&calls).await;
        for (shelf, answer) in shelves.into_iter().zip(answers) {
            let answer = answer.map_err(Failure::into_error)?;
            match answer.status.as_u16() {
                200..=299 if shelf.kind == Kind::QrCodePin => {
                    readable = true;
                    let code = answer.entity().map(|entity| Method::read(entity, Some(shelf.kind)));
                    methods.push(code.ok_or_else(|| answer.garbled(Context::Methods))?);
                }
                200..=299 => {
                    readable = true;
                    methods.extend(collect(graph, answer, Some(shelf.kind)).await?);
                }
                // This cloud does not have the kind: nothing to see, and nothing hidden.
                400 | 404 | 405 | 501 if answer.is_unrouted() => {}
                // How Graph says that there is none of a singleton, or of resource account keys.
                404 => readable = true,
                // The password is always there, and never touched: that it cannot be seen hides nothing.
                403 if shelf.kind == Kind::Password => {}
                400 | 403 | 405 => {
                    if answer.status.as_u16() == 403 {
                        forbidden.insert(shelf.kind);
                    }
                    hidden.insert(shelf.kind);
                    refusal.get_or_insert(answer);
                }
                _ => return Err(answer.to_error(Context::Methods)),
            }
        }
    }
    if readable {
        // An application's permissions are the same for every user; what a signed-in user may see is not.
        if graph.caller().await?.is_some_and(|caller| !caller.is_delegated()) {
            graph.session.forbidden_kinds.set(forbidden);
        }
        return Ok(methods);
    }
    Err(match refusal {
        Some(answer) => answer.to_error(Context::Methods),
        None => Error::new(
            ErrorCode::Unsupported,
            "this cloud offers no authentication methods through Graph",
            "Check `cloud`; some sovereign clouds can revoke sessions only.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_entity(json: Value) -> Method {
        Method::read(json.as_object().expect("an object"), None)
    }

    #[test]
    fn numbers_and_addresses_are_masked() {
        assert_eq!(masked_number("+1 4255550100"), "+1 XXXXXXXX00");
        assert_eq!(masked_number("+1 4255550100x12"), "+1 XXXXXXXX12");
        assert_eq!(masked_number("4255550100"), "XXXXXXXX00");
        assert_eq!(masked_number("+49 1234"), "+49 XXXXXXXX");
        assert_eq!(masked_number("+14255550100 1"), "XXXXXXXX01");
        assert_eq!(masked_address("adele@contoso.com"), "a***@contoso.com");
        assert_eq!(masked_address("nonsense"), "***");
    }

    #[test]
    fn a_kind_that_nobody_knows_yet_is_kept() {
        let method = read_entity(serde_json::json!({
            "@odata.type": "#microsoft.graph.carrierPigeonAuthenticationMethod", "id": "1", "displayName": "Bert"
        }));
        assert_eq!(
            (method.kind, method.label.as_str()),
            (Kind::Unknown, "microsoft.graph.carrierPigeonAuthenticationMethod")
        );
    }

    #[test]
    fn a_preference_for_codes_points_at_tokens_before_apps() {
        let app = read_entity(serde_json::json!({
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": "app" }));
        let token = read_entity(serde_json::json!({
            "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod", "id": "token" }));
        assert_eq!(preferred(&[app.clone(), token.clone()], "oath"), [1]);
        assert_eq!(preferred(std::slice::from_ref(&app), "oath"), [0]);
        assert_eq!(preferred(&[app, token], "push"), [0]);
    }
}
