//! Times as text.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

/// Unix milliseconds as RFC 3339 in UTC.
pub(crate) fn timestamp(milliseconds: u64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// RFC 3339 as Unix milliseconds; a time before 1970 is 0.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    Some(u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
}
