//! Bodies under way, in requests and in responses alike.
//!
//! A resource of wasi:io must outlive what was made from it, or the host traps. Fields drop in the order in which they
//! are declared, so the structs below name children before parents.

use bytes::Bytes;
use wasi::http::types::{ErrorCode, IncomingBody, OutgoingBody};
use wasi::io::poll::Pollable;
use wasi::io::streams::{InputStream, OutputStream, StreamError};

const CHUNK: u64 = 64 * 1024;

/// A body that is read.
pub struct BodyReader {
    more: Pollable,
    stream: InputStream,
    _body: IncomingBody,
}

/// What there is of a body for now.
pub enum Read {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing yet: wait for [`BodyReader::pollable`].
    Nothing,
    /// It has ended, whole.
    End,
    /// It broke off.
    Broken,
}

impl BodyReader {
    /// Takes the body over. Only the first to ask gets it.
    pub fn open(body: IncomingBody) -> Option<Self> {
        let stream = body.stream().ok()?;
        Some(BodyReader { more: stream.subscribe(), stream, _body: body })
    }

    /// What to wait for before the next [`BodyReader::read`].
    pub fn pollable(&self) -> &Pollable {
        &self.more
    }

    /// As much as there is, without blocking.
    pub fn read(&mut self) -> Read {
        match self.stream.read(CHUNK) {
            Ok(bytes) if bytes.is_empty() => Read::Nothing,
            Ok(bytes) => Read::Bytes(bytes),
            Err(StreamError::Closed) => Read::End,
            // Not asked for its `http-error-code`: one host throws on it.
            Err(StreamError::LastOperationFailed(_)) => Read::Broken,
        }
    }
}

/// A body that is written.
pub struct BodyWriter {
    room: Pollable,
    stream: OutputStream,
    body: OutgoingBody,
    rest: Bytes,
}

/// How far a [`BodyWriter`] has come.
pub enum Wrote {
    /// The host has taken all of it.
    All,
    /// It takes no more for now: wait for [`BodyWriter::pollable`].
    Some,
    /// It takes nothing any more.
    Closed,
}

impl BodyWriter {
    /// Takes the body over. Only the first to ask gets it.
    pub fn open(body: OutgoingBody) -> Option<Self> {
        let stream = body.write().ok()?;
        Some(BodyWriter { room: stream.subscribe(), stream, body, rest: Bytes::new() })
    }

    /// What to wait for before the next [`BodyWriter::write`].
    pub fn pollable(&self) -> &Pollable {
        &self.room
    }

    /// What is to be written next, once all before is.
    pub fn put(&mut self, bytes: Bytes) {
        self.rest = bytes;
    }

    /// As much as the host has room for, without blocking.
    pub fn write(&mut self) -> Wrote {
        while !self.rest.is_empty() {
            let Ok(room) = self.stream.check_write() else { return Wrote::Closed };
            if room == 0 {
                return Wrote::Some;
            }
            let length = self.rest.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            if self.stream.write(&self.rest.split_to(length)).is_err() {
                return Wrote::Closed;
            }
        }
        Wrote::All
    }

    /// Asks the host not to keep back what it has taken.
    pub fn flush(&mut self) {
        // A stream that is closed says so with the next write.
        let _ = self.stream.flush();
    }

    /// Says that the body is whole.
    ///
    /// # Errors
    /// The host's.
    pub fn finish(self) -> Result<(), ErrorCode> {
        let BodyWriter { room, stream, body, .. } = self;
        drop(room);
        drop(stream);
        OutgoingBody::finish(body, None)
    }
}
