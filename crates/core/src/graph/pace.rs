//! How fast: the batches in flight, and the calls in ten seconds. What is not set is learned from what Graph throttles.

use super::error::Context;
use super::url::Version;
use crate::options::Limits;

/// Milliseconds that a budget is for.
const SPAN: u64 = 10_000;
/// Milliseconds that are counted together.
const GRAIN: u64 = 100;
/// Grains of one span, and one for the grain that has just begun.
const GRAINS: usize = 101;
/// Batches in flight at the start.
const FIRST: usize = 2;
/// So many requests without an answer in a row are an outage.
const SILENCE: u32 = 4;
/// The longest time between two probes for a larger budget, in rests.
const PATIENCE: u64 = 64;

/// Graph counts what lies below `/authentication` apart from the rest of the directory, perhaps by far less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Directory,
    Authentication,
}

impl Scope {
    pub(super) const ALL: [Scope; 2] = [Scope::Directory, Scope::Authentication];

    pub(super) fn of(context: Context) -> Scope {
        match context {
            Context::User | Context::Guard | Context::PassPolicy | Context::Sessions | Context::Group => {
                Scope::Directory
            }
            Context::Methods
            | Context::Method
            | Context::Register
            | Context::Pass
            | Context::Preference
            | Context::PerUserMfa => Scope::Authentication,
        }
    }
}

/// Calls of one scope, or batches of one version.
pub(super) type Each<T> = [T; 2];

/// Calls of the last ten seconds. A call counts from its answer on, which is the later end of when Graph counted it.
#[derive(Debug)]
struct Recent {
    counts: [u32; GRAINS],
    newest: u64,
}

impl Recent {
    fn new() -> Recent {
        Recent { counts: [0; GRAINS], newest: 0 }
    }

    fn slot(grain: u64) -> usize {
        usize::try_from(grain % GRAINS as u64).unwrap_or(0)
    }

    fn turn(&mut self, now: u64) {
        let grain = now / GRAIN;
        let passed = grain.saturating_sub(self.newest).min(GRAINS as u64);
        for past in 0..passed {
            self.counts[Recent::slot(grain - past)] = 0;
        }
        self.newest = self.newest.max(grain);
    }

    fn add(&mut self, now: u64, calls: u32) {
        self.turn(now);
        self.counts[Recent::slot(self.newest)] += calls;
    }

    fn sum(&mut self, now: u64) -> u32 {
        self.turn(now);
        self.counts.iter().sum()
    }

    /// When the first of them no longer count.
    fn eases_at(&self) -> Option<u64> {
        let first = (self.newest + 1).saturating_sub(GRAINS as u64);
        let oldest = (first..=self.newest).find(|grain| self.counts[Recent::slot(*grain)] > 0)?;
        Some((oldest + GRAINS as u64) * GRAIN)
    }
}

/// The calls of one scope.
#[derive(Debug)]
struct Lane {
    flying: u32,
    answered: Recent,
    /// Those of them that were not throttled.
    passed: Recent,
}

impl Lane {
    fn new() -> Lane {
        Lane { flying: 0, answered: Recent::new(), passed: Recent::new() }
    }

    fn used(&mut self, now: u64) -> u32 {
        self.flying + self.answered.sum(now)
    }
}

/// A limit that nobody told us: what passed before Graph throttled. It is spent evenly, since a limit that fills up
/// drop by drop takes no gulps after a pause.
#[derive(Debug)]
struct Learned {
    /// Hundredths of calls in ten seconds, once Graph has throttled.
    rate: Option<u64>,
    /// What may leave now, in parts of a [`CALL`].
    credit: u64,
    credited_at: u64,
    /// Graph said when to come back.
    closed_until: u64,
    /// It was the reason to wait since it last grew.
    bound: bool,
    grown_at: u64,
    /// How many rests lie between two growths, and by what part it grows: a 16th and then ever more.
    rests: u64,
    step: u64,
}

/// Where to begin when next to nothing passed: somebody else has used the limit up, and it may be large. If it is not,
/// halves are soon there.
const GUESS: u64 = 10_000;

/// The least to go down to: five calls in ten seconds. Who takes all there is lets nobody pass at any pace, so below it
/// there is nothing to learn; where the limit really is less, Graph says each time when to come back.
const FLOOR: u64 = 500;

/// The time between two growths, in milliseconds: long enough for some calls to show whether they are throttled.
fn rest(rate: u64) -> u64 {
    (8 * CALL / rate).max(SPAN / 5)
}

/// One call, as credit is counted.
const CALL: u64 = 100 * SPAN;

impl Learned {
    fn new() -> Learned {
        Learned {
            rate: None,
            credit: 0,
            credited_at: 0,
            closed_until: 0,
            bound: false,
            grown_at: 0,
            rests: 1,
            step: 16,
        }
    }

    fn is_closed(&self, now: u64) -> bool {
        now < self.closed_until
    }

    /// As many calls as are worth one request.
    fn quantum(rate: u64) -> u64 {
        (rate / 1000).clamp(1, 20)
    }

    /// How many calls may leave now.
    fn room(&mut self, now: u64) -> u32 {
        if self.is_closed(now) {
            return 0;
        }
        let Some(rate) = self.rate else { return u32::MAX };
        let earned = now.saturating_sub(self.credited_at).saturating_mul(rate);
        self.credit = self.credit.saturating_add(earned).min(Learned::quantum(rate) * CALL);
        self.credited_at = now;
        let room = self.credit / CALL;
        self.bound |= room == 0;
        u32::try_from(room).unwrap_or(u32::MAX)
    }

    /// When there is room for a request again.
    fn eases_at(&self, now: u64) -> Option<u64> {
        if self.is_closed(now) {
            return Some(self.closed_until);
        }
        let rate = self.rate?;
        let missing = (Learned::quantum(rate) * CALL).saturating_sub(self.credit);
        Some(self.credited_at + missing.div_ceil(rate)).filter(|at| *at > now)
    }

    fn spend(&mut self, calls: u32) {
        self.credit = self.credit.saturating_sub(u64::from(calls) * CALL);
    }

    /// Graph throttled, and let `passed` calls pass in ten seconds.
    fn learn(&mut self, now: u64, until: u64, passed: u32) {
        let same_pause = self.is_closed(now);
        self.closed_until = self.closed_until.max(until);
        let passed = u64::from(passed) * 100;
        let rate = match self.rate {
            Some(_) if same_pause => return,
            // Somebody else may have used the limit up, for once.
            Some(rate) => passed.clamp(rate / 2, rate * 15 / 16),
            None => passed.max(GUESS),
        };
        let near = self.rate.is_some_and(|before| rate >= before / 4 * 3);
        self.rests = if near { (self.rests * 2).min(PATIENCE) } else { 1 };
        self.rate = Some(rate.max(FLOOR));
        self.credit = 0;
        self.credited_at = self.closed_until;
        self.step = 16;
        self.bound = false;
        self.grown_at = self.closed_until;
    }

    /// The limit is nearly used up, so this is not the time to try for more. `used` is in thousandths.
    fn hold(&mut self, now: u64, used: u32) {
        self.grown_at = now;
        self.step = 16;
        if used > 1000 {
            self.rate = self.rate.map(|rate| (rate * 1000 / u64::from(used)).max(FLOOR));
        }
    }

    fn grow(&mut self, now: u64, passed: u32) {
        let Some(rate) = self.rate else { return };
        if self.is_closed(now) {
            // Answers to what left before the pause: they passed, too.
            self.rate = Some(rate.max(u64::from(passed) * 100));
        } else if self.bound && now >= self.grown_at + rest(rate) * self.rests {
            self.rate = Some(rate + rate / self.step);
            self.step = (self.step / 2).max(2);
            self.bound = false;
            self.grown_at = now;
        }
    }
}

/// What the answer to one request says about the pace.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Calls that were answered, and those of them that were throttled.
    pub(super) calls: Each<u32>,
    pub(super) throttled: Each<u32>,
    /// Until when the scope is closed.
    pub(super) until: Each<u64>,
    /// How much of the limit is used, in thousandths, where that is said.
    pub(super) used: Each<u32>,
    /// The service is in trouble, or the network.
    pub(super) trouble: bool,
    /// Some call had an answer of its own.
    pub(super) is_heard: bool,
}

#[derive(Debug)]
pub(super) struct Pace {
    budget: Option<u32>,
    /// Of one user alone nothing is learned: there would be nobody to profit from it.
    learns: bool,
    most: usize,
    window: usize,
    /// Above this the window grows by one a round, below by one an answer.
    threshold: usize,
    credit: usize,
    shrunk_at: u64,
    flights: Each<usize>,
    /// Requests in a row that nobody answered.
    unheard: u32,
    lanes: Each<Lane>,
    /// Limits of each scope, and of both together. Which of them there is, Graph does not say.
    of_lane: Each<Learned>,
    of_all: Learned,
    /// Milliseconds that an answer takes, smoothed.
    round_trip: u64,
}

impl Pace {
    pub(super) fn new(limits: &Limits, learns: bool) -> Pace {
        let most = usize::try_from(limits.concurrency).unwrap_or(usize::MAX).max(1);
        Pace {
            budget: limits.calls_per_10s,
            learns,
            most,
            // One user never has more than a few requests, and they are not to wait for each other.
            window: if learns { FIRST.min(most) } else { most },
            threshold: most,
            credit: 0,
            shrunk_at: 0,
            flights: [0; 2],
            unheard: 0,
            lanes: [Lane::new(), Lane::new()],
            of_lane: [Learned::new(), Learned::new()],
            of_all: Learned::new(),
            round_trip: 20,
        }
    }

    /// How many requests may leave now.
    pub(super) fn slots(&self) -> usize {
        self.window.saturating_sub(self.flights[0] + self.flights[1])
    }

    /// Nobody answers: a time to wait with whom there is, and to begin with nobody else.
    pub(super) fn is_out(&self) -> bool {
        self.unheard >= SILENCE
    }

    pub(super) fn is_flying(&self, version: Version) -> bool {
        self.flights[version as usize] > 0
    }

    /// How long a batch that is not full waits for company, in milliseconds.
    pub(super) fn linger(&self) -> u64 {
        self.round_trip.clamp(5, 500)
    }

    /// How many calls of each scope may leave now, and how many of both together.
    pub(super) fn rooms(&mut self, now: u64) -> (Each<u32>, u32) {
        let mut total = self.of_all.room(now);
        if let Some(budget) = self.budget {
            let used: u32 = self.lanes.iter_mut().map(|lane| lane.used(now)).sum();
            total = total.min(budget.saturating_sub(used));
        }
        (Scope::ALL.map(|scope| self.of_lane[scope as usize].room(now)), total)
    }

    /// Fewer calls than this are not worth a request where a budget lets them trickle: a tenth of it.
    pub(super) fn quantum(&self, scope: Scope) -> u32 {
        let learned = [&self.of_all, &self.of_lane[scope as usize]].into_iter().filter_map(|limit| limit.rate);
        let budget = self.budget.map(|budget| u64::from(budget) * 100);
        let least = budget.into_iter().chain(learned).min();
        least.map_or(1, |rate| u32::try_from(Learned::quantum(rate)).unwrap_or(1))
    }

    /// When there may be more room for a scope.
    pub(super) fn eases_at(&self, scope: Scope, now: u64) -> Option<u64> {
        let learned = [&self.of_all, &self.of_lane[scope as usize]].into_iter().filter_map(|limit| limit.eases_at(now));
        // All of them have to ease, so the latest is the time to look again.
        learned.max().or_else(|| {
            self.budget?;
            self.lanes.iter().filter_map(|lane| lane.answered.eases_at()).min()
        })
    }

    pub(super) fn leaves(&mut self, version: Version, calls: Each<u32>) {
        self.flights[version as usize] += 1;
        for (at, calls) in calls.into_iter().enumerate() {
            self.lanes[at].flying += calls;
            self.of_lane[at].spend(calls);
            self.of_all.spend(calls);
        }
    }

    /// A request is over. `sent_at` is when it left, or `None` when it never did.
    pub(super) fn lands(&mut self, now: u64, sent_at: Option<u64>, version: Version, verdict: &Verdict) {
        let flights = &mut self.flights[version as usize];
        *flights = flights.saturating_sub(1);
        for (lane, (calls, throttled)) in self.lanes.iter_mut().zip(verdict.calls.into_iter().zip(verdict.throttled)) {
            lane.flying = lane.flying.saturating_sub(calls);
            if sent_at.is_some() && calls > 0 {
                lane.answered.add(now, calls);
                lane.passed.add(now, calls - throttled);
            }
        }
        let Some(sent_at) = sent_at else { return };
        self.unheard = if verdict.is_heard { 0 } else { self.unheard.saturating_add(1) };
        if self.learns {
            self.study(now, verdict);
        }
        if verdict.trouble || verdict.throttled != [0; 2] {
            // What left before the last retreat says nothing new.
            if sent_at >= self.shrunk_at && self.learns {
                self.window = (self.window / 2).max(1);
                self.threshold = self.window;
                self.shrunk_at = now;
                self.credit = 0;
            }
            return;
        }
        self.round_trip = (self.round_trip * 7 + now.saturating_sub(sent_at)) / 8;
        self.credit += 1;
        if self.window < self.threshold || self.credit >= self.window {
            self.window = (self.window + 1).min(self.most);
            self.credit = 0;
        }
    }

    /// Finds out what the limits are.
    fn study(&mut self, now: u64, verdict: &Verdict) {
        let passed = [self.lanes[0].passed.sum(now), self.lanes[1].passed.sum(now)];
        let both = passed[0] + passed[1];
        for (at, other) in [(0, 1), (1, 0)] {
            if verdict.throttled[at] > 0 {
                let spared = verdict.calls[other] > verdict.throttled[other];
                let too = verdict.throttled[other] > 0 || self.of_lane[other].is_closed(now);
                if !spared && (too || self.of_all.rate.is_some()) {
                    // Both are throttled, so the limit is theirs together.
                    self.of_all.learn(now, verdict.until[at], both);
                    self.of_lane.iter_mut().for_each(|limit| limit.rate = None);
                } else {
                    self.of_lane[at].learn(now, verdict.until[at], passed[at]);
                }
            } else if verdict.used[at] > 0 {
                self.of_all.hold(now, verdict.used[at]);
                self.of_lane[at].hold(now, verdict.used[at]);
            } else if verdict.calls[at] > 0 {
                self.of_all.grow(now, both);
                self.of_lane[at].grow(now, passed[at]);
            }
        }
        if verdict.used != [0; 2] {
            self.threshold = self.threshold.min(self.window);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Graph lets through when it throttles again and again, whatever it says.
    fn least() -> Learned {
        let mut limit = Learned::new();
        for round in 0..32 {
            let now = round * 1_000_000;
            limit.learn(now, now, 0);
        }
        limit
    }

    #[test]
    fn a_limit_that_shrinks_and_shrinks_stays_one() {
        let mut limit = least();
        assert_eq!(limit.rate, Some(FLOOR));
        limit.learn(40_000_000, 40_000_000, 0);
        assert_eq!(limit.rate, Some(FLOOR));
    }

    #[test]
    fn a_call_may_leave_when_it_was_said_that_it_may() {
        let mut limit = least();
        let now = limit.credited_at;
        assert_eq!(limit.room(now), 0);
        let then = limit.eases_at(now).expect("a time");
        assert_eq!(then, now + 2_000, "five calls in ten seconds");
        assert_eq!(limit.room(then), 1);
    }
}
