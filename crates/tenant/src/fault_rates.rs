use crate::hostile::Hostile;
use serde::{Deserialize, Serialize};

/// Where nobody is who should get anything.
pub(crate) const FOREIGN_HOST: &str = "attacker.contoso.com";

/// How likely each fault is for one request, from 0 to 1. Their sum is the likelihood of any fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FaultRates {
    /// The connection is refused: nothing arrives.
    pub refused: f64,
    /// The connection breaks before the request is read: nothing runs.
    pub dropped_before: f64,
    /// The connection breaks before the answer is out: the request ran.
    pub dropped_after: f64,
    /// The answer takes `slow_milliseconds` longer.
    pub slow: f64,
    /// A gateway answers 502 in HTML: nothing ran.
    pub html: f64,
    /// A gateway answers 504 in HTML: the request ran.
    pub gateway_timeout: f64,
    /// The answer is cut in half: the request ran.
    pub truncated: f64,
    /// The token is refused as expired, now and from then on.
    pub expired_token: f64,
    /// 429: nothing ran.
    pub throttled: f64,
    /// 503, with or without `Retry-After`: nothing ran.
    pub unavailable: f64,
    /// One member of a batch answers 429: it did not run. A single call answers so itself.
    pub member_throttled: f64,
    /// One member of a batch answers 503: it did not run. A single call answers so itself.
    pub member_unavailable: f64,
    /// One member of a batch answers 504: it ran. A single call answers so itself.
    pub member_timeout: f64,
    /// The body comes in small pieces, which takes `drip_milliseconds` in all: the request ran.
    pub dripping: f64,
    /// The answer is a redirect to `foreign_origin`: nothing ran.
    pub foreign_redirect: f64,
    /// Every list in the answer links to a next page at `foreign_origin`: the request ran.
    pub foreign_next_link: f64,
    /// Every list in the answer links to itself as the next page.
    pub looped_pages: f64,
    /// Every list in the answer links to a next page that has not been there before, and so on without end.
    pub endless_pages: f64,
    /// One member of a batch's answer has an id that nobody asked for: the batch ran.
    pub foreign_member: f64,
    /// One member of a batch is answered twice, the second time with a 404: the batch ran.
    pub doubled_member: f64,
    /// One member of a batch is not answered: the batch ran.
    pub missing_member: f64,
    /// The answer is JSON of 10,000 levels: the request ran.
    pub deep_json: f64,
    /// The answer begins with `oversized_bytes` blanks, which JSON allows: the request ran. The server goes on sending
    /// blanks for as long as somebody reads.
    pub oversized: f64,
    /// How much longer a slow answer takes.
    pub slow_milliseconds: u64,
    /// How long a dripping body takes.
    pub drip_milliseconds: u64,
    /// How much longer an oversized answer is.
    pub oversized_bytes: usize,
    /// Where redirects and foreign links point to. That a request came to the one that is meant when this is left as it
    /// is, is a violation.
    pub foreign_origin: String,
}

impl Default for FaultRates {
    fn default() -> Self {
        FaultRates {
            refused: 0.0,
            dropped_before: 0.0,
            dropped_after: 0.0,
            slow: 0.0,
            html: 0.0,
            gateway_timeout: 0.0,
            truncated: 0.0,
            expired_token: 0.0,
            throttled: 0.0,
            unavailable: 0.0,
            member_throttled: 0.0,
            member_unavailable: 0.0,
            member_timeout: 0.0,
            dripping: 0.0,
            foreign_redirect: 0.0,
            foreign_next_link: 0.0,
            looped_pages: 0.0,
            endless_pages: 0.0,
            foreign_member: 0.0,
            doubled_member: 0.0,
            missing_member: 0.0,
            deep_json: 0.0,
            oversized: 0.0,
            slow_milliseconds: 5000,
            drip_milliseconds: 60_000,
            oversized_bytes: 16 << 20,
            foreign_origin: format!("https://{FOREIGN_HOST}"),
        }
    }
}

impl FaultRates {
    /// Every fault that a network or a busy service has equally likely, and any of them with the likelihood `total`.
    /// None that only a hostile one has, from `dripping` on.
    pub fn even(total: f64) -> FaultRates {
        let each = total / 13.0;
        FaultRates {
            refused: each,
            dropped_before: each,
            dropped_after: each,
            slow: each,
            html: each,
            gateway_timeout: each,
            truncated: each,
            expired_token: each,
            throttled: each,
            unavailable: each,
            member_throttled: each,
            member_unavailable: each,
            member_timeout: each,
            ..FaultRates::default()
        }
    }

    pub(crate) fn pick(&self, mut at: f64) -> Option<Fault> {
        let rates = [
            (Fault::Refused, self.refused),
            (Fault::DroppedBefore, self.dropped_before),
            (Fault::DroppedAfter, self.dropped_after),
            (Fault::Slow, self.slow),
            (Fault::Html, self.html),
            (Fault::GatewayTimeout, self.gateway_timeout),
            (Fault::Truncated, self.truncated),
            (Fault::ExpiredToken, self.expired_token),
            (Fault::Throttled, self.throttled),
            (Fault::Unavailable, self.unavailable),
            (Fault::Member(429, false), self.member_throttled),
            (Fault::Member(503, false), self.member_unavailable),
            (Fault::Member(504, true), self.member_timeout),
            (Fault::Dripping, self.dripping),
            (Fault::ForeignRedirect, self.foreign_redirect),
            (Fault::Hostile(Hostile::ForeignNextLink), self.foreign_next_link),
            (Fault::Hostile(Hostile::LoopedPages), self.looped_pages),
            (Fault::Hostile(Hostile::EndlessPages), self.endless_pages),
            (Fault::Hostile(Hostile::ForeignMember), self.foreign_member),
            (Fault::Hostile(Hostile::DoubledMember), self.doubled_member),
            (Fault::Hostile(Hostile::MissingMember), self.missing_member),
            (Fault::Hostile(Hostile::DeepJson), self.deep_json),
            (Fault::Oversized, self.oversized),
        ];
        rates.into_iter().find_map(|(fault, rate)| {
            at -= rate;
            (at < 0.0).then_some(fault)
        })
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Refused,
    DroppedBefore,
    DroppedAfter,
    Slow,
    Html,
    GatewayTimeout,
    Truncated,
    ExpiredToken,
    Throttled,
    Unavailable,
    Member(u16, bool),
    Dripping,
    ForeignRedirect,
    Oversized,
    Hostile(Hostile),
}
