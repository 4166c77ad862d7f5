use crate::answer::Answer;
use crate::clock;
use crate::settings::{RetryAfter, Settings};
use crate::tenant::Tenant;

/// What one call takes out of the bucket. Each millisecond puts in one unit per call of the limit, so that ten
/// seconds fill it.
const CALL: i64 = 10_000;

/// A token bucket. Below zero it owes.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    calls: i64,
    level: i64,
    filled_at: u64,
}

impl Bucket {
    fn new(calls_per_10s: Option<u32>) -> Option<Bucket> {
        let calls = i64::from(calls_per_10s?.max(1));
        Some(Bucket { calls, level: calls * CALL, filled_at: 0 })
    }

    fn fill(&mut self, now: u64) {
        let passed = i64::try_from(now.saturating_sub(self.filled_at)).unwrap_or(i64::MAX).min(2 * CALL);
        self.level = (self.calls * CALL).min(self.level + self.calls * passed);
        self.filled_at = self.filled_at.max(now);
    }

    /// Takes one call out; what it owes is at most a bucket.
    fn take(&mut self) {
        self.level = (self.level - CALL).max(-self.calls * CALL);
    }

    /// How many milliseconds are missing until a call can be taken.
    fn missing(&self) -> u64 {
        u64::try_from(CALL - self.level).unwrap_or(0).div_ceil(self.calls.unsigned_abs())
    }

    fn percent_used(&self) -> u64 {
        let size = self.calls * CALL;
        ((size - self.level) * 100 / size).unsigned_abs()
    }
}

/// What a bucket counts, which is also the order in which buckets are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Calls, each member of a batch for itself.
    Calls,
    /// Calls below `/users/{id}/authentication`.
    MethodCalls,
    /// HTTP requests, a batch being one.
    Batches,
}

/// The buckets of a tenant.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    calls: Option<Bucket>,
    method_calls: Option<Bucket>,
    batches: Option<Bucket>,
    throttled_calls_count: bool,
}

impl Throttle {
    pub(crate) fn new(settings: &Settings) -> Throttle {
        Throttle {
            calls: Bucket::new(settings.calls_per_10s),
            method_calls: Bucket::new(settings.method_calls_per_10s),
            batches: Bucket::new(settings.batches_per_10s),
            throttled_calls_count: settings.throttled_calls_count,
        }
    }

    fn bucket(&mut self, limit: Limit) -> Option<&mut Bucket> {
        match limit {
            Limit::Calls => self.calls.as_mut(),
            Limit::MethodCalls => self.method_calls.as_mut(),
            Limit::Batches => self.batches.as_mut(),
        }
    }

    /// Takes one call out of each bucket: how full the fullest is in percent, or which one refuses, and for how many
    /// milliseconds.
    fn take(&mut self, limits: &[Limit], now: u64) -> Result<u64, (Limit, u64)> {
        let mut refusing = None;
        for limit in limits {
            if let Some(bucket) = self.bucket(*limit) {
                bucket.fill(now);
                if bucket.level < CALL && refusing.is_none() {
                    refusing = Some(*limit);
                }
            }
        }
        let mut percent = 0;
        if refusing.is_none() || self.throttled_calls_count {
            for limit in limits {
                if let Some(bucket) = self.bucket(*limit) {
                    bucket.take();
                    percent = percent.max(bucket.percent_used());
                }
            }
        }
        match refusing {
            None => Ok(percent),
            Some(limit) => Err((limit, self.bucket(limit).map_or(0, |bucket| bucket.missing()))),
        }
    }
}

impl Tenant {
    /// Counts one call or request: what `x-ms-throttle-limit-percentage` says, if it is said, or the 429.
    pub(crate) fn throttle(&mut self, limits: &[Limit], now: u64) -> Result<Option<String>, Answer> {
        match self.throttle.take(limits, now) {
            Ok(percent) => Ok(Some(percent).filter(|percent| *percent > 80).map(fraction)),
            Err((limit, wait)) => Err(self.throttled(limit, wait, now)),
        }
    }

    /// The 429, alone or in a batch.
    pub(crate) fn throttled(&self, limit: Limit, wait: u64, now: u64) -> Answer {
        let mut answer = Answer::error(429, "TooManyRequests", "Please retry again later.");
        if let Some(inner) = answer.inner_error() {
            inner.insert("code".into(), "429".into());
            inner.insert("message".into(), "Please retry after".into());
            inner.insert("status".into(), "429".into());
        }
        let scope = match limit {
            Limit::Calls => format!("Tenant_Application/ReadWrite/app/{}", self.seed.tenant_id),
            Limit::MethodCalls => "Tenant_Application/ReadWrite/app/authenticationMethod".to_owned(),
            Limit::Batches => format!("Application/ReadWrite/app/{}", self.seed.tenant_id),
        };
        answer = answer
            .with("x-ms-throttle-limit-percentage", "1.00")
            .with("x-ms-throttle-scope", scope)
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
