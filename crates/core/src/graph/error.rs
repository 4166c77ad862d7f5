use super::answer::Answer;
use crate::error::{Error, ErrorCode, GraphError};
use std::time::Duration;

/// What a call was for; it words the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    User,
    Methods,
    Guard,
    Group,
    Pass,
    PassPolicy,
    Preference,
    Method,
    Register,
    PerUserMfa,
    Sessions,
}

impl Context {
    fn doing(self) -> &'static str {
        match self {
            Context::User => "reading the user",
            Context::Methods => "listing the authentication methods",
            Context::Guard => "checking whether the user is privileged",
            Context::Group => "listing the members of the group",
            Context::Pass => "issuing the Temporary Access Pass",
            Context::PassPolicy => "reading the policy for Temporary Access Passes",
            Context::Preference => "moving the default sign-in method",
            Context::Method => "removing the method",
            Context::Register => "registering the method",
            Context::PerUserMfa => "setting the per-user MFA state",
            Context::Sessions => "revoking the sessions",
        }
    }
}

/// The two texts with which Graph refuses to remove a default method. The code beside them is a bare `badRequest`, so
/// the text is all there is; nothing else is taken for this refusal.
pub(crate) fn is_default_method_refusal(answer: &Answer) -> bool {
    if answer.status.as_u16() != 400 {
        return false;
    }
    let message = answer.error_message();
    message.contains("cannot delete default method with other methods configured")
        || (message.contains("matches the user's current default authentication method")
            && message.contains("cannot be deleted"))
}

impl Answer {
    /// What identifies this answer to Microsoft's support.
    pub(crate) fn graph_error(&self) -> GraphError {
        let (request_id, date) = self.error_origin();
        GraphError {
            status: self.status.as_u16(),
            code: self.error_code().map(|code| plain(code, 80)).filter(|code| !code.is_empty()),
            request_id: request_id.map(|id| plain(id, 64)),
            date: date.map(|date| plain(date, 40)),
            retry_after_seconds: self.headers.retry_after.map(whole_seconds),
            claims: self.headers.claims.clone(),
        }
    }

    /// The failure of a call, in the words of what it was for.
    pub(crate) fn to_error(&self, context: Context) -> Error {
        let doing = context.doing();
        let status = self.status.as_u16();
        let error = match status {
            401 => Error::new(
                ErrorCode::Unauthenticated,
                format!("Graph does not accept the access token ({doing})"),
                "Sign in again, or get a token whose audience is Microsoft Graph in this cloud and which has not expired.",
            ),
            403 => Error::new(
                ErrorCode::Forbidden,
                format!("Graph does not allow this caller to do this to this user ({doing})"),
                self.advice.as_deref().unwrap_or("The README's table of permissions says what this takes."),
            ),
            404 if context == Context::User => Error::new(
                ErrorCode::UserNotFound,
                "there is no such user in this tenant",
                "Check the spelling, and that the token belongs to the user's tenant.",
            ),
            404 if context == Context::Group => Error::new(
                ErrorCode::InvalidInput,
                "there is no such group in this tenant",
                "Give the group's object id, and check that the token belongs to the group's tenant.",
            ),
            400 | 404 if context == Context::Register => Error::new(
                ErrorCode::InvalidInput,
                "Graph refused to register the method as the backup has it",
                "Look at it in the portal: a number that does not exist, a token that is gone or that another user has, or \
                 a policy that allows no such method.",
            ),
            409 if context == Context::Register => Error::new(
                ErrorCode::Conflict,
                "Graph says that something else is registered in its place",
                "Look at what the user has by now; restore again once that is removed.",
            ),
            // Graph's text, since it has no code of its own for it.
            400 if context == Context::Pass && self.error_message().contains("external guest") => Error::new(
                ErrorCode::PolicyRejected,
                "an external guest cannot have a Temporary Access Pass of this tenant, so nothing was removed",
                "The guest's home tenant issues one; or reset without a pass.",
            ),
            400 | 409 if context == Context::Pass => Error::new(
                ErrorCode::PolicyRejected,
                "Graph refused the Temporary Access Pass, so nothing was removed",
                "Check that the Temporary Access Pass policy includes the user and allows this lifetime, and that the \
                 user is no external guest; or reset without a pass.",
            ),
            429 => Error::new(
                ErrorCode::Throttled,
                format!("Graph kept throttling ({doing})"),
                "Try again in a few minutes, or let fewer automations work on this tenant at once.",
            ),
            502..=504 => Error::new(
                ErrorCode::Unreachable,
                format!("Graph says that it is unavailable ({doing})"),
                "Try again in a few minutes.",
            ),
            _ if is_default_method_refusal(self) => Error::new(
                ErrorCode::DefaultMethodBlocked,
                "Graph refuses to remove the user's default method while another method is registered",
                "Run the reset again in a few minutes. If it stays, a method that this token cannot see may be in the way: \
                 grant UserAuthenticationMethod.ReadWrite.All, or let the user or the portal change the default first.",
            ),
            _ => Error::new(
                ErrorCode::UnexpectedResponse,
                format!("Graph answered {status} where that is not expected ({doing})"),
                "Try again; if it stays, report it with the request id.",
            )
            .retryable(status >= 500 || status == 408),
        };
        error.with_graph(self.graph_error())
    }

    /// The failure of an answer that has a good status and a body that cannot be read.
    pub(crate) fn garbled(&self, context: Context) -> Error {
        unexpected_body(context).with_graph(self.graph_error())
    }
}

pub(crate) fn unexpected_body(context: Context) -> Error {
    Error::new(
        ErrorCode::UnexpectedResponse,
        format!("the answer is not what Graph documents ({})", context.doing()),
        "Check that nothing stands between this host and Graph that answers in its place, a proxy's page for example.",
    )
    .retryable(true)
}

/// Not less than what was asked for.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Foreign text that goes into an error: printable, and short.
pub(super) fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(most).collect()
}
