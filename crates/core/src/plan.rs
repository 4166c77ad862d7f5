//! What will be done: a pure function of what was asked and what was read. Dry run and real run share every line.

use crate::directory::User;
use crate::error::Error;
use crate::graph::Version;
use crate::intent::PlannedMethod;
use crate::kind::Kind;
use crate::methods::{Method, Registered, preferred, printable};
use crate::report::MethodAction;
use crate::request::{Methods, PassOptions, PerUserMfaState, Preset, ResetRequest};
use crate::time;

/// What is planned for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// One a registered method, in the order of [`Registered::methods`].
    pub(crate) steps: Vec<PlannedStep>,
    /// What was named, or planned before, and is not registered.
    pub(crate) absent: Vec<Absent>,
    /// Where the default can be moved to, best first, because it goes and must not block its own removal.
    pub(crate) moves: Vec<Move>,
    pub(crate) pass: Option<PassOptions>,
    pub(crate) per_user_mfa: Option<PerUserMfaState>,
    pub(crate) sessions: PlannedSessions,
    /// Kinds that were asked for and could not be seen.
    pub(crate) unseen: Vec<Kind>,
    /// Whether methods were to be removed at all.
    pub(crate) selects: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) action: MethodAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedStep {
    pub(crate) action: MethodAction,
    pub(crate) reason: Option<String>,
    /// The new pass replaces it; it needs no removal of its own.
    pub(crate) replaced: bool,
}

/// A value of Graph's sign-in preference, and the method that it points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) value: &'static str,
    pub(crate) method: usize,
    /// Whether that method stays.
    pub(crate) stays: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlannedSessions {
    Revoke,
    /// It would do nothing, or break more than it mends.
    Skip(&'static str),
    NotAsked,
}

impl ResetRequest {
    fn selection(&self) -> Methods {
        self.methods.clone().unwrap_or(Methods::Preset(Preset::ReRegister))
    }

    pub(crate) fn is_preset(&self, preset: Preset) -> bool {
        self.method_ids.is_none() && self.selection() == Methods::Preset(preset)
    }

    /// Whether the sessions are to be revoked, where that does anything.
    pub(crate) fn revokes(&self) -> bool {
        let quiet = self.is_preset(Preset::None) || self.is_preset(Preset::ContactDetails);
        self.revoke_sessions.unwrap_or(!quiet)
    }

    /// The kinds that the request takes, whatever is registered.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        if self.method_ids.is_some() {
            return Vec::new();
        }
        match self.selection() {
            Methods::Preset(Preset::ReRegister) => vec![
                Kind::Phone,
                Kind::MicrosoftAuthenticator,
                Kind::PasswordlessMicrosoftAuthenticator,
                Kind::SoftwareOath,
                Kind::HardwareOath,
            ],
            Methods::Preset(Preset::ContactDetails) => vec![Kind::Phone, Kind::Email],
            Methods::Preset(Preset::All) => {
                let fixed = [Kind::Password, Kind::Unknown, Kind::ResourceAccountKey];
                Kind::ALL.into_iter().filter(|kind| !fixed.contains(kind)).collect()
            }
            Methods::Preset(Preset::None) => Vec::new(),
            Methods::Kinds(kinds) => kinds,
        }
    }

    /// The kinds that have to be seen before anybody may say that they are gone. `stableOnly` waives those of beta, and
    /// no others.
    pub(crate) fn kinds_to_see(&self) -> Vec<Kind> {
        let mut kinds = self.kinds();
        kinds.retain(|kind| !self.stable_only || kind.version() == Version::V1);
        kinds
    }

    /// Whether an earlier run, if there was one, had planned to remove this very method.
    fn has_planned(&self, method: &Method) -> bool {
        self.planned.as_ref().is_none_or(|planned| planned.iter().any(|planned| planned.is(method)))
    }

    fn names_kind(&self, kind: Kind) -> bool {
        matches!(&self.methods, Some(Methods::Kinds(kinds)) if kinds.contains(&kind))
    }

    fn keeps(&self, method: &Method) -> bool {
        self.keep.iter().any(|name| name == method.kind.name() || name.eq_ignore_ascii_case(&method.id))
    }

    fn names(&self, method: &Method) -> bool {
        self.method_ids.iter().flatten().any(|id| id.eq_ignore_ascii_case(&method.id))
    }

    /// What no tenant could carry out.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(Methods::Kinds(kinds)) = &self.methods {
            for (kind, what) in [(Kind::Password, "password"), (Kind::Unknown, "unknown")] {
                if kinds.contains(&kind) {
                    return Err(Error::invalid(
                        format!("`{what}` cannot be removed"),
                        "A password is reset, not removed; a method of an unknown kind can be seen but not removed.",
                    ));
                }
            }
        }
        // A misspelt kind would cost somebody the passkey that was to be kept. Ids have digits, kinds do not.
        let is_misspelt =
            |name: &&String| Kind::from_name(name).is_none() && !name.bytes().any(|byte| byte.is_ascii_digit());
        if let Some(name) = self.keep.iter().find(is_misspelt) {
            return Err(Error::invalid(
                format!("`keep` names `{name}`, which is neither a kind nor a method id"),
                format!("The kinds are {}.", Kind::ALL.map(Kind::name).join(", ")),
            ));
        }
        if self.stable_only && self.per_user_mfa.is_some() {
            return Err(Error::invalid(
                "`perUserMfa` is beta only, and `stableOnly` forbids beta",
                "Leave one of them out.",
            ));
        }
        let pass = self.temporary_access_pass.as_ref().map(|pass| pass.options()).unwrap_or_default();
        for (name, text) in [("notAfter", &self.not_after), ("startDateTime", &pass.start_date_time)] {
            text.as_ref().map(|text| time::of_field(name, text)).transpose()?;
        }
        if let Some(minutes) = pass.lifetime_in_minutes.filter(|minutes| !(10..=43_200).contains(minutes)) {
            return Err(Error::invalid(
                format!("a pass cannot last {minutes} minutes"),
                "Graph takes 10 to 43200 minutes, and the tenant's policy usually less.",
            ));
        }
        Ok(())
    }
}

/// Plans for one user.
///
/// # Errors
/// `invalidInput` for what Graph must refuse, before anything is written.
pub(crate) fn plan(request: &ResetRequest, user: &User, registered: &Registered) -> Result<Plan, Error> {
    let kinds = request.kinds();
    let pass = request.temporary_access_pass.as_ref().map(|pass| pass.options());
    let steps: Vec<PlannedStep> =
        registered.methods.iter().map(|method| step(request, &kinds, pass.is_some(), method)).collect();
    let goes = |at: usize| steps[at].action != MethodAction::Keep;
    let methods = &registered.methods;
    let alternate_stays =
        methods.iter().enumerate().any(|(at, method)| method.is_phone("alternateMobile") && !goes(at));
    let mobile_goes = methods.iter().enumerate().any(|(at, method)| method.is_phone("mobile") && goes(at));
    if mobile_goes && alternate_stays {
        return Err(Error::invalid(
            "the mobile phone cannot go while the alternate mobile phone stays: Graph refuses an alternate without a mobile",
            match request.planned {
                Some(_) => "The alternate may have been registered since it was planned: plan again.",
                None => "Remove both, or keep both.",
            },
        ));
    }
    Ok(Plan {
        absent: absent(request, methods),
        moves: moves(registered, &steps),
        pass,
        per_user_mfa: request.per_user_mfa,
        sessions: sessions(request, user, registered),
        unseen: request.kinds_to_see().into_iter().filter(|kind| registered.hidden.contains(*kind)).collect(),
        selects: request.method_ids.is_some() || !kinds.is_empty(),
        steps,
    })
}

impl PlannedMethod {
    /// Whether it is still the same. The new phone of a user has the id of the old one, so the time of registration
    /// decides, and where that is not known what can be seen of the method. Of the other kinds each has an id of its
    /// own, and what can be seen of a token depends on the list.
    fn is(&self, method: &Method) -> bool {
        let same = match (&self.created_date_time, &method.created) {
            (Some(before), Some(now)) => before == now,
            _ => !matches!(self.kind, Kind::Phone | Kind::Email) || self.label == method.label,
        };
        same && self.action != MethodAction::Keep
            && self.kind == method.kind
            && self.id.eq_ignore_ascii_case(&method.id)
    }
}

fn absent(request: &ResetRequest, methods: &[Method]) -> Vec<Absent> {
    let named = request.method_ids.iter().flatten();
    let named = named.filter(|id| !methods.iter().any(|method| method.id.eq_ignore_ascii_case(id)));
    let named = named.map(|id| Absent {
        id: printable(id),
        kind: Kind::Unknown,
        label: "not registered".into(),
        action: MethodAction::Delete,
    });
    let planned = request.planned.iter().flatten().filter(|planned| planned.action != MethodAction::Keep);
    let planned = planned.filter(|planned| !methods.iter().any(|method| planned.is(method)));
    let planned = planned.map(|planned| Absent {
        id: printable(&planned.id),
        kind: planned.kind,
        label: printable(&planned.label),
        action: planned.action,
    });
    planned.chain(named.filter(|_| request.planned.is_none())).collect()
}

fn step(request: &ResetRequest, kinds: &[Kind], new_pass: bool, method: &Method) -> PlannedStep {
    let keep =
        |reason: &str| PlannedStep { action: MethodAction::Keep, reason: Some(reason.to_owned()), replaced: false };
    let take = |action| {
        if request.has_planned(method) {
            PlannedStep { action, reason: None, replaced: false }
        } else {
            keep("it is not among what was planned, so it may have been registered since")
        }
    };
    let by_id = request.names(method);
    match method.kind {
        Kind::Password => return keep("a password is reset, not removed"),
        Kind::Unknown => return keep("this version does not know the kind, so it is left alone"),
        // Graph keeps one pass a user: the new one takes the old one's place.
        Kind::TemporaryAccessPass if new_pass => {
            let reason = Some("the new pass replaces it".to_owned());
            return PlannedStep { action: MethodAction::Delete, reason, replaced: true };
        }
        _ if request.keeps(method) => return keep("named by `keep`"),
        _ if by_id => return take(MethodAction::Delete),
        _ if request.method_ids.is_some() => return keep("not named by `methodIds`"),
        Kind::ResourceAccountKey if !kinds.contains(&Kind::ResourceAccountKey) => {
            return keep("it signs a device in by itself; only its own name removes it");
        }
        kind if !kinds.contains(&kind) => return keep("not selected"),
        _ => {}
    }
    if method.kind == Kind::HardwareOath && request.is_preset(Preset::ReRegister) {
        return if method.is_active_token() { take(MethodAction::Deactivate) } else { keep("it is not activated") };
    }
    take(MethodAction::Delete)
}

/// Where to move the default before it goes. To a method that stays, where one can be the default. And where the order
/// rules contradict each other, the alternate phone being the default while the mobile goes after it, to any method
/// that goes later.
fn moves(registered: &Registered, steps: &[PlannedStep]) -> Vec<Move> {
    let methods = &registered.methods;
    let Some(value) = registered.preference.as_ref().and_then(|preference| preference.target()) else {
        return Vec::new();
    };
    let defaults = preferred(methods, value);
    let goes = |at: usize| steps[at].action != MethodAction::Keep;
    if defaults.is_empty() || !defaults.iter().all(|&at| goes(at)) {
        return Vec::new();
    }
    let staying = targets(methods, |at| !goes(at) && !defaults.contains(&at), true);
    if !staying.is_empty() {
        return staying;
    }
    let alternate = defaults.iter().any(|&at| methods[at].is_phone("alternateMobile"));
    let mobile = methods.iter().any(|method| method.is_phone("mobile"));
    if alternate && mobile {
        return targets(methods, |at| goes(at) && !defaults.contains(&at), false);
    }
    Vec::new()
}

/// The methods that the preference can point at, strongest first; among those that go, the mobile phone first, since
/// it goes last.
pub(crate) fn targets(methods: &[Method], suits: impl Fn(usize) -> bool, stays: bool) -> Vec<Move> {
    let order: [&'static str; 6] = if stays {
        ["push", "oath", "sms", "voiceMobile", "voiceAlternateMobile", "voiceOffice"]
    } else {
        ["sms", "voiceMobile", "push", "oath", "voiceOffice", "voiceAlternateMobile"]
    };
    let target = |value: &'static str| {
        let method = preferred(methods, value).into_iter().find(|&at| suits(at))?;
        Some(Move { value, method, stays })
    };
    order.into_iter().filter_map(target).collect()
}

/// The order of the removals: what is beta-only first, so that the rest is one batch; the alternate phone before the
/// mobile; whatever the preference points at, last.
pub(crate) fn order(methods: &[Method], steps: &[PlannedStep], preference: Option<&str>) -> Vec<usize> {
    let defaults = preference.map(|value| preferred(methods, value)).unwrap_or_default();
    // A mobile phone waits for the alternate, which waits only when it is the default itself.
    let rank = |at: usize| {
        let method = &methods[at];
        let stable = method.kind.version() == Version::V1;
        4 * u8::from(defaults.contains(&at)) + 2 * u8::from(stable) + u8::from(method.is_phone("mobile"))
    };
    let goes = |at: &usize| steps[*at].action != MethodAction::Keep && !steps[*at].replaced;
    let mut order = Vec::new();
    for wanted in 0..8 {
        order.extend((0..methods.len()).filter(goes).filter(|&at| rank(at) == wanted));
    }
    let place = |wanted: &str, order: &[usize]| order.iter().position(|&at| methods[at].is_phone(wanted));
    if let (Some(alternate), Some(mobile)) = (place("alternateMobile", &order), place("mobile", &order))
        && mobile < alternate
    {
        let phone = order.remove(alternate);
        order.insert(mobile, phone);
    }
    order
}

impl Plan {
    /// What will be removed, for a journal.
    pub(crate) fn planned(&self, registered: &Registered) -> Vec<PlannedMethod> {
        let goes = self.steps.iter().zip(&registered.methods);
        let goes = goes.filter(|(step, _)| step.action != MethodAction::Keep && !step.replaced);
        goes.map(|(step, method)| PlannedMethod {
            id: method.id.clone(),
            kind: method.kind,
            label: method.label.clone(),
            action: step.action,
            created_date_time: method.created.clone(),
        })
        .collect()
    }
}

fn sessions(request: &ResetRequest, user: &User, registered: &Registered) -> PlannedSessions {
    if !request.revokes() {
        return PlannedSessions::NotAsked;
    }
    if user.is_external() {
        return PlannedSessions::Skip("a guest's sessions belong to the home tenant; revoking them here does nothing");
    }
    let holds_key = registered.methods.iter().any(|method| method.kind == Kind::ResourceAccountKey);
    if holds_key && !request.names_kind(Kind::ResourceAccountKey) {
        return PlannedSessions::Skip(
            "the account signs a device in by itself, and revoking would sign the device out",
        );
    }
    PlannedSessions::Revoke
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Preference;

    const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
    const ALTERNATE: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";

    fn method(kind: Kind, id: &str, phone_type: Option<&str>) -> Method {
        Method {
            id: id.into(),
            kind,
            label: String::new(),
            graph_type: String::new(),
            created: None,
            last_used: None,
            phone_type: phone_type.map(Into::into),
            contact: None,
            source: None,
            model: None,
            passkey_type: None,
            status: (kind == Kind::HardwareOath).then(|| "activated".into()),
            is_usable: None,
            usability_reason: None,
        }
    }

    fn registered(preference: &str, methods: Vec<Method>) -> Registered {
        let value = Some(preference.to_owned());
        Registered { methods, preference: Some(Preference { system_preferred: None, value }), ..Registered::default() }
    }

    fn request(json: &str) -> ResetRequest {
        ResetRequest::from_json(json).expect("a request")
    }

    fn ids<'a>(registered: &'a Registered, plan: &Plan, preference: Option<&str>) -> Vec<&'a str> {
        order(&registered.methods, &plan.steps, preference)
            .into_iter()
            .map(|at| registered.methods[at].id.as_str())
            .collect()
    }

    #[test]
    fn the_default_goes_last_and_beta_goes_first() {
        let found = registered(
            "push",
            vec![
                method(Kind::MicrosoftAuthenticator, "app", None),
                method(Kind::Phone, MOBILE, Some("mobile")),
                method(Kind::SoftwareOath, "code", None),
                method(Kind::HardwareOath, "token", None),
                method(Kind::Phone, ALTERNATE, Some("alternateMobile")),
            ],
        );
        let plan = plan(&request(r#"{"user":"x"}"#), &User::default(), &found).expect("a plan");
        assert_eq!(ids(&found, &plan, Some("push")), ["token", "code", ALTERNATE, MOBILE, "app"]);
        assert!(plan.moves.is_empty());
        assert_eq!(plan.steps[3].action, MethodAction::Deactivate);
    }

    #[test]
    fn a_default_that_goes_is_moved_to_a_method_that_stays() {
        let found = registered(
            "sms",
            vec![method(Kind::Phone, MOBILE, Some("mobile")), method(Kind::MicrosoftAuthenticator, "app", None)],
        );
        let plan = plan(&request(r#"{"user":"x","methods":["phone"]}"#), &User::default(), &found).expect("a plan");
        assert_eq!(plan.moves.first().map(|to| (to.value, to.stays)), Some(("push", true)));
    }

    #[test]
    fn an_alternate_phone_as_default_is_moved_to_the_mobile_that_goes_after_it() {
        let found = registered(
            "voiceAlternateMobile",
            vec![method(Kind::Phone, MOBILE, Some("mobile")), method(Kind::Phone, ALTERNATE, Some("alternateMobile"))],
        );
        let plan = plan(&request(r#"{"user":"x"}"#), &User::default(), &found).expect("a plan");
        let first = plan.moves.first().expect("a move");
        assert_eq!((first.value, first.stays), ("sms", false));
        assert_eq!(ids(&found, &plan, Some(first.value)), [ALTERNATE, MOBILE]);
        // And where nobody lets it be moved: Graph takes no mobile before its alternate.
        assert_eq!(ids(&found, &plan, Some("voiceAlternateMobile")), [ALTERNATE, MOBILE]);
    }

    #[test]
    fn a_mobile_does_not_go_without_its_alternate() {
        let found = registered(
            "push",
            vec![method(Kind::Phone, MOBILE, Some("mobile")), method(Kind::Phone, ALTERNATE, Some("alternateMobile"))],
        );
        let kept = format!(r#"{{"user":"x","keep":["{ALTERNATE}"]}}"#);
        let error = plan(&request(&kept), &User::default(), &found).expect_err("a refusal");
        assert_eq!(error.code, crate::ErrorCode::InvalidInput);
    }

    #[test]
    fn presets_take_what_they_say() {
        let all: Vec<Method> = Kind::ALL.into_iter().map(|kind| method(kind, kind.name(), None)).collect();
        let found = registered("none", all);
        let taken = |methods: &str| -> Vec<&str> {
            let request = request(&format!(r#"{{"user":"x","methods":{methods}}}"#));
            let plan = plan(&request, &User::default(), &found).expect("a plan");
            let steps = plan.steps.iter().zip(&found.methods);
            steps.filter(|(step, _)| step.action != MethodAction::Keep).map(|(_, method)| method.kind.name()).collect()
        };
        let portal =
            ["phone", "microsoftAuthenticator", "passwordlessMicrosoftAuthenticator", "softwareOath", "hardwareOath"];
        assert_eq!(taken(r#""reRegister""#), portal);
        assert_eq!(taken(r#""contactDetails""#), ["phone", "email"]);
        assert_eq!(taken(r#""none""#), [""; 0]);
        assert_eq!(taken(r#"["resourceAccountKey"]"#), ["resourceAccountKey"]);
        let all = taken(r#""all""#);
        assert_eq!(all.len(), 12);
        assert!(!all.contains(&"password") && !all.contains(&"unknown") && !all.contains(&"resourceAccountKey"));
    }

    #[test]
    fn a_token_that_shows_less_than_before_is_still_the_planned_one() {
        let planned = |kind: &str, id: &str, action: &str| {
            let text = format!(
                r#"{{"user":"x","planned":[{{"id":"{id}","kind":"{kind}","label":"with a serial","action":"{action}"}}]}}"#
            );
            let found = registered(
                "none",
                vec![method(Kind::HardwareOath, "token", None), method(Kind::Phone, MOBILE, Some("mobile"))],
            );
            let plan = plan(&request(&text), &User::default(), &found).expect("a plan");
            plan.steps.iter().map(|step| step.action).collect::<Vec<_>>()
        };
        assert_eq!(planned("hardwareOath", "token", "deactivate"), [MethodAction::Deactivate, MethodAction::Keep]);
        // The id of a phone is the same for the old one and the new one.
        assert_eq!(planned("phone", MOBILE, "delete"), [MethodAction::Keep, MethodAction::Keep]);
    }

    #[test]
    fn an_alternate_phone_since_the_plan_asks_for_another_plan() {
        let help = |text: &str| {
            let all = vec![
                method(Kind::Phone, MOBILE, Some("mobile")),
                method(Kind::Phone, ALTERNATE, Some("alternateMobile")),
            ];
            plan(&request(text), &User::default(), &registered("none", all)).expect_err("a refusal").help
        };
        let planned =
            format!(r#"{{"user":"x","planned":[{{"id":"{MOBILE}","kind":"phone","label":"","action":"delete"}}]}}"#);
        assert!(help(&planned).contains("plan again"), "{}", help(&planned));
        assert!(!help(&format!(r#"{{"user":"x","keep":["{ALTERNATE}"]}}"#)).contains("plan again"));
    }

    #[test]
    fn what_stays_says_why_and_not_more() {
        let all = vec![method(Kind::Phone, MOBILE, Some("mobile")), method(Kind::Fido2, "key", None)];
        let found = registered("none", all);
        let plan = plan(&request(r#"{"user":"x","planned":[]}"#), &User::default(), &found).expect("a plan");
        let reasons: Vec<_> = plan.steps.iter().map(|step| step.reason.as_deref().unwrap_or_default()).collect();
        assert!(reasons[0].contains("among what was planned"), "{reasons:?}");
        assert_eq!(reasons[1], "not selected");
    }

    #[test]
    fn a_misspelt_kind_in_keep_is_refused() {
        let check = |keep: &str| request(&format!(r#"{{"user":"x","keep":["{keep}"]}}"#)).check();
        assert!(check("fido").is_err());
        assert!(check("fido2").is_ok());
        assert!(check(MOBILE).is_ok());
    }
}
