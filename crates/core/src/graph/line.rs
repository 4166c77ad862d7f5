//! The way to Graph that all users of a run share: a queue of calls, and a driver that packs what is ready into
//! batches, sends them at a pace that Graph takes, and tries again what is worth it.

use super::batch::{self, MEMBERS};
use super::call::Call;
use super::pace::{Each, Pace, Scope, Verdict};
use super::retry;
use super::session::Session;
use super::ticket::{Passing, Ticket};
use super::token::{Refusal, cancelled};
use super::tried::{self, Tried};
use super::url::Version;
use crate::error::{Error, ErrorCode};
use crate::event::{Caller, EventOperation};
use crate::policy::PassPolicy;
use crate::report::GraphUsage;
use crate::run::{Host, Task, Tasks, first, task};
use crate::secret::Secret;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::lock::Mutex;
use http::StatusCode;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// A call is throttled more often than `limits.retries` where the run's own pace is to blame.
const INDULGENCE: u32 = 8;
/// Calls with which one user begins.
const CALLS_OF_A_USER: usize = 8;
/// Users in flight for each request in flight. Most of them wait, for a list that is late for example.
const USERS_A_REQUEST: usize = 48;

/// A ticket that is worth another try.
struct Again {
    ticket: Ticket,
    pause: Duration,
    why: ErrorCode,
}

/// What the driver does next.
enum Next {
    Send(Version, Vec<Ticket>),
    /// Nothing now; look again at this time, or when something happens.
    Wait(Option<u64>),
}

pub(crate) struct Line {
    pub(crate) host: Host,
    pub(crate) session: Rc<Session>,
    pub(super) operation: EventOperation,
    /// What the events say of the token, which does not change with every event.
    pub(super) caller: RefCell<Option<(Secret, Option<Caller>)>>,
    /// Once it has been asked for. Whoever asks holds the lock, so that the others wait for one answer.
    pub(super) pass_policy: Mutex<Option<Option<PassPolicy>>>,
    /// Whoever has it gets the token for all. It holds why the last one that did so failed.
    pub(super) renewal: Mutex<Option<Error>>,
    /// How often that failed.
    pub(super) failures: Cell<u32>,
    /// Many users go this way, so that a full batch is worth a moment's wait.
    shared: bool,
    /// In the order of the users: whoever began first is finished first.
    queue: RefCell<Vec<Ticket>>,
    pace: RefCell<Pace>,
    /// Since when calls of a version have been waiting for company.
    lingers: Cell<Each<Option<u64>>>,
    waker: RefCell<Option<Waker>>,
}

impl Line {
    pub(crate) fn new(host: Host, session: Rc<Session>, operation: EventOperation, shared: bool) -> Rc<Line> {
        let pace = RefCell::new(Pace::new(&session.limits, shared));
        Rc::new(Line {
            host,
            session,
            operation,
            caller: RefCell::default(),
            pass_policy: Mutex::new(None),
            renewal: Mutex::new(None),
            failures: Cell::new(0),
            shared,
            queue: RefCell::default(),
            pace,
            lingers: Cell::default(),
            waker: RefCell::default(),
        })
    }

    /// Whether a user's writes go one by one, each in the next batch.
    pub(super) fn is_shared(&self) -> bool {
        self.shared || self.session.limits.calls_per_10s.is_some()
    }

    /// How many users more it could serve right now.
    pub(crate) fn appetite(&self, in_flight: usize) -> usize {
        let now = self.host.now();
        let mut pace = self.pace.borrow_mut();
        if pace.is_out() {
            // One, to find out whether it is over.
            return usize::from(in_flight == 0);
        }
        let (rooms, total) = pace.rooms(now);
        let room = usize::try_from(rooms[0].min(rooms[1]).min(total)).unwrap_or(usize::MAX);
        let ready = self.queue.borrow().iter().filter(|ticket| ticket.not_before <= now).count();
        let spare = room.min(pace.slots() * MEMBERS).saturating_sub(ready);
        // Somebody always waits, so that room is used when it comes.
        let spare = if ready == 0 { spare.max(1) } else { spare };
        let most = USERS_A_REQUEST * usize::try_from(self.session.limits.concurrency).unwrap_or(1).max(1);
        spare.div_ceil(CALLS_OF_A_USER).min(most.saturating_sub(in_flight))
    }

    /// Brings calls through, one or a chain: an outcome for each.
    pub(super) fn pass(&self, place: u32, calls: Vec<Call>, usage: Rc<RefCell<GraphUsage>>) -> Passing {
        let (ticket, passing) = Ticket::new(place, calls, usage);
        self.enqueue(ticket);
        passing
    }

    fn enqueue(&self, ticket: Ticket) {
        let mut queue = self.queue.borrow_mut();
        let at = queue.partition_point(|other| other.place <= ticket.place);
        queue.insert(at, ticket);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Runs an operation over this line, to the operation's end.
    pub(crate) async fn work<T>(self: Rc<Self>, operation: Pin<Box<dyn Future<Output = T>>>) -> T {
        let drive: Pin<Box<dyn Future<Output = Infallible>>> = Box::pin(self.drive());
        match first(operation, drive).await {
            Ok(result) => result,
            Err(never) => match never {},
        }
    }

    /// Never ends. It is polled behind the users, so that every call that is ready is in the queue when it looks.
    async fn drive(self: Rc<Self>) -> Infallible {
        let mut flights = Tasks::new();
        let mut alarm: Option<(u64, Task)> = None;
        let mut cancelled = pin!(self.host.cancelled());
        poll_fn(|context| {
            loop {
                if cancelled.as_mut().poll(context).is_ready() {
                    self.clear();
                }
                let look_at = loop {
                    match self.next() {
                        Next::Send(version, tickets) => flights.push(task(self.clone().send(version, tickets))),
                        Next::Wait(at) => break at,
                    }
                };
                if let Poll::Ready(Some(())) = flights.poll_next_unpin(context) {
                    continue;
                }
                match look_at {
                    None => alarm = None,
                    Some(at) if alarm.as_ref().is_none_or(|(due, _)| at < *due) => {
                        let (host, pause) = (self.host.clone(), at.saturating_sub(self.host.now()));
                        alarm = Some((at, task(async move { host.sleep(Duration::from_millis(pause)).await })));
                    }
                    Some(_) => {}
                }
                if let Some((_, sleep)) = &mut alarm
                    && sleep.as_mut().poll(context).is_ready()
                {
                    alarm = None;
                    continue;
                }
                self.waker.replace(Some(context.waker().clone()));
                return Poll::Pending;
            }
        })
        .await
    }

    /// After a cancel nothing more is sent.
    fn clear(&self) {
        for ticket in self.queue.take() {
            ticket.give_up(&cancelled());
        }
    }

    fn next(&self) -> Next {
        let now = self.host.now();
        let queue = self.queue.borrow();
        let mut pace = self.pace.borrow_mut();
        let mut look_at: Option<u64> = None;
        let mut soonest = |at: u64| look_at = Some(look_at.map_or(at, |before| before.min(at)));
        if pace.slots() == 0 {
            return Next::Wait(None);
        }
        let mut lingers = self.lingers.get();
        let first = queue.iter().find(|ticket| ticket.not_before <= now).map_or(Version::V1, |ticket| ticket.version());
        for version in [first, first.other()] {
            let (mut rooms, mut total) = pace.rooms(now);
            let mut chosen = Vec::new();
            let mut held = false;
            let mut quantum = u32::MAX;
            for (at, ticket) in queue.iter().enumerate().filter(|(_, ticket)| ticket.version() == version) {
                if ticket.not_before > now {
                    soonest(ticket.not_before);
                    continue;
                }
                if ticket.is_chain() {
                    if chosen.is_empty() {
                        chosen.push(at);
                        quantum = 0;
                    }
                    break;
                }
                if chosen.len() == MEMBERS {
                    break;
                }
                let scope = ticket.scope();
                let room = &mut rooms[scope as usize];
                if *room == 0 || total == 0 {
                    held = true;
                    if let Some(at) = pace.eases_at(scope, now) {
                        soonest(at);
                    }
                    continue;
                }
                *room -= 1;
                total -= 1;
                quantum = quantum.min(pace.quantum(scope));
                chosen.push(at);
            }
            let patient = self.shared && quantum > 0 && chosen.len() < MEMBERS;
            if chosen.is_empty() || (patient && held && chosen.len() < quantum as usize) {
                lingers[version as usize] = None;
                continue;
            }
            if patient && pace.is_flying(version) {
                let until = *lingers[version as usize].get_or_insert(now) + pace.linger();
                if now < until {
                    soonest(until);
                    continue;
                }
            }
            lingers[version as usize] = None;
            self.lingers.set(lingers);
            drop(queue);
            let tickets = self.take(&chosen);
            pace.leaves(version, calls_of(&tickets));
            return Next::Send(version, tickets);
        }
        self.lingers.set(lingers);
        Next::Wait(look_at)
    }

    fn take(&self, chosen: &[usize]) -> Vec<Ticket> {
        let mut queue = self.queue.borrow_mut();
        let mut at = 0;
        let last = chosen.last().map_or(0, |last| last + 1);
        queue
            .extract_if(..last, |_| {
                at += 1;
                chosen.contains(&(at - 1))
            })
            .collect()
    }

    /// Sends what was packed, and sorts the answers: what is settled, and what goes back into the queue.
    async fn send(self: Rc<Self>, version: Version, tickets: Vec<Ticket>) {
        let calls = calls_of(&tickets);
        let refusal = tickets.iter().find_map(|ticket| ticket.refusal.clone());
        let request = match self.token(refusal.as_ref()).await {
            Ok(token) => self.pack(version, &tickets, token.expose()).map(|request| (token, request)),
            Err(error) => Err(error),
        };
        let (token, request) = match request {
            Ok(request) => request,
            Err(error) => {
                let verdict = Verdict { calls, ..Verdict::default() };
                self.pace.borrow_mut().lands(self.host.now(), None, version, &verdict);
                for ticket in tickets {
                    // A renewal that fails is the end for those that need it. The others go with what there is.
                    if refusal.is_none() || ticket.refusal.is_some() {
                        ticket.give_up(&error);
                    } else {
                        self.enqueue(ticket);
                    }
                }
                return;
            }
        };
        let sent_at = self.host.now();
        let write = tickets.iter().any(|ticket| ticket.open().any(Call::is_write));
        let answer = self.deliver(request, write).await;
        let members: usize = tickets.iter().map(|ticket| ticket.open.len()).sum();
        let mut tried = tried::unpack(answer, members, self.host.now()).into_iter();
        let mut verdict = Verdict { calls, ..Verdict::default() };
        let random = self.host.random();
        let mut again = Vec::new();
        for ticket in tickets {
            let answers: Vec<Tried> = tried.by_ref().take(ticket.open.len()).collect();
            again.extend(self.settle(ticket, answers, &token, random, &mut verdict));
        }
        self.pace.borrow_mut().lands(self.host.now(), Some(sent_at), version, &verdict);
        self.repeat(again);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// One call as it is, several as a batch; counted for each user who has a call in it.
    fn pack(&self, version: Version, tickets: &[Ticket], token: &str) -> Result<http::Request<Bytes>, Error> {
        let root = format!("{}/{}", self.session.graph_url, version.segment());
        let id = self.request_id();
        let mut calls = tickets.iter().flat_map(|ticket| ticket.open());
        let request = match (calls.next(), calls.next()) {
            (Some(only), None) => {
                let body = only.body.clone().map(Bytes::from).unwrap_or_default();
                self.request(&only.method, &format!("{root}{}", only.path), body, token, &id)
            }
            _ => {
                let chained = tickets.first().is_some_and(|ticket| ticket.is_chain());
                let body = batch::encode(tickets.iter().flat_map(|ticket| ticket.open()), chained);
                self.request(&http::Method::POST, &format!("{root}/$batch"), Bytes::from(body), token, &id)
            }
        }?;
        let mut counted: Option<&Ticket> = None;
        for ticket in tickets {
            let members = u32::try_from(ticket.open.len()).unwrap_or(u32::MAX);
            // The queue is in the order of the users, so theirs stand together.
            let is_first = counted.is_none_or(|other| !Rc::ptr_eq(&other.usage, &ticket.usage));
            ticket.count(|usage| {
                usage.calls += members;
                usage.retried += if ticket.is_repeated { members } else { 0 };
                if is_first {
                    usage.http_requests += 1;
                    usage.client_request_ids.push(id.clone());
                }
            });
            counted = Some(ticket);
        }
        Ok(request)
    }

    fn settle(
        &self,
        mut ticket: Ticket,
        answers: Vec<Tried>,
        token: &Secret,
        random: u64,
        verdict: &mut Verdict,
    ) -> Option<Again> {
        let now = self.host.now();
        let mut again: Vec<usize> = Vec::new();
        let mut server: Option<Duration> = None;
        let mut refusal = None;
        let mut throttled = [0; 2];
        let mut why = ErrorCode::Throttled;
        for (at, tried) in std::mem::take(&mut ticket.open).into_iter().zip(answers) {
            let call = &ticket.calls[at];
            let scope = Scope::of(call.context) as usize;
            let mut repeat = tried.is_open(call);
            if let Tried::Answered(answer) = &tried {
                let headers = &answer.headers;
                if answer.status == StatusCode::UNAUTHORIZED && ticket.refusal.is_none() {
                    refusal = Some(Refusal::of(token.clone(), answer));
                    repeat = true;
                }
                repeat |= !again.is_empty() && answer.status == StatusCode::FAILED_DEPENDENCY;
                verdict.used[scope] = verdict.used[scope].max(headers.limit_used.unwrap_or(0));
                if repeat {
                    server = server.max(headers.retry_after);
                }
            }
            throttled[scope] += u32::from(tried.is_throttled());
            let trouble = match &tried {
                Tried::Answered(answer) => answer.status.is_server_error(),
                Tried::Garbled(_) | Tried::Missing(_) | Tried::Lost(_) => true,
            };
            verdict.trouble |= trouble;
            verdict.is_heard |= !trouble;
            if repeat {
                why = if again.is_empty() { tried.code() } else { why };
                again.push(at);
            }
            ticket.note(at, tried, token);
        }
        ticket.count(|usage| usage.throttled += throttled[0] + throttled[1]);
        let pause = if again.is_empty() {
            None
        } else if refusal.is_some() {
            Some(Duration::ZERO)
        } else {
            self.pause(&ticket, throttled != [0; 2], server, random)
        };
        // Who asks for more than may be waited for is asked again all the same: others are still to come.
        let longest = Duration::from_secs(self.session.limits.retry_seconds.into());
        let closed = pause.or(server.map(|server| server.min(longest))).unwrap_or_default();
        for (at, throttled) in throttled.into_iter().enumerate().filter(|(_, throttled)| *throttled > 0) {
            let until = now.saturating_add(milliseconds(closed));
            verdict.throttled[at] += throttled;
            verdict.until[at] = verdict.until[at].max(until);
        }
        let Some(pause) = pause else {
            // The answers stand as they are.
            ticket.close();
            return None;
        };
        ticket.tried += u32::from(refusal.is_none());
        ticket.refusal = refusal.or(ticket.refusal.take());
        ticket.is_repeated = true;
        ticket.open = again;
        Some(Again { ticket, pause, why })
    }

    /// Back into the queue. A user who is alone waits once for all of them, for the longest that was asked.
    fn repeat(&self, again: Vec<Again>) {
        let Some(Again { pause: longest, why, .. }) = again.iter().max_by_key(|again| again.pause) else { return };
        let (longest, why, now) = (*longest, *why, self.host.now());
        if longest > Duration::ZERO {
            self.tell_wait(longest, Some(why));
        }
        for Again { mut ticket, pause, .. } in again {
            let pause = if self.shared { pause } else { longest };
            ticket.not_before = now.saturating_add(milliseconds(pause));
            self.enqueue(ticket);
        }
    }

    /// Waits, and says so. Ends at once when the run is cancelled.
    pub(super) async fn wait(&self, duration: Duration, why: ErrorCode) -> Result<(), Error> {
        self.tell_wait(duration, Some(why));
        Ok(self.host.nap(duration).await?)
    }

    /// The wait before the next try; `None` when there is none.
    fn pause(&self, ticket: &Ticket, throttled: bool, server: Option<Duration>, random: u64) -> Option<Duration> {
        let limits = &self.session.limits;
        if !(self.shared && throttled) || limits.retries == 0 {
            return retry::wait(limits, ticket.tried, server, random);
        }
        if ticket.tried >= limits.retries.saturating_mul(INDULGENCE) {
            return None;
        }
        let wait = retry::wait(limits, ticket.tried.min(limits.retries - 1).min(3), server, random)?;
        // Not all at the same moment, should several automations have been told the same.
        Some(wait + Duration::from_millis(random % (milliseconds(wait) / 16 + 1)))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn calls_of(tickets: &[Ticket]) -> Each<u32> {
    let mut calls = [0; 2];
    for call in tickets.iter().flat_map(|ticket| ticket.open()) {
        calls[Scope::of(call.context) as usize] += 1;
    }
    calls
}
