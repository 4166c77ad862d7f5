use crate::account::{Account, Registered, complete, text};
use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::default_rule::{Verdict, judge};
use crate::kind::Kind;
use crate::pass;
use crate::settings::Cloud;
use crate::tenant::Tenant;
use serde_json::{Map, Value};

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
                self.deactivate_token(call, user, id)
            }
            (Kind::HardwareOath, [id, action]) if action.eq_ignore_ascii_case("activate") => {
                call.expect("POST")?;
                self.activate_token(call, user, id)
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
        let mut shown = self.accounts[user]
            .methods
            .iter()
            .filter(|method| method.shows(call.now) && method.kind.exists_in(cloud))
            .filter(|method| call.is_beta() || !method.kind.is_beta_only())
            .filter(|method| item.is_none_or(|id| method.is_called(id)))
            .map(|method| self.show(call, user, method, Shape::Mixed));
        match item {
            None => Ok(Answer::text(self.listed(call, user, "methods", shown))),
            Some(_) => shown.next().map(Answer::text).ok_or_else(Answer::method_gone),
        }
    }

    /// A list of what is shown.
    fn listed(&self, call: &Call, user: usize, segment: &str, shown: impl Iterator<Item = String>) -> String {
        let mut list = format!("{{\"@odata.context\":{},\"value\":[", self.methods_context(call, user, segment));
        for (place, entity) in shown.enumerate() {
            if place > 0 {
                list.push(',');
            }
            list.push_str(&entity);
        }
        list.push_str("]}");
        list
    }

    fn methods_context(&self, call: &Call, user: usize, segment: &str) -> Value {
        let id = &self.accounts[user].seed.id;
        call.context(self.seed.settings.cloud.graph(), &format!("users('{id}')/authentication/{segment}"))
    }

    /// A method as JSON: without secrets, phones masked for some.
    fn show(&self, call: &Call, user: usize, method: &Registered, shape: Shape) -> String {
        let shown = method.shown(call.now);
        let without_device = shape == Shape::Mixed && !self.seed.settings.device_in_mixed_list;
        let changes = match method.kind {
            Kind::Phone => self.masks_phones(call),
            Kind::HardwareOath => without_device,
            Kind::Pass => true,
            _ => false,
        };
        if !changes {
            return match shape {
                Shape::Mixed => shown.whole().to_owned(),
                Shape::OwnKind => ["{", shown.properties()].concat(),
            };
        }
        let mut entity = shown.parsed();
        if shape == Shape::OwnKind {
            entity.remove("@odata.type");
        }
        match method.kind {
            Kind::Phone => {
                let masked = mask(text(&entity, "phoneNumber"));
                entity.insert("phoneNumber".into(), masked.into());
            }
            Kind::Pass => pass::refresh(&mut entity, self.includes_in_passes(user), call.now),
            _ => drop(entity.remove("device")),
        }
        Value::Object(entity).to_string()
    }

    fn list(&mut self, call: &Call, user: usize, kind: Kind) -> Reply {
        call.expect("GET")?;
        self.permit_methods(call, user, Some(kind))?;
        call.only_options(match kind {
            Kind::HardwareOath => &["$select", "$filter", "$top", "$expand"],
            Kind::ResourceAccountKey => &["$select", "$top", "$skip", "$count"],
            _ => &[],
        })?;
        let mut shown = self.accounts[user]
            .methods
            .iter()
            .filter(|method| method.kind == kind && method.shows(call.now))
            .map(|method| self.show(call, user, method, Shape::OwnKind))
            .peekable();
        if kind == Kind::ResourceAccountKey && shown.peek().is_none() {
            return Err(Answer::method_gone());
        }
        Ok(Answer::text(self.listed(call, user, kind.segment(), shown)))
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
        let entity = self.show(call, user, method, Shape::OwnKind);
        if self.seed.settings.wrap_items {
            return Ok(Answer::text(format!("{{\"value\":{entity}}}")));
        }
        let context = self.methods_context(call, user, &format!("{}/$entity", kind.segment()));
        Ok(Answer::text(format!("{{\"@odata.context\":{context},{}", &entity[1..])))
    }

    fn qr_code_pin(&mut self, call: &Call, user: usize) -> Reply {
        let is_delete = call.method == "DELETE";
        let known = |method: &&Registered| {
            method.kind == Kind::QrCodePin && if is_delete { method.exists() } else { method.shows(call.now) }
        };
        let id = self.accounts[user].methods.iter().find(known).map(|method| method.id.to_string()).unwrap_or_default();
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
        let lost = self.begin_write(call, user);
        let place = match self.place(user, kind, id) {
            Ok(place) => place,
            Err(_) if lost => return Ok(Answer::no_content()),
            Err(gone) => {
                let methods = &self.accounts[user].methods;
                let removed = methods.iter().any(|method| method.kind == kind && method.is_called(id));
                self.counted.deletes_of_what_was_gone += u64::from(removed);
                return Err(gone);
            }
        };
        if lost {
            self.tell_gone(user, place);
            return Ok(Answer::no_content());
        }
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
        if kind == Kind::HardwareOath {
            self.return_token(user, place);
        }
        self.counted.deletes += 1;
        self.tell_gone(user, place);
        Ok(Answer::no_content())
    }

    fn tell_gone(&mut self, user: usize, place: usize) {
        let method = &mut self.accounts[user].methods[place];
        self.counted.repeated_deletes += u64::from(method.told_gone);
        method.told_gone = true;
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
            Kind::HardwareOath => self.assign_token(call, user),
            Kind::External => self.add_external(call, user),
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

    /// Adds a method, which lists show late, and gives it an id.
    pub(crate) fn register(&mut self, call: &Call, user: usize, mut entity: Map<String, Value>) -> Map<String, Value> {
        let id = self.new_id();
        complete(&mut entity, || id);
        let mut method = Registered::new(&entity);
        method.shows_from = call.now + self.seed.settings.list_lag_milliseconds;
        self.accounts[user].methods.push(method);
        entity
    }
}

/// Where a method is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Among all kinds, with its type.
    Mixed,
    /// Where the path tells the type.
    OwnKind,
}

/// The alternate mobile leans on the mobile.
fn order_of_phones(account: &Account, place: usize) -> Result<(), Answer> {
    let leans =
        |other: &Registered| other.kind == Kind::Phone && other.exists() && other.phone_type == "alternateMobile";
    let method = &account.methods[place];
    if method.kind == Kind::Phone && method.phone_type == "mobile" && account.methods.iter().any(leans) {
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
