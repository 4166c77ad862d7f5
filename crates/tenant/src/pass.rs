use crate::account::text;
use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::clock;
use crate::kind::Kind;
use crate::tenant::Tenant;
use serde_json::{Map, Value};

/// Bounds that no policy can widen.
const SHORTEST: u64 = 10;
const LONGEST: u64 = 43_200;
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789+&=#";

impl Tenant {
    pub(crate) fn issue_pass(&mut self, call: &Call, user: usize) -> Reply {
        self.permit_methods(call, user, Some(Kind::Pass))?;
        let asked = call.object_of(&["isUsableOnce", "lifetimeInMinutes", "startDateTime"])?;
        if self.accounts[user].is_external() {
            return Err(Answer::bad_request("Temporary Access Pass cannot be added to an external guest user."));
        }
        let policy = &self.seed.settings.temporary_access_pass;
        if !policy.enabled {
            return Err(Answer::bad_request("Temporary Access Pass is not enabled by policy."));
        }
        let lifetime = match asked.get("lifetimeInMinutes").filter(|value| !value.is_null()) {
            None => policy.default_lifetime_in_minutes,
            Some(value) => value.as_u64().ok_or_else(|| Answer::bad_request("lifetimeInMinutes is not a number."))?,
        };
        let shortest = policy.minimum_lifetime_in_minutes.max(SHORTEST);
        let longest = policy.maximum_lifetime_in_minutes.min(LONGEST);
        if lifetime < shortest || lifetime > longest {
            return Err(Answer::bad_request(format!(
                "The lifetime of a Temporary Access Pass must lie between {shortest} and {longest} minutes."
            )));
        }
        let once = match asked.get("isUsableOnce").filter(|value| !value.is_null()) {
            None => policy.is_usable_once,
            Some(value) => value.as_bool().ok_or_else(|| Answer::bad_request("isUsableOnce is not a Boolean."))?,
        };
        if policy.is_usable_once && !once {
            return Err(Answer::bad_request("The policy allows only passes for one-time use."));
        }
        let start = match asked.get("startDateTime").filter(|value| !value.is_null()) {
            None => call.now,
            Some(value) => value
                .as_str()
                .and_then(clock::parse)
                .ok_or_else(|| Answer::bad_request("startDateTime is not a date and time."))?,
        };
        let length = policy.default_length;
        self.begin_write(call, user);
        let until = call.now + self.seed.settings.list_lag_milliseconds;
        for method in &mut self.accounts[user].methods {
            if method.kind == Kind::Pass && method.exists() {
                method.gone = Some(until);
            }
        }
        // Not `choice`, which draws another number where a pointer has 32 bits: a seed gives one pass everywhere.
        let most = ALPHABET.len() as u32;
        let secret: String = (0..length).map(|_| char::from(ALPHABET[self.random.u32(..most) as usize])).collect();
        let id = self.new_id();
        let entity = object(&mut [
            ("@odata.type", "#microsoft.graph.temporaryAccessPassAuthenticationMethod".into()),
            ("id", id.into()),
            ("temporaryAccessPass", Value::Null),
            ("createdDateTime", clock::rfc3339(call.now).into()),
            ("startDateTime", clock::rfc3339(start).into()),
            ("lifetimeInMinutes", lifetime.into()),
            ("isUsableOnce", once.into()),
            ("isUsable", false.into()),
            ("methodUsabilityReason", Value::Null),
        ]);
        let mut answer = self.register(call, user, entity);
        refresh(&mut answer, self.includes_in_passes(user), call.now);
        answer.insert("temporaryAccessPass".into(), secret.into());
        Ok(Answer::json(201, Value::Object(answer)))
    }
}

/// Whether the pass can be used right now, and why not. The pass itself is never shown again.
pub(crate) fn refresh(entity: &mut Map<String, Value>, included: bool, now: u64) {
    let start = clock::parse(text(entity, "startDateTime")).unwrap_or(0);
    let lifetime = entity.get("lifetimeInMinutes").and_then(Value::as_u64);
    let reason = if text(entity, "methodUsabilityReason") == "OneTimeUsed" {
        "OneTimeUsed"
    } else if !included {
        "DisabledByPolicy"
    } else if start > now {
        "NotYetValid"
    } else if lifetime.is_some_and(|minutes| start.saturating_add(minutes.saturating_mul(60_000)) <= now) {
        "Expired"
    } else {
        "EnabledByPolicy"
    };
    entity.insert("isUsable".into(), (reason == "EnabledByPolicy").into());
    entity.insert("methodUsabilityReason".into(), reason.into());
    entity.insert("temporaryAccessPass".into(), Value::Null);
}

/// Takes the code out of an entity that a seed may have brought.
pub(crate) fn hide(entity: &mut Map<String, Value>) {
    if entity.contains_key("temporaryAccessPass") {
        entity.insert("temporaryAccessPass".into(), Value::Null);
    }
}
