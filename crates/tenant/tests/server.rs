//! The server binary over real sockets.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used)]

use entra_tenant::{DeliveryError, FaultRates, Faults, Seed, Tenant};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ADELE: &str = "0a000001-5c1e-4f3a-9b7d-000000000001";

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(options: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_entra-tenant"))
            .args(["--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        Server { child, address }
    }

    /// A request that has been sent on a connection of its own; `rest` is more of its head.
    fn open(&self, method: &str, path: &str, token: Option<&str>, rest: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}{rest}\r\n",
            self.address
        )
        .unwrap();
        stream
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.open("POST", path, None, &format!("Content-Length: {}\r\n", body.len()));
        stream.write_all(body.as_bytes()).unwrap();
        answer(&mut stream).unwrap()
    }

    /// One request on a connection of its own: status and body, or nothing when the connection broke.
    fn ask(&self, method: &str, path: &str, token: Option<&str>) -> Option<(u16, String)> {
        answer(&mut self.open(method, path, token, ""))
    }

    fn token(&self) -> String {
        self.ask("GET", "/_tenant/token", None).unwrap().1
    }
}

/// Everything that comes: status and body.
fn answer(stream: &mut TcpStream) -> Option<(u16, String)> {
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn it_serves_graph_and_its_own_routes() {
    let server = Server::start(&["--latency-ms", "1"]);
    let token = server.token();
    let path = format!("/v1.0/users/{ADELE}/authentication");
    assert_eq!(server.ask("GET", &format!("{path}/methods"), Some(&token)).unwrap().0, 200);
    let phone = format!("{path}/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7");
    assert_eq!(server.ask("DELETE", &phone, Some(&token)).unwrap(), (204, String::new()));
    let narrow = server.ask("GET", "/_tenant/token?roles=User.Read.All", None).unwrap().1;
    assert_eq!(server.ask("GET", &format!("{path}/methods"), Some(&narrow)).unwrap().0, 403);
    let exchange = server.ask("GET", "/_tenant/exchange", None).unwrap().1;
    assert!(exchange.contains("DELETE /v1.0/users/{id}/authentication/phoneMethods/{id} 204"));
    let writes = server.ask("GET", "/_tenant/writes", None).unwrap().1;
    assert_eq!(writes, format!("[{{\"method\":\"DELETE\",\"path\":\"{}\",\"status\":204}}]", &phone[5..]));
    assert_eq!(server.ask("POST", "/_tenant/reset", None).unwrap().0, 204);
    assert_eq!(server.ask("GET", "/_tenant/writes", None).unwrap().1, "[]");
    let state = server.ask("GET", "/_tenant/state", None).unwrap().1;
    let state: entra_tenant::State = serde_json::from_str(&state).unwrap();
    assert_eq!((state.log.len(), state.users[0].methods.len()), (0, 7));
    assert_eq!(server.ask("GET", "/_tenant/other", None).unwrap().0, 404);
}

#[test]
fn connections_are_served_at_once_and_overlaps_are_seen() {
    let server = Server::start(&["--latency-ms", "400"]);
    let token = server.token();
    let path = format!("/v1.0/users/{ADELE}/authentication");
    std::thread::scope(|scope| {
        for method in [
            "phoneMethods/3179e48a-750b-4051-897c-87b9720928f7",
            "softwareOathMethods/b172893e-893e-4172-9e89-72b13e8972b1",
        ] {
            let (server, token, path) = (&server, &token, &path);
            scope.spawn(move || {
                assert_eq!(server.ask("DELETE", &format!("{path}/{method}"), Some(token)).unwrap().0, 204);
            });
        }
    });
    let state = server.ask("GET", "/_tenant/state", None).unwrap().1;
    let state: entra_tenant::State = serde_json::from_str(&state).unwrap();
    assert_eq!(state.violations[0].code, "parallelDeletes");
    assert_eq!(state.users[0].methods.len(), 6);
}

#[test]
fn it_serves_a_crowd_and_keeps_no_log() {
    let server = Server::start(&["--users", "12", "--crowd-seed", "7", "--calls-per-10s", "2", "--no-log"]);
    let token = server.token();
    let statuses = [1, 2, 3].map(|_| server.ask("GET", "/v1.0/users/user00012@contoso.com", Some(&token)).unwrap().0);
    assert_eq!(statuses, [200, 200, 429]);
    let summary = server.ask("GET", "/_tenant/summary", None).unwrap().1;
    assert_eq!(
        summary,
        "{\"httpRequests\":3,\"calls\":3,\"throttled\":1,\"writes\":0,\"deletes\":0,\"repeatedDeletes\":0,\
         \"deletesOfWhatWasGone\":0,\"users\":12,\"violations\":0}"
    );
    let state = server.ask("GET", "/_tenant/state", None).unwrap().1;
    let state: entra_tenant::State = serde_json::from_str(&state).unwrap();
    assert!(state.users == Tenant::new(Seed::crowd(12, 7)).state().users);
    assert_eq!(state.log, []);
}

#[test]
fn faults_break_connections() {
    // The server draws from the same seed as the library, so a seed whose first fault is a cut can be looked up.
    let cuts = |seed: &u64| {
        let mut tenant = Tenant::new(Seed::sample());
        let request = http::Request::get("http://localhost/v1.0/users/x").body(bytes::Bytes::new()).unwrap();
        let delivery = Faults::new(*seed, FaultRates::even(1.0)).deliver(&mut tenant, request, 0);
        delivery.result.is_err_and(|error| error == DeliveryError::Lost)
    };
    let seed = (0..100).find(cuts).unwrap();
    let server = Server::start(&["--latency-ms", "0", "--faults", &format!("{seed}:1")]);
    let token = server.token();
    assert_eq!(server.ask("GET", &format!("/v1.0/users/{ADELE}"), Some(&token)), None);
}

#[test]
fn a_body_can_drip_and_never_end() {
    let server = Server::start(&["--latency-ms", "0"]);
    let token = server.token();
    let path = format!("/v1.0/users/{ADELE}");
    let drip = r#"{"rates":{"dripping":1,"dripMilliseconds":600}}"#;
    assert_eq!(server.post("/_tenant/faults", drip).0, 204);
    let mut stream = server.open("GET", &path, Some(&token), "");
    let began = Instant::now();
    let mut piece = [0; 4096];
    let read = stream.read(&mut piece).unwrap();
    let head = began.elapsed();
    assert!(piece[..read].starts_with(b"HTTP/1.1 200"));
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(began.elapsed() - head > Duration::from_millis(300), "{:?} of {:?}", head, began.elapsed());
    assert!(rest.ends_with("0\r\n\r\n"));

    assert_eq!(server.post("/_tenant/faults", r#"{"rates":{"oversized":1,"oversizedBytes":100000}}"#).0, 204);
    let mut stream = server.open("GET", &path, Some(&token), "");
    let mut total = 0;
    while total < 2 << 20 {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "it ended after {total} bytes");
        total += read;
    }
    assert_eq!(server.post("/_tenant/faults", r#"{"rates":{"other":1}}"#).0, 400);
    assert_eq!(server.ask("POST", "/_tenant/reset", None).unwrap().0, 204);
    assert_eq!(server.ask("GET", &path, Some(&token)).unwrap().0, 200);
}

#[test]
fn faults_can_be_chosen_by_name() {
    let server = Server::start(&["--latency-ms", "0", "--fault", "foreignNextLink", "--fault", "slow:0"]);
    let token = server.token();
    let answer = server.ask("GET", &format!("/v1.0/users/{ADELE}/authentication/methods"), Some(&token)).unwrap();
    assert!(answer.1.contains("\"@odata.nextLink\":\"https://attacker.contoso.com/v1.0/users/"), "{answer:?}");
}

#[test]
fn managed_identities_get_tokens_over_the_socket() {
    let server = Server::start(&["--latency-ms", "0"]);
    let query = "resource=https://graph.microsoft.com&api-version";
    for (path, header) in [
        (format!("/msi/token?{query}=2019-08-01"), "X-IDENTITY-HEADER: sandbox-identity-header\r\n"),
        (format!("/metadata/identity/oauth2/token?{query}=2018-02-01"), "Metadata: true\r\n"),
    ] {
        let mut text = String::new();
        server.open("GET", &path, None, header).read_to_string(&mut text).unwrap();
        let body = text.split_once("\r\n\r\n").unwrap().1;
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let expires: u64 = body["expires_on"].as_str().unwrap().parse().unwrap();
        assert!(expires > 1_700_000_000);
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(server.ask("GET", &format!("/v1.0/users/{ADELE}"), Some(token)).unwrap().0, 200);
        assert_eq!(server.ask("GET", &path, None).unwrap().0 / 100, 4);
    }
}

#[test]
#[cfg(unix)]
fn it_stops_when_told() {
    let mut server = Server::start(&[]);
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let began = Instant::now();
    let status = server.child.wait().unwrap();
    assert!(status.success());
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn bad_options_are_told() {
    for options in [
        &["--faults", "x"][..],
        &["--faults", "1:2"],
        &["--seed", "no-such-file.json"],
        &["--seed", "no-such-file.json", "--users", "3"],
        &["--crowd-seed", "3"],
        &["--fault", "unheardOf"],
        &["--fault", "slow:2"],
        &["--fault", "slow", "--faults", "1"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_entra-tenant")).args(options).output().unwrap();
        assert!(!output.status.success());
        assert!(!output.stderr.is_empty());
        assert!(output.stdout.is_empty());
    }
}
