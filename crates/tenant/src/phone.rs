use crate::account::{phone_id, text};
use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::kind::Kind;
use crate::tenant::Tenant;
use serde_json::{Map, Value};

impl Tenant {
    pub(crate) fn add_phone(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, Some(Kind::Phone))?;
        let body = call.object_of(&["phoneNumber", "phoneType"])?;
        let number = number(body)?.to_owned();
        let phone_type = text(body, "phoneType").to_owned();
        let id = phone_id(&phone_type).ok_or_else(|| Answer::bad_request("Invalid phone type."))?;
        self.begin_write(call, user);
        if self.place(user, Kind::Phone, id).is_ok() {
            return Err(Answer::bad_request(format!("A phone of type {phone_type} is registered already.")));
        }
        if phone_type == "alternateMobile" && !self.has_mobile(user) {
            return Err(Answer::bad_request("An alternate mobile phone needs a mobile phone."));
        }
        let entity = object(&mut [
            ("@odata.type", "#microsoft.graph.phoneAuthenticationMethod".into()),
            ("id", id.into()),
            ("phoneNumber", number.into()),
            ("phoneType", phone_type.as_str().into()),
            ("smsSignInState", if phone_type == "mobile" { "ready" } else { "notSupported" }.into()),
        ]);
        let mut entity = self.register(call, user, entity);
        entity.remove("@odata.type");
        Ok(Answer::json(201, Value::Object(entity)))
    }

    pub(crate) fn change_phone(&mut self, call: &Call, user: usize, id: &str) -> Reply {
        self.permit_methods(call, user, Some(Kind::Phone))?;
        let body = call.object_of(&["phoneNumber", "phoneType"])?;
        let number = number(body)?.to_owned();
        let phone_type = body.get("phoneType").and_then(Value::as_str).map(str::to_owned);
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let place = self.place(user, Kind::Phone, id)?;
        let until = call.now + self.seed.settings.list_lag_milliseconds;
        let method = &mut self.accounts[user].methods[place];
        if phone_type.is_some_and(|phone_type| phone_type != method.phone_type) {
            return Err(Answer::bad_request("The type of a phone cannot be changed."));
        }
        let mut entity = method.entity.parsed();
        entity.insert("phoneNumber".into(), number.into());
        method.change(&entity, until);
        Ok(Answer::no_content())
    }

    pub(crate) fn add_email(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, Some(Kind::Email))?;
        let address = address(call.object_of(&["emailAddress"])?)?.to_owned();
        self.begin_write(call, user);
        if self.accounts[user].methods.iter().any(|method| method.kind == Kind::Email && method.exists()) {
            return Err(Answer::bad_request("An email address is registered already."));
        }
        let entity = object(&mut [
            ("@odata.type", "#microsoft.graph.emailAuthenticationMethod".into()),
            ("emailAddress", address.into()),
        ]);
        let mut entity = self.register(call, user, entity);
        entity.remove("@odata.type");
        Ok(Answer::json(201, Value::Object(entity)))
    }

    pub(crate) fn change_email(&mut self, call: &Call, user: usize, id: &str) -> Reply {
        self.permit_methods(call, user, Some(Kind::Email))?;
        let address = address(call.object_of(&["emailAddress"])?)?.to_owned();
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let place = self.place(user, Kind::Email, id)?;
        let until = call.now + self.seed.settings.list_lag_milliseconds;
        let method = &mut self.accounts[user].methods[place];
        let mut entity = method.entity.parsed();
        entity.insert("emailAddress".into(), address.into());
        method.change(&entity, until);
        Ok(Answer::no_content())
    }

    fn has_mobile(&self, user: usize) -> bool {
        phone_id("mobile").is_some_and(|id| self.place(user, Kind::Phone, id).is_ok())
    }
}

/// `+{country} {number}`, with or without `x{extension}`: the blank is part of the format.
fn number(body: &Map<String, Value>) -> Result<&str, Answer> {
    let number = text(body, "phoneNumber");
    let is_number = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let whole = number.strip_prefix('+').and_then(|rest| rest.split_once(' ')).is_some_and(|(country, rest)| {
        let (local, extension) = rest.split_once('x').unwrap_or((rest, "0"));
        is_number(country) && country.len() <= 3 && is_number(local) && is_number(extension)
    });
    if whole { Ok(number) } else { Err(Answer::bad_request("Invalid phone number.")) }
}

fn address(body: &Map<String, Value>) -> Result<&str, Answer> {
    let address = text(body, "emailAddress");
    let whole = address.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'));
    if whole { Ok(address) } else { Err(Answer::bad_request("Invalid email address.")) }
}
