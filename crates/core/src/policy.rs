//! The tenant's policy for Temporary Access Passes, as far as the token may read it. It is asked once a run, along with
//! what the guard reads; without it, Graph's refusal tells the same later.

use crate::error::{Error, ErrorCode};
use crate::graph::{Answer, Call, Context, Graph, Object, Path, Version, flag, number, text};
use crate::request::PassOptions;

/// Graph's own bounds, which no policy widens.
const SHORTEST: u32 = 10;
const LONGEST: u32 = 43_200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PassPolicy {
    allows: bool,
    shortest: u32,
    longest: u32,
    /// Every pass works once only.
    once: bool,
}

impl PassPolicy {
    pub(crate) fn read(entity: &Object) -> PassPolicy {
        PassPolicy {
            allows: text(entity, "state") != Some("disabled"),
            shortest: number(entity, "minimumLifetimeInMinutes").unwrap_or(SHORTEST),
            longest: number(entity, "maximumLifetimeInMinutes").unwrap_or(LONGEST),
            once: flag(entity, "isUsableOnce") == Some(true),
        }
    }

    /// Whether Graph would issue such a pass. Whom the policy includes is not judged: it names groups.
    ///
    /// # Errors
    /// `policyRejected`, with the policy's bounds.
    pub(crate) fn check(self, options: &PassOptions) -> Result<(), Error> {
        let PassPolicy { allows, shortest, longest, once } = self;
        let rejected = |message: String, help: String| Err(Error::new(ErrorCode::PolicyRejected, message, help));
        if !allows {
            return rejected(
                "the tenant's policy allows no Temporary Access Passes".into(),
                "Enable Temporary Access Pass in the tenant's authentication methods policy, or go on without a pass."
                    .into(),
            );
        }
        if let Some(minutes) = options.lifetime_in_minutes
            && !(shortest..=longest).contains(&minutes)
        {
            return rejected(
                format!("the tenant's policy allows no Temporary Access Pass of {minutes} minutes"),
                format!("It takes {shortest} to {longest} minutes; without a lifetime the policy's own counts."),
            );
        }
        if once && options.is_usable_once == Some(false) {
            return rejected(
                "the tenant's policy allows only passes that work once".into(),
                "Leave isUsableOnce out, or set it to true.".into(),
            );
        }
        Ok(())
    }
}

/// The policy; `None` where it cannot be read, which is nothing to fail on. Of many users one asks for all.
pub(crate) async fn read(graph: &Graph) -> Option<PassPolicy> {
    let mut known = graph.pass_policy().lock().await;
    if let Some(known) = *known {
        return known;
    }
    let path =
        Path::root("policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass");
    let answer = graph.call(&Call::get(Version::V1, path, Context::PassPolicy)).await.ok()?;
    let policy = Some(&answer).filter(|answer| answer.is_success()).and_then(Answer::entity).map(PassPolicy::read);
    *known = Some(policy);
    policy
}
