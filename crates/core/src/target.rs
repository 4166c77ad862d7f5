use crate::error::Error;
use crate::request::ResetRequest;

/// One of many users.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// What is asked for the user. What it leaves out comes from the run's defaults.
    Request(Box<ResetRequest>),
    /// Nothing that can be done: the user gets a report that says why.
    Invalid {
        /// Whom it seems to be about.
        user: String,
        /// What is wrong.
        error: Error,
    },
}

impl Target {
    /// The user alone, everything else from the run's defaults.
    pub fn user(user: impl Into<String>) -> Target {
        Target::Request(Box::new(ResetRequest::new(user)))
    }

    /// A request as JSON. What cannot be read is a target, too: it belongs to one user and is no trouble of the others.
    pub fn from_json(user: &str, text: &str) -> Target {
        match ResetRequest::from_json(text) {
            Ok(request) => Target::Request(Box::new(request)),
            Err(error) => Target::Invalid { user: user.to_owned(), error },
        }
    }
}
