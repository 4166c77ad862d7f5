use crate::answer::Answer;
use crate::clock;
use crate::settings::RetryAfter;
use crate::tenant::Tenant;

/// What one call takes out of the bucket. Each millisecond puts in one unit per call of the limit, so that ten
/// seconds fill it.
const CALL: u64 = 10_000;

/// A token bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    calls: Option<u64>,
    level: u64,
    filled_at: u64,
}

impl Bucket {
    pub(crate) fn new(calls_per_10s: Option<u32>) -> Bucket {
        let calls = calls_per_10s.map(|calls| u64::from(calls.max(1)));
        Bucket { calls, level: calls.unwrap_or(0) * CALL, filled_at: 0 }
    }

    /// Takes one call out: how full the limit is in percent, or how many milliseconds are missing.
    fn take(&mut self, now: u64) -> Result<Option<u64>, u64> {
        let Some(calls) = self.calls else {
            return Ok(None);
        };
        let size = calls * CALL;
        let passed = now.saturating_sub(self.filled_at).min(CALL);
        self.level = size.min(self.level + calls * passed);
        self.filled_at = self.filled_at.max(now);
        if self.level < CALL {
            return Err((CALL - self.level).div_ceil(calls));
        }
        self.level -= CALL;
        Ok(Some((size - self.level) * 100 / size))
    }
}

impl Tenant {
    /// Counts one call: what `x-ms-throttle-limit-percentage` says, if it is said, or the 429.
    pub(crate) fn throttle(&mut self, now: u64) -> Result<Option<String>, Answer> {
        match self.bucket.take(now) {
            Ok(percent) => Ok(percent.filter(|percent| *percent > 80).map(fraction)),
            Err(wait) => Err(self.throttled(wait, now)),
        }
    }

    /// The 429, alone or in a batch.
    pub(crate) fn throttled(&self, wait: u64, now: u64) -> Answer {
        let mut answer = Answer::error(429, "TooManyRequests", "Please retry again later.");
        if let Some(inner) = answer.inner_error() {
            inner.insert("code".into(), "429".into());
            inner.insert("message".into(), "Please retry after".into());
            inner.insert("status".into(), "429".into());
        }
        answer = answer
            .with("x-ms-throttle-limit-percentage", "1.00")
            .with("x-ms-throttle-scope", format!("Tenant_Application/ReadWrite/app/{}", self.seed.tenant_id))
            .with("x-ms-throttle-information", "ResourceUnitLimitExceeded");
        let wait = wait.max(1);
        match self.seed.settings.retry_after {
            RetryAfter::Seconds => answer.with("Retry-After", wait.div_ceil(1000).to_string()),
            RetryAfter::Fraction => answer.with("Retry-After", format!("{}.{:03}", wait / 1000, wait % 1000)),
            RetryAfter::Date => answer.with("Retry-After", clock::http_date(now + wait.div_ceil(1000) * 1000)),
            RetryAfter::Absent => answer,
        }
    }
}

fn fraction(percent: u64) -> String {
    format!("{}.{:02}", percent / 100, percent % 100)
}
