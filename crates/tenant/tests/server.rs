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

    /// One request on a connection of its own: status and body, or nothing when the connection broke.
    fn ask(&self, method: &str, path: &str, token: Option<&str>) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}\r\n",
            self.address
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    fn token(&self) -> String {
        self.ask("GET", "/_tenant/token", None).unwrap().1
    }
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
    let began = Instant::now();
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
    assert!(began.elapsed() < Duration::from_millis(790), "one after the other: {:?}", began.elapsed());
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
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_entra-tenant")).args(options).output().unwrap();
        assert!(!output.status.success());
        assert!(!output.stderr.is_empty());
        assert!(output.stdout.is_empty());
    }
}
