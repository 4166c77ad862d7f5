use crate::account::{Account, Registered, text};
use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::default_rule::{Verdict, judge};
use crate::kind::Kind;
use crate::pass;
use crate::settings::{Cloud, ExternalDelete};
use crate::tenant::Tenant;
use serde_json::{Map, Value, json};

impl Tenant {
    /// `/users/{id}/authentication/…`, `rest` being what follows.
    pub(crate) fn authentication(&mut self, call: &Call, user: usize, rest: &[&str]) -> Reply {
        let Some((&segment, rest)) = rest.split_first() else {
            return Err(Answer::not_allowed());
        };
        if segment.eq_ignore_ascii_case("methods") {
            return self.mixed(call, user, rest);
        }
        if segment.eq_ignore_ascii_case("signInPreferences") {
            return if call.is_beta() { self.preferences(call, user) } else { call.beta_only(segment) };
        }
        if segment.eq_ignore_ascii_case("requirements") {
            return if call.is_beta() { self.requirements(call, user) } else { call.beta_only(segment) };
        }
        let cloud = self.seed.settings.cloud;
        let Some(kind) = Kind::of_segment(segment).filter(|kind| kind.exists_in(cloud)) else {
            return Err(Answer::no_segment(segment));
        };
        if kind.is_beta_only() && !call.is_beta() {
            return call.beta_only(segment);
        }
        match (kind, rest) {
            (Kind::QrCodePin, []) => self.qr_code_pin(call, user),
            (Kind::QrCodePin, _) => Err(Answer::no_segment(rest[0])),
            (_, []) if call.method == "POST" => self.create(call, user, kind),
            (_, []) => self.list(call, user, kind),
            (_, [id]) if call.method == "DELETE" => self.delete(call, user, kind, id),
            (_, [id]) if call.method == "PATCH" => self.update(call, user, kind, id),
            (_, [id]) => self.item(call, user, kind, id),
            (Kind::External, [id, "$ref"]) => {
                call.expect("DELETE")?;
                self.delete(call, user, kind, id)
            }
            (Kind::HardwareOath, [id, action]) if action.eq_ignore_ascii_case("deactivate") => {
                call.expect("POST")?;
                self.deactivate(call, user, id)
            }
            (_, [_, unknown, ..]) => Err(Answer::no_segment(unknown)),
        }
    }

    fn mixed(&mut self, call: &Call, user: usize, rest: &[&str]) -> Reply {
        if self.seed.settings.cloud == Cloud::China {
            return Err(Answer::no_segment("methods"));
        }
        let item = match rest {
            [] => None,
            [id] => Some(*id),
            [_, unknown, ..] => return Err(Answer::no_segment(unknown)),
        };
        if call.method == "DELETE" && item.is_some() {
            self.violate("genericDelete", "A DELETE came to authentication/methods, which routes none.", call.now);
            return Err(Answer::unrouted(&call.path));
        }
        call.expect("GET")?;
        self.permit_methods(call, user, None)?;
        call.only_options(&[])?;
        let cloud = self.seed.settings.cloud;
        let shown: Vec<Value> = self.accounts[user]
            .methods
            .iter()
            .filter(|method| method.shows(call.now) && method.kind.exists_in(cloud))
            .filter(|method| call.is_beta() || !method.kind.is_beta_only())
            .filter(|method| item.is_none_or(|id| method.is_called(id)))
            .map(|method| {
                let mut entity = self.show(call, user, method);
                entity.insert("@odata.type".into(), text(&method.entity, "@odata.type").into());
                if method.kind == Kind::HardwareOath && !self.seed.settings.device_in_mixed_list {
                    entity.remove("device");
                }
                Value::Object(entity)
            })
            .collect();
        match item {
            None => {
                let context = self.methods_context(call, user, "methods");
                Ok(Answer::ok(json!({"@odata.context": context, "value": shown})))
            }
            Some(_) => shown.into_iter().next().map(Answer::ok).ok_or_else(Answer::method_gone),
        }
    }

    fn methods_context(&self, call: &Call, user: usize, segment: &str) -> Value {
        let id = &self.accounts[user].seed.id;
        call.context(self.seed.settings.cloud.graph(), &format!("users('{id}')/authentication/{segment}"))
    }

    /// A method as a read of its own kind shows it: without a type, without secrets, phones masked for some.
    fn show(&self, call: &Call, user: usize, method: &Registered) -> Map<String, Value> {
        let mut entity = method.shown(call.now).clone();
        entity.remove("@odata.type");
        match method.kind {
            Kind::Phone if self.masks_phones(call) => {
                let masked = mask(text(&entity, "phoneNumber"));
                entity.insert("phoneNumber".into(), masked.into());
            }
            Kind::Pass => pass::refresh(&mut entity, &self.accounts[user].seed.id, &self.seed.settings, call.now),
            Kind::Password => drop(entity.insert("password".into(), Value::Null)),
            Kind::SoftwareOath => drop(entity.insert("secretKey".into(), Value::Null)),
            _ => {}
        }
        entity
    }

    fn list(&mut self, call: &Call, user: usize, kind: Kind) -> Reply {
        call.expect("GET")?;
        self.permit_methods(call, user, Some(kind))?;
        call.only_options(match kind {
            Kind::HardwareOath => &["$select", "$filter", "$top", "$expand"],
            Kind::ResourceAccountKey => &["$select", "$top", "$skip", "$count"],
            _ => &[],
        })?;
        let shown: Vec<Value> = self.accounts[user]
            .methods
            .iter()
            .filter(|method| method.kind == kind && method.shows(call.now))
            .map(|method| Value::Object(self.show(call, user, method)))
            .collect();
        if kind == Kind::ResourceAccountKey && shown.is_empty() {
            return Err(Answer::method_gone());
        }
        let context = self.methods_context(call, user, kind.segment());
        Ok(Answer::ok(json!({"@odata.context": context, "value": shown})))
    }

    fn item(&mut self, call: &Call, user: usize, kind: Kind, id: &str) -> Reply {
        call.expect("GET")?;
        self.permit_methods(call, user, Some(kind))?;
        call.only_options(&["$expand"])?;
        let method = self.accounts[user]
            .methods
            .iter()
            .find(|method| method.kind == kind && method.shows(call.now) && method.is_called(id))
            .ok_or_else(Answer::method_gone)?;
        let entity = Value::Object(self.show(call, user, method));
        if self.seed.settings.wrap_items {
            return Ok(Answer::ok(json!({"value": entity})));
        }
        let mut whole =
            object(&mut [("@odata.context", self.methods_context(call, user, &format!("{}/$entity", kind.segment())))]);
        if let Value::Object(entity) = entity {
            whole.extend(entity);
        }
        Ok(Answer::ok(Value::Object(whole)))
    }

    fn qr_code_pin(&mut self, call: &Call, user: usize) -> Reply {
        let is_delete = call.method == "DELETE";
        let known = |method: &&Registered| {
            method.kind == Kind::QrCodePin && if is_delete { method.exists() } else { method.shows(call.now) }
        };
        let id = self.accounts[user].methods.iter().find(known).map(|method| method.id.clone()).unwrap_or_default();
        if is_delete {
            self.delete(call, user, Kind::QrCodePin, &id)
        } else {
            self.item(call, user, Kind::QrCodePin, &id)
        }
    }

    fn delete(&mut self, call: &Call, user: usize, kind: Kind, id: &str) -> Reply {
        if kind == Kind::Password {
            self.violate("passwordDelete", "A DELETE came to passwordMethods.", call.now);
            return Err(Answer::not_allowed());
        }
        self.permit_methods(call, user, Some(kind))?;
        if kind == Kind::External {
            self.external_form(call)?;
        }
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let place = self.place(user, kind, id)?;
        let settings = &self.seed.settings;
        let account = &self.accounts[user];
        order_of_phones(account, place)?;
        let obeys = kind != Kind::HardwareOath || settings.hardware_oath_obeys_default_rule;
        let last = match judge(account, place, settings, call.now) {
            Verdict::Refused(refusal) if obeys => return Err(refusal),
            Verdict::Free => false,
            Verdict::Last | Verdict::Refused(_) => true,
        };
        let until = call.now + settings.list_lag_milliseconds;
        let account = &mut self.accounts[user];
        account.methods[place].gone = Some(until);
        if last {
            account.prefer("none", call.now);
        }
        Ok(Answer::no_content())
    }

    /// Only one of the two forms is routed.
    fn external_form(&self, call: &Call) -> Result<(), Answer> {
        let reference = call.segments.last().is_some_and(|last| last == "$ref");
        let routed = match self.seed.settings.external_delete {
            ExternalDelete::Reference => reference,
            ExternalDelete::Plain => !reference,
            ExternalDelete::Either => true,
        };
        if routed {
            return Ok(());
        }
        Err(match self.seed.settings.external_delete_refusal_status {
            405 => Answer::not_allowed(),
            400 => Answer::no_segment(call.segments.last().map_or("", String::as_str)),
            _ => Answer::unrouted(&call.path),
        })
    }

    /// The token stays with the user, but no longer answers.
    fn deactivate(&mut self, call: &Call, user: usize, id: &str) -> Reply {
        self.permit_methods(call, user, Some(Kind::HardwareOath))?;
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let place = self.place(user, Kind::HardwareOath, id)?;
        let settings = &self.seed.settings;
        let last = match judge(&self.accounts[user], place, settings, call.now) {
            Verdict::Refused(refusal) if settings.hardware_oath_obeys_default_rule => return Err(refusal),
            Verdict::Free => false,
            Verdict::Last | Verdict::Refused(_) => true,
        };
        let until = call.now + settings.list_lag_milliseconds;
        let account = &mut self.accounts[user];
        let method = &mut account.methods[place];
        let former = method.entity.clone();
        let device = method.entity.entry("device").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(device) = device {
            if text(device, "status") == "assigned" {
                return Err(Answer::bad_request("The hardware OATH token is not activated."));
            }
            device.insert("status".into(), "assigned".into());
        }
        method.former = Some((former, until));
        if last {
            account.prefer("none", call.now);
        }
        Ok(Answer::no_content())
    }

    /// Where the method stands that the backend still has.
    pub(crate) fn place(&self, user: usize, kind: Kind, id: &str) -> Result<usize, Answer> {
        self.accounts[user]
            .methods
            .iter()
            .position(|method| method.kind == kind && method.exists() && method.is_called(id))
            .ok_or_else(Answer::method_gone)
    }

    fn create(&mut self, call: &Call, user: usize, kind: Kind) -> Reply {
        match kind {
            Kind::Pass => self.issue_pass(call, user),
            Kind::Phone => self.add_phone(call, user),
            Kind::Email => self.add_email(call, user),
            _ => Err(Answer::not_allowed()),
        }
    }

    fn update(&mut self, call: &Call, user: usize, kind: Kind, id: &str) -> Reply {
        match kind {
            Kind::Phone => self.change_phone(call, user, id),
            Kind::Email => self.change_email(call, user, id),
            _ => Err(Answer::not_allowed()),
        }
    }

    /// The 201 of a new method, which lists show late.
    pub(crate) fn register(&mut self, call: &Call, user: usize, entity: Map<String, Value>) -> Registered {
        let mut method = Registered::new(entity, self.new_id());
        method.shows_from = call.now + self.seed.settings.list_lag_milliseconds;
        self.accounts[user].methods.push(method.clone());
        method
    }
}

/// The alternate mobile leans on the mobile.
fn order_of_phones(account: &Account, place: usize) -> Result<(), Answer> {
    let leans =
        |other: &Registered| other.kind == Kind::Phone && other.exists() && other.phone_type() == "alternateMobile";
    let method = &account.methods[place];
    if method.kind == Kind::Phone && method.phone_type() == "mobile" && account.methods.iter().any(leans) {
        return Err(Answer::bad_request(
            "Mobile phone cannot be deleted while an alternate mobile phone is registered.",
        ));
    }
    Ok(())
}

fn mask(number: &str) -> String {
    let (country, rest) = number.split_once(' ').unwrap_or(("", number));
    let digits: Vec<char> = rest.chars().filter(char::is_ascii_digit).collect();
    let shown = digits.len().saturating_sub(2);
    let end: String = digits[shown..].iter().collect();
    format!("{country} {}{end}", "X".repeat(shown)).trim_start().to_owned()
}
