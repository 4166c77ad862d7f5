use crate::error::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Write};

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Graph's API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(super) fn other(self) -> Version {
        match self {
            Version::V1 => Version::Beta,
            Version::Beta => Version::V1,
        }
    }

    pub(crate) fn segment(self) -> &'static str {
        match self {
            Version::V1 => "v1.0",
            Version::Beta => "beta",
        }
    }
}

/// A path below the version, built segment by segment so that no value can leave its place: an unencoded `#` would
/// cut a delete of a phone down to a delete of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(String);

impl Path {
    /// `users/{id}` for an object id that Graph gave.
    pub(crate) fn user(id: &str) -> Path {
        Path(String::from("/users")).value(id)
    }

    pub(crate) fn root(literal: &'static str) -> Path {
        Path(format!("/{literal}"))
    }

    /// What a link of Graph names, where it stays below Graph's origin and API root.
    pub(crate) fn of_link(graph_url: &str, link: &str) -> Option<(Version, Path)> {
        let rest = link.strip_prefix(graph_url)?;
        let below = |version: Version| rest.strip_prefix('/')?.strip_prefix(version.segment());
        let (version, rest) = match below(Version::V1) {
            Some(rest) => (Version::V1, rest),
            None => (Version::Beta, below(Version::Beta)?),
        };
        let path = rest.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
        let inside = rest.starts_with('/')
            && path.split('/').all(|segment| !matches!(segment, "." | ".."))
            && rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"'));
        inside.then(|| (version, Path(rest.to_owned())))
    }

    /// Appends a fixed part, which may hold slashes and a query.
    pub(crate) fn literal(mut self, literal: &'static str) -> Path {
        self.0.push_str(literal);
        self
    }

    /// Appends one segment with a value.
    pub(crate) fn value(mut self, value: &str) -> Path {
        self.0.push('/');
        let _ = write!(self.0, "{}", utf8_percent_encode(value, SEGMENT));
        self
    }

    /// Appends a query whose value is encoded.
    pub(crate) fn query(mut self, name: &'static str, value: &str) -> Path {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        let _ = write!(self.0, "{name}={}", utf8_percent_encode(value, SEGMENT));
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the caller named a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UserName {
    Id(String),
    PrincipalName(String),
}

impl UserName {
    /// An object id or a user principal name. Anything else could name another resource below `/users`, `delta` for
    /// example, and a segment of dots survives no URL parser. And two names in one, with whatever between, would name
    /// nobody: as an entry of `protect`, that would protect nobody.
    pub(crate) fn parse(text: &str) -> Result<UserName, Error> {
        let text = text.trim();
        if is_object_id(text) {
            return Ok(UserName::Id(text.to_ascii_lowercase()));
        }
        let allowed = |c: char| !c.is_control() && !c.is_whitespace() && !r#"/\,;<>""#.contains(c);
        let named = text
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'));
        if text.chars().all(allowed) && named && text.len() <= 1024 {
            return Ok(UserName::PrincipalName(text.to_owned()));
        }
        let shown: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
        Err(Error::invalid(
            format!("`{shown}` is neither an object id nor a user principal name"),
            "Name the user by object id or by user principal name, for example adele.vance@contoso.com.",
        ))
    }

    /// The user's own path.
    pub(crate) fn path(&self) -> Path {
        match self {
            UserName::Id(id) => Path::user(id),
            // A principal name that starts with `$` is taken for a system query unless it is a quoted key.
            UserName::PrincipalName(name) if name.starts_with('$') => {
                let quoted = name.replace('\'', "''");
                Path(format!("/users('{}')", utf8_percent_encode(&quoted, SEGMENT)))
            }
            UserName::PrincipalName(name) => Path::user(name),
        }
    }

    pub(crate) fn is(&self, other: &str) -> bool {
        let (UserName::Id(name) | UserName::PrincipalName(name)) = self;
        same_name(name, other)
    }
}

/// Names compare without regard to case, as Entra compares them. Entra's names are ASCII; should one not be, its other
/// letters all count as the same one, so that `protect` errs on the side of protection.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let same = |(a, b): (char, char)| a.eq_ignore_ascii_case(&b) || !(a.is_ascii() || b.is_ascii());
    let (a, b) = (a.trim(), b.trim());
    a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(same)
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_object_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An origin, `https://host[:port]`: https, or http on loopback.
pub(crate) fn origin(text: &str, what: &str) -> Result<String, Error> {
    let help = "Give an origin such as https://graph.microsoft.com; plain http is for loopback only.";
    let text = text.trim().trim_end_matches('/');
    let (origin, path) = absolute(text, what, help, is_loopback)?;
    if path != "/" {
        return Err(Error::invalid(format!("{what} has more than scheme, host and port"), help));
    }
    Ok(origin)
}

/// Where a machine gets the tokens of its managed identity, as origin and path: https, or http where it cannot leave
/// the machine.
pub(crate) fn identity_endpoint(text: &str) -> Result<(String, String), Error> {
    let help =
        "Leave it out, or give what IDENTITY_ENDPOINT holds; plain http is for loopback and 169.254.0.0/16 only.";
    absolute(text.trim(), "the managed identity's endpoint", help, |host| is_loopback(host) || is_link_local(host))
}

/// An absolute URL without user, query and fragment, as origin and path.
fn absolute(text: &str, what: &str, help: &str, plain: fn(&str) -> bool) -> Result<(String, String), Error> {
    let refuse = |why: &str| Error::invalid(format!("{what} {why}"), help);
    let uri: http::Uri = text.parse().map_err(|_| refuse("is not a URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refuse("is not an absolute URL"));
    };
    if authority.as_str().contains('@') || uri.query().is_some() || text.contains('#') {
        return Err(refuse("has more than scheme, host and port"));
    }
    match scheme {
        "https" => {}
        "http" if plain(authority.host()) => {}
        _ => return Err(refuse("is not https")),
    }
    Ok((format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()), uri.path().to_owned()))
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// 169.254.0.0/16, written out.
fn is_link_local(host: &str) -> bool {
    let octet = |text: &str| !text.starts_with('+') && text.parse::<u8>().is_ok();
    let rest = host.strip_prefix("169.254.").and_then(|rest| rest.split_once('.'));
    rest.is_some_and(|(third, fourth)| octet(third) && octet(fourth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_principal_names_stay_in_their_segment() {
        for (name, path) in [
            ("adele@contoso.com", "/users/adele%40contoso.com"),
            ("guest_fabrikam.com#EXT#@contoso.com", "/users/guest_fabrikam.com%23EXT%23%40contoso.com"),
            ("o'brien@contoso.com", "/users/o%27brien%40contoso.com"),
            ("$adele@contoso.com", "/users('%24adele%40contoso.com')"),
            ("$o'b@contoso.com", "/users('%24o%27%27b%40contoso.com')"),
            ("a+b@contoso.com", "/users/a%2Bb%40contoso.com"),
            ("müller@contoso.com", "/users/m%C3%BCller%40contoso.com"),
            ("50%@contoso.com", "/users/50%25%40contoso.com"),
            ("%2e%2e@contoso.com", "/users/%252e%252e%40contoso.com"),
            ("a?$select=id@contoso.com", "/users/a%3F%24select%3Did%40contoso.com"),
        ] {
            let user = UserName::parse(name).expect(name);
            assert_eq!(user.path().as_str(), path);
            let uri: http::Uri = format!("https://graph.microsoft.com/v1.0{path}").parse().expect("a URI");
            assert_eq!(uri.path(), format!("/v1.0{path}"));
            assert_eq!(uri.query(), None);
        }
    }

    #[test]
    fn names_of_other_resources_are_refused() {
        for name in
            ["", " ", ".", "..", "me", "delta", "$count", "@contoso.com", "a@", "../me@contoso.com", "a\\b@c", "a\n@c"]
        {
            assert!(UserName::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn two_names_are_not_one() {
        for between in [",", ", ", ";", " ", "\t", "|", "> <"] {
            let name = format!("adele@contoso.com{between}joni@contoso.com");
            assert!(UserName::parse(&name).is_err(), "{name:?}");
        }
        assert!(UserName::parse("adele@contoso.com;").is_err());
        assert!(UserName::parse("Adele Vance <adele@contoso.com>").is_err());
    }

    #[test]
    fn origins_are_https_or_loopback() {
        assert_eq!(origin("https://Graph.Microsoft.com/", "it").expect("an origin"), "https://graph.microsoft.com");
        assert_eq!(origin("http://127.0.0.1:8080", "it").expect("an origin"), "http://127.0.0.1:8080");
        for text in [
            "http://graph.microsoft.com",
            "http://127.0.0.1.contoso.com",
            "https://user@graph.microsoft.com",
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com#x",
            "graph.microsoft.com",
            "ftp://localhost",
            "",
        ] {
            assert!(origin(text, "it").is_err(), "{text}");
        }
    }

    #[test]
    fn identity_endpoints_do_not_leave_the_machine_in_the_clear() {
        for (text, origin, path) in [
            ("http://127.0.0.1:41741/MSI/token/", "http://127.0.0.1:41741", "/MSI/token/"),
            ("http://169.254.169.254", "http://169.254.169.254", "/"),
            ("http://169.254.129.3:8081/msi/token", "http://169.254.129.3:8081", "/msi/token"),
            ("https://identity.contoso.com/token", "https://identity.contoso.com", "/token"),
        ] {
            assert_eq!(identity_endpoint(text).expect(text), (origin.to_owned(), path.to_owned()));
        }
        for text in [
            "http://identity.contoso.com/token",
            "http://169.254.169.254.contoso.com/",
            "http://169.254.contoso.com/",
            "http://169.254.256.1/",
            "http://169.254.1/",
            "http://169.2540.1.1/",
            "http://user@169.254.169.254/",
            "http://10.0.0.4/",
            "http://127.0.0.1/token?resource=x",
            "http://127.0.0.1/token#x",
            "/msi/token",
            "",
        ] {
            assert!(identity_endpoint(text).is_err(), "{text}");
        }
    }
}
