//! Hardware OATH tokens: the directory's inventory, and what a user has of it. A token's method has its device's id.

use crate::account::text;
use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::clock;
use crate::default_rule::{Verdict, judge};
use crate::directory::unsupported;
use crate::kind::Kind;
use crate::tenant::Tenant;
use serde_json::{Map, Value, json};

const INVENTORY: &str = "directory/authenticationMethodDevices/hardwareOathDevices";

impl Tenant {
    /// Gives the user a token of the inventory that nobody has. It answers only once it is activated.
    pub(crate) fn assign_token(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, Some(Kind::HardwareOath))?;
        let body = call.object_of(&["device"])?;
        let id = body.get("device").and_then(Value::as_object).map_or("", |device| text(device, "id")).to_owned();
        if id.is_empty() {
            return Err(Answer::bad_request("A device with its id is needed."));
        }
        self.begin_write(call, user);
        let is_it = |device: &Map<String, Value>| text(device, "id").eq_ignore_ascii_case(&id);
        let Some(place) = self.spare_tokens.iter().position(is_it) else {
            let taken = self.assigned_tokens().any(|device| is_it(&device));
            return Err(Answer::bad_request(if taken {
                "The hardware OATH token is assigned already."
            } else {
                "The hardware OATH token is not in the directory."
            }));
        };
        let mut device = self.spare_tokens.remove(place);
        let seed = &self.accounts[user].seed;
        device.insert("status".into(), "assigned".into());
        device.insert("assignedTo".into(), json!({"id": seed.id, "displayName": seed.display_name}));
        let entity = object(&mut [
            ("@odata.type", "#microsoft.graph.hardwareOathAuthenticationMethod".into()),
            ("id", text(&device, "id").into()),
            ("createdDateTime", clock::rfc3339(call.now).into()),
            ("device", device.into()),
        ]);
        let mut answer = self.register(call, user, entity);
        // What a client needs to know of the device it knows already; the published answer leaves it out.
        answer.remove("device");
        Ok(Answer::json(201, answer.into()))
    }

    /// Activates an assigned token with the code that it shows.
    pub(crate) fn activate_token(&mut self, call: &Call, user: usize, id: &str) -> Reply {
        self.permit_methods(call, user, Some(Kind::HardwareOath))?;
        let body = call.object_of(&["verificationCode", "displayName"])?;
        let code = text(body, "verificationCode");
        let right = code == self.seed.settings.hardware_oath_code;
        let name = body.get("displayName").and_then(Value::as_str).map(str::to_owned);
        if self.begin_write(call, user) {
            return Ok(Answer::no_content());
        }
        let place = self.place(user, Kind::HardwareOath, id)?;
        if !right {
            return Err(Answer::bad_request("The verification code is not valid."));
        }
        self.change_token(call, user, place, "activated", name)?;
        Ok(Answer::no_content())
    }

    /// The token stays with the user, but no longer answers.
    pub(crate) fn deactivate_token(&mut self, call: &Call, user: usize, id: &str) -> Reply {
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
        self.change_token(call, user, place, "assigned", None)?;
        if last {
            self.accounts[user].prefer("none", call.now);
        }
        Ok(Answer::no_content())
    }

    /// Moves a token to another status, unless it has it already.
    fn change_token(
        &mut self,
        call: &Call,
        user: usize,
        place: usize,
        status: &str,
        name: Option<String>,
    ) -> Result<(), Answer> {
        let until = call.now + self.seed.settings.list_lag_milliseconds;
        let method = &mut self.accounts[user].methods[place];
        let mut entity = method.entity.parsed();
        let device = entity.entry("device").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(device) = device {
            if text(device, "status") == status {
                return Err(Answer::bad_request(match status {
                    "activated" => "The hardware OATH token is activated already.",
                    _ => "The hardware OATH token is not activated.",
                }));
            }
            device.insert("status".into(), status.into());
            if let Some(name) = name {
                device.insert("displayName".into(), name.into());
            }
        }
        method.change(&entity, until);
        Ok(())
    }

    /// A token that was taken from its user stays in the directory.
    pub(crate) fn return_token(&mut self, user: usize, place: usize) {
        let entity = self.accounts[user].methods[place].entity.parsed();
        if let Some(Value::Object(device)) = entity.get("device") {
            self.spare_tokens.push(spare(device.clone()));
        }
    }

    fn assigned_tokens(&self) -> impl Iterator<Item = Map<String, Value>> {
        let methods = self.accounts.iter().flat_map(|account| &account.methods);
        let tokens = methods.filter(|method| method.kind == Kind::HardwareOath && method.exists());
        tokens.filter_map(|method| match method.entity.parsed().remove("device") {
            Some(Value::Object(device)) => Some(device),
            _ => None,
        })
    }

    /// `/directory/authenticationMethodDevices/hardwareOathDevices`: all tokens. Which permissions it takes is general
    /// knowledge. The published example shows methods in place of devices, against its own description.
    pub(crate) fn token_inventory(&mut self, call: &Call) -> Reply {
        if !call.is_beta() {
            return call.beta_only("authenticationMethodDevices");
        }
        if !Kind::HardwareOath.exists_in(self.seed.settings.cloud) {
            return Err(Answer::no_segment("authenticationMethodDevices"));
        }
        if call.is_write() {
            self.unrouted_write(call);
            return Err(Answer::not_allowed());
        }
        self.permit_policy(call)?;
        call.only_options(&["$filter", "$top", "$skiptoken"])?;
        let filter = call.option("$filter").map(condition).transpose()?;
        let matches = |device: &Map<String, Value>| filter.is_none_or(|(name, value)| text(device, name) == value);
        let spare = self.spare_tokens.iter().cloned();
        let found: Vec<Value> = self.assigned_tokens().chain(spare).filter(matches).map(Value::Object).collect();
        self.page(call, INVENTORY, &found, Value::clone)
    }
}

/// `status eq '…'` or `serialNumber eq '…'`.
fn condition(filter: &str) -> Result<(&str, &str), Answer> {
    let value = |rest: &str| rest.strip_prefix(" eq '").and_then(|rest| rest.strip_suffix('\'')).map(str::len);
    ["status", "serialNumber"]
        .into_iter()
        .find_map(|name| {
            let rest = filter.strip_prefix(name)?;
            let length = value(rest)?;
            Some((name, &rest[" eq '".len()..][..length]))
        })
        .ok_or_else(|| unsupported("Only status and serialNumber can be filtered by, with eq."))
}

/// A device as it is while nobody has it.
pub(crate) fn spare(mut device: Map<String, Value>) -> Map<String, Value> {
    device.insert("status".into(), "available".into());
    device.insert("assignedTo".into(), Value::Null);
    device.insert("secretKey".into(), Value::Null);
    device
}
