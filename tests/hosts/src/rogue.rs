//! A server that does what Graph should not: it breaks off, dawdles, sends too much, or points elsewhere.

use bytes::Bytes;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Action {
    /// Sends the answer, whole.
    Answer(http::Response<Bytes>),
    /// Sends the head, with the whole length, and half of the body.
    Half(http::Response<Bytes>),
    /// Sends the answer before it has read the request's body, and closes.
    Early(http::Response<Bytes>),
    /// Sends a body of this many bytes, one piece after the other.
    Flood(usize),
    /// Sends the answer after a while.
    Late(Duration, http::Response<Bytes>),
    /// Sends a head that promises a body, and the body byte by byte, with this long between two of them.
    Drip(Duration),
    /// Sends header after header.
    EndlessHead,
    /// Closes without a word.
    Hangup,
}

type Handler = dyn Fn(&http::Request<()>) -> Action + Send + Sync;

/// It listens on loopback until the process ends.
pub struct Rogue {
    origin: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    log: Mutex<Vec<String>>,
    flooded: AtomicUsize,
}

impl Rogue {
    /// Starts one. The handler is asked before the body has been read.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start(handler: impl Fn(&http::Request<()>) -> Action + Send + Sync + 'static) -> io::Result<Rogue> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let seen = Arc::new(Seen::default());
        let (handler, all): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, seen) = (Arc::clone(&handler), Arc::clone(&all));
                // A client that goes away is part of the game.
                thread::spawn(move || drop(serve(stream, &*handler, &seen)));
            }
        });
        Ok(Rogue { origin, seen })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Method and path of every request so far.
    pub fn log(&self) -> Vec<String> {
        self.seen.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many bytes of its floods were taken.
    pub fn flooded(&self) -> usize {
        self.seen.flooded.load(Ordering::Relaxed)
    }
}

/// An origin at which nobody listens.
///
/// # Errors
/// When there is no port.
pub fn nobody() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    Ok(format!("http://{}", listener.local_addr()?))
}

fn serve(mut stream: TcpStream, handler: &Handler, seen: &Seen) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let Some((request, length)) = head(&mut reader)? else { return Ok(()) };
    let line = format!("{} {}", request.method(), request.uri());
    seen.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    let action = handler(&request);
    if !matches!(action, Action::Early(_)) {
        io::copy(&mut reader.take(length), &mut io::sink())?;
    }
    match action {
        Action::Answer(response) => answer(&mut stream, &response, response.body().len())?,
        Action::Half(response) => answer(&mut stream, &response, response.body().len() / 2)?,
        Action::Early(response) => answer(&mut stream, &response, response.body().len())?,
        Action::Flood(length) => flood(&mut stream, length, &seen.flooded)?,
        Action::Late(delay, response) => {
            thread::sleep(delay);
            answer(&mut stream, &response, response.body().len())?;
        }
        Action::Drip(pause) => drip(&mut stream, pause)?,
        Action::EndlessHead => endless_head(&mut stream)?,
        Action::Hangup => {}
    }
    stream.shutdown(Shutdown::Both)
}

/// Nothing, if the client closed.
fn head(reader: &mut impl BufRead) -> io::Result<Option<(http::Request<()>, u64)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = http::Request::builder().method(method).uri(path);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        request = request.header(name, value.trim());
    }
    Ok(Some((request.body(()).map_err(io::Error::other)?, length)))
}

fn answer(stream: &mut TcpStream, response: &http::Response<Bytes>, sent: usize) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status());
    for (name, value) in response.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().map_err(io::Error::other)?);
    }
    head += &format!("content-length: {}\r\n\r\n", response.body().len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(response.body().get(..sent).unwrap_or_default())
}

/// Until the client has had enough.
fn drip(stream: &mut TcpStream, pause: Duration) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n")?;
    loop {
        stream.write_all(b" ")?;
        thread::sleep(pause);
    }
}

/// Until the client has had enough.
fn endless_head(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
    let header = format!("x-odd: {}\r\n", "x".repeat(1000));
    loop {
        stream.write_all(header.as_bytes())?;
    }
}

fn flood(stream: &mut TcpStream, length: usize, flooded: &AtomicUsize) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    let piece = [b' '; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let now = left.min(piece.len());
        stream.write_all(piece.get(..now).unwrap_or_default())?;
        left -= now;
        flooded.fetch_add(now, Ordering::Relaxed);
    }
    Ok(())
}
