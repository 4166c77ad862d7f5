use crate::account::complete;
use crate::answer::object;
use crate::seed::{ObjectType, SeedMembers, SeedObject, SeedUser, SignInPreferences};
use crate::tenant::guid;
use crate::token::base64url;
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Users that are made instead of listed, the same on every machine. Each has 3 to 6 methods that can be removed, and
/// none is privileged. All are in one group, [`Crowd::GROUP`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Crowd {
    /// How many: `user00001@contoso.com` and on.
    pub users: usize,
    /// Another seed, other users.
    pub seed: u64,
}

impl Default for Crowd {
    fn default() -> Self {
        Crowd { users: 0, seed: 1 }
    }
}

/// What people register, in the order of the list, and how often one of a hundred choices falls on it.
const MIX: [(Part, u32); 10] = [
    (Part::Mobile, 24),
    (Part::AlternateMobile, 5),
    (Part::Office, 5),
    (Part::Authenticator, 20),
    (Part::Passwordless, 6),
    (Part::SoftwareOath, 11),
    (Part::HardwareOath, 2),
    (Part::Fido2, 7),
    (Part::WindowsHello, 8),
    (Part::Email, 12),
];

/// What can be the default, by what, and how often where the user has all of them.
const DEFAULTS: [(Part, &str, u32); 8] = [
    (Part::Authenticator, "push", 70),
    (Part::Authenticator, "oath", 6),
    (Part::Mobile, "sms", 10),
    (Part::Mobile, "voiceMobile", 3),
    (Part::AlternateMobile, "voiceAlternateMobile", 4),
    (Part::Office, "voiceOffice", 2),
    (Part::SoftwareOath, "oath", 3),
    (Part::HardwareOath, "oath", 10),
];

const GIVEN_NAMES: [&str; 16] = [
    "Adele",
    "Alex",
    "Christie",
    "Debra",
    "Diego",
    "Enrico",
    "Grady",
    "Henrietta",
    "Isaiah",
    "Johanna",
    "Joni",
    "Lee",
    "Lidia",
    "Lynne",
    "Megan",
    "Miriam",
];
const SURNAMES: [&str; 16] = [
    "Berger",
    "Bowen",
    "Cattaneo",
    "Cline",
    "Graham",
    "Gu",
    "Holloway",
    "Langer",
    "Lorenz",
    "Mueller",
    "Robbins",
    "Sherman",
    "Siciliani",
    "Vance",
    "Wilber",
    "Wilke",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Mobile,
    AlternateMobile,
    Office,
    Authenticator,
    Passwordless,
    SoftwareOath,
    HardwareOath,
    Fido2,
    WindowsHello,
    Email,
}

impl Crowd {
    /// The object id of the group that holds the whole crowd, half of it through another group, and six members that
    /// are no users.
    pub const GROUP: &str = "c0de0001-5c1e-4f3a-9b7d-000000000001";

    /// The crowd's groups, given the users' object ids.
    pub(crate) fn groups(&self, id: impl Fn(usize) -> String) -> Vec<SeedMembers> {
        let every_second = |first: usize| (first..self.users).step_by(2).map(&id);
        let inner = "c0de0002-5c1e-4f3a-9b7d-000000000002";
        let other = |number: u32, object_type: ObjectType, name: &str| SeedObject {
            object_type,
            id: format!("c0de0003-5c1e-4f3a-9b7d-{number:012}"),
            display_name: name.to_owned(),
        };
        vec![
            SeedMembers {
                id: Crowd::GROUP.to_owned(),
                display_name: "All employees".to_owned(),
                members: std::iter::once(inner.to_owned()).chain(every_second(0)).collect(),
                other_members: vec![
                    other(1, ObjectType::Device, "Kiosk Seattle"),
                    other(2, ObjectType::Device, "Kiosk Oslo"),
                    other(3, ObjectType::OrgContact, "Front desk"),
                ],
            },
            SeedMembers {
                id: inner.to_owned(),
                display_name: "Remote employees".to_owned(),
                members: every_second(1).collect(),
                other_members: vec![
                    other(4, ObjectType::Device, "Shared laptop"),
                    other(5, ObjectType::ServicePrincipal, "Onboarding"),
                ],
            },
        ]
    }

    /// The user at this position, from 0.
    pub fn user(&self, position: usize) -> SeedUser {
        let number = position as u64;
        let mut random = Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
        let id = guid(random.u128(..));
        let display_name = format!("{} {}", one_of(&mut random, &GIVEN_NAMES), one_of(&mut random, &SURNAMES));
        let parts = parts(&mut random);
        let defaults: Vec<(&str, u32)> = DEFAULTS
            .iter()
            .filter(|(part, ..)| parts.contains(part))
            .map(|(_, preference, weight)| (*preference, *weight))
            .collect();
        let preferences = SignInPreferences {
            is_system_preferred_authentication_method_enabled: random.u32(..100) < 60,
            user_preferred_method_for_secondary_authentication: weighted(&mut random, &defaults).to_owned(),
        };
        SeedUser {
            methods: parts.iter().map(|part| entity(&mut random, *part, &id, &display_name)).collect(),
            user_principal_name: format!("user{:05}@contoso.com", number + 1),
            id,
            display_name,
            sign_in_preferences: preferences,
            ..SeedUser::default()
        }
    }
}

/// What one user has registered, in the order of the list.
fn parts(random: &mut Rng) -> Vec<Part> {
    let first = if random.u32(..100) < 85 { Part::Authenticator } else { Part::Mobile };
    let mut chosen = vec![first];
    let wanted = 3 + random.u32(..4);
    while chosen.len() < wanted as usize {
        let part = weighted(random, &MIX);
        let needs = match part {
            Part::AlternateMobile => Part::Mobile,
            Part::Passwordless => Part::Authenticator,
            _ => first,
        };
        if chosen.contains(&needs) && !chosen.contains(&part) {
            chosen.push(part);
        }
    }
    MIX.iter().map(|(part, _)| *part).filter(|part| chosen.contains(part)).collect()
}

fn entity(random: &mut Rng, part: Part, user: &str, name: &str) -> Map<String, Value> {
    let id = random.u128(..);
    let key = || base64url(&id.to_be_bytes());
    let given_name = name.split(' ').next().unwrap_or_default();
    let created = Value::from(format!(
        "202{}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        3 + random.u32(..3),
        1 + random.u32(..12),
        1 + random.u32(..28),
        random.u32(..24),
        random.u32(..60),
        random.u32(..60)
    ));
    // Numbers that are reserved for fiction.
    let number = format!("+1 42555501{:02}", random.u32(..100));
    let phone = |phone_type: &str, sms: &str| {
        typed(
            "phone",
            &mut [
                ("phoneNumber", number.as_str().into()),
                ("phoneType", phone_type.into()),
                ("smsSignInState", sms.into()),
            ],
        )
    };
    match part {
        Part::Mobile => phone("mobile", "ready"),
        Part::AlternateMobile => phone("alternateMobile", "notSupported"),
        Part::Office => phone("office", "notSupported"),
        Part::Authenticator => typed(
            "microsoftAuthenticator",
            &mut [
                ("id", guid(id).into()),
                ("displayName", format!("{given_name}'s phone").into()),
                ("deviceTag", "SoftwareTokenActivated".into()),
                ("phoneAppVersion", "6.8.12".into()),
                ("createdDateTime", Value::Null),
            ],
        ),
        Part::Passwordless => typed(
            "passwordlessMicrosoftAuthenticator",
            &mut [
                ("id", key().into()),
                ("displayName", format!("{given_name}'s phone").into()),
                ("creationDateTime", created),
            ],
        ),
        Part::SoftwareOath => typed(
            "softwareOath",
            &mut [("id", guid(id).into()), ("secretKey", Value::Null), ("createdDateTime", created)],
        ),
        Part::HardwareOath => typed(
            "hardwareOath",
            &mut [
                ("id", guid(id).into()),
                (
                    "device",
                    json!({
                        "id": guid(id),
                        "serialNumber": format!("TOTP{:06}", random.u32(..1_000_000)),
                        "manufacturer": "Contoso",
                        "model": "Hardware Token 1000",
                        "timeIntervalInSeconds": 30,
                        "status": "activated",
                        "hashFunction": "hmacsha1",
                        "assignedTo": {"id": user, "displayName": name}
                    }),
                ),
            ],
        ),
        Part::Fido2 => typed(
            "fido2",
            &mut [
                ("id", key().into()),
                ("displayName", format!("{given_name}'s key").into()),
                ("createdDateTime", created),
                ("aaGuid", "2fc0579f-8113-47ea-b116-555a8db9202a".into()),
                ("model", "NFC key".into()),
                ("attestationLevel", "attested".into()),
                ("passkeyType", "deviceBound".into()),
            ],
        ),
        Part::WindowsHello => typed(
            "windowsHelloForBusiness",
            &mut [
                ("id", guid(id).into()),
                ("displayName", format!("{given_name}'s laptop").into()),
                ("createdDateTime", created),
                ("keyStrength", "normal".into()),
            ],
        ),
        Part::Email => {
            typed("email", &mut [("emailAddress", format!("{}@fabrikam.com", given_name.to_ascii_lowercase()).into())])
        }
    }
}

fn typed(kind: &str, pairs: &mut [(&str, Value)]) -> Map<String, Value> {
    let mut entity = object(pairs);
    entity.insert("@odata.type".into(), format!("#microsoft.graph.{kind}AuthenticationMethod").into());
    complete(&mut entity, String::new);
    entity
}

// fastrand's `choice` and `usize` draw other numbers where a pointer has 32 bits, so that only sized ones are drawn.

fn one_of<'a>(random: &mut Rng, names: &[&'a str; 16]) -> &'a str {
    names[random.u32(..16) as usize]
}

fn weighted<T: Copy>(random: &mut Rng, choices: &[(T, u32)]) -> T {
    let total: u32 = choices.iter().map(|(_, weight)| weight).sum();
    let mut at = random.u32(..total);
    let mut last = choices[0].0;
    for (choice, weight) in choices {
        last = *choice;
        if at < *weight {
            break;
        }
        at -= weight;
    }
    last
}
