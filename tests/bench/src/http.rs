//! HTTP/1.1 messages on blocking streams, as far as the Lambda runtime, the SDK and the embedded
//! engines use it: keep-alive and `Content-Length`, no chunks.
//!
//! The emulators are blocking so that they need no runtime whose threads would compete with the
//! measured process.

use std::io::{self, ErrorKind, Read, Write};

/// Largest head that is accepted, in bytes.
const MOST_HEAD: usize = 64 * 1024;

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// The value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        self.start.split(' ').nth(1)?.parse().ok()
    }
}

/// Reads messages of one connection. It keeps what was received beyond a message.
#[derive(Debug, Default)]
pub struct Reader {
    received: Vec<u8>,
}

impl Reader {
    /// The next message, or `None` where the peer has closed the connection.
    pub fn read(&mut self, stream: &mut impl Read) -> io::Result<Option<Message>> {
        let head_end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end;
            }
            if self.received.len() > MOST_HEAD {
                return Err(invalid("the head of a message is too long"));
            }
            if !self.receive(stream)? {
                return Ok(None);
            }
        };
        let (start, headers) = parse_head(&self.received[..head_end])?;
        let mut message = Message { start, headers, body: Vec::new() };
        if message.header("transfer-encoding").is_some() {
            return Err(invalid("a chunked message"));
        }
        let length: usize = match message.header("content-length") {
            Some(length) => length.parse().map_err(|_| invalid("a bad Content-Length"))?,
            None => 0,
        };
        let end = head_end + 4 + length;
        while self.received.len() < end {
            if !self.receive(stream)? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        message.body = self.received[head_end + 4..end].to_vec();
        self.received.drain(..end);
        Ok(Some(message))
    }

    fn receive(&mut self, stream: &mut impl Read) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = stream.read(&mut buffer)?;
        self.received.extend_from_slice(&buffer[..count]);
        Ok(count > 0)
    }
}

/// Writes a message with its length, in one piece.
pub fn write(
    stream: &mut impl Write,
    start: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let mut bytes = format!("{start}\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    stream.write_all(&bytes)?;
    stream.flush()
}

fn parse_head(head: &[u8]) -> io::Result<(String, Vec<(String, String)>)> {
    let text = std::str::from_utf8(head).map_err(|_| invalid("a head that is not UTF-8"))?;
    let mut lines = text.split("\r\n");
    let start = lines.next().unwrap_or_default().to_owned();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a bad header"))?;
        Ok((name.to_owned(), value.trim().to_owned()))
    };
    Ok((start, lines.map(header).collect::<io::Result<_>>()?))
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_arrive_together_are_read_one_by_one() {
        let mut sent = Vec::new();
        write(&mut sent, "POST /a HTTP/1.1", &[("X-Amz-Target", "T.GetItem")], b"{}").unwrap();
        write(&mut sent, "GET /b HTTP/1.1", &[], b"").unwrap();
        let (mut reader, mut stream) = (Reader::default(), sent.as_slice());
        let first = reader.read(&mut stream).unwrap().unwrap();
        assert_eq!(first.header("x-amz-target"), Some("T.GetItem"));
        assert_eq!(first.body, b"{}");
        assert_eq!(reader.read(&mut stream).unwrap().unwrap().start, "GET /b HTTP/1.1");
        assert_eq!(reader.read(&mut stream).unwrap(), None);
    }

    #[test]
    fn a_message_that_ends_early_is_an_error() {
        let mut stream = &b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nshort"[..];
        assert!(Reader::default().read(&mut stream).is_err());
    }
}
