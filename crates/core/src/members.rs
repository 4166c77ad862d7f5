//! The users among the members of a group.

use crate::error::Error;
use crate::graph::{Call, Context, Failure, Graph, Path, Version, is_object_id, text};
use serde::Serialize;
use serde_json::Value;

/// One page of a group's transitive members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MembersPage {
    /// Object ids of the users.
    pub users: Vec<String>,
    /// Members that are no users: devices, contacts, groups, applications.
    pub skipped: u32,
    /// Where the next page is, for the next call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl MembersPage {
    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

pub(crate) async fn read(graph: &Graph, group: &str, next: Option<&str>) -> Result<MembersPage, Error> {
    if !is_object_id(group) {
        return Err(Error::invalid(
            "the group is not named by its object id",
            "The portal shows it on the group's overview page; a name would not be unique.",
        ));
    }
    let call = match next {
        Some(link) => Call::next_page(&graph.session.graph_url, link, Context::Group)?,
        None => {
            let path = Path::root("groups").value(group).literal("/transitiveMembers");
            Call::get(Version::V1, path.query("$select", "id").query("$top", "999"), Context::Group)
        }
    };
    let answer = graph.call(&call).await.map_err(Failure::into_error)?;
    if !answer.is_success() {
        return Err(answer.to_error(Context::Group));
    }
    let given = next;
    // A page that is its own next one would be asked for without end.
    let (items, next) = match answer.page() {
        Some((items, next)) if next.is_none() || next != given => (items, next),
        _ => return Err(answer.garbled(Context::Group)),
    };
    let mut page = MembersPage { users: Vec::new(), skipped: 0, next: next.map(str::to_owned) };
    for member in items.iter().filter_map(Value::as_object) {
        match (text(member, "@odata.type"), text(member, "id")) {
            (Some("#microsoft.graph.user"), Some(id)) => page.users.push(id.to_owned()),
            _ => page.skipped += 1,
        }
    }
    Ok(page)
}
