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
/// The longest time between two probes for a larger budget, in spans.
const PATIENCE: u64 = 32;

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
            Context::User | Context::Guard | Context::Sessions | Context::Group => Scope::Directory,
            Context::Methods | Context::Method | Context::Pass | Context::Preference | Context::PerUserMfa => {
                Scope::Authentication
            }
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
    /// Graph said when to come back.
    closed_until: u64,
    /// Calls per ten seconds, once Graph has throttled.
    learned: Option<u32>,
    /// The budget was the reason to wait since it last grew.
    bound: bool,
    grown_at: u64,
    /// How many spans lie between two growths, and by what part it grows: a 16th and then ever more.
    rests: u64,
    step: u32,
}

impl Lane {
    fn new() -> Lane {
        Lane {
            flying: 0,
            answered: Recent::new(),
            passed: Recent::new(),
            closed_until: 0,
            learned: None,
            bound: false,
            grown_at: 0,
            rests: 1,
            step: 16,
        }
    }

    fn used(&mut self, now: u64) -> u32 {
        self.flying + self.answered.sum(now)
    }

    /// What passed in the last ten seconds is what Graph allows in ten seconds.
    fn learn(&mut self, now: u64, until: u64) {
        let passed = self.passed.sum(now).max(1);
        let same_pause = now < self.closed_until;
        self.closed_until = self.closed_until.max(until);
        if same_pause && self.learned.is_some() {
            return;
        }
        let near = self.learned.is_some_and(|before| passed >= before / 4 * 3);
        self.rests = if near { (self.rests * 2).min(PATIENCE) } else { 1 };
        self.learned = Some(passed);
        self.step = 16;
        self.bound = false;
        self.grown_at = now;
    }

    /// An answer says how much of the limit is used, in thousandths.
    fn is_told(&mut self, now: u64, used: u32) {
        let most = (u64::from(self.passed.sum(now)) * 1000 / u64::from(used)).max(1);
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        self.learned = Some(self.learned.map_or(most, |learned| learned.min(most)));
        self.grown_at = now;
        self.step = 16;
    }

    fn grow(&mut self, now: u64) {
        let Some(learned) = self.learned else { return };
        if now < self.closed_until {
            // Answers to what left before the pause: they passed, too.
            self.learned = Some(learned.max(self.passed.sum(now)));
        } else if self.bound && now >= self.grown_at + SPAN * self.rests {
            self.learned = Some(learned.saturating_add((learned / self.step).max(1)));
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
    lanes: Each<Lane>,
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
            lanes: [Lane::new(), Lane::new()],
            round_trip: 20,
        }
    }

    /// How many requests may leave now.
    pub(super) fn slots(&self) -> usize {
        self.window.saturating_sub(self.flights[0] + self.flights[1])
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
        let total = match self.budget {
            Some(budget) => {
                let used: u32 = self.lanes.iter_mut().map(|lane| lane.used(now)).sum();
                budget.saturating_sub(used)
            }
            None => u32::MAX,
        };
        let rooms = Scope::ALL.map(|scope| {
            let lane = &mut self.lanes[scope as usize];
            if now < lane.closed_until {
                return 0;
            }
            let Some(learned) = lane.learned else { return u32::MAX };
            let room = learned.saturating_sub(lane.used(now));
            lane.bound |= room == 0;
            room
        });
        (rooms, total)
    }

    /// Fewer calls than this are not worth a request where a budget lets them trickle: a tenth of it.
    pub(super) fn quantum(&self, scope: Scope) -> u32 {
        let learned = self.lanes[scope as usize].learned;
        let least = self.budget.into_iter().chain(learned).min();
        least.map_or(1, |budget| (budget / 10).clamp(1, 20))
    }

    /// When there may be more room for a scope.
    pub(super) fn eases_at(&self, scope: Scope, now: u64) -> Option<u64> {
        let lane = &self.lanes[scope as usize];
        if now < lane.closed_until {
            return Some(lane.closed_until);
        }
        let lanes = if self.budget.is_some() { &self.lanes[..] } else { std::slice::from_ref(lane) };
        lanes.iter().filter_map(|lane| lane.answered.eases_at()).min()
    }

    pub(super) fn leaves(&mut self, version: Version, calls: Each<u32>) {
        self.flights[version as usize] += 1;
        for (lane, calls) in self.lanes.iter_mut().zip(calls) {
            lane.flying += calls;
        }
    }

    /// A request is over. `sent_at` is when it left, or `None` when it never did.
    pub(super) fn lands(&mut self, now: u64, sent_at: Option<u64>, version: Version, verdict: &Verdict) {
        let flights = &mut self.flights[version as usize];
        *flights = flights.saturating_sub(1);
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            let (calls, throttled) = (verdict.calls[at], verdict.throttled[at]);
            lane.flying = lane.flying.saturating_sub(calls);
            if sent_at.is_none() || calls == 0 {
                continue;
            }
            lane.answered.add(now, calls);
            lane.passed.add(now, calls - throttled);
            if !self.learns {
                continue;
            }
            if throttled > 0 {
                lane.learn(now, verdict.until[at]);
            } else if verdict.used[at] > 0 {
                lane.is_told(now, verdict.used[at]);
            } else {
                lane.grow(now);
            }
        }
        let Some(sent_at) = sent_at else { return };
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
}
