use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn moment(now: u64) -> OffsetDateTime {
    i64::try_from(now / 1000)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn date_time(now: u64, between: char) -> String {
    let at = moment(now);
    format!(
        "{:04}-{:02}-{:02}{between}{:02}:{:02}:{:02}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `2026-11-21T09:00:00Z`, with milliseconds where there are any.
pub(crate) fn rfc3339(now: u64) -> String {
    match now % 1000 {
        0 => format!("{}Z", date_time(now, 'T')),
        fraction => format!("{}.{fraction:03}Z", date_time(now, 'T')),
    }
}

/// `2026-11-21T09:00:00`, as Graph writes it into an `innerError`.
pub(crate) fn without_zone(now: u64) -> String {
    date_time(now, 'T')
}

/// `2026-11-21 09:00:00Z`, as the sign-in service writes it.
pub(crate) fn spaced(now: u64) -> String {
    format!("{}Z", date_time(now, ' '))
}

/// `Sat, 21 Nov 2026 09:00:00 GMT`.
pub(crate) fn http_date(now: u64) -> String {
    let at = moment(now);
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        DAYS[usize::from(at.weekday().number_days_from_monday())],
        at.day(),
        MONTHS[usize::from(u8::from(at.month())) - 1],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Milliseconds of Unix time.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(u64::try_from(at.unix_timestamp()).ok()? * 1000 + u64::from(at.millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_moments() {
        let now = 1_795_251_600_250;
        assert_eq!(rfc3339(now), "2026-11-21T09:00:00.250Z");
        assert_eq!(parse("2026-11-21T10:00:00.25+01:00"), Some(now));
        assert_eq!(http_date(now), "Sat, 21 Nov 2026 09:00:00 GMT");
        assert_eq!(spaced(now), "2026-11-21 09:00:00Z");
        assert_eq!(parse("2026-11-21T10:00:00"), None);
    }
}
