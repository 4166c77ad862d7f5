use crate::options::Limits;
use http::StatusCode;
use std::time::{Duration, UNIX_EPOCH};

/// Statuses after which a call may be tried again.
pub(crate) fn is_retryable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// Of those, the ones that say that the call did not run. A write is repeated after these alone; after the others the
/// live list tells whether it ran.
pub(crate) fn never_ran(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 503)
}

/// `Retry-After` as seconds, as a fraction of seconds, or as an HTTP date; a date that has passed is no wait.
pub(crate) fn retry_after(text: &str, now: u64) -> Option<Duration> {
    let text = text.trim();
    // To the millisecond, which is all that a timer takes.
    if let Some(milliseconds) = thousandths(text) {
        return Some(Duration::from_millis(milliseconds));
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(Duration::from_millis(now)))
}

/// A decimal number, in thousandths.
pub(crate) fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let thousandths: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(thousandths)
}

/// The wait before the next try: the larger of what the server asks and of a doubling delay with jitter. `None` when
/// the tries are used up, or when the server asks for more than the limit.
pub(crate) fn wait(limits: &Limits, tried: u32, server: Option<Duration>, random: u64) -> Option<Duration> {
    if tried >= limits.retries {
        return None;
    }
    let base = 500_u64 << tried.min(6);
    let policy = Duration::from_millis(base / 2 + random % (base / 2 + 1));
    let longest = Duration::from_secs(limits.retry_seconds.into());
    let wait = server.unwrap_or_default().max(policy.min(longest));
    (wait <= longest).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_each_form() {
        // 2026-11-21T09:00:00Z
        let now = 1_795_251_600_000;
        assert_eq!(retry_after("10", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("2.128", now), Some(Duration::from_millis(2128)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 09:00:07 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 08:00:00 GMT", now), Some(Duration::ZERO));
        for odd in ["soon", "-1", "NaN", "inf", "1e300", "1.5.5", ".5", ""] {
            assert_eq!(retry_after(odd, now), None, "{odd}");
        }
    }

    #[test]
    fn the_larger_of_server_and_policy_and_never_beyond_the_limit() {
        let limits = Limits { retries: 3, retry_seconds: 60, ..Limits::default() };
        let asked = Some(Duration::from_secs(20));
        assert_eq!(wait(&limits, 0, asked, 0), asked);
        assert!(wait(&limits, 2, Some(Duration::from_millis(1)), 7).expect("a wait") >= Duration::from_secs(1));
        assert_eq!(wait(&limits, 3, None, 0), None);
        assert_eq!(wait(&limits, 0, Some(Duration::from_secs(61)), 0), None);
    }
}
