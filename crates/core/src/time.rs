//! Times as text.

use crate::error::Error;
use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

/// Unix milliseconds as RFC 3339 in UTC, always with milliseconds.
pub(crate) fn timestamp(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).ok();
    let Some(Ok(time)) = seconds.map(OffsetDateTime::from_unix_timestamp) else {
        return String::new();
    };
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let (month, millisecond) = (u8::from(month), milliseconds % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// RFC 3339 as Unix milliseconds; a time before 1970 is 0.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    let seconds = u64::try_from(time.unix_timestamp()).unwrap_or(0);
    Some(if seconds == 0 { 0 } else { seconds * 1000 + u64::from(time.millisecond()) })
}

/// The same of a field of a request.
///
/// # Errors
/// `invalidInput`, naming the field.
pub(crate) fn of_field(name: &str, text: &str) -> Result<u64, Error> {
    parse(text).ok_or_else(|| {
        let message = format!("`{name}` is not a date and time");
        Error::invalid(message, "Give RFC 3339, for example 2026-11-21T09:00:00Z.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_round() {
        assert_eq!(timestamp(1_795_251_600_007), "2026-11-21T09:00:00.007Z");
        assert_eq!(parse("2026-11-21T09:00:00.007Z"), Some(1_795_251_600_007));
        assert_eq!(parse("2026-11-21T10:00:00+01:00"), Some(1_795_251_600_000));
        assert_eq!(parse("1960-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("tomorrow"), None);
    }
}
