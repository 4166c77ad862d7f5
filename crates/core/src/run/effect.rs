use crate::event::Event;
use crate::intent::Intent;
use crate::report::Report;
use crate::secret::Secret;
use crate::target::Target;
use bytes::Bytes;
use std::fmt;
use std::time::Duration;

/// Names one effect within its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId(pub u32);

/// What the core asks of its shell.
pub enum Effect {
    /// Send this request, follow no redirect, and answer with [`Reply::Response`] or [`Reply::Failed`].
    Send(http::Request<Bytes>),
    /// Answer with [`Reply::Slept`] after this long.
    Sleep(Duration),
    /// Get an access token and answer with [`Reply::Token`].
    Token(TokenRequest),
    /// Get a signed assertion of the application, and answer with [`Reply::Assertion`]. It is asked for anew with every
    /// attempt to sign in.
    Assertion(AssertionRequest),
    /// Pass this on to whoever listens. It is not answered.
    Emit(Event),
    /// Of many users: hand over the next ones, at least one if there are any, and answer with [`Reply::Targets`].
    NextTargets {
        /// No more than this.
        at_most: usize,
    },
    /// Of many users: one is about to be written to. Whoever keeps a journal has it on disk before the answer, which is
    /// [`Reply::Taken`].
    Begin(Intent),
    /// Of many users: one is finished. Answer with [`Reply::Taken`] once the report has been taken; until then the user
    /// counts as being in flight, so that a slow consumer slows the run.
    Report(Box<Report>),
}

/// Written by hand: a request carries the bearer token, and a body may carry a secret.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Send(request) => {
                write!(f, "Send({} {}, {} bytes)", request.method(), request.uri(), request.body().len())
            }
            Effect::Sleep(duration) => write!(f, "Sleep({duration:?})"),
            Effect::Token(request) => write!(f, "Token({request:?})"),
            Effect::Assertion(request) => write!(f, "Assertion({request:?})"),
            Effect::Emit(event) => write!(f, "Emit({event:?})"),
            Effect::NextTargets { at_most } => write!(f, "NextTargets({at_most})"),
            Effect::Begin(intent) => write!(f, "Begin({})", intent.user_id),
            // It may hold a pass and a backup.
            Effect::Report(report) => write!(f, "Report({:?})", report.outcome),
        }
    }
}

/// Which token is needed, and why the last one no longer serves.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// `https://graph.microsoft.com/.default` or the same of another cloud.
    pub scope: String,
    /// A claims challenge (continuous access evaluation), decoded from base64, to pass to the identity library.
    pub claims: Option<String>,
    /// The token that Graph refused, so that a cache does not hand it out again.
    pub refused: Option<Secret>,
}

/// Which assertion is needed.
#[derive(Debug, Clone)]
pub struct AssertionRequest {
    /// The URL of the token endpoint that is about to be called: the `aud` of an assertion that is signed with a
    /// certificate. A federated credential names its own.
    pub audience: String,
}

/// A token that the shell got from its identity library.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The bearer token.
    pub token: Secret,
    /// When it expires, in milliseconds of Unix time, where the library says so.
    pub expires_at: Option<u64>,
}

/// What the shell answers.
pub enum Reply {
    /// To [`Effect::Send`]: status, headers and the whole body.
    Response(http::Response<Bytes>),
    /// To [`Effect::Send`]: no whole response came.
    Failed(SendError),
    /// To [`Effect::Sleep`].
    Slept,
    /// To [`Effect::Token`]. The text of a failure is shown to the caller, so it must hold no secret.
    Token(Result<AccessToken, String>),
    /// To [`Effect::Assertion`]. The text of a failure is shown to the caller, so it must hold no secret.
    Assertion(Result<Secret, String>),
    /// To [`Effect::NextTargets`].
    Targets {
        /// The users. More than were asked for are taken, too.
        targets: Vec<Target>,
        /// There will be no others.
        end: bool,
    },
    /// To [`Effect::Begin`] and [`Effect::Report`]. A failure is for [`Effect::Begin`] alone: that user is then not
    /// touched. Its text is shown to the caller, so it must hold no secret.
    Taken(Result<(), String>),
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Response(response) => write!(f, "Response({}, {} bytes)", response.status(), response.body().len()),
            Reply::Failed(error) => write!(f, "Failed({error:?})"),
            Reply::Slept => f.write_str("Slept"),
            Reply::Token(result) => write!(f, "Token({result:?})"),
            Reply::Assertion(result) => write!(f, "Assertion({result:?})"),
            Reply::Targets { targets, end } => write!(f, "Targets({}, end: {end})", targets.len()),
            Reply::Taken(result) => write!(f, "Taken({result:?})"),
        }
    }
}

/// What a shell can say about a request that brought no whole response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// It never left: the connection was refused, or the name did not resolve. Safe to repeat, writes included.
    NeverSent(String),
    /// Anything else: the call may have run.
    Lost(String),
    /// The body outgrew the limit of [`Limits::response_bytes`](crate::options::Limits). The call has run.
    TooLarge,
}
