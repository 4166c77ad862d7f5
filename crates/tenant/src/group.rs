use crate::answer::{Answer, Reply, object};
use crate::call::Call;
use crate::directory::unsupported;
use crate::permission::{CONTACT_READ, DEVICE_READ, GROUP_READ, PRINCIPAL_READ, USER_READ};
use crate::seed::{ObjectType, Relation, SeedMembers, SeedObject};
use crate::tenant::Tenant;
use crate::user::{BASIC, DEFAULTS, SELECTED};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One group that holds members.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) display_name: String,
    direct: Vec<Member>,
    /// The direct ones first.
    transitive: Vec<Member>,
}

/// One member: where it stands among its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    User(usize),
    Group(usize),
    Other(usize),
}

/// The groups of a tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) all: Vec<Group>,
    others: Vec<SeedObject>,
}

impl Groups {
    /// Members that are neither users nor groups of this tenant are left out.
    pub(crate) fn new(seeds: Vec<SeedMembers>, user: impl Fn(&str) -> Option<usize>) -> Groups {
        let mut groups = Groups::default();
        let ids: Vec<String> = seeds.iter().map(|seed| seed.id.clone()).collect();
        for seed in seeds {
            let group = |id: &str| ids.iter().position(|known| known.eq_ignore_ascii_case(id));
            let known = |id: &String| group(id).map(Member::Group).or_else(|| user(id).map(Member::User));
            let mut direct: Vec<Member> = seed.members.iter().filter_map(known).collect();
            for other in seed.other_members {
                direct.push(Member::Other(groups.others.len()));
                groups.others.push(other);
            }
            groups.all.push(Group { id: seed.id, display_name: seed.display_name, direct, transitive: Vec::new() });
        }
        for place in 0..groups.all.len() {
            groups.all[place].transitive = groups.transitive(place);
        }
        groups
    }

    /// Everybody in a group and in the groups within it, each once.
    fn transitive(&self, place: usize) -> Vec<Member> {
        let mut seen = BTreeSet::from([Member::Group(place)]);
        let mut found = Vec::new();
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            for member in &self.all[place].direct {
                if seen.insert(*member) {
                    found.push(*member);
                    if let Member::Group(inner) = member {
                        open.push(*inner);
                    }
                }
            }
        }
        found
    }

    /// Of every user in a group: the user, the group, and whether the group holds the user itself.
    pub(crate) fn memberships(&self) -> Vec<(usize, usize, bool)> {
        let mut found = Vec::new();
        for (place, group) in self.all.iter().enumerate() {
            let direct: BTreeSet<Member> = group.direct.iter().copied().collect();
            for member in &group.transitive {
                if let Member::User(user) = member {
                    found.push((*user, place, direct.contains(member)));
                }
            }
        }
        found
    }
}

impl Group {
    /// As a member or a membership of something.
    pub(crate) fn entity(&self) -> Map<String, Value> {
        let mut entity = group(&self.id, &self.display_name, false);
        entity.insert("@odata.type".into(), ObjectType::Group.odata_type().into());
        entity
    }
}

/// A security group, without its type.
pub(crate) fn group(id: &str, display_name: &str, is_assignable_to_role: bool) -> Map<String, Value> {
    object(&mut [
        ("id", id.into()),
        ("displayName", display_name.into()),
        ("isAssignableToRole", if is_assignable_to_role { true.into() } else { Value::Null }),
        ("mailEnabled", false.into()),
        ("securityEnabled", true.into()),
    ])
}

impl Tenant {
    /// Is the user in this group, directly or through others?
    pub(crate) fn is_member(&self, user: usize, group: &str) -> bool {
        let account = &self.accounts[user];
        let held = account.seed.groups.iter().filter(|held| held.relation == Relation::Member).map(|held| &held.id);
        let of_tenant = account.member_of.iter().map(|(place, _)| &self.groups.all[*place].id);
        held.chain(of_tenant).any(|id| id.eq_ignore_ascii_case(group))
    }

    /// `/groups/{id}/members` and `/transitiveMembers`, `rest` being a cast or nothing.
    pub(crate) fn group_members(&mut self, call: &Call, id: &str, name: &str, rest: &[&str]) -> Reply {
        let transitive = name.eq_ignore_ascii_case("transitiveMembers");
        if !transitive && !name.eq_ignore_ascii_case("members") {
            self.unrouted_write(call);
            return Err(Answer::no_segment(name));
        }
        call.expect("GET")?;
        self.permit_any(call, &[GROUP_READ, &["GroupMember.ReadBasic.All"]])?;
        call.only_options(&["$select", "$top", "$count", "$skiptoken"])?;
        if call.option("$count") == Some("true") && !call.eventual {
            return Err(unsupported("$count needs the ConsistencyLevel:eventual header."));
        }
        let Some(group) = self.groups.all.iter().find(|group| group.id.eq_ignore_ascii_case(id)) else {
            return Err(Answer::no_resource(id));
        };
        let members = if transitive { &group.transitive } else { &group.direct };
        let cast = match rest {
            [] => return self.page(call, "directoryObjects", members, |member| self.shown_member(call, *member)),
            [cast] => ObjectType::of_cast(cast).ok_or_else(|| Answer::no_segment(cast))?,
            [_, unknown, ..] => return Err(Answer::no_segment(unknown)),
        };
        let members: Vec<Member> = members.iter().copied().filter(|member| self.object_type(*member) == cast).collect();
        self.page(call, "directoryObjects", &members, |member| self.shown_member(call, *member))
    }

    fn object_type(&self, member: Member) -> ObjectType {
        match member {
            Member::User(_) => ObjectType::User,
            Member::Group(_) => ObjectType::Group,
            Member::Other(place) => self.groups.others[place].object_type,
        }
    }

    /// A member as the caller may see it: without the right to read that kind of object, type and id remain.
    fn shown_member(&self, call: &Call, member: Member) -> Value {
        let object_type = self.object_type(member);
        let entity = match member {
            Member::User(user) => return self.shown_user(call, user),
            Member::Group(group) => self.groups.all[group].entity(),
            Member::Other(place) => {
                let other = &self.groups.others[place];
                object(&mut [
                    ("@odata.type", object_type.odata_type().into()),
                    ("id", other.id.as_str().into()),
                    ("displayName", other.display_name.as_str().into()),
                ])
            }
        };
        let right = match object_type {
            ObjectType::User => USER_READ,
            ObjectType::Group => GROUP_READ,
            ObjectType::Device => DEVICE_READ,
            ObjectType::OrgContact => CONTACT_READ,
            ObjectType::ServicePrincipal => PRINCIPAL_READ,
        };
        crate::directory::limited(call.claims.grants_any(right), call, entity)
    }

    fn shown_user(&self, call: &Call, user: usize) -> Value {
        let whole = call.claims.grants_any(USER_READ);
        let basic = whole || call.claims.grants("User.ReadBasic.All");
        let mut entity = object(&mut [
            ("@odata.type", ObjectType::User.odata_type().into()),
            ("id", self.accounts[user].seed.id.as_str().into()),
        ]);
        let select = call.option("$select");
        let asked = |name: &&&str| match select {
            Some(select) => select.split(',').any(|asked| asked.trim().eq_ignore_ascii_case(name)),
            None => DEFAULTS.contains(name),
        };
        for name in DEFAULTS.iter().chain(&SELECTED).filter(asked) {
            if whole || (basic && BASIC.contains(name)) {
                entity.insert((*name).to_owned(), self.property(user, name));
            }
        }
        Value::Object(entity)
    }
}
