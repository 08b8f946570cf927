//! An SMTP server on loopback that does as it is told: it serves, refuses, drops or hangs at any stage.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Hello,
    Login,
    Sender,
    Recipient,
    Data,
    Message,
}

#[derive(Debug, Clone, Copy)]
pub enum Act {
    Answer(&'static str),
    Drop,
    Hang,
}

pub struct SmtpServer {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    misbehaviour: Mutex<Option<(Stage, Act)>>,
    received: Mutex<Vec<String>>,
    connections: Mutex<Vec<TcpStream>>,
}

impl SmtpServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let its = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, its) = (stream.unwrap(), its.clone());
                let kept = stream.try_clone().unwrap();
                its.connections.lock().unwrap().push(kept);
                // A client that hangs up ends its thread.
                std::thread::spawn(move || serve(stream, &its));
            }
        });
        SmtpServer { port, state }
    }

    /// From now on it does this at that stage.
    pub fn misbehave(&self, stage: Stage, act: Act) {
        *self.state.misbehaviour.lock().unwrap() = Some((stage, act));
    }

    /// From now on it serves.
    pub fn behave(&self) {
        *self.state.misbehaviour.lock().unwrap() = None;
    }

    /// The mails that it read to the end, as they came.
    pub fn received(&self) -> Vec<String> {
        self.state.received.lock().unwrap().clone()
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> usize {
        self.state.connections.lock().unwrap().len()
    }

    /// Ends all connections, as a server does that has heard nothing for a while.
    pub fn hang_up(&self) {
        for stream in self.state.connections.lock().unwrap().iter() {
            // One that the client has closed needs no end.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    /// Answers at that stage; none when the connection is to end.
    fn answer(&self, stage: Stage, usual: &str, stream: &mut TcpStream) -> Option<()> {
        let misbehaviour = *self.misbehaviour.lock().unwrap();
        match misbehaviour {
            Some((at, Act::Answer(text))) if at == stage => send(stream, text),
            Some((at, Act::Drop)) if at == stage => None,
            Some((at, Act::Hang)) if at == stage => {
                // Until the client has had enough.
                let _ = stream.read_to_end(&mut Vec::new());
                None
            }
            _ => send(stream, usual),
        }
    }
}

fn send(stream: &mut TcpStream, text: &str) -> Option<()> {
    write!(stream, "{text}\r\n").ok()
}

fn serve(mut stream: TcpStream, state: &State) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    state.answer(Stage::Greeting, "220 loopback", &mut stream)?;
    while let Some(Ok(line)) = lines.next() {
        let word = line.split([' ', ':']).next().unwrap_or("").to_uppercase();
        match word.as_str() {
            "EHLO" => {
                let usual = "250-loopback\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN";
                state.answer(Stage::Hello, usual, &mut stream)?;
            }
            "AUTH" => state.answer(Stage::Login, "235 2.7.0 welcome", &mut stream)?,
            "MAIL" => state.answer(Stage::Sender, "250 2.1.0 ok", &mut stream)?,
            "RCPT" => state.answer(Stage::Recipient, "250 2.1.5 ok", &mut stream)?,
            "DATA" => {
                state.answer(Stage::Data, "354 go on", &mut stream)?;
                let message: Vec<_> = lines
                    .by_ref()
                    .map_while(Result::ok)
                    .take_while(|line| line != ".")
                    .collect();
                state.received.lock().unwrap().push(message.join("\r\n"));
                state.answer(Stage::Message, "250 2.0.0 queued", &mut stream)?;
            }
            "QUIT" => {
                send(&mut stream, "221 bye")?;
                return None;
            }
            _ => send(&mut stream, "250 ok")?,
        }
    }
    None
}
