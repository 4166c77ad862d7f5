use crate::answer::object;
use crate::entity::Entity;
use crate::kind::Kind;
use crate::seed::SeedUser;
use serde_json::{Map, Value};

pub(crate) const PASSWORD_ID: &str = "28c10230-6103-485e-b985-444c60001490";
pub(crate) const MOBILE_ID: &str = "3179e48a-750b-4051-897c-87b9720928f7";
pub(crate) const ALTERNATE_MOBILE_ID: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";
pub(crate) const OFFICE_ID: &str = "e37fc753-ff3b-4958-9484-eaa9425c82bc";
pub(crate) const EMAIL_ID: &str = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";

/// One user as the tenant holds it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) seed: SeedUser,
    pub(crate) methods: Vec<Registered>,
    /// The tenant's groups that the user is in, and whether directly.
    pub(crate) member_of: Vec<(usize, bool)>,
    /// The default before the last change, and until when it still counts.
    pub(crate) former_preference: Option<(String, u64)>,
    /// The HTTP request that wrote last, and until when its answer is out.
    pub(crate) writing: (u64, u64),
}

/// One registered method, and what late lists make of it.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) kind: Kind,
    /// Of a phone.
    pub(crate) phone_type: &'static str,
    pub(crate) id: Box<str>,
    pub(crate) entity: Entity,
    pub(crate) shows_from: u64,
    /// Removed; still shown until then.
    pub(crate) gone: Option<u64>,
    /// A DELETE has answered that it is removed, be it true or not.
    pub(crate) told_gone: bool,
    /// What it was before it changed; shown until then.
    pub(crate) former: Option<Box<(Entity, u64)>>,
}

impl Registered {
    pub(crate) fn new(entity: &Map<String, Value>) -> Registered {
        let kind = Kind::of_type(text(entity, "@odata.type"));
        Registered {
            kind,
            phone_type: phone_type(text(entity, "phoneType")),
            id: text(entity, "id").into(),
            entity: Entity::of(entity),
            shows_from: 0,
            gone: None,
            told_gone: false,
            former: None,
        }
    }

    /// A GUID is the same in any case; other ids are base64, where case matters.
    pub(crate) fn is_called(&self, id: &str) -> bool {
        *self.id == *id || (id.len() == 36 && self.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn exists(&self) -> bool {
        self.gone.is_none()
    }

    pub(crate) fn shows(&self, now: u64) -> bool {
        self.shows_from <= now && self.gone.is_none_or(|until| now < until)
    }

    /// What a late list shows of it.
    pub(crate) fn shown(&self, now: u64) -> &Entity {
        match self.former.as_deref() {
            Some((former, until)) if now < *until => former,
            _ => &self.entity,
        }
    }

    /// Changes it; late lists show what it was until then.
    pub(crate) fn change(&mut self, entity: &Map<String, Value>, late_until: u64) {
        let former = std::mem::replace(&mut self.entity, Entity::of(entity));
        self.former = Some(Box::new((former, late_until)));
    }
}

impl Account {
    /// `password` is what everybody has whose seed tells of none.
    pub(crate) fn new(mut seed: SeedUser, position: usize, password: &Registered) -> Account {
        if seed.id.is_empty() {
            seed.id = format!("00000000-0000-4000-8000-{position:012}");
        }
        let entities = std::mem::take(&mut seed.methods);
        let mut methods: Vec<Registered> = Vec::with_capacity(entities.len() + 1);
        if !entities.iter().any(|entity| Kind::of_type(text(entity, "@odata.type")) == Kind::Password) {
            methods.push(password.clone());
        }
        for mut entity in entities {
            complete(&mut entity, || format!("00000000-0000-4000-9{:03}-{position:012}", methods.len()));
            methods.push(Registered::new(&entity));
        }
        Account { seed, methods, member_of: Vec::new(), former_preference: None, writing: (0, 0) }
    }

    pub(crate) fn is_external(&self) -> bool {
        self.seed.user_type.eq_ignore_ascii_case("guest")
            && self.seed.user_principal_name.to_ascii_uppercase().contains("#EXT#")
    }

    pub(crate) fn preference(&self) -> &str {
        &self.seed.sign_in_preferences.user_preferred_method_for_secondary_authentication
    }

    /// The default that the backend goes by, which may be late.
    pub(crate) fn preference_at(&self, now: u64) -> &str {
        match &self.former_preference {
            Some((former, until)) if now < *until => former,
            _ => self.preference(),
        }
    }

    pub(crate) fn prefer(&mut self, preference: &str, late_until: u64) {
        let stored = &mut self.seed.sign_in_preferences.user_preferred_method_for_secondary_authentication;
        let former = std::mem::replace(stored, preference.to_owned());
        self.former_preference = Some((former, late_until));
    }
}

/// The password that everybody has.
pub(crate) fn password() -> Registered {
    Registered::new(&object(&mut [
        ("@odata.type", "#microsoft.graph.passwordAuthenticationMethod".into()),
        ("id", PASSWORD_ID.into()),
        ("password", Value::Null),
        ("createdDateTime", Value::Null),
    ]))
}

/// Gives an entity an id where it has none, and takes out what Graph never shows.
pub(crate) fn complete(entity: &mut Map<String, Value>, fallback_id: impl FnOnce() -> String) {
    let kind = Kind::of_type(text(entity, "@odata.type"));
    if text(entity, "id").is_empty() {
        let fixed = match kind {
            Kind::Password => Some(PASSWORD_ID),
            Kind::Email => Some(EMAIL_ID),
            Kind::Phone => phone_id(text(entity, "phoneType")),
            _ => None,
        };
        entity.insert("id".into(), fixed.map_or_else(fallback_id, str::to_owned).into());
    }
    match kind {
        Kind::Password => drop(entity.insert("password".into(), Value::Null)),
        Kind::SoftwareOath => drop(entity.insert("secretKey".into(), Value::Null)),
        _ => {}
    }
}

pub(crate) fn text<'a>(entity: &'a Map<String, Value>, name: &str) -> &'a str {
    entity.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn phone_type(name: &str) -> &'static str {
    ["mobile", "alternateMobile", "office"].into_iter().find(|known| *known == name).unwrap_or_default()
}

pub(crate) fn phone_id(phone_type: &str) -> Option<&'static str> {
    match phone_type {
        "mobile" => Some(MOBILE_ID),
        "alternateMobile" => Some(ALTERNATE_MOBILE_ID),
        "office" => Some(OFFICE_ID),
        _ => None,
    }
}
