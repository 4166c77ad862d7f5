use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::directory::unsupported;
use crate::permission::USER_READ;
use crate::tenant::Tenant;
use crate::user::selected;
use serde_json::Value;

/// What can be searched by.
const FIELDS: [&str; 5] = ["displayName", "givenName", "mail", "surname", "userPrincipalName"];

impl Tenant {
    /// `GET /users`, by the beginning of names.
    pub(crate) fn users(&mut self, call: &Call) -> Reply {
        self.unrouted_write(call);
        call.expect("GET")?;
        self.permit_any(call, &[USER_READ, &["User.ReadBasic.All"]])?;
        call.only_options(&["$filter", "$select", "$top", "$skiptoken"])?;
        let names = selected(call)?;
        let beginnings = call.option("$filter").map(beginnings).transpose()?;
        let is_wanted = |user: &usize| {
            beginnings.as_ref().is_none_or(|beginnings| {
                beginnings.iter().any(|(field, beginning)| {
                    let value = self.property(*user, field);
                    value.as_str().is_some_and(|value| value.to_ascii_lowercase().starts_with(beginning))
                })
            })
        };
        let found: Vec<usize> = (0..self.accounts.len()).filter(is_wanted).collect();
        self.page(call, "users", &found, |user| Value::Object(self.properties(call, *user, &names)))
    }
}

/// The fields and the beginnings of `startswith(displayName,'ad') or startswith(surname,'ad')`; one of them has to suit.
fn beginnings(filter: &str) -> Result<Vec<(&'static str, String)>, Answer> {
    let mut found = Vec::new();
    let mut rest = filter;
    loop {
        let (condition, more) = condition(rest)
            .ok_or_else(|| unsupported("Users can be filtered by startswith(field,'text'), joined by or, alone."))?;
        found.push(condition);
        match more.strip_prefix(" or ") {
            Some(next) => rest = next,
            None if more.is_empty() => return Ok(found),
            None => return Err(unsupported("Conditions can be joined by or alone.")),
        }
    }
}

/// The first condition, and what follows it.
fn condition(text: &str) -> Option<((&'static str, String), &str)> {
    let (function, rest) = text.split_once('(')?;
    let (field, rest) = rest.split_once(',')?;
    let field = FIELDS.into_iter().find(|known| *known == field.trim())?;
    let mut rest = rest.trim_start().strip_prefix('\'')?;
    let mut wanted = String::new();
    loop {
        let (part, more) = rest.split_once('\'')?;
        wanted.push_str(part);
        match more.strip_prefix('\'') {
            // Two stand for one.
            Some(more) => {
                wanted.push('\'');
                rest = more;
            }
            None => {
                rest = more.strip_prefix(')')?;
                break;
            }
        }
    }
    (function.eq_ignore_ascii_case("startswith") && !wanted.is_empty())
        .then(|| ((field, wanted.to_ascii_lowercase()), rest))
}
