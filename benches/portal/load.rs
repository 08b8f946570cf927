//! Clients that ask again as soon as they have an answer, each on a connection of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What was measured.
pub struct Figures {
    pub per_second: f64,
    pub p99: Duration,
}

impl Figures {
    pub fn of(mut times: Vec<Duration>, took: Duration) -> Self {
        times.sort_unstable();
        let at = times.len().saturating_sub(1) * 99 / 100;
        let count = u32::try_from(times.len()).unwrap();
        Figures {
            per_second: f64::from(count) / took.as_secs_f64(),
            p99: times.get(at).copied().unwrap_or_default(),
        }
    }
}

/// Sends what `request` makes of a running number, from so many clients, for that long. Every answer must be 200 or
/// 303; anything else ends the measurement.
pub async fn load(
    address: SocketAddr,
    request: impl Fn(u64) -> Vec<u8> + Clone + Send + 'static,
    clients: usize,
    time: Duration,
) -> Figures {
    let number = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let running: Vec<_> = (0..clients)
        .map(|_| {
            let (request, number) = (request.clone(), number.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                let mut times = Vec::new();
                while start.elapsed() < time {
                    let bytes = request(number.fetch_add(1, Ordering::Relaxed));
                    let asked = Instant::now();
                    let status = client.ask(&bytes).await;
                    assert!(matches!(status, 200 | 303), "answered {status}");
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in running {
        times.extend(client.await.unwrap());
    }
    Figures::of(times, start.elapsed())
}

/// One connection that is kept.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client {
            stream,
            buffer: vec![0; 1 << 20],
        }
    }

    /// The status of the answer; its body is read and thrown away.
    pub async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        let mut filled = 0;
        loop {
            filled += self.read(filled).await;
            if let Some((head, length)) = head(&self.buffer[..filled]) {
                while filled < head + length {
                    filled += self.read(filled).await;
                }
                return std::str::from_utf8(&self.buffer[9..12])
                    .unwrap()
                    .parse()
                    .unwrap();
            }
        }
    }

    async fn read(&mut self, filled: usize) -> usize {
        let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        read
    }
}

/// Length of the head, and of the body that it announces, once the head is complete.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..end])
        .unwrap()
        .to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    Some((end, length.map_or(0, |it| it.trim().parse().unwrap())))
}
