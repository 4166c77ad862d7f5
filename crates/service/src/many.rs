//! Many users: a stream of them in, a stream of reports out.

use crate::answer::{Answer, Head, PATIENCE, finish};
use crate::deadline::Deadline;
use crate::lines::Lines;
use crate::one::{client, lent, set_waiver};
use crate::problem::Problem;
use crate::request::{Request, drain};
use crate::route::Mode;
use crate::settings::Settings;
use crate::trail::Trail;
use bytes::Bytes;
use entra_mfa_reset::run::{EffectId, Reply};
use entra_mfa_reset::{Error, ErrorCode, Report, ResetRequest, Target};
use entra_mfa_reset_wasi::body::{BodyReader, BodyWriter, Read, Wrote};
use entra_mfa_reset_wasi::{Asked, Shell, Turn, perform, seed_from_clocks};
use std::collections::VecDeque;
use wasi::http::types::ResponseOutparam;
use wasi::io::poll::Pollable;

/// How long the next user may be waited for, and how long all of it may take before no other is begun; in seconds.
const NEXT: u32 = 60;
const ALL: u32 = 3600;

/// A run under way.
pub struct Many {
    shell: Shell<()>,
    trail: Trail,
    /// `None` once no other user is taken from it.
    input: Option<BodyReader>,
    lines: Lines,
    /// Read, and not yet asked for.
    waiting: VecDeque<Target>,
    /// The engine wants users.
    hungry: Option<(EffectId, usize)>,
    /// Why no other user was taken, where that is not because there are none.
    cut: Option<Problem>,
    output: Output,
    /// Somebody may have been written to.
    begun: bool,
    /// Under way to the caller; the engine waits until it is there.
    writing: Option<EffectId>,
    /// Behind it.
    reports: VecDeque<(EffectId, Bytes)>,
    /// Until when the next user has to come.
    next: Deadline,
    /// Until when the caller has to take the next bytes.
    taking: Deadline,
    all: Deadline,
}

/// Where reports go.
enum Output {
    /// Not answered yet. The status comes with the first report, so that what ends before it can have one of its own.
    Head(Head, ResponseOutparam),
    Body(BodyWriter),
    /// The caller is gone. What it can no longer be told is finished all the same.
    Gone,
}

impl Many {
    /// Everything that can be refused before the first report.
    pub fn begin(request: &mut Request, settings: &Settings, mode: Mode) -> Result<Self, Problem> {
        let client = client(request, settings)?;
        request.only_parameters(&["allowPrivileged", "defaults"])?;
        let mut defaults = match request.parameter("defaults")? {
            Some(text) => ResetRequest::defaults_from_json(&text)?,
            None => ResetRequest::default(),
        };
        set_waiver(&mut defaults.allow_privileged, request.waiver(settings)?)?;
        request.expect_type(&["application/x-ndjson", "application/ndjson", "application/jsonl"])?;
        // It asks Graph nothing, and knows a token that cannot work while there still is a status to say so with.
        let preflight = perform(client.preflight(defaults.clone()), seed_from_clocks(), lent(settings))?;
        if let Some(error) = preflight.error.filter(|error| error.code == ErrorCode::Unauthenticated) {
            return Err(error.into());
        }
        let run = match mode {
            Mode::Plan => client.plan_many(defaults),
            Mode::Reset => client.reset_many(defaults),
        };
        let trail = Trail::new(settings);
        Ok(Many {
            shell: Shell::start(trail.of(run), seed_from_clocks(), lent(settings))?,
            trail,
            input: request.body(),
            lines: Lines::default(),
            waiting: VecDeque::new(),
            hungry: None,
            cut: None,
            output: Output::Gone,
            begun: false,
            writing: None,
            reports: VecDeque::new(),
            next: Deadline::after(NEXT),
            taking: Deadline::after(PATIENCE),
            all: Deadline::after(ALL),
        })
    }

    /// Answers, and goes on until everybody has a report.
    pub fn run(mut self, out: ResponseOutparam, origin: Option<&str>) {
        let mut head = Head::new(200, "application/x-ndjson");
        head.for_origin(origin);
        self.output = Output::Head(head, out);
        let result = self.work();
        // Whoever has no report by now was not begun, and hears why: with a status, or in a last line.
        let last = result.err().map(Problem::from).or_else(|| self.cut.take());
        match (std::mem::replace(&mut self.output, Output::Gone), last) {
            (Output::Head(_, out), Some(problem)) => Answer::from(problem).for_origin(origin).send(out),
            (Output::Head(head, out), None) => finish(head.send(out), Bytes::new()),
            (Output::Body(body), last) => {
                finish(Some(body), last.map_or_else(Bytes::new, |problem| line(problem.to_json())));
            }
            (Output::Gone, _) => {}
        }
        if let Some(input) = self.input {
            drain(input);
        }
    }

    fn work(&mut self) -> Result<(), Error> {
        loop {
            self.read();
            self.feed();
            self.write();
            let reads = self.input.as_ref().filter(|_| self.hungry.is_some());
            let writes = match &self.output {
                Output::Body(body) if self.writing.is_some() => Some(body),
                _ => None,
            };
            let reads = reads.map(|input| [input.pollable(), self.next.pollable(), self.all.pollable()]);
            let writes = writes.map(|output| [output.pollable(), self.taking.pollable()]);
            let beside: Vec<&Pollable> = reads.into_iter().flatten().chain(writes.into_iter().flatten()).collect();
            match self.shell.turn_beside(&beside)? {
                Turn::Ready => {}
                // Whoever is under way is finished, and nobody else is begun.
                Turn::Told(event) => drop(self.trail.tell(&event)),
                Turn::Asked(id, Asked::Targets(at_most)) => {
                    self.hungry = Some((id, at_most));
                    self.next = Deadline::after(NEXT);
                }
                // There is no journal to write it to.
                Turn::Asked(id, Asked::Begin(_)) => {
                    let trouble = self.trail.trouble().map(|error| error.message);
                    self.begun |= trouble.is_none();
                    self.shell.answer(id, Reply::Taken(trouble.map_or(Ok(()), Err)));
                }
                Turn::Asked(id, Asked::Report(report)) => {
                    if let Some(error) = self.all_in_vain(&report) {
                        return Err(error);
                    }
                    self.reports.push_back((id, line(report.to_json())));
                }
                // A report is there before its run ends.
                Turn::Done(result) => return result,
                Turn::Idle => return Err(Error::internal("the run waits for nothing")),
            }
        }
    }

    /// A token that Graph does not accept, known before anybody was written to or has a report.
    fn all_in_vain(&self, report: &Report) -> Option<Error> {
        let nothing = !self.begun && matches!(self.output, Output::Head(..));
        report.error.as_ref().filter(|error| nothing && error.code == ErrorCode::Unauthenticated).cloned()
    }

    /// Reads on while the engine wants users and none are there.
    fn read(&mut self) {
        while self.hungry.is_some()
            && self.waiting.is_empty()
            && let Some(input) = &mut self.input
        {
            match input.read() {
                Read::Bytes(bytes) => {
                    self.waiting.extend(self.lines.add(&bytes));
                    if !self.waiting.is_empty() {
                        self.next = Deadline::after(NEXT);
                    }
                }
                Read::End => {
                    self.waiting.extend(self.lines.end());
                    self.input = None;
                }
                // A line that broke off with it may be half a name.
                Read::Broken => self.cut_off(400, ErrorCode::InvalidInput, "the body broke off".to_owned()),
                Read::Nothing if self.next.has_passed() => {
                    let message = format!("the next user did not come within {NEXT} seconds");
                    self.cut_off(408, ErrorCode::Timeout, message);
                }
                Read::Nothing => break,
            }
        }
        if self.cut.is_some() || (self.input.is_none() && self.waiting.is_empty()) {
            return;
        }
        if self.all.has_passed() {
            self.cut_off(504, ErrorCode::Timeout, format!("the run did not end within {ALL} seconds"));
        } else if let Some(error) = self.trail.trouble() {
            self.cut_off(500, error.code, error.message);
        }
    }

    /// Lets nobody else in.
    fn cut_off(&mut self, status: u16, code: ErrorCode, message: String) {
        let help = "Whoever was begun has a report above; send the others again.";
        self.cut = Some(Problem::with_status(status, code, &message, help));
        self.input = None;
        self.waiting.clear();
    }

    /// Hands over what was read, where it was asked for.
    fn feed(&mut self) {
        let has_some = self.input.is_none() || !self.waiting.is_empty();
        if let Some((id, at_most)) = self.hungry.take_if(|_| has_some) {
            let targets = self.waiting.drain(..at_most.min(self.waiting.len())).collect();
            let end = self.input.is_none() && self.waiting.is_empty();
            self.shell.answer(id, Reply::Targets { targets, end });
        }
    }

    /// Writes what the caller takes, and tells the engine of each report that is there.
    fn write(&mut self) {
        loop {
            let body = match std::mem::replace(&mut self.output, Output::Gone) {
                Output::Head(head, out) if self.reports.is_empty() => {
                    self.output = Output::Head(head, out);
                    return;
                }
                Output::Head(head, out) => head.send(out),
                Output::Body(body) => Some(body),
                Output::Gone => None,
            };
            let Some(mut body) = body else { return self.forget() };
            match body.write() {
                Wrote::All => {
                    if let Some(id) = self.writing.take() {
                        body.flush();
                        self.shell.answer(id, Reply::Taken(Ok(())));
                        self.next = Deadline::after(NEXT);
                    }
                    let next = self.reports.pop_front();
                    let is_more = next.is_some();
                    if let Some((id, bytes)) = next {
                        body.put(bytes);
                        self.writing = Some(id);
                        self.taking = Deadline::after(PATIENCE);
                    }
                    self.output = Output::Body(body);
                    if !is_more {
                        return;
                    }
                }
                Wrote::Some if !self.taking.has_passed() => {
                    self.output = Output::Body(body);
                    return;
                }
                Wrote::Some | Wrote::Closed => {}
            }
        }
    }

    /// The caller is gone. Whoever is under way is finished, since half a reset is worse than one that nobody hears of;
    /// nobody else is begun.
    fn forget(&mut self) {
        self.input = None;
        self.waiting.clear();
        for id in self.writing.take().into_iter().chain(self.reports.drain(..).map(|(id, _)| id)) {
            self.shell.answer(id, Reply::Taken(Ok(())));
        }
    }
}

fn line(mut json: String) -> Bytes {
    json.push('\n');
    json.into()
}
