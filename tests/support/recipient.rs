//! A second server, as a recipient or an agent runs one: it notes what it is sent, and answers as it was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The request line and the headers, in lower case.
    pub head: String,
    pub body: String,
}

impl Sent {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start))
    }
}

#[derive(Default)]
struct Memory {
    sent: Vec<Sent>,
    answers: VecDeque<Answer>,
}

/// How it answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With that status line and further headers.
    Status(&'static str),
    /// Not at all.
    Nothing,
}

/// A running server.
pub struct Recipient {
    pub address: String,
    memory: Arc<Mutex<Memory>>,
}

impl Recipient {
    /// Answers 200 to everything, unless it is told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let own = memory.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, own.clone()));
            }
        });
        Recipient { address, memory }
    }

    /// Tells how the next calls are answered, one after the other.
    pub fn answer_next(&self, answers: &[Answer]) {
        let mut memory = self.memory.lock().unwrap();
        memory.answers.extend(answers.iter().cloned());
    }

    /// Everything that was sent until now.
    pub fn sent(&self) -> Vec<Sent> {
        self.memory.lock().unwrap().sent.clone()
    }
}

async fn serve(mut stream: TcpStream, memory: Arc<Mutex<Memory>>) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        while let Some((sent, length)) = whole(&bytes) {
            bytes.drain(..length);
            let answer = {
                let mut memory = memory.lock().unwrap();
                memory.sent.push(sent);
                memory.answers.pop_front()
            };
            let status = match answer {
                None => "200 OK",
                Some(Answer::Status(status)) => status,
                Some(Answer::Nothing) => return,
            };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The first request, once it is whole, and its length.
fn whole(bytes: &[u8]) -> Option<(Sent, usize)> {
    let head_ends = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..head_ends]).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |it| it.parse().unwrap());
    let body = bytes.get(head_ends..head_ends + length)?;
    let body = String::from_utf8_lossy(body).into_owned();
    Some((Sent { head, body }, head_ends + length))
}
