//! Many users, a line each.

use crate::one::set_waiver;
use entra_mfa_reset::{AllowPrivileged, Error, ResetRequest, Target};
use serde_json::Value;

/// The longest line, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// Divides what comes in into lines, however it is cut.
#[derive(Default)]
pub struct Lines {
    rest: Vec<u8>,
    number: usize,
    /// The line at hand is too long, and what is still to come of it is passed over.
    skipping: bool,
}

impl Lines {
    /// The users of the lines that are now whole.
    pub fn add(&mut self, bytes: &[u8]) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            if !self.skipping {
                self.rest.extend_from_slice(part);
            }
            if self.rest.len() > LONGEST {
                self.skipping = true;
                self.rest.truncate(LONGEST);
            }
            if parts.peek().is_some() {
                targets.extend(self.line());
            }
        }
        targets
    }

    /// The user of a last line that nothing ends.
    pub fn end(&mut self) -> Option<Target> {
        self.line()
    }

    /// What is left once a line is whole. An empty line names nobody.
    fn line(&mut self) -> Option<Target> {
        self.number += 1;
        let line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.skipping) {
            let message = format!("line {} is longer than {LONGEST} bytes", self.number);
            let error =
                Error::invalid(message, "A line is one user's request as JSON, or the user alone as a JSON text.");
            return Some(Target::Invalid { user: String::new(), error });
        }
        let line = line.trim_ascii();
        (!line.is_empty()).then(|| target(line, self.number))
    }
}

fn target(line: &[u8], number: usize) -> Target {
    match request(line) {
        Ok(request) => Target::Request(Box::new(request)),
        Err(error) => {
            let value: Option<Value> = serde_json::from_slice(line).ok();
            let user = value.as_ref().and_then(|value| value.get("user")?.as_str()).unwrap_or_default().to_owned();
            let error = Error { message: format!("line {number}: {}", error.message), ..error };
            Target::Invalid { user, error }
        }
    }
}

fn request(line: &[u8]) -> Result<ResetRequest, Error> {
    let text = std::str::from_utf8(line)
        .map_err(|_| Error::invalid("it is no UTF-8", "Send one JSON value a line, as UTF-8."))?;
    if let Ok(user) = serde_json::from_str::<String>(text) {
        return Ok(ResetRequest::new(user));
    }
    let mut request = ResetRequest::from_json(text)?;
    set_waiver(&mut request.allow_privileged, AllowPrivileged::No)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut targets: Vec<Target> = pieces.iter().flat_map(|piece| lines.add(piece)).collect();
        targets.extend(lines.end());
        let shown = |target| match target {
            Target::Request(request) => request.user,
            Target::Invalid { user, error } => format!("{user}! {}", error.message),
        };
        targets.into_iter().map(shown).collect()
    }

    #[test]
    fn lines_are_whole_however_they_are_cut() {
        let text = "\"a@contoso.com\"\r\n\n{\"user\": \"bé@contoso.com\"}\n  \n\"c@contoso.com\"".as_bytes();
        let expected = ["a@contoso.com", "bé@contoso.com", "c@contoso.com"];
        assert_eq!(users(&[text]), expected);
        assert_eq!(users(&text.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_cannot_be_read_is_one_users_trouble() {
        let long = [b"\"", vec![b'x'; LONGEST].as_slice(), b"\"\n"].concat();
        let found = users(&[
            b"nonsense\n",
            &long,
            b"{\"user\":\"d@contoso.com\",\"alowPrivileged\":true}\n\xff\n",
            b"{\"user\":\"e@contoso.com\",\"allowPrivileged\":true}\n",
            b"\"f@contoso.com\"\n",
        ]);
        assert!(found[0].starts_with("! line 1: the request is not valid: it is no JSON"), "{found:?}");
        assert_eq!(found[1], "! line 2 is longer than 65536 bytes");
        assert!(found[2].starts_with("d@contoso.com! line 3:") && found[2].contains("alowPrivileged"), "{found:?}");
        assert_eq!(found[3], "! line 4: it is no UTF-8");
        assert_eq!(found[4], "e@contoso.com! line 5: `allowPrivileged` is no field of a body");
        assert_eq!(found[5], "f@contoso.com");
    }
}
