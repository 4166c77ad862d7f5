use crate::kind::Kind;
use crate::seed::SeedUser;
use serde_json::{Map, Value, json};

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
    /// The default before the last change, and until when it still counts.
    pub(crate) former_preference: Option<(String, u64)>,
    /// The HTTP request that wrote last, and until when its answer is out.
    pub(crate) writing: (u64, u64),
}

/// One registered method, and what late lists make of it.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) entity: Map<String, Value>,
    pub(crate) shows_from: u64,
    /// Removed; still shown until then.
    pub(crate) gone: Option<u64>,
    /// What it was before it changed; shown until then.
    pub(crate) former: Option<(Map<String, Value>, u64)>,
}

impl Registered {
    pub(crate) fn new(mut entity: Map<String, Value>, fallback_id: String) -> Registered {
        let kind = Kind::of_type(text(&entity, "@odata.type"));
        if text(&entity, "id").is_empty() {
            let id = match kind {
                Kind::Password => PASSWORD_ID.to_owned(),
                Kind::Email => EMAIL_ID.to_owned(),
                Kind::Phone => phone_id(text(&entity, "phoneType")).map_or(fallback_id, str::to_owned),
                _ => fallback_id,
            };
            entity.insert("id".into(), id.into());
        }
        let id = text(&entity, "id").to_owned();
        Registered { kind, id, entity, shows_from: 0, gone: None, former: None }
    }

    /// A GUID is the same in any case; other ids are base64, where case matters.
    pub(crate) fn is_called(&self, id: &str) -> bool {
        self.id == id || (id.len() == 36 && self.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn exists(&self) -> bool {
        self.gone.is_none()
    }

    pub(crate) fn shows(&self, now: u64) -> bool {
        self.shows_from <= now && self.gone.is_none_or(|until| now < until)
    }

    /// What a late list shows of it.
    pub(crate) fn shown(&self, now: u64) -> &Map<String, Value> {
        match &self.former {
            Some((former, until)) if now < *until => former,
            _ => &self.entity,
        }
    }

    pub(crate) fn phone_type(&self) -> &str {
        text(&self.entity, "phoneType")
    }
}

impl Account {
    pub(crate) fn new(mut seed: SeedUser, position: usize) -> Account {
        if seed.id.is_empty() {
            seed.id = format!("00000000-0000-4000-8000-{position:012}");
        }
        let mut entities = std::mem::take(&mut seed.methods);
        if !entities.iter().any(|entity| Kind::of_type(text(entity, "@odata.type")) == Kind::Password) {
            let password = json!({
                "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
                "id": PASSWORD_ID,
                "password": null,
                "createdDateTime": null
            });
            if let Value::Object(password) = password {
                entities.insert(0, password);
            }
        }
        let methods = entities
            .into_iter()
            .enumerate()
            .map(|(place, entity)| Registered::new(entity, format!("00000000-0000-4000-9{place:03}-{position:012}")))
            .collect();
        Account { seed, methods, former_preference: None, writing: (0, 0) }
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

pub(crate) fn text<'a>(entity: &'a Map<String, Value>, name: &str) -> &'a str {
    entity.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn phone_id(phone_type: &str) -> Option<&'static str> {
    match phone_type {
        "mobile" => Some(MOBILE_ID),
        "alternateMobile" => Some(ALTERNATE_MOBILE_ID),
        "office" => Some(OFFICE_ID),
        _ => None,
    }
}
