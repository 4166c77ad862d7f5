use crate::account::{Account, password};
use crate::answer::{Answer, JSON, Reply};
use crate::call::{Call, PathError, Version, query, segments};
use crate::clock;
use crate::counts::Counts;
use crate::fault::Injected;
use crate::fault_rates::FOREIGN_HOST;
use crate::group::Groups;
use crate::hardware_oath::spare;
use crate::managed_identity::KeptToken;
use crate::seed::Seed;
use crate::state::{Caller, LogEntry, Violation};
use crate::throttle::{Limit, Throttle};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A simulated tenant: Graph and its token endpoint, as a function of a request and a moment.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub(crate) seed: Seed,
    pub(crate) accounts: Vec<Account>,
    pub(crate) groups: Groups,
    /// Object ids and names, in lower case.
    index: BTreeMap<Box<str>, usize>,
    pub(crate) random: fastrand::Rng,
    pub(crate) throttle: Throttle,
    pub(crate) log: Vec<LogEntry>,
    pub(crate) counted: Counts,
    pub(crate) violations: Vec<Violation>,
    /// Hardware OATH tokens that nobody has.
    pub(crate) spare_tokens: Vec<Map<String, Value>>,
    pub(crate) refused_tokens: BTreeSet<u64>,
    pub(crate) challenged: Option<u64>,
    pub(crate) issued_tokens: u64,
    /// Of managed identities.
    pub(crate) kept_tokens: Vec<KeptToken>,
    /// What is left of the setting, the next one last.
    pub(crate) identity_failures: Vec<u16>,
    pub(crate) serial: u64,
    /// Writes of the request under way: the user, and the member's place in the batch.
    pub(crate) writes: Vec<(usize, Option<usize>)>,
    pub(crate) injected: Vec<Injected>,
}

impl Tenant {
    /// A tenant that holds what the seed says.
    pub fn new(seed: Seed) -> Tenant {
        let mut seed = seed;
        let users = std::mem::take(&mut seed.users);
        let password = password();
        let crowd = seed.crowd.clone().unwrap_or_default();
        let first_of_crowd = users.len();
        let mut accounts: Vec<Account> = users
            .into_iter()
            .chain((0..crowd.users).map(|position| crowd.user(position)))
            .enumerate()
            .map(|(position, user)| Account::new(user, position, &password))
            .collect();
        let names = accounts.iter().enumerate().flat_map(|(position, account)| {
            [&account.seed.user_principal_name, &account.seed.id]
                .map(|name| (name.to_ascii_lowercase().into(), position))
        });
        let index: BTreeMap<Box<str>, usize> = names.collect();
        let mut groups = std::mem::take(&mut seed.groups);
        if seed.crowd.is_some() {
            groups.extend(crowd.groups(|position| accounts[first_of_crowd + position].seed.id.clone()));
        }
        let groups = Groups::new(groups, |id| index.get(id.to_ascii_lowercase().as_str()).copied());
        for (user, group, direct) in groups.memberships() {
            accounts[user].member_of.push((group, direct));
        }
        let spare_tokens = std::mem::take(&mut seed.hardware_oath_devices).into_iter().map(spare).collect();
        Tenant {
            throttle: Throttle::new(&seed.settings),
            identity_failures: seed.settings.identity_failures.iter().rev().copied().collect(),
            seed,
            accounts,
            groups,
            index,
            random: fastrand::Rng::with_seed(0x00e7_2a1d),
            log: Vec::new(),
            counted: Counts::default(),
            violations: Vec::new(),
            spare_tokens,
            refused_tokens: BTreeSet::new(),
            challenged: None,
            issued_tokens: 0,
            kept_tokens: Vec::new(),
            serial: 0,
            writes: Vec::new(),
            injected: Vec::new(),
        }
    }

    /// Answers one HTTP request, whatever its host: `/v1.0/…` and `/beta/…` as Graph, `/{tenant}/oauth2/v2.0/token`
    /// as the sign-in service, `…/msi/token` and `/metadata/identity/oauth2/token` as the platform. `now` is in milliseconds of Unix time; the answer is out a latency later.
    pub fn handle(&mut self, request: Request<Bytes>, now: u64) -> Response<Bytes> {
        self.serial += 1;
        self.writes.clear();
        let (parts, body) = request.into_parts();
        let whole = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let mut entry = LogEntry::of(parts.method.as_str(), &whole, clock::rfc3339(now));
        if parts.uri.host() == Some(FOREIGN_HOST) {
            self.violate("foreignOrigin", "A link or a redirect to another origin was followed.", now);
        }
        let app_service = parts.uri.path().to_ascii_lowercase().ends_with("/msi/token");
        if parts.headers.contains_key("x-identity-header") && !app_service {
            self.violate("identityHeaderSentElsewhere", "X-IDENTITY-HEADER left its endpoint.", now);
        }
        match entry.version.as_str() {
            "login" => return self.login(&parts, entry, &body, now),
            "identity" => return self.managed_identity(&parts, entry, &body, now),
            _ => {}
        }
        self.counted.http_requests += 1;
        let client_request_id = ascii(&parts.headers, "client-request-id");
        let request_id = self.new_id();
        let reply = self.graph(&parts, &body, now, &request_id, &mut entry);
        let mut answer = match reply {
            Ok(answer) | Err(answer) => answer,
        };
        let client_request_id = if client_request_id.is_empty() { request_id.clone() } else { client_request_id };
        answer.stamp(now, &request_id, &client_request_id);
        self.counted.throttled += u64::from(answer.status == 429);
        entry.status = answer.status;
        self.record(entry);
        respond(
            answer
                .with("request-id", request_id)
                .with("client-request-id", client_request_id)
                .with("Date", clock::http_date(now)),
        )
    }

    fn graph(
        &mut self,
        parts: &http::request::Parts,
        body: &Bytes,
        now: u64,
        request_id: &str,
        entry: &mut LogEntry,
    ) -> Reply {
        let Some(version) = Version::parse(&entry.version) else {
            return Err(Answer::error(400, "BadRequest", "Invalid version."));
        };
        let claims = self.authenticate(parts.headers.get(header::AUTHORIZATION), now)?;
        entry.caller = Some(Caller::of(&claims));
        self.throttle(&[Limit::Batches], now)?;
        if version == Version::Beta && !self.seed.settings.beta_available {
            let status = self.seed.settings.beta_refusal_status;
            return Err(Answer::error(status, "BadRequest", "Invalid version: beta"));
        }
        let content_type = ascii(&parts.headers, "content-type");
        let json: Option<Value> = if body.is_empty() {
            None
        } else {
            Some(parse(body).ok_or_else(|| {
                Answer::error(400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
            })?)
        };
        let call = Call {
            serial: self.serial,
            member: None,
            ancestors: Vec::new(),
            now,
            method: parts.method.to_string(),
            version,
            path: String::new(),
            segments: Vec::new(),
            query: Vec::new(),
            body: json,
            has_content_type: content_type.to_ascii_lowercase().starts_with("application/json"),
            eventual: ascii(&parts.headers, "consistencylevel").eq_ignore_ascii_case("eventual"),
            origin: origin(parts, self.seed.settings.cloud.graph()),
            claims: Rc::new(claims),
        };
        let path = entry.path.clone();
        if path == "/$batch" {
            call.expect("POST")?;
            return self.batch(call, request_id, entry);
        }
        self.counted.calls += 1;
        self.execute(call, &path)
    }

    /// One call, alone or in a batch: the path is taken apart, the bucket asked, and the handler found.
    pub(crate) fn execute(&mut self, mut call: Call, target: &str) -> Reply {
        let target = target.split('#').next().unwrap_or_default();
        let (path, options) = target.split_once('?').unwrap_or((target, ""));
        call.path = path.to_owned();
        call.query = query(options);
        call.segments = match segments(path) {
            Ok(segments) => segments,
            Err(PathError::Dots) => {
                self.violate("dotSegment", "A path held a . or .. segment.", call.now);
                return Err(Answer::error(400, "BadRequest", "The request URI is not valid."));
            }
            Err(PathError::Segment(segment)) => return Err(Answer::no_segment(&segment)),
        };
        let limits = match call.segments.as_slice() {
            [_, _, third, ..] if third.eq_ignore_ascii_case("authentication") => {
                &[Limit::Calls, Limit::MethodCalls][..]
            }
            [me, second, ..] if me.eq_ignore_ascii_case("me") && second.eq_ignore_ascii_case("authentication") => {
                &[Limit::Calls, Limit::MethodCalls]
            }
            _ => &[Limit::Calls],
        };
        let usage = self.throttle(limits, call.now)?;
        let mut answer = match self.route(&call) {
            Ok(answer) | Err(answer) => answer,
        };
        self.counted.writes += u64::from(call.is_write() && answer.status < 400);
        if let Some(usage) = usage {
            answer = answer.with("x-ms-throttle-limit-percentage", usage);
        }
        Ok(answer)
    }

    fn route(&mut self, call: &Call) -> Reply {
        let mut parts: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        let caller;
        if parts[0].eq_ignore_ascii_case("me") {
            if call.claims.is_application() {
                return Err(Answer::error(
                    400,
                    "BadRequest",
                    "/me request is only valid with delegated authentication flow.",
                ));
            }
            caller = call.claims.oid.clone().unwrap_or_default();
            parts.splice(0..1, ["users", &caller]);
        }
        match parts.as_slice() {
            [users] if users.eq_ignore_ascii_case("users") => self.users(call),
            [users, id, rest @ ..] if users.eq_ignore_ascii_case("users") => {
                if rest.is_empty() && call.method == "DELETE" {
                    self.violate("deleteUser", "A DELETE came to a user.", call.now);
                    return Err(Answer::insufficient());
                }
                let Some(user) = self.find(id) else {
                    return Err(Answer::no_resource(id));
                };
                self.of_user(call, user, rest)
            }
            [groups, id, name, rest @ ..] if groups.eq_ignore_ascii_case("groups") => {
                self.group_members(call, id, name, rest)
            }
            [roles, directory, collection]
                if roles.eq_ignore_ascii_case("roleManagement") && directory.eq_ignore_ascii_case("directory") =>
            {
                self.role_management(call, collection)
            }
            [governance, access, group, collection]
                if governance.eq_ignore_ascii_case("identityGovernance")
                    && access.eq_ignore_ascii_case("privilegedAccess")
                    && group.eq_ignore_ascii_case("group")
                    && collection.eq_ignore_ascii_case("eligibilityScheduleInstances") =>
            {
                self.eligible_groups(call)
            }
            [policies, methods, configurations, name]
                if policies.eq_ignore_ascii_case("policies")
                    && methods.eq_ignore_ascii_case("authenticationMethodsPolicy")
                    && configurations.eq_ignore_ascii_case("authenticationMethodConfigurations") =>
            {
                self.method_configuration(call, name)
            }
            [directory, devices, tokens]
                if directory.eq_ignore_ascii_case("directory")
                    && devices.eq_ignore_ascii_case("authenticationMethodDevices")
                    && tokens.eq_ignore_ascii_case("hardwareOathDevices") =>
            {
                self.token_inventory(call)
            }
            [unknown, ..] => {
                let unknown = (*unknown).to_owned();
                self.unrouted_write(call);
                Err(Answer::no_segment(&unknown))
            }
            [] => Err(Answer::no_segment("")),
        }
    }

    fn of_user(&mut self, call: &Call, user: usize, rest: &[&str]) -> Reply {
        let Some((&name, rest)) = rest.split_first() else {
            return self.user(call, user);
        };
        match name.to_ascii_lowercase().as_str() {
            "authentication" => self.authentication(call, user, rest),
            "revokesigninsessions" if rest.is_empty() => self.revoke(call, user),
            "invalidateallrefreshtokens" if rest.is_empty() && call.is_beta() => self.revoke(call, user),
            "memberof" | "transitivememberof" | "ownedobjects" => self.relations(call, user, name, rest),
            _ => {
                self.unrouted_write(call);
                Err(Answer::no_segment(name))
            }
        }
    }

    pub(crate) fn unrouted_write(&mut self, call: &Call) {
        if call.is_write() {
            self.violate("unroutedWrite", "A write came to a path that the tenant does not serve.", call.now);
        }
    }

    /// The user of an object id or a name, in any case.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.index.get(id.to_ascii_lowercase().as_str()).copied()
    }

    /// Marks the user as being written, and says whether the write is lost: another one is still under way.
    pub(crate) fn begin_write(&mut self, call: &Call, user: usize) -> bool {
        let until = call.now + self.seed.latency_milliseconds;
        let (serial, busy_until) = self.accounts[user].writing;
        let parallel = if serial == call.serial {
            let waited_for = |member: &Option<usize>| member.is_some_and(|place| call.ancestors.contains(&place));
            self.writes.iter().any(|(other, member)| *other == user && !waited_for(member))
        } else {
            call.now < busy_until
        };
        self.accounts[user].writing = (call.serial, until.max(busy_until));
        self.writes.push((user, call.member));
        if parallel {
            self.violate("parallelDeletes", "Two writes of one user overlapped; the later one was lost.", call.now);
        }
        parallel
    }

    pub(crate) fn record(&mut self, entry: LogEntry) {
        if self.seed.keep_log {
            self.log.push(entry);
        }
    }

    /// Records that something came which Graph would punish or lose.
    #[inline(never)]
    pub(crate) fn violate(&mut self, code: &str, detail: &str, now: u64) {
        match self.violations.iter_mut().find(|violation| violation.code == code) {
            Some(violation) => violation.count += 1,
            None => self.violations.push(Violation {
                code: code.to_owned(),
                count: 1,
                at: clock::rfc3339(now),
                detail: detail.to_owned(),
            }),
        }
    }

    /// A fresh id, the same in every run.
    pub(crate) fn new_id(&mut self) -> String {
        guid(self.random.u128(..))
    }
}

pub(crate) fn guid(bits: u128) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        (bits >> 96) as u32,
        (bits >> 80) as u16,
        (bits >> 68) as u16 & 0xfff,
        (bits >> 56) as u16 & 0xfff,
        bits as u64 & 0xffff_ffff_ffff
    )
}

/// The text of a body as JSON. Everything is parsed from text, so that the parser is compiled once.
#[inline(never)]
pub(crate) fn parse(body: &[u8]) -> Option<Value> {
    serde_json::from_str(std::str::from_utf8(body).ok()?).ok()
}

#[inline(never)]
pub(crate) fn ascii(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Where the request went to, for links back to it.
pub(crate) fn origin(parts: &http::request::Parts, otherwise: &str) -> Rc<str> {
    let host = parts.uri.authority().map(|authority| authority.to_string());
    let host = host.unwrap_or_else(|| ascii(&parts.headers, "host"));
    if host.is_empty() {
        return otherwise.into();
    }
    let loopback = ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.starts_with(name));
    let scheme = parts.uri.scheme_str().unwrap_or(if loopback { "http" } else { "https" });
    format!("{scheme}://{host}").into()
}

pub(crate) fn respond(answer: Answer) -> Response<Bytes> {
    let body = answer.body.map(|body| Bytes::from(body.into_text()));
    let mut response = Response::new(body.clone().unwrap_or_default());
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if body.is_some() {
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(JSON));
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (header::HeaderName::from_bytes(name.as_bytes()), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
