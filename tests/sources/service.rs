//! A second HTTP server, as a company would write one for a system without a database to connect to: it keeps records
//! in memory, checks signatures, and fails as it is told.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How one call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// None.
    Nothing,
    /// This status, and nothing is done.
    Status(u16),
    /// No answer for this long.
    Hang(Duration),
    /// The work is done, and the connection ends in the middle of the answer.
    Cut,
    /// An answer that never ends.
    Endless,
    /// An answer that is no JSON, and nothing is done.
    Garbled,
    /// The work is done, and the answer is no JSON.
    Mangled,
    /// A cursor that leads back to itself.
    Circle,
    /// It says that it changed everything, and changes nothing.
    Lie,
    /// Somebody else changes Ada's name first.
    Meddle,
}

#[derive(Debug, Clone)]
pub struct Call {
    pub head: String,
    pub body: Json,
}

#[derive(Default)]
struct State {
    records: BTreeMap<String, Vec<Json>>,
    troubles: VecDeque<Trouble>,
    calls: Vec<Call>,
    answered: HashMap<String, Json>,
    changes: usize,
    /// It looks at no condition.
    answers_all: bool,
    /// Its pages overlap.
    repeats: bool,
    /// It knows when people were seen.
    has_times: bool,
}

pub struct Service {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State {
            records: records(),
            ..State::default()
        }));
        let own = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let own = own.clone();
                thread::spawn(move || serve(stream.unwrap(), &own));
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://candor:{SECRET}@{}/privacy", self.address)
    }

    /// How the next calls go.
    pub fn trouble(&self, troubles: &[Trouble]) {
        self.state.lock().unwrap().troubles = troubles.iter().copied().collect();
    }

    pub fn answer_all(&self) {
        self.state.lock().unwrap().answers_all = true;
    }

    pub fn repeat(&self) {
        self.state.lock().unwrap().repeats = true;
    }

    /// Has it know when Ada was seen.
    pub fn hold_time(&self, time: &str) {
        let mut state = self.state.lock().unwrap();
        state.has_times = true;
        state.records.get_mut("people").unwrap()[0]["seen"] = json!(time);
    }

    pub fn records(&self) -> BTreeMap<String, Vec<Json>> {
        self.state.lock().unwrap().records.clone()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.state.lock().unwrap().calls.clone()
    }

    /// How many transactions were carried out.
    pub fn changes(&self) -> usize {
        self.state.lock().unwrap().changes
    }
}

fn records() -> BTreeMap<String, Vec<Json>> {
    let people = [
        json!({"id": 1, "email": "Ada@example.org", "name": "Ada", "children": 3, "news": true}),
        json!({"id": 2, "email": "eve@example.org", "name": "Eve", "children": null, "news": false}),
        json!({"id": 3, "email": "ada@example.org", "name": "Countess"}),
    ];
    let order = |number: u32| {
        let (person, note) = (1 + number % 3, format!("note {number}"));
        json!({"number": number, "person": person, "note": note, "tags": ["x", number]})
    };
    BTreeMap::from([
        ("people".to_owned(), people.to_vec()),
        ("orders".to_owned(), (0..12).map(order).collect()),
    ])
}

fn described(has_times: bool) -> Json {
    let mut described = described_without_times();
    if has_times {
        let fields = described["collections"][0]["fields"].as_array_mut();
        fields
            .unwrap()
            .push(json!({"name": "seen", "type": "date_time"}));
    }
    described
}

fn described_without_times() -> Json {
    json!({"collections": [
        {"name": "people", "key": ["id"], "fields": [
            {"name": "id", "type": "integer", "required": true},
            {"name": "email"},
            {"name": "name", "length": 30},
            {"name": "children", "type": "integer"},
            {"name": "news", "type": "boolean"}
        ]},
        {"name": "orders", "key": ["number"], "fields": [
            {"name": "number", "type": "integer", "required": true},
            {"name": "person", "type": "integer"},
            {"name": "note"},
            {"name": "tags", "type": "json"}
        ]}
    ]})
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some((head, body)) = read(&mut stream) else {
        return;
    };
    if !is_signed(&head, &body) {
        respond(&mut stream, 401, "");
        return;
    }
    let asked: Json = serde_json::from_str(&body).unwrap();
    let trouble = {
        let mut state = state.lock().unwrap();
        state.calls.push(Call {
            head: head.clone(),
            body: asked.clone(),
        });
        state.troubles.pop_front().unwrap_or(Trouble::Nothing)
    };
    match trouble {
        Trouble::Status(status) => return respond(&mut stream, status, ""),
        Trouble::Hang(time) => thread::sleep(time),
        Trouble::Garbled => return respond(&mut stream, 200, "{\"secret\": \"value\""),
        Trouble::Circle => {
            return respond(&mut stream, 200, "{\"records\": [], \"cursor\": \"again\"}");
        }
        Trouble::Lie => {
            let all = asked["changes"].as_array().map_or(0, Vec::len);
            return respond(&mut stream, 200, &json!({"changed": all}).to_string());
        }
        Trouble::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b' '; 8192]).is_ok() {}
            return;
        }
        Trouble::Meddle => {
            state.lock().unwrap().records.get_mut("people").unwrap()[0]["name"] = json!("Augusta");
        }
        Trouble::Nothing | Trouble::Cut | Trouble::Mangled => {}
    }
    let key = header(&head, "idempotency-key")
        .unwrap_or_default()
        .to_owned();
    match state.lock().unwrap().answer(&asked, &key) {
        Ok(answer) if trouble == Trouble::Cut => {
            let answer = answer.to_string();
            let half = &answer[..answer.len() / 2];
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{half}",
                answer.len()
            );
        }
        Ok(_) if trouble == Trouble::Mangled => respond(&mut stream, 200, "<p>Done.</p>"),
        Ok(answer) => respond(&mut stream, 200, &answer.to_string()),
        Err(status) => respond(&mut stream, status, ""),
    }
}

impl State {
    fn answer(&mut self, asked: &Json, key: &str) -> Result<Json, u16> {
        match asked["do"].as_str().unwrap() {
            "describe" => Ok(described(self.has_times)),
            "find" => self.find(asked),
            _ => {
                if let Some(answer) = self.answered.get(key) {
                    return Ok(answer.clone());
                }
                let answer = self.change(asked)?;
                self.answered.insert(key.to_owned(), answer.clone());
                Ok(answer)
            }
        }
    }

    /// Four at a time.
    fn find(&self, asked: &Json) -> Result<Json, u16> {
        let records = self
            .records
            .get(asked["collection"].as_str().unwrap())
            .ok_or(404_u16)?;
        let meets = |record: &&Json| self.answers_all || meets(asked, record);
        let start: usize = asked["cursor"].as_str().map_or(0, |it| it.parse().unwrap());
        let start = start.saturating_sub(usize::from(self.repeats));
        let found: Vec<_> = records.iter().filter(meets).skip(start).take(5).collect();
        let next = (found.len() == 5).then(|| (start + 4).to_string());
        let found = &found[..found.len().min(4)];
        Ok(json!({"records": found, "cursor": next}))
    }

    fn change(&mut self, asked: &Json) -> Result<Json, u16> {
        let changes = asked["changes"].as_array().unwrap();
        let mut records = self.records.clone();
        for change in changes {
            let all = records
                .get_mut(change["collection"].as_str().unwrap())
                .ok_or(404_u16)?;
            let holds = |record: &Json, part: &Json| {
                let mut members = part.as_object().unwrap().iter();
                members.all(|(name, value)| record[name] == *value)
            };
            let at = all
                .iter()
                .position(|it| holds(it, &change["key"]))
                .ok_or(409_u16)?;
            if !holds(&all[at], &change["expect"]) {
                return Err(409);
            }
            match change["set"].as_object() {
                Some(set) => set
                    .iter()
                    .for_each(|(name, value)| all[at][name] = value.clone()),
                None => drop(all.remove(at)),
            }
        }
        self.records = records;
        self.changes += 1;
        Ok(json!({"changed": changes.len()}))
    }
}

fn meets(asked: &Json, record: &Json) -> bool {
    let small = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.clone(), |it| json!(it.to_lowercase()))
    };
    let holds = |way: &Json| {
        let value = &record[way["field"].as_str().unwrap()];
        let value = if way["ignore_case"] == true {
            small(value)
        } else {
            value.clone()
        };
        way["one_of"].as_array().unwrap().contains(&value)
    };
    let is_key = |key: &Json| {
        key.as_object()
            .unwrap()
            .iter()
            .all(|(name, value)| record[name] == *value)
    };
    asked["any"]
        .as_array()
        .is_none_or(|any| any.iter().any(holds))
        && asked["keys"]
            .as_array()
            .is_none_or(|keys| keys.iter().any(is_key))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

fn is_signed(head: &str, body: &str) -> bool {
    let signature = header(head, "candor-signature").and_then(|it| it.split_once(",v1="));
    let Some((at, hex)) = signature else {
        return false;
    };
    let at = at.trim_start_matches("t=");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let made = HEXLOWER.encode(&mac.finalize().into_bytes());
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    made == hex && now.as_secs().abs_diff(at.parse().unwrap()) < 300
}

fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).ok().filter(|it| *it > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = header(head, "content-length")?.trim().parse().ok()?;
            if body.len() >= length {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
    }
}

fn respond(stream: &mut TcpStream, status: u16, body: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}
